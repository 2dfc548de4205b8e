using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Features;

/// <summary>Vectors of weighed n-grams along their leading directions.</summary>
internal sealed class TfIdfEmbedder(EmbeddingOptions options, TfIdfModel weights, TruncatedSvdModel directions)
    : IRowEmbedder
{
    private const string Stage = "embedding";
    private const int MostTerms = 1 << 15; // bounds what the fit holds: some vectors of so many numbers for each dimension

    public int Dimensions => directions.SingularValues.Length;

    /// <summary>Learns weights and directions, or reads them where an earlier run has learned them.</summary>
    public static TfIdfEmbedder Fit(EmbeddingOptions options, Work work, IReadOnlyList<View> views)
    {
        work.Make(
            Stage,
            1,
            (_, stream) =>
            {
                using Workers.LimitScope limit = Workers.Limit(Math.Min(256, work.Threads));
                Learn(options, work, views).Write(stream);
            },
            unit: "models"
        );
        using FileStream file = work.Pieces.Open(Stage, 0);
        return Read(options, file);
    }

    public Matrix Embed(Batch batch, ReadOnlySpan<int> rows) =>
        directions.Transform(weights.Transform(new TextGrams(options).Count(batch, rows)));

    private static TfIdfEmbedder Learn(EmbeddingOptions options, Work work, IReadOnlyList<View> views)
    {
        TextGrams grams = new(options);
        int[][] drawn = Draw(options.FitRows, work.Random.Child(Stage), views);
        SparseMatrix counts = SparseMatrix.Stack([
            .. views.Select((view, i) => grams.Count(view, drawn[i], work.Cancellation)),
        ]);
        if (counts.Entries == 0)
            throw new AssayException(
                $"no row of {string.Join(", ", views.Select(view => $"'{view.Dataset.Name}'"))} has text to embed",
                hint: "Check the 'text:' column of the dataset, or use 'embed: columns'."
            );
        TfIdfModel weights = TfIdf.Fit(counts, mostTerms: MostTerms);
        return new(
            options,
            weights,
            new TruncatedSvd(new() { Components = options.Dimensions }).Fit(
                weights.Transform(counts),
                work.Random.Child("directions"),
                work.Cancellation
            )
        );
    }

    // As many rows of each view; what a small one leaves is for the others.
    private static int[][] Draw(int budget, RandomStream random, IReadOnlyList<View> views)
    {
        int[][] drawn = new int[views.Count][];
        int left = views.Count;
        foreach ((int i, View view) in views.Index().OrderBy(pair => pair.Item.DistinctRows.Length))
        {
            int[] rows = view.DistinctRows.ToArray();
            int count = Math.Min(rows.Length, budget / left--);
            budget -= count;
            if (count < rows.Length)
            {
                RandomStream own = random.Child(i);
                ulong[] keys = Array.ConvertAll(rows, row => own.BitsOf((UInt128)row));
                Array.Sort(keys, rows);
                Array.Resize(ref rows, count);
                Array.Sort(rows);
            }
            drawn[i] = rows;
        }
        return drawn;
    }

    private void Write(Stream stream)
    {
        using BinaryWriter writer = new(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(weights.Columns);
        writer.Write(weights.Terms.Length);
        writer.Write(Dimensions);
        writer.Write(MemoryMarshal.AsBytes<int>(weights.Terms));
        writer.Write(MemoryMarshal.AsBytes<double>(weights.Weights));
        writer.Write(MemoryMarshal.AsBytes<double>(directions.SingularValues));
        writer.Write(MemoryMarshal.AsBytes<float>(directions.Directions));
    }

    private static TfIdfEmbedder Read(EmbeddingOptions options, Stream stream)
    {
        using BinaryReader reader = new(stream);
        int columns = reader.ReadInt32(),
            terms = reader.ReadInt32(),
            dimensions = reader.ReadInt32();
        T[] Numbers<T>(int count)
            where T : struct
        {
            T[] numbers = new T[count];
            stream.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
            return numbers;
        }
        TfIdfModel weights = new()
        {
            Columns = columns,
            Terms = Numbers<int>(terms),
            Weights = Numbers<double>(terms),
        };
        return new(
            options,
            weights,
            new()
            {
                Features = terms,
                SingularValues = Numbers<double>(dimensions),
                Directions = Numbers<float>(checked(terms * dimensions)),
            }
        );
    }
}
