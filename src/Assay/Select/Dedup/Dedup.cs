using System.Collections;
using Assay.Data;

namespace Assay.Select;

/// <summary>Drops duplicates: keeps one row of each cluster of rows with identical or similar texts.</summary>
/// <remarks>
/// Source: "A Survey on Data Selection for Language Models", arXiv 2402.16827, section on deduplication, after the rules of
/// datatrove: MinHash over word 5-grams of the normalised text in 14 bands of 8 hashes; rows that agree in a whole band
/// are joined; a cluster is what is joined directly or through others. Reasons of drops: <c>dedup.exact</c> (the row kept has the same
/// text), <c>dedup.minhash</c>, <c>dedup.in_NAME</c> (the cluster has a row of the other dataset NAME). A false match of 64-bit
/// hashes costs a row in about one run of forty over a billion rows.
/// </remarks>
[Method("select/dedup", Paper = "data-selection-survey")]
public sealed class Dedup(DedupOptions options) : ISelector
{
    private const string Signatures = "signatures",
        Exact = "exact",
        Bands = "buckets",
        NGrams = "n-grams";

    private readonly Banding _banding = Banding.Of(options);

    /// <summary>Nodes in a slice of a key set, at most: decides how many pieces there are.</summary>
    internal int NodesPerSlice { get; init; } = 1 << 22;

    /// <summary>Nodes for each share of a slice in verification, at least.</summary>
    internal int NodesPerShare { get; init; } = 1 << 16;

    private int BandCount => options.Method == DedupMethod.Minhash ? _banding.Bands : 0;

    /// <summary>Selects one row of each cluster of duplicates in view.</summary>
    /// <exception cref="AssayException">A dataset or signal that the options name is missing or unfit.</exception>
    public Selected Select(View view, Work work)
    {
        double[]? signal = SignalOf(view);
        DedupRows rows = new(view, options.Against, work);
        int slices = 1;
        while (slices < KeyFile.Ranges && rows.Count / slices > NodesPerSlice)
            slices *= 2;
        MinHash? minHash = BandCount == 0 ? null : new(_banding.Hashes, work.Random.Child("minhash"));

        work.Make(
            Signatures,
            rows.Parts.Count,
            (i, stream) => new RowSigner(options, _banding, minHash).Write(rows.Parts[i], stream, work.Cancellation),
            i => rows.Parts[i].Selected,
            "rows"
        );
        // A thread holds its keys, and the sort some of them again.
        long keysInMemory = Math.Clamp(work.MemoryBytes / work.Threads / (2 * RowKey.Size), 1, 1 << 22);
        Buckets buckets = new(work, rows, Signatures, slices, keysInMemory);

        work.Make(Exact, slices, (slice, stream) => buckets.Write(0, slice, _ => true, stream), unit: "slices");
        int[] sameText = GC.AllocateUninitializedArray<int>(rows.Count);
        for (int node = 0; node < sameText.Length; node++)
            sameText[node] = node;
        DisjointSets clusters = new(rows.Count);
        foreach (int[] group in Groups(work, Exact, 0, slices))
        foreach (int node in group.AsSpan(1))
        {
            sameText[node] = group[0];
            clusters.Join(group[0], node);
        }
        clusters.Flatten();

        work.Make(
            Bands,
            BandCount * slices,
            (i, stream) => buckets.Write(1 + i / slices, i % slices, node => sameText[node] == node, stream),
            unit: "slices"
        );
        if (options.Verify)
            Verify(rows, slices, minHash, clusters, work);
        else
            foreach (int[] group in Groups(work, Bands, 0, BandCount * slices, shownAs: "clusters"))
            foreach (int node in group.AsSpan(1))
                clusters.Join(group[0], node);
        clusters.Flatten();

        int[] lengths = options.Keep == DedupKeep.Longest ? Lengths(rows, work) : [];
        Selected selected = new ClusterChoice(options, rows, clusters, sameText).Select(view, signal, lengths);
        foreach (string stage in (string[])[Signatures, Exact, Bands, NGrams])
            work.Pieces.Delete(stage);
        for (int band = 0; band < BandCount; band++)
            work.Pieces.Delete(Verified(band));
        return selected;
    }

