using System.Globalization;
using System.Text.Json;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Predicts the final scores of a text, attribute by attribute, from the state of a model in the middle of writing it.</summary>
/// <remarks>Source: arXiv 2510.12121: a perceptron with ReLU and no squashing of its outputs; 3,072 wide and three layers deep there.</remarks>
public sealed class AttributeNetwork : Module
{
    private const string AttributesKey = "attributes",
        WidthsKey = "widths",
        ScalesKey = "scales";

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
        Scales = [.. attributes.Select(_ => 1.0)];
        Network = new(random, [.. Widths]);
    }

    /// <summary>Names of the attributes, in the order of the outputs.</summary>
    public IReadOnlyList<string> Attributes { get; }

    /// <summary>Widths: of states, of the layers between, and the number of attributes.</summary>
    public IReadOnlyList<int> Widths { get; }

    /// <summary>What a distance of 1 is for each attribute, above 0: edits measure distances in it. 1 for scores that are on one scale, as published.</summary>
    public IReadOnlyList<double> Scales { get; private set; }

    /// <summary>The perceptron.</summary>
    public Mlp Network { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters() => Network.Parameters();

    /// <summary>The predicted scores.</summary>
    /// <param name="states">[.., width].</param>
    /// <returns>[.., attributes].</returns>
    public Tensor Values(Tensor states) => Network.Forward(states);

    /// <summary>Turns a network that was trained on standardised scores into one of the scores themselves, whose deviations become <see cref="Scales"/>.</summary>
    /// <param name="means">What was taken from each score.</param>
    /// <param name="deviations">What it was divided by then, above 0.</param>
    public void Rescale(IReadOnlyList<double> means, IReadOnlyList<double> deviations)
    {
        if (means.Count != Attributes.Count || deviations.Count != Attributes.Count)
            throw new ArgumentException($"There are {Attributes.Count} attributes.");
        Linear last = Network.Layers[^1];
        int width = last.Weight.Length / Attributes.Count;
        for (int j = 0; j < Attributes.Count; j++)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(deviations[j]);
            foreach (ref float weight in last.Weight.Data.Slice(j * width, width))
                weight = (float)(weight * deviations[j]);
            last.Bias!.Data[j] = (float)(last.Bias.Data[j] * deviations[j] + means[j]);
        }
        Scales = [.. deviations];
    }

    /// <summary>Writes the weights into a folder, with the names of the attributes.</summary>
    /// <exception cref="IOException">The disk is full or not writable.</exception>
    public void Save(string folder)
    {
        SafetensorsWriter writer = new();
        writer.AddMetadata(AttributesKey, JsonSerializer.Serialize([.. Attributes], StringsJson.Default.StringArray));
        writer.AddMetadata(WidthsKey, string.Join(',', Widths));
        writer.AddMetadata(
            ScalesKey,
            string.Join(',', Scales.Select(scale => scale.ToString("R", CultureInfo.InvariantCulture)))
        );
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
        double[] scales = file.Metadata.TryGetValue(ScalesKey, out string? sizes)
            ?
            [
                .. sizes
                    .Split(',')
                    .Select(word =>
                        double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double scale)
                        && double.IsFinite(scale)
                            ? scale
                            : 0
                    ),
            ]
            : [];
        if (
            widths.Length < 2
            || widths.Contains(0)
            || attributes.Length != widths[^1]
            || scales.Length != widths[^1]
            || scales.Any(scale => scale <= 0)
        )
            throw new SafetensorsException(
                "is no network of attributes: its metadata lack the widths, the names or the scales",
                path
            );
        AttributeNetwork network = new(new RandomStream(0, "overwritten"), attributes, widths[0], widths[1..^1])
        {
            Scales = scales,
        };
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
