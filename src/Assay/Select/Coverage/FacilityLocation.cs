using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;

namespace Assay.Select;

/// <summary>Options of <see cref="FacilityLocation"/>.</summary>
public sealed record FacilityLocationOptions : ModelEmbeddingOptions
{
    /// <summary>How many rows stay: a share of the rows in view, or a count.</summary>
    [Required]
    public Amount Keep { get; init; }

    /// <summary>Rows that are to be represented, at most, drawn at random: time grows with them. Any row may be chosen.</summary>
    [Range(1, int.MaxValue)]
    public int Represented { get; init; } = 20_000;
}

/// <summary>Keeps rows that represent all others best: each row counts by its similarity to the most similar one that is kept.</summary>
/// <remarks>
/// <para>Maximises the sum over rows v of max(0, largest cosine of v and a kept row), which is monotone and submodular, so that greedy
/// choice reaches at least 1 - 1/e of the best (Nemhauser, Wolsey and Fisher, 1978); as the diversity of instruction tuning data,
/// Bukharin et al., "Data Diversity Matters for Robust Instruction Tuning" (2023). Greedy is lazy (Minoux, 1978): a gain that was
/// computed earlier bounds the gain now, so few are computed again.</para>
/// <code>
/// Representatives found = FacilityLocation.Choose(vectors, vectors, 100);
/// </code>
/// </remarks>
[Method("select/facility-location", Paper = "qdc-survey")]
public sealed class FacilityLocation(FacilityLocationOptions options) : ISelector, IModelUser
{
    private const string FirstGains = "first gains",
        Stage = "representatives";
    private const int RowsPerPiece = 1024;
    private const int ChosenBetweenPieces = 256;

    /// <inheritdoc/>
    public ModelRequest? Model => options.Request;

    /// <inheritdoc/>
    /// <exception cref="AssayException">There are no rows or no text, or a column is missing.</exception>
    public Selected Select(View view, Work work)
    {
        Verdicts verdicts = new(view, "facility-location.represented");
        int rows = view.DistinctRows.Length,
            count = (int)Math.Min(options.Keep.Of(rows), rows);
        if (count == rows)
            return verdicts.ToSelected();
        Matrix vectors = RowEmbedding.OfUnitLength(RowEmbedding.Fit(options, work, view).Apply(view, work, "rows"));
        Matrix represented = vectors.Rows <= options.Represented ? vectors : vectors.Take(Drawn(vectors.Rows, work));
        Gains gains = new(vectors, represented, work.Cancellation);
        work.Make(
            FirstGains,
            (rows + RowsPerPiece - 1) / RowsPerPiece,
            (piece, stream) =>
            {
                int[] some =
                [
                    .. Enumerable.Range(piece * RowsPerPiece, Math.Min(RowsPerPiece, rows - piece * RowsPerPiece)),
                ];
                stream.Write(MemoryMarshal.AsBytes<double>(gains.Of(some)));
            },
            piece => Math.Min(RowsPerPiece, rows - piece * RowsPerPiece),
            "rows"
        );
        double[] first = new double[rows];
        for (int start = 0; start < rows; start += RowsPerPiece)
        {
            using FileStream stream = work.Pieces.Open(FirstGains, start / RowsPerPiece);
            stream.ReadExactly(MemoryMarshal.AsBytes(first.AsSpan(start, Math.Min(RowsPerPiece, rows - start))));
        }
        using Workers.LimitScope limit = Workers.Limit(Math.Min(256, work.Threads));
        LazyGreedy greedy = new(gains, first);
        ChosenRows kept = new(work, Stage, ChosenBetweenPieces);
        foreach (int row in kept.Kept())
            greedy.Take(row);
        while (greedy.Chosen.Count < count)
        {
            greedy.Take(greedy.Best());
            kept.Keep(greedy.Chosen);
            int done = greedy.Chosen.Count;
            if (done % 16 == 0 || done == count)
                work.Progress?.Report(new(Stage, done, count, "rows"));
        }
        verdicts.DropAll();
        foreach (int position in greedy.Chosen)
            verdicts.Keep(position);
        string note = string.Create(
            CultureInfo.InvariantCulture,
            $"the mean row has a cosine of {gains.Value / represented.Rows:0.000} to the nearest that is kept"
        );
        return verdicts.ToSelected() with { Notes = [note] };
    }

    /// <summary>Chooses rows greedily.</summary>
    /// <param name="candidates">Rows to choose from.</param>
    /// <param name="represented">Rows to be represented, at least one, of as many features; may be the same.</param>
    /// <param name="count">How many, at least 0; all where there are fewer.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="ArgumentException">A number is not finite, or features differ.</exception>
    public static Representatives Choose(
        Matrix candidates,
        Matrix represented,
        int count,
        CancellationToken cancellation = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Gains gains = new(RowEmbedding.OfUnitLength(candidates), RowEmbedding.OfUnitLength(represented), cancellation);
        LazyGreedy greedy = new(gains, gains.Of([.. Enumerable.Range(0, candidates.Rows)]));
        while (greedy.Chosen.Count < Math.Min(count, candidates.Rows))
            greedy.Take(greedy.Best());
        return new([.. greedy.Chosen], gains.Value);
    }

    private int[] Drawn(int rows, Work work)
    {
        RandomStream random = work.Random.Child("represented");
        int[] drawn = [.. Enumerable.Range(0, rows)];
        Array.Sort(Array.ConvertAll(drawn, row => random.BitsOf((UInt128)row)), drawn);
        return [.. drawn.Take(options.Represented).Order()];
    }
}

/// <summary>What facility location chose.</summary>
/// <param name="Rows">The chosen candidates in the order of choice.</param>
/// <param name="Value">The sum over represented rows of the largest cosine to a chosen one, or 0 where all are below.</param>
public sealed record Representatives(int[] Rows, double Value);
