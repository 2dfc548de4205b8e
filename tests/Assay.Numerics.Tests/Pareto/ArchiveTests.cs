using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public class ArchiveTests
{
    [Fact]
    public void Says_what_came_in_and_what_went()
    {
        Archive archive = new(2);
        Same(new(true, []), archive.Add([3, 3]));
        Same(new(true, []), archive.Add([1, 5]));
        Same(new(false, []), archive.Add([3, 3]));
        Same(new(false, []), archive.Add([4, 3]));
        Same(new(true, [0]), archive.Add([2, 2]));
        Same(new(true, [1, 4]), archive.Add([0, 0]));
        Assert.Equal([5], archive.Members);
        Assert.Equal([0, 0], archive.Points());
    }

    [Fact]
    public void Holds_the_first_front_without_copies_in_any_order() =>
        Prop.ForAll(
                NonDominatedTests.Small,
                set =>
                {
                    double[][] rows = [.. set.Points.Chunk(set.M)];
                    Archive archive = new(set.M);
                    HashSet<int> inside = [];
                    for (int i = 0; i < rows.Length; i++)
                    {
                        ArchiveChange change = archive.Add(rows[i]);
                        inside.ExceptWith(change.Removed);
                        if (change.Accepted)
                            inside.Add(i);
                        if (!inside.Order().SequenceEqual(archive.Members))
                            return false;
                    }
                    bool[] first = NonDominated.IsNonDominated(set.Points, set.M, new() { KeepCopies = false });
                    double[] expected = [.. rows.Where((_, i) => first[i]).SelectMany(row => row)];
                    Archive backwards = new(set.M);
                    foreach (double[] row in rows.Reverse())
                        backwards.Add(row);
                    return expected.SequenceEqual(archive.Points())
                        && expected.Length == backwards.Points().Length
                        && NonDominated.IsNonDominated([.. expected, .. backwards.Points()], set.M).All(one => one);
                }
            )
            .Holds();

    [Fact]
    public void A_bounded_one_never_holds_more_and_never_a_dominated_point() =>
        Prop.ForAll(
                NonDominatedTests.Small,
                set =>
                    new[]
                    {
                        BoundedArchive.ByCrowding(set.M, 5),
                        BoundedArchive.ByNearest(set.M, 5),
                        BoundedArchive.ByContribution(set.M, 5, [.. Enumerable.Repeat(7.0, set.M)]),
                    }.All(archive =>
                    {
                        HashSet<int> inside = [];
                        int number = 0;
                        foreach (double[] row in set.Points.Chunk(set.M))
                        {
                            ArchiveChange change = archive.Add(row);
                            inside.ExceptWith(change.Removed);
                            if (change.Accepted)
                                inside.Add(number);
                            number++;
                            if (!inside.Order().SequenceEqual(archive.Members) || archive.Members.Count > 5)
                                return false;
                        }
                        return NonDominated.IsNonDominated(archive.Points(), set.M).All(one => one);
                    })
            )
            .Holds();

    [Fact]
    public void By_contribution_the_hypervolume_never_falls() =>
        Prop.ForAll(
                NonDominatedTests.Small,
                set =>
                {
                    double[] reference = [.. Enumerable.Repeat(7.0, set.M)];
                    BoundedArchive archive = BoundedArchive.ByContribution(set.M, 4, reference);
                    double volume = 0;
                    foreach (double[] row in set.Points.Chunk(set.M))
                    {
                        archive.Add(row);
                        double now = Hypervolume.Exact(archive.Points(), set.M, reference);
                        if (now < volume - 1e-9)
                            return false;
                        volume = now;
                    }
                    return true;
                }
            )
            .Holds();

    [Fact]
    public void Bounded_by_crowding_the_most_crowded_goes()
    {
        BoundedArchive archive = BoundedArchive.ByCrowding(2, 3);
        archive.Add([0, 10]);
        archive.Add([10, 0]);
        archive.Add([5, 5]);
        // Of (5, 5) and (6, 4.5) the second is more crowded: 5 + 5 tenths against 6 + 5.5.
        Same(new(false, []), archive.Add([6, 4.5]));
        Assert.Equal([0, 1, 2], archive.Members);
    }

    [Fact]
    public void For_every_point_an_epsilon_archive_holds_one_that_is_nearly_as_good() =>
        Prop.ForAll(
                NonDominatedTests.Small,
                set =>
                {
                    double[] sides = [.. Enumerable.Range(0, set.M).Select(j => 0.7 + 0.4 * j)];
                    EpsilonArchive archive = new(sides);
                    foreach (double[] row in set.Points.Chunk(set.M))
                        archive.Add(row);
                    double[][] members = [.. archive.Points().Chunk(set.M)];
                    return set.Points.Chunk(set.M)
                            .All(row =>
                                members.Any(member =>
                                    Enumerable.Range(0, set.M).All(j => member[j] - sides[j] <= row[j])
                                )
                            ) && NonDominated.IsNonDominated(archive.Points(), set.M).All(one => one);
                }
            )
            .Holds();

    [Fact]
    public void An_epsilon_archive_keeps_one_point_of_a_box()
    {
        EpsilonArchive archive = new(1, 1);
        Same(new(true, []), archive.Add([0.5, 0.9]));
        Same(new(true, [0]), archive.Add([0.9, 0.2])); // nearer to the corner
        Same(new(false, []), archive.Add([0.95, 0.2])); // dominated
        Same(new(false, []), archive.Add([1.5, 0.1])); // a worse box
        Same(new(true, [1]), archive.Add([-0.5, 0.5])); // a better box
        Assert.Equal([4], archive.Members);
    }

    [Fact]
    public void Bad_calls_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new Archive(2).Add([1, 2, 3, 4]));
        Assert.Throws<ArgumentException>(() => new Archive(2).Add([1, double.NaN]));
        Assert.Throws<ArgumentException>(() => new EpsilonArchive(1, 0));
        Assert.Throws<ArgumentException>(() => new EpsilonArchive(1, 1).Add([1]));
        Assert.Throws<ArgumentException>(() => BoundedArchive.ByContribution(2, 3, [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => BoundedArchive.ByCrowding(2, 0));
    }

    private static void Same(ArchiveChange expected, ArchiveChange actual)
    {
        Assert.Equal(expected.Accepted, actual.Accepted);
        Assert.Equal(expected.Removed, actual.Removed);
    }
}
