namespace Assay.Judge;

/// <summary>Lists that become fairer one exchange at a time; a step costs as much as there are users who see the most shown item.</summary>
internal sealed class ListExchange
{
    private readonly RecommendationTest _test;
    private readonly ExposureCounts _counts;
    private readonly RelevanceSums _relevance;
    private readonly SortedSet<int>[] _viewers;
    private readonly SortedSet<int> _unshown;
    private readonly int _evenShare;

    public ListExchange(RecommendationTest test, int[][] lists)
    {
        (_test, Lists) = (test, lists);
        _counts = new(test, lists);
        _relevance = new(test);
        _viewers = [.. Enumerable.Range(0, test.Items).Select(_ => new SortedSet<int>())];
        for (int user = 0; user < test.Users; user++)
        {
            _relevance.Set(user, lists[user]);
            foreach (int item in lists[user])
                _viewers[item].Add(user);
        }
        _unshown = [.. Enumerable.Range(0, test.Items).Where(item => _counts[item] == 0)];
        _evenShare = (test.Slots + test.Items - 1) / test.Items;
    }

    /// <summary>The lists as they stand.</summary>
    public int[][] Lists { get; }

    /// <summary>Places that items have beyond an even share.</summary>
    public int Excess() => _counts.MostShown.Sum(entry => Math.Max(0, entry.Count - _evenShare));

    /// <summary>The measures as they stand.</summary>
    public FairnessPoint Point(int made) => new(made, _relevance.Scores(), _counts.Scores());

    /// <summary>Makes the next exchange; false where there is none that makes the lists fairer.</summary>
    public bool Next()
    {
        if (GiveTo(_unshown.Select(item => (0, item)), moreThan: 1))
            return true;
        // What is left of the unshown items, if anything, nobody can be shown: it takes part as the least shown.
        return GiveTo(_counts.LeastShown, _evenShare);
    }

    // The first of the items gets a place of the most shown one; where no user can make the exchange, the next item is tried, then the next most shown.
    private bool GiveTo(IEnumerable<(int Count, int Item)> items, int moreThan)
    {
        foreach ((int most, int shown) in _counts.MostShown.TakeWhile(entry => entry.Count > moreThan))
        foreach ((_, int item) in items.TakeWhile(entry => entry.Count + 1 < most))
            if (BestPlace(shown, item) is (int user, int at))
            {
                Exchange(user, at, shown, item);
                return true;
            }
        return false;
    }

    // Of a user for whom the new item is relevant, else of any; the last place in a list first, of equals the lowest user.
    private (int User, int At)? BestPlace(int shown, int item)
    {
        (int User, int At)? best = null;
        bool bestRelevant = false;
        foreach (int user in _viewers[shown])
        {
            if (_viewers[item].Contains(user) || _test.IsKnown(user, item))
                continue;
            int at = Array.IndexOf(Lists[user], shown);
            bool isRelevant = _test.IsRelevant(user, item);
            if (best is null || isRelevant && !bestRelevant || isRelevant == bestRelevant && at > best.Value.At)
                (best, bestRelevant) = ((user, at), isRelevant);
        }
        return best;
    }

    private void Exchange(int user, int at, int shown, int item)
    {
        int[] list = Lists[user];
        list[at] = item;
        _viewers[shown].Remove(user);
        _viewers[item].Add(user);
        _counts.Add(shown, -1);
        _counts.Add(item, 1);
        _unshown.Remove(item);
        int[] sorted = [.. list.OrderBy(other => _test.IsRelevant(user, other) ? 0 : 1)];
        sorted.CopyTo(list, 0);
        _relevance.Set(user, list);
    }
}
