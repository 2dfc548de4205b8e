using System.Globalization;
using System.Text;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A training run as it stood after some step, open for reading.</summary>
public sealed class TrainingCheckpoint : IDisposable
{
    internal const string Format = "assay training checkpoint 1";
    internal const string FormatKey = "format";
    internal const string StepKey = "step";
    internal const string OptionsKey = "options";
    internal const string ChecksumKey = "xxh128";
    internal const string Parameters = "parameter/";
    internal const string States = "state/";
    internal const string Randoms = "random/";

    private readonly SafetensorsFile _file;

    private TrainingCheckpoint(SafetensorsFile file)
    {
        _file = file;
        if (Text(FormatKey) != Format)
            throw file.Bad($"is not a training checkpoint: its format is '{Text(FormatKey)}', expected '{Format}'");
        if (!long.TryParse(Text(StepKey), NumberStyles.None, CultureInfo.InvariantCulture, out long step))
            throw file.Bad($"the step should be a whole number, found '{Text(StepKey)}'");
        (Step, Options) = (step, Text(OptionsKey));
        string checksum = ChecksumOf(file.CopyValuesTo, step, Options);
        if (Text(ChecksumKey) != checksum)
            throw file.Bad($"is damaged: the checksum is {checksum}, expected {Text(ChecksumKey)}");
    }

    /// <summary>Opens a checkpoint and checks all of it against its checksum.</summary>
    /// <exception cref="SafetensorsException">It is not a checkpoint, or is damaged.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static TrainingCheckpoint Open(string path)
    {
        SafetensorsFile file = SafetensorsFile.Open(path);
        try
        {
            return new(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The file.</summary>
    public string Path => _file.Path;

    /// <summary>Steps that were done.</summary>
    public long Step { get; }

    /// <summary>The options of the run, as the JSON text they were saved as.</summary>
    public string Options { get; }

    /// <summary>The names of the parameters, in ordinal order.</summary>
    public IEnumerable<string> ParameterNames => NamesUnder(Parameters);

    /// <summary>The names of the states of the optimiser and whatever else was saved beside the parameters.</summary>
    public IEnumerable<string> StateNames => NamesUnder(States);

    /// <summary>Reads a parameter, bit for bit.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="shape">The shape that it must have.</param>
    /// <param name="values">Is filled, row-major.</param>
    /// <exception cref="SafetensorsException">It is not there, or has another shape.</exception>
    /// <exception cref="ArgumentException">The span is not as long as the shape says.</exception>
    public void ReadParameter(string name, ReadOnlySpan<long> shape, Span<float> values) =>
        Read(Parameters + name, shape, values);

    /// <summary>Reads a state, bit for bit.</summary>
    /// <typeparam name="T">The type it was saved as.</typeparam>
    /// <param name="name">The state.</param>
    /// <param name="shape">The shape that it must have.</param>
    /// <param name="values">Is filled, row-major.</param>
    /// <exception cref="SafetensorsException">It is not there, or has another type or shape.</exception>
    /// <exception cref="ArgumentException">The span is not as long as the shape says.</exception>
    public void ReadState<T>(string name, ReadOnlySpan<long> shape, Span<T> values)
        where T : unmanaged => Read(States + name, shape, values);

    /// <summary>Number of values of a state.</summary>
    /// <exception cref="SafetensorsException">It is not there.</exception>
    public int LengthOf(string state) => checked((int)_file[States + state].Count);

    /// <summary>A random stream that goes on where the saved one stood.</summary>
    /// <exception cref="SafetensorsException">It is not there, or is not a random stream's state.</exception>
    public RandomStream ReadRandom(string name)
    {
        Span<ulong> words = stackalloc ulong[5];
        Read(Randoms + name, [5], words);
        if ((words[1] | words[2] | words[3] | words[4]) == 0)
            throw _file.Bad("is not the state of a random stream: it is 0 throughout", Randoms + name);
        return new(new RandomState(words[0], words[1], words[2], words[3], words[4]));
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>The checksum of the values, in the order of the file, with the step and the options.</summary>
    internal static string ChecksumOf(Action<Stream> writeValues, long step, string options)
    {
        using ChecksumStream stream = new();
        writeValues(stream);
        stream.Write(Encoding.UTF8.GetBytes($"{step.ToString(CultureInfo.InvariantCulture)}\n{options}"));
        return stream.Checksum;
    }

    private string Text(string key) =>
        _file.Metadata.TryGetValue(key, out string? text)
            ? text
            : throw _file.Bad($"is not a training checkpoint: its metadata have no '{key}'");

    private IEnumerable<string> NamesUnder(string prefix) =>
        _file
            .Tensors.Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(tensor => tensor.Name[prefix.Length..]);

    private void Read<T>(string name, ReadOnlySpan<long> shape, Span<T> values)
        where T : unmanaged
    {
        SafetensorsEntry entry = _file[name];
        if (!entry.Shape.AsSpan().SequenceEqual(shape))
            throw _file.Bad(
                $"has the shape [{string.Join(", ", entry.Shape)}], expected [{string.Join(", ", shape.ToArray())}]",
                name
            );
        if (entry.Count != values.Length)
            throw new ArgumentException(
                $"{Path}: tensor '{name}' has {entry.Count} values, and there is room for {values.Length}"
            );
        _file.Read(name, 0, values);
    }
}
