namespace Assay.Train;

/// <summary>Coordinate descent on a grid: along one axis after the other as long as it helps, until no neighbour is better.</summary>
/// <remarks>Source: arXiv 2509.14786, section 3.1 and appendix ("locally optimal hyper-parameters"). A neighbour is one step up or down on one axis.</remarks>
public static class CoordinateSearch
{
    /// <summary>Searches.</summary>
    /// <param name="sizes">Points of each axis, at least 1.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="loss">What is to be low at a point; asked once for each. Not NaN; infinity where training fails.</param>
    /// <param name="mostTrials">Points that may be tried, at least 1.</param>
    /// <exception cref="ArgumentException">The start is no point of the grid, or a loss is NaN.</exception>
    public static GridOptimum Of(
        IReadOnlyList<int> sizes,
        IReadOnlyList<int> start,
        Func<IReadOnlyList<int>, double> loss,
        int mostTrials = int.MaxValue
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostTrials, 1);
        if (start.Count != sizes.Count || start.Where((at, axis) => at < 0 || at >= sizes[axis]).Any())
            throw new ArgumentException("The start is no point of the grid.", nameof(start));
        List<GridTrial> trials = [];
        double? Try(int[] point)
        {
            if (Find(trials, point) is { } known)
                return known.Loss;
            if (trials.Count == mostTrials)
                return null;
            double found = loss(point);
            if (double.IsNaN(found))
                throw new ArgumentException($"The loss at ({string.Join(", ", point)}) is NaN.", nameof(loss));
            trials.Add(new(point, found));
            return found;
        }
        int[] best = [.. start];
        double lowest = Try(best)!.Value;
        for (int axis = 0, still = 0; still < sizes.Count; axis = (axis + 1) % sizes.Count)
        {
            bool moved = false;
            foreach (int direction in (int[])[1, -1])
            {
                while (Neighbour(sizes, best, axis, direction) is { } next && Try(next) is { } found && found < lowest)
                    (best, lowest, moved) = (next, found, true);
                if (moved)
                    break;
            }
            still = moved ? 0 : still + 1;
        }
        return new(best, lowest, trials, IsCertified(sizes, best, trials));
    }

    /// <summary>Whether all neighbours of a point were tried and none has a lower loss. At the edge of an axis the neighbour is the point itself.</summary>
    /// <param name="sizes">Points of each axis.</param>
    /// <param name="point">A point that was tried.</param>
    /// <param name="trials">All that were tried.</param>
    public static bool IsCertified(IReadOnlyList<int> sizes, IReadOnlyList<int> point, IReadOnlyList<GridTrial> trials)
    {
        if (Find(trials, point) is not { } own)
            return false;
        for (int axis = 0; axis < sizes.Count; axis++)
            foreach (int direction in (int[])[1, -1])
                if (
                    Neighbour(sizes, point, axis, direction) is { } next
                    && !(Find(trials, next) is { } other && other.Loss >= own.Loss)
                )
                    return false;
        return true;
    }

    private static GridTrial? Find(IReadOnlyList<GridTrial> trials, IReadOnlyList<int> point) =>
        trials.FirstOrDefault(trial => trial.Point.SequenceEqual(point));

    private static int[]? Neighbour(IReadOnlyList<int> sizes, IReadOnlyList<int> point, int axis, int direction)
    {
        int at = point[axis] + direction;
        if (at < 0 || at >= sizes[axis])
            return null;
        int[] next = [.. point];
        next[axis] = at;
        return next;
    }
}

/// <summary>A point of a grid that was tried.</summary>
/// <param name="Point">Its place on each axis, from 0.</param>
/// <param name="Loss">What it came to.</param>
public sealed record GridTrial(IReadOnlyList<int> Point, double Loss);

/// <summary>Where a search on a grid ended.</summary>
/// <param name="Point">The best point tried.</param>
/// <param name="Loss">Its loss.</param>
/// <param name="Trials">All points tried, in order.</param>
/// <param name="IsCertified">Whether all its neighbours were tried and none is better; false where trials ran out.</param>
public sealed record GridOptimum(
    IReadOnlyList<int> Point,
    double Loss,
    IReadOnlyList<GridTrial> Trials,
    bool IsCertified
);
