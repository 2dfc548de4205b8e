using System.Globalization;

namespace Assay.Learning;

/// <summary>
/// A folder with a Hugging Face model of a supported family, open for reading: its config, and its parameters by their names
/// and in their shapes here (<see cref="TransformerParameters"/>), whatever the checkpoint keeps transposed or together.
/// </summary>
public sealed class TransformerFiles : IDisposable
{
    private readonly SafetensorsModel _weights;
    private readonly Dictionary<string, TransformerParameter> _parameters;
    private readonly string _base;

    private TransformerFiles(TransformerConfig config, SafetensorsModel weights)
    {
        (Config, _weights) = (config, weights);
        _base = TransformerParameters.BaseOf(config.Family);
        Parameters = TransformerParameters.Of(config);
        _parameters = Parameters.ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
        CheckTensors();
    }

    /// <summary>Opens a folder; checks that every parameter is there in its shape, and nothing else.</summary>
    /// <param name="folder">Has <c>config.json</c>, and <c>model.safetensors</c> or shards with their index.</param>
    /// <exception cref="TransformerConfigException">The config is wrong or not supported.</exception>
    /// <exception cref="SafetensorsException">The weights are wrong, or not those of the config.</exception>
    /// <exception cref="IOException">A file cannot be opened.</exception>
    public static TransformerFiles Open(string folder)
    {
        TransformerConfig config = TransformerConfig.Read(folder);
        SafetensorsModel weights = SafetensorsModel.Open(folder);
        try
        {
            return new(config, weights);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Writes <c>config.json</c> and <c>model.safetensors</c>, each whole or not at all.</summary>
    /// <param name="folder">The folder, made if need be.</param>
    /// <param name="config">The config.</param>
    /// <param name="values">Gives the values of a parameter by its name here, row-major, in its shape here.</param>
    /// <exception cref="TransformerConfigException">The values of the config do not fit together.</exception>
    /// <exception cref="ArgumentException">A parameter has other than as many values as its shape says.</exception>
    /// <exception cref="IOException">The disk is full or not writable.</exception>
    public static void Save(string folder, TransformerConfig config, ParameterValues values)
    {
        string file = Path.Combine(folder, "config.json");
        config.Checked(file);
        Directory.CreateDirectory(folder);
        SafetensorsWriter writer = new();
        writer.AddMetadata("format", "pt");
        foreach (
            IGrouping<string, TransformerParameter> stored in TransformerParameters
                .Of(config)
                .GroupBy(parameter => parameter.Stored)
        )
        {
            TransformerParameter[] parts = [.. stored];
            writer.Add(
                stored.Key,
                parts[0].StoredShape.AsSpan(),
                () =>
                {
                    if (parts is [{ Part: FusedPart.Whole, Transposed: false }])
                        return values(parts[0].Name);
                    float[] together = new float[checked((int)(parts.Length * parts[0].Count))];
                    foreach (TransformerParameter part in parts)
                        StoredLayout.Of(part, config).Scatter(Checked(part, values(part.Name)), together);
                    return together;
                }
            );
        }
        writer.Write(Path.Combine(folder, "model.safetensors"));
        config.Write(file);
    }

    /// <summary>The config.</summary>
    public TransformerConfig Config { get; }

    /// <summary>The parameters, in the order in which data flow through them.</summary>
    public IReadOnlyList<TransformerParameter> Parameters { get; }

    /// <summary>Reads a parameter as float32.</summary>
    /// <param name="name">Its name here.</param>
    /// <param name="values">Is filled, row-major, in its shape here.</param>
    /// <exception cref="ArgumentException">There is no such parameter, or the span is not as long as it.</exception>
    public void Read(string name, Span<float> values)
    {
        if (!_parameters.TryGetValue(name, out TransformerParameter? parameter))
            throw new ArgumentException($"a {Config.Family} model has no parameter '{name}'", nameof(name));
        Checked(parameter, values);
        string stored = StoredName(parameter);
        SafetensorsFile file = _weights.FileOf(stored);
        if (parameter is { Part: FusedPart.Whole, Transposed: false })
            file.ReadFloats(stored, 0, values);
        else
            StoredLayout.Of(parameter, Config).Gather(file, stored, values);
    }

    /// <inheritdoc/>
    public void Dispose() => _weights.Dispose();

    private static ReadOnlySpan<float> Checked(TransformerParameter parameter, ReadOnlySpan<float> values) =>
        values.Length == parameter.Count
            ? values
            : throw new ArgumentException(
                $"parameter '{parameter.Name}' [{string.Join(", ", parameter.Shape)}] has {parameter.Count} values, "
                    + $"and {values.Length} were given"
            );

    private string StoredName(TransformerParameter parameter) =>
        _weights.Contains(parameter.Stored) || !parameter.Stored.StartsWith(_base, StringComparison.Ordinal)
            ? parameter.Stored
            : parameter.Stored[_base.Length..];

    private void CheckTensors()
    {
        HashSet<string> used = new(StringComparer.Ordinal);
        foreach (TransformerParameter parameter in Parameters)
        {
            string stored = StoredName(parameter);
            used.Add(stored);
            if (!_weights.Contains(stored))
                throw new SafetensorsException(
                    "is missing, and the config asks for it",
                    _weights.Path,
                    parameter.Stored
                );
            SafetensorsEntry entry = _weights[stored];
            if (!entry.Shape.SequenceEqual(parameter.StoredShape))
                throw new SafetensorsException(
                    $"has the shape [{string.Join(", ", entry.Shape)}], and by the config it should be "
                        + $"[{string.Join(", ", parameter.StoredShape)}]",
                    _weights.Path,
                    stored
                );
            if (!SafetensorsTypes.IsFloat(entry.Type))
                throw new SafetensorsException(
                    $"has elements of type {SafetensorsTypes.NameOf(entry.Type)}, expected F16, BF16, F32 or F64",
                    _weights.Path,
                    stored
                );
        }
        string[] unknown =
        [
            .. _weights
                .Tensors.Select(tensor => tensor.Name)
                .Where(name => !used.Contains(name) && !TransformerParameters.IsBuffer(Config, name)),
        ];
        if (unknown.Length > 0)
            throw new SafetensorsException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"is not a parameter of a {Config.Family} model with this config; {unknown.Length} such tensors are there"
                ),
                _weights.Path,
                unknown[0]
            );
    }
}

/// <summary>Gives the values of a parameter by its name.</summary>
/// <param name="name">The name of the parameter.</param>
/// <returns>Its values, row-major.</returns>
public delegate ReadOnlySpan<float> ParameterValues(string name);
