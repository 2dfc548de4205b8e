namespace Assay.Learning;

/// <summary>Which pairs of tokens become which token, and which of them first: an open hash table, read by any number of threads.</summary>
internal sealed class BpeMerges
{
    /// <summary>What <see cref="Find"/> gives for a pair that does not merge; greater than every merge.</summary>
    public const ulong None = ulong.MaxValue;

    private const ulong Empty = ulong.MaxValue;

    private readonly Slot[] _slots;
    private readonly int _shift;

    private record struct Slot(ulong Pair, ulong Merge);

    /// <summary>The merges in order of rank. Of equal pairs the last counts, as in Hugging Face's map.</summary>
    public BpeMerges(ReadOnlySpan<(int Left, int Right, int Merged)> merges)
    {
        int bits = 4;
        while (1L << bits < 2L * merges.Length)
            bits++;
        _slots = new Slot[1 << bits];
        _slots.AsSpan().Fill(new(Empty, None));
        _shift = 64 - bits;
        for (int rank = 0; rank < merges.Length; rank++)
        {
            (int left, int right, int merged) = merges[rank];
            ulong pair = Pair(left, right);
            int at = Home(pair);
            while (_slots[at].Pair != Empty && _slots[at].Pair != pair)
                at = (at + 1) & (_slots.Length - 1);
            _slots[at] = new(pair, ((ulong)(uint)rank << 32) | (uint)merged);
        }
    }

    /// <summary>The merge of two tokens, rank in the high half and the merged token in the low half, or <see cref="None"/>.</summary>
    public ulong Find(int left, int right)
    {
        ulong pair = Pair(left, right);
        Slot[] slots = _slots;
        for (int at = Home(pair); ; at++)
        {
            ref readonly Slot slot = ref slots[at & (slots.Length - 1)];
            if (slot.Pair == pair)
                return slot.Merge;
            if (slot.Pair == Empty)
                return None;
        }
    }

    private static ulong Pair(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private int Home(ulong pair) => (int)((pair * 0x9E3779B97F4A7C15) >> _shift);
}
