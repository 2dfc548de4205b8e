using System.Globalization;
using Assay.Data;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Reads interactions, a row each, and lists, a row for each of their items.</summary>
internal static class InteractionTables
{
    private const double TestShare = 0.2;

    /// <summary>Reads them; without a column of parts a fifth of the interactions is drawn for the test.</summary>
    public static RecommendationData Read(
        StudyTable interactions,
        StudyTable? lists,
        DpfrOptions options,
        RandomStream random,
        string source
    )
    {
        string[] users = interactions.Words(options.User),
            items = interactions.Words(options.Item);
        for (int row = 0; row < users.Length; row++)
            if (users[row].Length == 0 || items[row].Length == 0)
                throw interactions.Wrong(
                    row,
                    users[row].Length == 0 ? options.User : options.Item,
                    "the interaction has no user or no item",
                    "Mend the row, or leave it out (select/where)."
                );
        bool[] isTest;
        if (interactions.Has(options.Part))
            isTest = [.. interactions.Words(options.Part).Select(part => part == "test")];
        else if (lists is null)
            isTest = Draw(users, items, random.Child("split"));
        else
            throw new AssayException(
                $"'{source}' does not say which interactions are the test of the lists",
                hint: $"Add a column '{options.Part}' with the word test where an interaction was held out, or name the column with 'part'."
            );
        string[] listed = lists?.Words(options.Item) ?? [];
        Dictionary<string, int> userOf = Numbered(users),
            itemOf = Numbered([.. items, .. listed]);
        HashSet<int>[] history = Sets(userOf.Count),
            relevant = Sets(userOf.Count);
        for (int row = 0; row < users.Length; row++)
            (isTest[row] ? relevant : history)[userOf[users[row]]].Add(itemOf[items[row]]);
        return RecommendationData.Of(
            itemOf.Count,
            options.Length,
            history,
            relevant,
            lists is null ? [] : Runs(lists, listed, options, userOf, itemOf),
            source
        );
    }

    // The test is the last fifth of a random order of the distinct interactions.
    private static bool[] Draw(string[] users, string[] items, RandomStream random)
    {
        Dictionary<(string, string), int> places = [];
        int[] placeOf = [.. users.Zip(items, (user, item) => Place((user, item)))];
        int[] order = [.. Enumerable.Range(0, places.Count)];
        random.Shuffle<int>(order);
        bool[] isDrawn = new bool[places.Count];
        foreach (int place in order.TakeLast((int)Math.Round(TestShare * order.Length)))
            isDrawn[place] = true;
        return [.. placeOf.Select(place => isDrawn[place])];

        int Place((string, string) pair)
        {
            if (!places.TryGetValue(pair, out int place))
                places.Add(pair, place = places.Count);
            return place;
        }
    }

    private static List<(string, int[]?[], double[]?[]?)> Runs(
        StudyTable lists,
        string[] items,
        DpfrOptions options,
        Dictionary<string, int> userOf,
        Dictionary<string, int> itemOf
    )
    {
        string[] models = lists.Words(options.Model),
            users = lists.Words(options.User);
        double[]? scores = lists.Has(options.Score) ? lists.Numbers(options.Score) : null;
        List<(string, int[]?[], double[]?[]?)> runs = [];
        foreach (IGrouping<string, int> model in Enumerable.Range(0, models.Length).GroupBy(row => models[row]))
        {
            int[]?[] own = new int[userOf.Count][];
            double[]?[]? ownScores = scores is null ? null : new double[userOf.Count][];
            // Users without any interaction have no test either.
            foreach (
                IGrouping<string, int> user in model.GroupBy(row => users[row]).Where(of => userOf.ContainsKey(of.Key))
            )
            {
                own[userOf[user.Key]] = [.. user.Take(options.Depth).Select(row => itemOf[items[row]])];
                if (ownScores is not null)
                    ownScores[userOf[user.Key]] = [.. user.Take(options.Depth).Select(row => scores![row])];
            }
            runs.Add((model.Key, own, ownScores));
        }
        return runs;
    }

    // Numbers in their order, else in that of their letters.
    private static Dictionary<string, int> Numbered(string[] names)
    {
        string[] distinct = [.. names.Distinct()];
        bool areNumbers = distinct.All(name => long.TryParse(name, CultureInfo.InvariantCulture, out _));
        IEnumerable<string> sorted = areNumbers
            ? distinct.OrderBy(name => long.Parse(name, CultureInfo.InvariantCulture))
            : distinct.Order(StringComparer.Ordinal);
        return sorted.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
    }

    private static HashSet<int>[] Sets(int count) => [.. Enumerable.Range(0, count).Select(_ => new HashSet<int>())];
}
