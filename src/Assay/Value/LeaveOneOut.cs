using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>How much the test score falls when a row is left out: signal <c>loo</c>.</summary>
/// <remarks>
/// The baseline of every other valuation: U(all) - U(all but the row), divided by the number of rows for sources of several. n + 1
/// trainings. One row of many rarely changes a score, so most values are 0 or noise.
/// </remarks>
[Method("value/loo", Paper = "data-shapley")]
public sealed class LeaveOneOut(LeaveOneOutOptions options) : IValuer
{
    private const string Stage = "left-out";
    private const int PerPiece = 20;

    /// <inheritdoc/>
    /// <exception cref="AssayException">The tables do not fit, or a value is missing.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work)
    {
        (TrainingGame game, ValuedTable table, int[][] sources) = TrainingGame.Of(options, view, work);
        game.Full(); // keeps the model of all rows for the others to start from
        return [SourceValues.Signal(table, sources, "loo", Values(game, work))];
    }

    /// <summary>The leave-one-out values of a game.</summary>
    public static double[] Values(IGame game, Work work)
    {
        int n = game.Players,
            pieces = (n + PerPiece - 1) / PerPiece;
        int SizeOf(int piece) => Math.Min(PerPiece, n - piece * PerPiece);
        work.Make(
            Stage,
            pieces,
            (piece, stream) =>
            {
                using Workers.LimitScope limit = Workers.Limit(1); // trainings are what runs in parallel
                double[] worths = new double[SizeOf(piece)];
                for (int i = 0; i < worths.Length; i++)
                {
                    work.Cancellation.ThrowIfCancellationRequested();
                    int left = piece * PerPiece + i;
                    int[] others = [.. Enumerable.Range(0, n).Where(player => player != left)];
                    worths[i] = others.Length == 0 ? game.Untrained : game.Worth(others);
                }
                stream.Write(MemoryMarshal.AsBytes<double>(worths));
            },
            piece => SizeOf(piece),
            "trainings"
        );
        double[] values = new double[n];
        double all = game.Worth([.. Enumerable.Range(0, n)]);
        for (int piece = 0; piece < pieces; piece++)
        {
            using FileStream stream = work.Pieces.Open(Stage, piece);
            stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan(piece * PerPiece, SizeOf(piece))));
        }
        for (int i = 0; i < n; i++)
            values[i] = all - values[i];
        return values;
    }
}

/// <summary>Options of <see cref="LeaveOneOut"/>.</summary>
public sealed record LeaveOneOutOptions : LearnerGameOptions;
