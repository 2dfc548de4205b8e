using Assay.Numerics;

namespace Assay.Value;

/// <summary>How the worth of a set of players changes as they are removed, or added, in the order of their values.</summary>
/// <param name="Points">From the first to the last set.</param>
public sealed record ValueCurve(IReadOnlyList<CurvePoint> Points)
{
    /// <summary>About how many points a curve has.</summary>
    public const int DefaultPoints = 20;

    /// <summary>The worth of what is left when players are removed from the start of an order; the last point leaves some.</summary>
    /// <param name="game">The game: for an honest curve, one with another test set than that of the values.</param>
    /// <param name="order">All players, the first to go first: <see cref="Ascending"/>, its reverse, or a random order.</param>
    /// <param name="points">Number of points, at least 2.</param>
    /// <param name="also">Numbers of players that get a point too.</param>
    /// <param name="cancellation">Asks to stop, between two points.</param>
    public static ValueCurve Removal(
        IGame game,
        ReadOnlySpan<int> order,
        int points = DefaultPoints,
        IEnumerable<int>? also = null,
        CancellationToken cancellation = default
    )
    {
        int[] players = order.ToArray();
        return Of(game, players.Length, points, also, removed => players.AsMemory(removed), first: 0, cancellation);
    }

    /// <summary>The worth of what is there when players are added from the start of an order.</summary>
    /// <inheritdoc cref="Removal"/>
    public static ValueCurve Addition(
        IGame game,
        ReadOnlySpan<int> order,
        int points = DefaultPoints,
        IEnumerable<int>? also = null,
        CancellationToken cancellation = default
    )
    {
        int[] players = order.ToArray();
        return Of(game, players.Length, points, also, added => players.AsMemory(0, added), first: 1, cancellation);
    }

    /// <summary>The sets of a removal seen from the other end: adding players from the end of an order is removing them from its start, backwards.</summary>
    public ValueCurve Mirrored() => new([.. Points.Reverse().Select(point => point with { Share = 1 - point.Share })]);

    /// <summary>The mean curve of random orders, the control of every other one.</summary>
    /// <param name="curve">Makes the curve of an order: <see cref="Removal"/> or <see cref="Addition"/>.</param>
    /// <param name="players">Number of players.</param>
    /// <param name="random">Order i comes from its child i.</param>
    /// <param name="orders">Number of orders, at least 1; 10 in the release of Data Shapley.</param>
    public static ValueCurve Random(Func<int[], ValueCurve> curve, int players, RandomStream random, int orders = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(orders, 1);
        ValueCurve[] curves = new ValueCurve[orders];
        for (int i = 0; i < orders; i++)
        {
            int[] order = [.. Enumerable.Range(0, players)];
            random.Child(i).Shuffle(order.AsSpan());
            curves[i] = curve(order);
        }
        return Mean(curves);
    }

    /// <summary>The mean of curves of the same sizes of sets, with the standard deviation of each point over them.</summary>
    public static ValueCurve Mean(IReadOnlyList<ValueCurve> curves)
    {
        CurvePoint[] points = [.. curves[0].Points];
        for (int at = 0; at < points.Length; at++)
        {
            Moments worths = new();
            foreach (ValueCurve curve in curves)
                worths.Add(curve.Points[at].Worth);
            points[at] = new(points[at].Share, worths.Mean, worths.StandardDeviation ?? 0);
        }
        return new(points);
    }

    /// <summary>Players from the lowest value to the highest; of equal values the lower number first.</summary>
    public static int[] Ascending(ReadOnlySpan<double> values)
    {
        double[] keys = values.ToArray();
        return [.. Enumerable.Range(0, keys.Length).OrderBy(player => keys[player])];
    }

    private static ValueCurve Of(
        IGame game,
        int players,
        int points,
        IEnumerable<int>? also,
        Func<int, ReadOnlyMemory<int>> setOf,
        int first,
        CancellationToken cancellation
    )
    {
        if (players != game.Players)
            throw new ArgumentException($"An order of {players} players does not fit a game of {game.Players}.");
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 2);
        // As many of them as there are players to remove, but one.
        int last = first == 0 ? players - 1 : players;
        int[] counts =
        [
            .. Enumerable
                .Range(0, points)
                .Select(point => first + (int)Math.Round((last - first) * (double)point / (points - 1)))
                .Concat(also?.Where(count => count >= first && count <= last) ?? [])
                .Distinct()
                .Order(),
        ];
        CurvePoint[] made = new CurvePoint[counts.Length];
        Workers.For(
            counts.Length,
            at =>
            {
                cancellation.ThrowIfCancellationRequested();
                made[at] = new(counts[at] / (double)players, game.Worth(setOf(counts[at]).Span));
            }
        );
        return new(made);
    }
}

/// <summary>One set of a curve.</summary>
/// <param name="Share">How many players were removed, or added, as a share of all.</param>
/// <param name="Worth">What the set is worth.</param>
/// <param name="Deviation">The standard deviation over orders, where it is a mean of several; else 0.</param>
public readonly record struct CurvePoint(double Share, double Worth, double Deviation = 0);
