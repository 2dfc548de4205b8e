using System.Numerics;
using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>Semivalues by the definition: every set of players is tried once. For few players, such as sources of data.</summary>
public static class Enumeration
{
    /// <summary>Players at most: 2^n sets are tried.</summary>
    public const int MaxPlayers = 20;
    private const string Stage = "sets";
    private const int SetsPerPiece = 256;

    /// <summary>The values of all players.</summary>
    /// <param name="game">A game of at most <see cref="MaxPlayers"/> players.</param>
    /// <param name="weights">What each size of set counts, see <see cref="SizeWeights"/>.</param>
    /// <param name="work">Threads, finished pieces, progress.</param>
    /// <exception cref="AssayException">There are more players.</exception>
    public static double[] Values(IGame game, double[] weights, Work work)
    {
        int n = game.Players;
        if (n > MaxPlayers)
            throw new AssayException(
                $"exact values of {n:N0} players would need {Math.Pow(2, n):0.0e+0} trainings",
                hint: $"Up to {MaxPlayers} are possible: group rows with 'source:', or let values be estimated."
            );
        double[] worths = Worths(game, work);
        double[] scaled = [.. weights];
        double sets = 1; // binom(n - 1, k)
        for (int k = 0; k < n; sets = sets * (n - 1 - k) / (k + 1), k++)
            scaled[k] /= sets;
        double[] values = new double[n];
        for (int i = 0; i < n; i++)
        for (int set = 0; set < worths.Length; set++)
            if ((set >> i & 1) == 0)
                values[i] += scaled[BitOperations.PopCount((uint)set)] * (worths[set | 1 << i] - worths[set]);
        return values;
    }

    private static double[] Worths(IGame game, Work work)
    {
        double[] worths = new double[1 << game.Players];
        int pieces = (worths.Length + SetsPerPiece - 1) / SetsPerPiece;
        int SizeOf(int piece) => Math.Min(SetsPerPiece, worths.Length - piece * SetsPerPiece);
        work.Make(
            Stage,
            pieces,
            (piece, stream) =>
            {
                using Workers.LimitScope limit = Workers.Limit(1); // pieces are what runs in parallel
                double[] part = new double[SizeOf(piece)];
                for (int i = 0; i < part.Length; i++)
                {
                    work.Cancellation.ThrowIfCancellationRequested();
                    int set = piece * SetsPerPiece + i;
                    part[i] =
                        set == 0
                            ? game.Untrained
                            : game.Worth([
                                .. Enumerable.Range(0, game.Players).Where(player => (set >> player & 1) == 1),
                            ]);
                }
                stream.Write(MemoryMarshal.AsBytes<double>(part));
            },
            piece => SizeOf(piece),
            "sets"
        );
        for (int piece = 0; piece < pieces; piece++)
        {
            using FileStream stream = work.Pieces.Open(Stage, piece);
            stream.ReadExactly(MemoryMarshal.AsBytes(worths.AsSpan(piece * SetsPerPiece, SizeOf(piece))));
        }
        return worths;
    }
}
