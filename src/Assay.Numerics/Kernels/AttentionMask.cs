namespace Assay.Numerics;

/// <summary>How many keys, from the first on, each query sees.</summary>
internal readonly ref struct AttentionMask(
    HeadLayout queries,
    HeadLayout keys,
    bool causal,
    ReadOnlySpan<int> keyLengths
)
{
    private readonly ReadOnlySpan<int> _keyLengths = keyLengths;
    private readonly int _time = keys.Time;
    private readonly int _ahead = causal ? keys.Time - queries.Time + 1 : keys.Time;
    private readonly int _slope = causal ? 1 : 0;

    /// <summary>The number of keys that query <paramref name="time"/> of a sequence sees; it does not fall with time.</summary>
    public int Count(int batch, int time) => Math.Min(Length(batch), _ahead + _slope * time);

    /// <summary>The number of keys of a sequence that count.</summary>
    public int Length(int batch) => _keyLengths.IsEmpty ? _time : _keyLengths[batch];

    /// <summary>The first query that sees key <paramref name="key"/>, if it counts.</summary>
    public int FirstQuery(int key) => _slope == 0 ? 0 : Math.Max(0, key + 1 - _ahead);
}
