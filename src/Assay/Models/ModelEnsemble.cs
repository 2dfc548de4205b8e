using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Data;
using Assay.Learning;

namespace Assay.Models;

/// <summary>Language models that answer together, in a folder: <c>ensemble.json</c> and a model's folder for each member.</summary>
internal sealed class ModelEnsemble
{
    /// <summary>What makes a folder an ensemble's.</summary>
    public const string FileName = "ensemble.json";

    /// <summary>An ensemble, or a single model.</summary>
    /// <param name="members">At least one, all with the same tokens.</param>
    public ModelEnsemble(IReadOnlyList<LanguageModel> members) =>
        (Members, Logits) = (members, new([.. members.Select(member => member.Transformer)]));

    /// <summary>The members.</summary>
    public IReadOnlyList<LanguageModel> Members { get; }

    /// <summary>Their mean.</summary>
    public LogitEnsemble Logits { get; }

    /// <summary>The tokenizer that they share.</summary>
    public ITokenizer Tokenizer => Members[0].Tokenizer;

    /// <summary>Reads a folder: of an ensemble, or of a single model, which is an ensemble of one.</summary>
    /// <exception cref="AssayException">There is none, it cannot be read, or its members do not fit together.</exception>
    public static ModelEnsemble Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return new([ModelFolder.Read(folder)]);
        EnsembleFile? file;
        try
        {
            file = JsonSerializer.Deserialize(File.ReadAllBytes(path), EnsembleJson.Default.EnsembleFile);
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new AssayException(
                $"this is no ensemble that can be read: {failure.Message}",
                new(path),
                "Train it again with 'assay train ensemble'.",
                failure
            );
        }
        if (file is not { Average: EnsembleFile.OfLogits, Members.Count: > 0 })
            throw new AssayException(
                "this is no ensemble that can be read: it has no members, or averages something else than logits",
                new(path),
                $"It says \"average\": \"{EnsembleFile.OfLogits}\" and names the folders of its members."
            );
        if (file.Members.FirstOrDefault(name => Path.GetFileName(name) != name || name is "" or "." or "..") is { } odd)
            throw new AssayException(
                $"the member '{odd}' does not lie in this folder",
                new(path),
                "Members are folders beside ensemble.json."
            );
        LanguageModel[] members = [.. file.Members.Select(name => ModelFolder.Read(Path.Combine(folder, name)))];
        try
        {
            return new(members);
        }
        catch (ArgumentException failure)
        {
            throw new AssayException(failure.Message, new(path), "Members are models with the same tokens.", failure);
        }
    }

    /// <summary>Writes what <see cref="Read"/> reads; <c>ensemble.json</c> comes last.</summary>
    public void Save(string folder)
    {
        string[] names = [.. Members.Select((_, i) => $"member-{i + 1}")];
        for (int i = 0; i < names.Length; i++)
            Members[i].Save(Path.Combine(folder, names[i]));
        Pieces.WriteFile(
            Path.Combine(folder, FileName),
            stream =>
                JsonSerializer.Serialize(
                    stream,
                    new EnsembleFile(EnsembleFile.OfLogits, names),
                    EnsembleJson.Default.EnsembleFile
                )
        );
    }
}

/// <summary>What <c>ensemble.json</c> says.</summary>
internal sealed record EnsembleFile(string Average, IReadOnlyList<string> Members)
{
    /// <summary>The one average that there is.</summary>
    public const string OfLogits = "logits";
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EnsembleFile))]
internal sealed partial class EnsembleJson : JsonSerializerContext;
