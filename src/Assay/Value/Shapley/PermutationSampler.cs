using System.Globalization;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>Walks random permutations of the players of a game, until their mean marginals settle.</summary>
/// <remarks>
/// Truncated Monte Carlo of Ghorbani and Zou, "Data Shapley" (2019). Permutation t has the stream t of the given one, so the same
/// ones come on any number of threads, and runs are merged by adding up passes.
/// </remarks>
/// <param name="game">The game.</param>
public sealed class PermutationSampler(IGame game)
{
    private const string Stage = "permutations";
    private const int Round = RunningMeans.Window;
    private const int HitsToEnd = 6;

    /// <summary>Permutations at most.</summary>
    public int Permutations { get; init; } = 1000;

    /// <summary>The change of values below which it stops; see <see cref="RunningMeans.Change"/>.</summary>
    public double Error { get; init; } = 0.05;

    /// <summary>The score of all players that passes are compared with.</summary>
    public double Full { get; init; }

    /// <summary>How near to <see cref="Full"/> a score must be, in its own unit, to count as there; negative for never.</summary>
    public double Tolerance { get; init; } = -1;

    /// <summary>Whether the first player of a permutation gets what it adds to the empty set, or 0 as in the release of G-Shapley.</summary>
    public bool CountsFirst { get; init; } = true;

    /// <summary>Walks one order.</summary>
    public PermutationPass Walk(ReadOnlySpan<int> order, CancellationToken cancellation = default)
    {
        ICoalition coalition = game.Grow();
        double[] marginals = new double[order.Length];
        double worth = game.Untrained;
        int reached = 0,
            hits = 0;
        while (reached < order.Length && hits < HitsToEnd)
        {
            cancellation.ThrowIfCancellationRequested();
            double before = worth;
            worth = coalition.Add(order[reached]);
            marginals[reached] = reached > 0 || CountsFirst ? worth - before : 0;
            reached++;
            hits = Math.Abs(worth - Full) <= Tolerance ? hits + 1 : 0;
        }
        return new(order.ToArray(), marginals[..reached], coalition.Trainings);
    }

    /// <summary>Walks permutations; those that a killed run finished are not walked again.</summary>
    public PermutationSamples Run(Work work)
    {
        // Of many players one permutation is a piece worth keeping. Each number goes into a round.
        int perPiece = game.Players switch
        {
            <= 20 => 50,
            <= 200 => 10,
            _ => 1,
        };
        RunningMeans means = new(game.Players);
        long trainings = 0;
        int truncated = 0;
        while (means.Count < Permutations && !(means.Count >= Round && means.Change() < Error))
        {
            int done = means.Count,
                upTo = Math.Min(Permutations, done + Round);
            Make(work, done, upTo, perPiece, means.Change());
            foreach (PermutationPass pass in Read(work, done, upTo, perPiece))
            {
                means.Add(pass);
                trainings += pass.Trainings;
                truncated += pass.Marginals.Length < game.Players ? 1 : 0;
            }
        }
        work.Progress?.Report(new(NameOf(means), means.Count, means.Count, Stage));
        return new(means, trainings, truncated, () => Read(work, 0, means.Count, perPiece));

        static string NameOf(RunningMeans means) =>
            means.Count < Round ? Stage : FormattableString.Invariant($"values change by {means.Change():0.000}");
    }

    private void Make(Work work, int from, int to, int perPiece, double change)
    {
        string stage = from == 0 ? Stage : FormattableString.Invariant($"values change by {change:0.000}");
        RandomStream random = work.Random.Child(Stage);
        int first = from / perPiece,
            done = from;
        work.Each(
            (to - from + perPiece - 1) / perPiece,
            index =>
            {
                // Whole, so that a run of more permutations can take it over.
                int piece = first + index,
                    start = piece * perPiece,
                    end = start + perPiece;
                if (!work.Pieces.Has(Stage, piece))
                    work.Pieces.Write(
                        Stage,
                        piece,
                        stream =>
                        {
                            using Workers.LimitScope limit = Workers.Limit(1); // permutations are what runs in parallel
                            for (int t = start; t < end; t++)
                                Walk(OrderOf(t, random), work.Cancellation).Write(stream);
                        }
                    );
                work.Progress?.Report(
                    new(stage, Math.Min(to, Interlocked.Add(ref done, perPiece)), Permutations, Stage)
                );
            }
        );
    }

    private int[] OrderOf(int permutation, RandomStream random)
    {
        int[] order = [.. Enumerable.Range(0, game.Players)];
        random.Child(permutation).Shuffle(order.AsSpan());
        return order;
    }

    private IEnumerable<PermutationPass> Read(Work work, int from, int to, int perPiece)
    {
        RandomStream random = work.Random.Child(Stage);
        for (int start = from; start < to; start += perPiece)
        {
            using FileStream stream = work.Pieces.Open(Stage, start / perPiece);
            for (int t = start; t < Math.Min(to, start + perPiece); t++)
                yield return PermutationPass.Read(stream, OrderOf(t, random));
        }
    }
}

/// <summary>Permutations that were walked.</summary>
/// <param name="Means">Their mean marginals.</param>
/// <param name="Trainings">How many models were trained.</param>
/// <param name="Truncated">How many permutations ended early.</param>
/// <param name="Passes">All passes again, in their order.</param>
public sealed record PermutationSamples(
    RunningMeans Means,
    long Trainings,
    int Truncated,
    Func<IEnumerable<PermutationPass>> Passes
)
{
    /// <summary>Runs of the same game with other seeds, or on other machines, as if one had walked all their permutations in turn.</summary>
    /// <param name="runs">At least one; their pieces must still be there.</param>
    /// <exception cref="ArgumentException">Their numbers of players differ.</exception>
    public static PermutationSamples Merge(params IReadOnlyList<PermutationSamples> runs)
    {
        RunningMeans means = new(runs[0].Means.Players);
        foreach (PermutationSamples run in runs)
        {
            if (run.Means.Players != means.Players)
                throw new ArgumentException(
                    $"Runs of {means.Players} and of {run.Means.Players} players are not of one game."
                );
            foreach (PermutationPass pass in run.Passes())
                means.Add(pass);
        }
        return new(
            means,
            runs.Sum(run => run.Trainings),
            runs.Sum(run => run.Truncated),
            () => runs.SelectMany(run => run.Passes())
        );
    }

    /// <summary>How many there were and whether that was enough, for a person to read.</summary>
    public string Note =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Means.Count:N0} permutations ({Truncated:N0} cut short), {Trainings:N0} trainings; values {Settled(Means.Change())}"
        );

    // A row of value 0 makes any change infinitely large.
    private static string Settled(double change) =>
        change >= 1
            ? "have not settled"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"changed by {change:0.000} over the last {RunningMeans.Window} permutations"
            );
}
