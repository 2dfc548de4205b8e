namespace Assay.Learning;

/// <summary>
/// The keys and values of the tokens so far, of a batch of sequences of different lengths: with it, each further token costs one
/// row of every layer rather than all rows before.
/// </summary>
/// <remarks>
/// Memory: 8 bytes x layers x batch x capacity x key heads x head size. Sequences lie one after the other, each with room for
/// <see cref="Capacity"/> tokens; what lies behind a sequence's length is garbage that nobody reads.
/// </remarks>
public sealed class KeyValueCache
{
    private int[] _lengths;
    private readonly (float[] Keys, float[] Values)[] _layers;

    /// <summary>Room for a batch.</summary>
    /// <param name="layers">Number of layers, at least 1.</param>
    /// <param name="batch">Number of sequences, at least 1.</param>
    /// <param name="capacity">Most tokens of a sequence, those of a prefix included; at least 1.</param>
    /// <param name="width">Key heads x head size.</param>
    public KeyValueCache(int layers, int batch, int capacity, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        (Capacity, Width) = (capacity, width);
        int size = checked(batch * capacity * width);
        _lengths = new int[batch];
        _layers = new (float[], float[])[layers];
        for (int layer = 0; layer < layers; layer++)
            _layers[layer] = (new float[size], new float[size]);
    }

    /// <summary>Number of sequences.</summary>
    public int Batch => _lengths.Length;

    /// <summary>Most tokens of a sequence.</summary>
    public int Capacity { get; }

    /// <summary>Key heads x head size.</summary>
    public int Width { get; }

    /// <summary>Tokens of the prefix that comes before each sequence and has no positions.</summary>
    public int Prefix { get; private set; }

    /// <summary>Tokens of each sequence so far, those of the prefix included.</summary>
    public ReadOnlySpan<int> Lengths => _lengths;

    /// <summary>Goes back to the prefix; the storage is kept.</summary>
    public void Clear() => _lengths.AsSpan().Fill(Prefix);

    /// <summary>Puts a prefix before every sequence.</summary>
    /// <exception cref="InvalidOperationException">There are tokens already.</exception>
    /// <exception cref="ArgumentException">The prefix is not that of a model of this size, or longer than the capacity.</exception>
    public void Begin(PrefixAdapter prefix)
    {
        if (_lengths.Any(length => length > 0))
            throw new InvalidOperationException("A prefix comes before the first token.");
        if (prefix.Layers != _layers.Length || prefix.Width != Width || prefix.Length > Capacity)
            throw new ArgumentException(
                $"A prefix of {prefix.Length} for {prefix.Layers} layers of {prefix.Width} does not fit a cache of {Capacity} for {_layers.Length} layers of {Width}."
            );
        for (int layer = 0; layer < _layers.Length; layer++)
        for (int sequence = 0; sequence < Batch; sequence++)
        {
            int start = sequence * Capacity * Width;
            prefix.Keys(layer).Data.CopyTo(_layers[layer].Keys.AsSpan(start));
            prefix.Values(layer).Data.CopyTo(_layers[layer].Values.AsSpan(start));
        }
        Prefix = prefix.Length;
        Clear();
    }

    /// <summary>Forgets all sequences but some, which move up.</summary>
    /// <param name="sequences">Numbers of those that stay, ascending, at least one.</param>
    /// <exception cref="ArgumentException">They are not ascending numbers of sequences.</exception>
    public void KeepOnly(ReadOnlySpan<int> sequences)
    {
        if (sequences.IsEmpty)
            throw new ArgumentException("At least one sequence stays.", nameof(sequences));
        int[] lengths = new int[sequences.Length];
        for (int i = 0; i < lengths.Length; i++)
        {
            if (sequences[i] < (i == 0 ? 0 : sequences[i - 1] + 1) || sequences[i] >= Batch)
                throw new ArgumentException("The sequences that stay are ascending numbers.", nameof(sequences));
            lengths[i] = _lengths[sequences[i]];
        }
        int room = Capacity * Width;
        for (int i = 0; i < lengths.Length; i++)
            if (sequences[i] != i)
                foreach ((float[] keys, float[] values) in _layers)
                {
                    Array.Copy(keys, sequences[i] * room, keys, i * room, lengths[i] * Width);
                    Array.Copy(values, sequences[i] * room, values, i * room, lengths[i] * Width);
                }
        _lengths = lengths;
    }

    internal float[] Keys(int layer) => _layers[layer].Keys;

    internal float[] Values(int layer) => _layers[layer].Values;

    /// <summary>Asserts that every sequence has room for <paramref name="more"/> tokens.</summary>
    internal void CheckRoom(int batch, int more)
    {
        if (batch != Batch)
            throw new ArgumentException($"The cache is for {Batch} sequences, and {batch} came.");
        foreach (int length in _lengths)
            if (length > Capacity - more)
                throw new ArgumentException(
                    $"The cache holds {Capacity} tokens of a sequence; one has {length}, and {more} more came."
                );
    }

    internal void Advance(ReadOnlySpan<int> counts)
    {
        for (int i = 0; i < counts.Length; i++)
            _lengths[i] += counts[i];
    }
}
