namespace Assay.Judge;

/// <summary>How often each item is shown, kept so that a step costs little: by item, and how many items have each count.</summary>
internal sealed class ExposureCounts
{
    private readonly RecommendationTest _test;
    private readonly int[] _counts,
        _itemsWith; // how many items are shown so often
    private readonly SortedSet<(int Count, int Item)> _ascending = [];
    private readonly SortedSet<(int Count, int Item)> _descending = new(
        Comparer<(int Count, int Item)>.Create(
            (a, b) => a.Count != b.Count ? b.Count.CompareTo(a.Count) : a.Item.CompareTo(b.Item)
        )
    );

    /// <summary>Counts the first k items of each list; there may be fewer lists than users, as an oracle has on its way.</summary>
    public ExposureCounts(RecommendationTest test, IEnumerable<int[]> lists)
    {
        _test = test;
        _counts = new int[test.Items];
        _itemsWith = new int[test.Users + 2];
        foreach (int[] list in lists)
        foreach (int item in list.AsSpan(0, Math.Min(list.Length, test.Length)))
            _counts[item]++;
        for (int item = 0; item < _counts.Length; item++)
        {
            _itemsWith[_counts[item]]++;
            _ascending.Add((_counts[item], item));
            _descending.Add((_counts[item], item));
        }
    }

    /// <summary>How often an item is shown.</summary>
    public int this[int item] => _counts[item];

    /// <summary>The most often shown item comes first, of equals the lowest id.</summary>
    public IEnumerable<(int Count, int Item)> MostShown => _descending;

    /// <summary>The least often shown item comes first, of equals the lowest id.</summary>
    public IEnumerable<(int Count, int Item)> LeastShown => _ascending;

    /// <summary>An item is shown once more, or once less.</summary>
    public void Add(int item, int times)
    {
        int was = _counts[item],
            now = was + times;
        _counts[item] = now;
        _itemsWith[was]--;
        _itemsWith[now]++;
        _ascending.Remove((was, item));
        _descending.Remove((was, item));
        _ascending.Add((now, item));
        _descending.Add((now, item));
    }

    /// <summary>The measures.</summary>
    public ExposureScores Scores()
    {
        double n = _test.Items,
            k = _test.Length,
            s = _test.Slots,
            least = k / n;
        long q = _test.Slots / _test.Items,
            w = _test.Slots % _test.Items;
        double log = Math.Log(n),
            entropy = 0,
            gini = 0;
        long squares = 0,
            below = 0,
            satisfied = 0;
        for (int count = 0; count < _itemsWith.Length; count++)
        {
            long items = _itemsWith[count];
            if (items == 0)
                continue;
            squares += items * count * count;
            if (count > 0)
                entropy -= items * (count / s) * Math.Log(count / s) / log;
            // Ranks below + 1 .. below + items, each 2 rank - n - 1.
            gini += (double)count * items * (2 * below + items - _test.Items);
            if (count >= q)
                satisfied += items;
            below += items;
        }
        gini /= n * s;
        double shown = n - _itemsWith[0],
            evenSquares = n * q * q + w * (2 * q + 1),
            mostJain = s * s / (n * evenSquares),
            leastEntropy = Math.Log(k) / log,
            mostEntropy = s >= n ? -((n - w) * Part(q / s) + w * Part((q + 1) / s)) / log : Math.Log(s) / log,
            leastGini = w * (n - w) / (n * s);
        return new(
            (s * s / (n * squares) - least) / (mostJain - least),
            (shown - k) / (Math.Min(n, s) - k),
            (entropy - leastEntropy) / (mostEntropy - leastEntropy),
            (satisfied / n - least) / (1 - least),
            (gini - leastGini) / (1 - least - leastGini)
        );
    }

    private static double Part(double share) => share > 0 ? share * Math.Log(share) : 0;
}
