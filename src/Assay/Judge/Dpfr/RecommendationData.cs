using Assay.Data;
using Assay.Learning;

namespace Assay.Judge;

/// <summary>A test of recommenders, what they may learn from, and the lists that came with it.</summary>
/// <param name="Test">Users with a test and items, numbered.</param>
/// <param name="Known">What all users knew before; those with a test come first, in the test's order.</param>
/// <param name="Runs">Lists that came with the data; there may be none.</param>
/// <param name="Notes">What a reader should know of the data.</param>
internal sealed record RecommendationData(
    RecommendationTest Test,
    Interactions Known,
    IReadOnlyList<RecommendationRun> Runs,
    IReadOnlyList<string> Notes
)
{
    /// <summary>Makes the test; a user without a relevant item, or with too few items that are not known, is left out and noted.</summary>
    /// <param name="items">Number of items.</param>
    /// <param name="length">Length of the lists.</param>
    /// <param name="history">What each user knew.</param>
    /// <param name="relevant">What is relevant for each user now; what the user knew does not count.</param>
    /// <param name="runs">Lists, one for each of these users; null for a user without one.</param>
    /// <param name="source">What the data are called, for errors.</param>
    public static RecommendationData Of(
        int items,
        int length,
        IReadOnlyList<HashSet<int>> history,
        IReadOnlyList<HashSet<int>> relevant,
        IReadOnlyList<(string Name, int[]?[] Lists, double[]?[]? Scores)> runs,
        string source
    )
    {
        List<string> notes = [];
        int repeated = 0;
        for (int user = 0; user < relevant.Count; user++)
            repeated += relevant[user].RemoveWhere(history[user].Contains);
        if (repeated > 0)
            notes.Add($"Test interactions left out, since the user knew the item before: {repeated:N0}.");
        if (items <= length)
            throw new AssayException(
                $"'{source}' has {items} items, and lists of {length} are to be judged",
                hint: "There must be more items than places in a list: set 'length' lower."
            );
        int[] tested = [.. Enumerable.Range(0, relevant.Count).Where(user => relevant[user].Count > 0)],
            kept = [.. tested.Where(user => items - history[user].Count >= length)];
        if (kept.Length < tested.Length)
            notes.Add(
                $"Users left out, since fewer than {length} items are new to them: {tested.Length - kept.Length:N0}."
            );
        if (kept.Length < 2)
            throw new AssayException(
                $"'{source}' has {kept.Length} users with relevant items to test with",
                hint: "Two are needed at least: interactions of more users, or another part for the test."
            );
        int[] others = [.. Enumerable.Range(0, relevant.Count).Except(kept)];
        int[][] known = [.. kept.Concat(others).Select(user => history[user].Order().ToArray())];
        if (known.All(of => of.Length == 0))
            throw new AssayException($"'{source}' has no interaction beside those of the test");
        return new(
            new(items, length, [.. kept.Select(user => history[user])], [.. kept.Select(user => relevant[user])]),
            new(known, items),
            [.. runs.Select(run => RunOf(run, kept, length))],
            notes
        );
    }

    private static RecommendationRun RunOf(
        (string Name, int[]?[] Lists, double[]?[]? Scores) run,
        int[] users,
        int length
    )
    {
        int[][] lists = new int[users.Length][];
        double[][]? scores = run.Scores is null ? null : new double[users.Length][];
        for (int i = 0; i < users.Length; i++)
        {
            lists[i] = run.Lists[users[i]] ?? [];
            if (lists[i].Length < length || lists[i].Distinct().Count() < lists[i].Length)
                throw new AssayException(
                    $"the list of '{run.Name}' for the {users[i] + 1}. user has {lists[i].Length} items, {lists[i].Distinct().Count()} of them different",
                    hint: $"Every recommender needs a list of {length} different items for every user with test items."
                );
            if (scores is not null)
                scores[i] = run.Scores![users[i]]!;
        }
        // Re-rankers look at lists of one length.
        int depth = lists.Min(list => list.Length);
        return new(
            run.Name,
            [.. lists.Select(list => list[..depth])],
            scores is null ? null : [.. scores.Select(of => of[..depth])]
        );
    }
}
