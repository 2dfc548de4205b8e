using Assay.Learning;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Tests.Value;

/// <summary>A game whose sets are bits.</summary>
internal sealed class TableGame(int players, Func<int, double> worth) : IGame
{
    private readonly double[] _worths = [.. Enumerable.Range(0, 1 << players).Select(worth)];

    public static TableGame Random(int players, int seed)
    {
        RandomStream random = new((ulong)seed, "game");
        return new(players, _ => random.NextGaussian());
    }

    public int Players => players;

    public double Untrained => _worths[0];

    public double Of(int set) => _worths[set];

    public double Worth(ReadOnlySpan<int> members)
    {
        int set = 0;
        foreach (int player in members)
            set |= 1 << player;
        return _worths[set];
    }

    public FullWorth Full() => new(_worths[^1], 0);
}

/// <summary>Games of one nearest neighbour on a line.</summary>
internal static class LineGames
{
    public static TrainingGame A { get; } =
        Of(
            [0, 1, 2.2f, 3.1f, 4.5f, 5.3f, 6.9f, 8],
            [0, 0, 0, 1, 1, 1, 1, 0],
            [0.4f, 1.3f, 2.5f, 3.4f, 4.2f, 5, 6, 7.2f],
            [0, 0, 0, 1, 1, 1, 1, 1]
        );

    public static TrainingGame B { get; } =
        Of(
            [.86f, .94f, 1.14f, 1.6f, 2.37f, 3.91f, 4.31f, 4.33f, 4.79f, 5.17f, 5.82f, 5.87f, 7.35f, 8.01f],
            [0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 1],
            [.3f, .91f, 2.07f, 2.98f, 3.74f, 6.3f, 6.61f, 7.07f, 7.42f, 9.31f],
            [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
        );

    private static TrainingGame Of(float[] rows, int[] labels, float[] test, int[] truth)
    {
        RandomStream random = new(1, "line");
        ClassificationTask task = new(
            new(new(rows, 1), labels, 2),
            new(test, 1),
            truth,
            new KnnClassifier(new() { Neighbours = 1 }),
            WorthMetric.Auto,
            random
        );
        return new(task, [.. Enumerable.Range(0, rows.Length).Select(row => (int[])[row])], random);
    }

    /// <summary>The same game, every set tried once.</summary>
    public static TableGame Tabled(this IGame game) =>
        new(
            game.Players,
            set =>
                set == 0
                    ? game.Untrained
                    : game.Worth([.. Enumerable.Range(0, game.Players).Where(player => (set >> player & 1) == 1)])
        );
}
