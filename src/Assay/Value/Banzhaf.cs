using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>The mean score of random halves of the rows that have a row, minus that of halves without it: signals <c>banzhaf</c> and <c>banzhaf-error</c>.</summary>
/// <remarks>
/// Source: Wang and Jia, "Data Banzhaf: A Robust Data Valuation Framework for Machine Learning" (2023), maximum sample reuse:
/// every set has each row with chance 1/2 and counts for all rows. Set t has the stream t. <c>banzhaf-error</c> is the standard
/// error of the difference.
/// </remarks>
[Method("value/banzhaf", Paper = "data-shapley")]
public sealed class Banzhaf(BanzhafOptions options) : IValuer
{
    private const string Stage = "sets";
    private const int SetsPerPiece = 20;

    /// <inheritdoc/>
    /// <exception cref="AssayException">The tables do not fit, or a value is missing.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work)
    {
        (TrainingGame game, ValuedTable table, int[][] sources) = TrainingGame.Of(options, view, work);
        if (options.Exact)
        {
            double[] exact = Enumeration.Values(game, SizeWeights.Banzhaf(sources.Length), work);
            return [SourceValues.Signal(table, sources, "banzhaf", exact)];
        }
        (double[] values, double[] errors) = Estimate(game, options.Sets, work);
        return
        [
            SourceValues.Signal(table, sources, "banzhaf", values),
            SourceValues.Signal(table, sources, "banzhaf-error", errors),
        ];
    }

    /// <summary>Estimates the Banzhaf values of a game, and their standard errors.</summary>
    /// <param name="game">The game.</param>
    /// <param name="sets">Number of random sets, at least 2.</param>
    /// <param name="work">Random numbers, threads, finished pieces.</param>
    /// <returns>One of each a player; NaN for a player that all sets have, or none.</returns>
    public static (double[] Values, double[] Errors) Estimate(IGame game, int sets, Work work)
    {
        RandomStream random = work.Random.Child(Stage);
        int pieces = (sets + SetsPerPiece - 1) / SetsPerPiece;
        int SizeOf(int piece) => Math.Min(SetsPerPiece, sets - piece * SetsPerPiece);
        work.Make(
            Stage,
            pieces,
            (piece, stream) =>
            {
                using Workers.LimitScope limit = Workers.Limit(1); // sets are what runs in parallel
                double[] worths = new double[SetsPerPiece]; // whole, so that a run of more sets can take it over
                for (int i = 0; i < worths.Length; i++)
                {
                    work.Cancellation.ThrowIfCancellationRequested();
                    int[] players = Draw(random.Child(piece * SetsPerPiece + i), game.Players);
                    worths[i] = players.Length == 0 ? game.Untrained : game.Worth(players);
                }
                stream.Write(MemoryMarshal.AsBytes<double>(worths));
            },
            piece => SizeOf(piece),
            Stage
        );
        Moments[] with = [.. Enumerable.Range(0, game.Players).Select(_ => new Moments())],
            without = [.. Enumerable.Range(0, game.Players).Select(_ => new Moments())];
        for (int piece = 0; piece < pieces; piece++)
        {
            double[] worths = new double[SizeOf(piece)];
            using FileStream stream = work.Pieces.Open(Stage, piece);
            stream.ReadExactly(MemoryMarshal.AsBytes(worths.AsSpan()));
            for (int i = 0; i < worths.Length; i++)
            {
                bool[] members = Members(random.Child(piece * SetsPerPiece + i), game.Players);
                for (int player = 0; player < members.Length; player++)
                    (members[player] ? with : without)[player].Add(worths[i]);
            }
        }
        return ([.. with.Zip(without, Difference)], [.. with.Zip(without, StandardError)]);
    }

    private static double Difference(Moments with, Moments without) =>
        with.Count > 0 && without.Count > 0 ? with.Mean - without.Mean : double.NaN;

    private static double StandardError(Moments with, Moments without) =>
        with.StandardDeviation is { } a && without.StandardDeviation is { } b
            ? Math.Sqrt(a * a / with.Count + b * b / without.Count)
            : double.NaN;

    private static int[] Draw(RandomStream random, int players)
    {
        bool[] members = Members(random, players);
        return [.. Enumerable.Range(0, players).Where(player => members[player])];
    }

    private static bool[] Members(RandomStream random, int players)
    {
        bool[] members = new bool[players];
        ulong bits = 0;
        for (int player = 0; player < players; player++, bits >>= 1)
        {
            if (player % 64 == 0)
                bits = random.NextUInt64();
            members[player] = (bits & 1) == 1;
        }
        return members;
    }
}
