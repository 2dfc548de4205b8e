using System.IO.Hashing;
using System.Runtime.InteropServices;
using Assay.Data;

namespace Assay.Select;

/// <summary>Computes the keys of rows: the hash of the text and, for <see cref="DedupMethod.Minhash"/>, of each band. Not thread-safe.</summary>
internal sealed class RowSigner(DedupOptions options, Banding banding, MinHash? minHash)
{
    private readonly TextNormaliser _normaliser = new();
    private readonly ulong[] _window = new ulong[options.Ngram];
    private readonly uint[] _block = new uint[1024]; // stays in the first-level cache under the hash functions
    private readonly long[] _minima = new long[minHash?.PaddedCount ?? 0];
    private readonly uint[] _signature = new uint[minHash?.Count ?? 0];

    /// <summary>The key of the whole text and the words that <see cref="Bands"/> and <see cref="NGrams"/> read, until the next call.</summary>
    public ulong Exact(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> words)
    {
        if (options.Normalise)
        {
            words = _normaliser.Normalise(text);
            return XxHash3.HashToUInt64(words);
        }
        words = minHash is null ? [] : _normaliser.Collapse(text);
        return XxHash3.HashToUInt64(text);
    }

    /// <summary>The key of each band.</summary>
    /// <param name="words">Words with single spaces between them; at least one.</param>
    /// <param name="keys">Takes as many keys as there are bands.</param>
    /// <param name="cancellation">Stops within long texts.</param>
    public void Bands(ReadOnlySpan<byte> words, Span<ulong> keys, CancellationToken cancellation)
    {
        ReadOnlySpan<uint> signature = Sign(words, cancellation);
        for (int band = 0; band < banding.Bands; band++)
            keys[band] = XxHash3.HashToUInt64(
                MemoryMarshal.AsBytes(signature.Slice(band * banding.Rows, banding.Rows)),
                band
            );
    }

    /// <summary>The MinHash signature, until the next call.</summary>
    public ReadOnlySpan<uint> Sign(ReadOnlySpan<byte> words, CancellationToken cancellation = default)
    {
        _minima.AsSpan().Fill(long.MaxValue);
        NGramReader grams = new(words, _window);
        for (int count; (count = grams.Read(_block)) > 0; )
        {
            cancellation.ThrowIfCancellationRequested();
            minHash!.Update(_block.AsSpan(0, count), _minima);
        }
        minHash!.Finish(_minima, _signature);
        return _signature;
    }

    /// <summary>Appends the hashes of the distinct n-grams, ascending.</summary>
    public void NGrams(ReadOnlySpan<byte> words, List<uint> set, CancellationToken cancellation)
    {
        set.Clear();
        NGramReader grams = new(words, _window);
        for (int count; (count = grams.Read(_block)) > 0; )
        {
            cancellation.ThrowIfCancellationRequested();
            set.AddRange(_block.AsSpan(0, count));
        }
        set.Sort();
        int distinct = 0;
        for (int i = 0; i < set.Count; i++)
            if (i == 0 || set[i] != set[distinct - 1])
                set[distinct++] = set[i];
        CollectionsMarshal.SetCount(set, distinct);
    }

    /// <summary>Writes the keys of a table's selected rows as a <see cref="KeyFile"/>.</summary>
    public void Write(DedupRows.Part part, Stream stream, CancellationToken cancellation)
    {
        int bands = minHash is null ? 0 : banding.Bands;
        List<RowKey>[] sets = [.. Enumerable.Range(0, bands + 1).Select(_ => new List<RowKey>(part.Selected))];
        int[] lengths = new int[part.Count];
        ulong[] keys = new ulong[bands];
        HashSet<ulong> seen = [];
        using Batch batch = part.View.Read(part.Table);
        foreach (int row in batch.Rows)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<byte> text = batch.Text(row);
            int node = row + part.Shift;
            lengths[batch.Local(row)] = text.Length;
            ulong exact = Exact(text, out ReadOnlySpan<byte> words);
            sets[0].Add(new(exact, node));
            // Only the first of identical texts takes part in what follows.
            if (bands == 0 || words.IsEmpty || !seen.Add(exact))
                continue;
            Bands(words, keys, cancellation);
            for (int band = 0; band < bands; band++)
                sets[band + 1].Add(new(keys[band], node));
        }
        KeyFile.Write(stream, sets, lengths);
    }
}