    private static string Verified(int band) => $"verified-{band + 1:D4}";

    // Band after band: what one has joined need not be compared in the next.
    private void Verify(DedupRows rows, int slices, MinHash? minHash, DisjointSets clusters, Work work)
    {
        double threshold = options.Threshold ?? _banding.Knee;
        BitArray candidates = new(rows.Count);
        foreach (int[] group in Groups(work, Bands, 0, BandCount * slices))
        foreach (int node in group)
            candidates[node] = true;
        work.Make(
            NGrams,
            BandCount == 0 ? 0 : rows.Parts.Count,
            (i, stream) =>
                NGramSets.Write(rows.Parts[i], candidates, new(options, _banding, minHash), stream, work.Cancellation),
            i => rows.Parts[i].Selected,
            "rows"
        );
        // Comparing costs more than finding, so a slice is shared out further.
        int shares = Math.Clamp(rows.Count / slices / NodesPerShare, 1, 8);
        for (int band = 0; band < BandCount; band++)
        {
            int first = band * slices;
            work.Make(
                Verified(band),
                slices * shares,
                (i, stream) =>
                {
                    using NGramSets sets = new(work.Pieces, NGrams, rows);
                    using BinaryWriter writer = new(stream, System.Text.Encoding.UTF8, leaveOpen: true);
                    Verification verification = new(sets, clusters, threshold);
                    using FileStream groups = work.Pieces.Open(Bands, first + i / shares);
                    foreach (int[] group in Buckets.Read(groups, i % shares, shares))
                    {
                        work.Cancellation.ThrowIfCancellationRequested();
                        verification.Write(group, writer);
                    }
                },
                unit: "slices"
            );
            foreach (int[] pair in Groups(work, Verified(band), 0, slices * shares))
                clusters.Join(pair[0], pair[1]);
            clusters.Flatten();
        }
    }

    private static IEnumerable<int[]> Groups(Work work, string stage, int first, int count, string? shownAs = null)
    {
        for (int i = first; i < first + count; i++)
        {
            work.Cancellation.ThrowIfCancellationRequested();
            using FileStream stream = work.Pieces.Open(stage, i);
            foreach (int[] group in Buckets.Read(stream))
                yield return group;
            if (shownAs is not null)
                work.Progress?.Report(new(shownAs, i - first + 1, count, "slices"));
        }
    }

    private static int[] Lengths(DedupRows rows, Work work)
    {
        int[] lengths = new int[rows.OwnCount];
        for (int part = 0; part < rows.Parts.Count && rows.Parts[part].First < rows.OwnCount; part++)
        {
            using KeyFile file = new(work.Pieces.Open(Signatures, part));
            file.ReadLengths(lengths.AsSpan(rows.Parts[part].First, rows.Parts[part].Count));
        }
        return lengths;
    }

    private double[]? SignalOf(View view)
    {
        if (options.Keep != DedupKeep.BestBySignal)
            return options.By is null
                ? null
                : throw new AssayException(
                    "'by' is given, but 'keep' does not use it",
                    hint: "Write 'keep: best-by-signal'."
                );
        if (options.By is null)
            throw new AssayException(
                "'keep: best-by-signal' needs 'by', the name of a signal",
                hint: "Such as 'by: perplexity', with a value/... step above."
            );
        double[] values = view.Signal(options.By).Values;
        foreach (int row in view.DistinctRows)
            if (!double.IsFinite(values[row]))
                throw new AssayException(
                    $"the signal '{options.By}' has no finite value for row {row}, which is in view",
                    hint: "Compute it in a step above this one for all the rows that get here."
                );
        return values;
    }
}
