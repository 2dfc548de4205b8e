using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Train;

namespace Assay.Tests.Preferences;

/// <summary>Small models of bytes in folders, and pairs that are easy to learn.</summary>
internal static class TinyPolicies
{
    /// <summary>A folder with a model; the caller deletes it.</summary>
    public static string Folder(ulong seed = 1)
    {
        string folder = Directory.CreateTempSubdirectory("assay-policy-").FullName;
        Transformer model = new(
            ModelSizes.Of("gpt-250k", new ByteTokenizer().VocabularySize) with
            {
                HiddenSize = 16,
                IntermediateSize = 32,
                Layers = 1,
                Heads = 2,
                KeyValueHeads = 2,
                HeadSize = 8,
                ContextLength = 64,
                InitialDeviation = 0.1,
            },
            new RandomStream(seed, "policy")
        );
        new LanguageModel(model, new ByteTokenizer()).Save(folder);
        return folder;
    }

    /// <summary>Pairs whose chosen completion is polite.</summary>
    public static View Pairs(int count, int from = 0) =>
        PreferenceTables.Of([
            .. Enumerable
                .Range(from, count)
                .Select(i =>
                    $$"""{"prompt": "Q{{i % 9}}: ", "chosen": "yes please {{i % 5}}", "rejected": "no way {{i % 4}}"}"""
                ),
        ]);

    /// <summary>The weights that a training would save.</summary>
    public static byte[] Saved(Trained trained)
    {
        string folder = Directory.CreateTempSubdirectory("assay-saved-").FullName;
        try
        {
            trained.Save(folder);
            return File.ReadAllBytes(Path.Combine(folder, "model.safetensors"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

/// <summary>Does something with what is reported: stops a run at a chosen moment.</summary>
internal sealed class Stopper(Action<Progress> heard) : IProgress<Progress>
{
    public void Report(Progress value) => heard(value);
}
