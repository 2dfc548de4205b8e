namespace Assay.Judge;

/// <summary>The lists that are as relevant as the test data allow, and as fair as that leaves room for: where the frontier starts.</summary>
/// <remarks>
/// Ties are broken, and users and items gone through, by number: the released code goes by the order of hash sets. That code loops for ever
/// where every item that nobody was shown is known to a user; here such an item is passed over.
/// </remarks>
public static class OracleLists
{
    /// <summary>Makes a list of k items for each user.</summary>
    public static int[][] Of(RecommendationTest test)
    {
        List<int>[] lists = [.. Enumerable.Range(0, test.Users).Select(_ => new List<int>(test.Length))];
        ExposureCounts counts = new(test, []);
        foreach (
            IGrouping<int, int> users in Enumerable
                .Range(0, test.Users)
                .GroupBy(user => test.Relevant(user).Length)
                .Where(users => users.Key >= test.Length)
                .OrderBy(users => users.Key)
        )
            ChooseAmongRelevant(test, [.. users], lists, counts);
        int[] few = [.. Enumerable.Range(0, test.Users).Where(user => test.Relevant(user).Length < test.Length)];
        foreach (int user in few)
        foreach (int item in test.Relevant(user))
            Add(lists[user], item, counts);
        FillWithUnshown(test, few, lists, counts);
        FillWithLeastShown(test, few, lists, counts);
        return [.. lists.Select(list => list.ToArray())];
    }

    // Users with as many relevant items each: those whose items are least used come first.
    private static void ChooseAmongRelevant(
        RecommendationTest test,
        int[] users,
        List<int>[] lists,
        ExposureCounts counts
    )
    {
        bool[] isUsed = [.. Enumerable.Range(0, test.Items).Select(item => counts[item] > 0)];
        int[] order = [.. users.OrderBy(user => test.Relevant(user).ToArray().Sum(item => counts[item]))];
        foreach (int user in order)
        foreach (int item in test.Relevant(user))
            if (!isUsed[item] && lists[user].Count < test.Length)
                lists[user].Add(item);
        // Counted when the whole class has chosen.
        foreach (int user in order)
        foreach (int item in lists[user])
            counts.Add(item, 1);
        foreach (int user in order)
        foreach (
            int item in test.Relevant(user)
                .ToArray()
                .Where(item => isUsed[item])
                .OrderBy(item => counts[item])
                .Take(test.Length - lists[user].Count)
                .ToArray()
        )
            Add(lists[user], item, counts);
    }

    private static void FillWithUnshown(RecommendationTest test, int[] users, List<int>[] lists, ExposureCounts counts)
    {
        LinkedList<int> pool = new(Enumerable.Range(0, test.Items).Where(item => counts[item] == 0));
        foreach (int user in users)
        {
            for (
                LinkedListNode<int>? at = pool.First, next;
                at is not null && lists[user].Count < test.Length;
                at = next
            )
            {
                next = at.Next;
                if (test.IsKnown(user, at.Value))
                    continue;
                Add(lists[user], at.Value, counts);
                pool.Remove(at);
            }
        }
    }

    private static void FillWithLeastShown(
        RecommendationTest test,
        int[] users,
        List<int>[] lists,
        ExposureCounts counts
    )
    {
        foreach (int user in users)
        {
            int missing = test.Length - lists[user].Count;
            if (missing == 0)
                continue;
            int[] items =
            [
                .. counts
                    .LeastShown.Select(entry => entry.Item)
                    .Where(item => !test.IsKnown(user, item) && !lists[user].Contains(item))
                    .Take(missing),
            ];
            foreach (int item in items)
                Add(lists[user], item, counts);
        }
    }

    private static void Add(List<int> list, int item, ExposureCounts counts)
    {
        list.Add(item);
        counts.Add(item, 1);
    }
}
