namespace Assay.Judge;

/// <summary>Sums of the relevance of lists, one of which can be exchanged without looking at the others.</summary>
internal sealed class RelevanceSums
{
    private readonly RecommendationTest _test;
    private readonly double[] _discounts, // 1 / log2(rank + 1)
        _ideal; // of the best list with so many relevant items
    private readonly PerUser[] _users;
    private long _hits,
        _usersHit;
    private double _map,
        _recall,
        _ndcg,
        _mrr;

    /// <summary>Of lists without relevant items.</summary>
    public RelevanceSums(RecommendationTest test)
    {
        _test = test;
        _users = new PerUser[test.Users];
        _discounts = [.. Enumerable.Range(1, test.Length).Select(rank => 1 / Math.Log2(rank + 1))];
        _ideal = new double[test.Length + 1];
        for (int rank = 1; rank <= test.Length; rank++)
            _ideal[rank] = _ideal[rank - 1] + _discounts[rank - 1];
    }

    /// <summary>A user gets a list; where it is as relevant as the one before, the sums stay the same bit by bit.</summary>
    public void Set(int user, ReadOnlySpan<int> list)
    {
        PerUser was = _users[user],
            now = Of(user, list);
        if (was == now)
            return;
        _users[user] = now;
        _hits += now.Hits - was.Hits;
        _usersHit += Math.Sign(now.Hits) - Math.Sign(was.Hits);
        _map += now.Map - was.Map;
        _recall += now.Recall - was.Recall;
        _ndcg += now.Ndcg - was.Ndcg;
        _mrr += now.Mrr - was.Mrr;
    }

    /// <summary>The means over users.</summary>
    public RelevanceScores Scores()
    {
        double m = _test.Users;
        return new(_hits / (m * _test.Length), _map / m, _recall / m, _ndcg / m, _usersHit / m, _mrr / m);
    }

    private PerUser Of(int user, ReadOnlySpan<int> list)
    {
        int relevant = _test.Relevant(user).Length,
            most = Math.Min(relevant, _test.Length),
            hits = 0;
        double precisions = 0,
            gain = 0,
            first = 0;
        for (int at = 0; at < _test.Length; at++)
        {
            if (!_test.IsRelevant(user, list[at]))
                continue;
            hits++;
            precisions += (double)hits / (at + 1);
            gain += _discounts[at];
            if (hits == 1)
                first = 1.0 / (at + 1);
        }
        return new(hits, precisions / most, (double)hits / relevant, gain / _ideal[most], first);
    }

    private readonly record struct PerUser(int Hits, double Map, double Recall, double Ndcg, double Mrr);
}
