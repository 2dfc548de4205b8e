using System.Text.Json;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Predicts the final scores of a text, attribute by attribute, from the state of a model in the middle of writing it.</summary>
/// <remarks>Source: arXiv 2510.12121: a perceptron with ReLU and no squashing of its outputs; 3,072 wide and three layers deep there.</remarks>
public sealed class AttributeNetwork : Module
{
    private const string AttributesKey = "attributes",
        WidthsKey = "widths";

    /// <summary>The file that <see cref="Save"/> writes into a folder.</summary>
    public const string FileName = "attributes.safetensors";

    /// <summary>A new network.</summary>
    /// <param name="random">Names the weights.</param>
    /// <param name="attributes">Names of the attributes, at least one, each once.</param>
    /// <param name="width">Width of the model's states.</param>
    /// <param name="hidden">Widths of the layers between.</param>
    public AttributeNetwork(
        RandomStream random,
        IReadOnlyList<string> attributes,
        int width,
        params IReadOnlyList<int> hidden
    )
    {
        if (attributes.Count == 0 || attributes.Distinct().Count() != attributes.Count)
            throw new ArgumentException("There is at least one attribute, and each has a name of its own.");
        (Attributes, Widths) = ([.. attributes], [width, .. hidden, attributes.Count]);
        Network = new(random, [.. Widths]);
    }

    /// <summary>Names of the attributes, in the order of the outputs.</summary>
    public IReadOnlyList<string> Attributes { get; }

    /// <summary>Widths: of states, of the layers between, and the number of attributes.</summary>
    public IReadOnlyList<int> Widths { get; }

    /// <summary>The perceptron.</summary>
    public Mlp Network { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters() => Network.Parameters();

    /// <summary>The predicted scores.</summary>
    /// <param name="states">[.., width].</param>
    /// <returns>[.., attributes].</returns>
    public Tensor Values(Tensor states) => Network.Forward(states);

    /// <summary>Writes the weights into a folder, with the names of the attributes.</summary>
    /// <exception cref="IOException">The disk is full or not writable.</exception>
    public void Save(string folder)
    {
        SafetensorsWriter writer = new();
        writer.AddMetadata(AttributesKey, JsonSerializer.Serialize([.. Attributes], StringsJson.Default.StringArray));
        writer.AddMetadata(WidthsKey, string.Join(',', Widths));
        foreach (Parameter parameter in Parameters())
            writer.Add<float>(parameter.Name, [parameter.Tensor.Length], () => parameter.Tensor.Data);
        writer.Write(Path.Combine(folder, FileName));
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="FormatException">The file is wrong; the message says where.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static AttributeNetwork Load(string folder)
    {
        string path = Path.Combine(folder, FileName);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        int[] widths = file.Metadata.TryGetValue(WidthsKey, out string? written)
            ? [.. written.Split(',').Select(word => int.TryParse(word, out int width) && width > 0 ? width : 0)]
            : [];
        string[] attributes = file.Metadata.TryGetValue(AttributesKey, out string? names)
            ? JsonSerializer.Deserialize(names, StringsJson.Default.StringArray) ?? []
            : [];
        if (widths.Length < 2 || widths.Contains(0) || attributes.Length != widths[^1])
            throw new SafetensorsException(
                "is no network of attributes: its metadata lack the widths or the names",
                path
            );
        AttributeNetwork network = new(new RandomStream(0, "overwritten"), attributes, widths[0], widths[1..^1]);
        foreach (Parameter parameter in network.Parameters())
        {
            float[] stored = file.ReadFloats(parameter.Name);
            if (stored.Length != parameter.Tensor.Length)
                throw new SafetensorsException(
                    $"has {stored.Length} values, and the widths ask for {parameter.Tensor.Length}",
                    path,
                    parameter.Name
                );
            stored.CopyTo(parameter.Tensor.Data);
        }
        return network;
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
internal sealed partial class StringsJson : System.Text.Json.Serialization.JsonSerializerContext;
