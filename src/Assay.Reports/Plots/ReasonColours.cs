namespace Assay.Reports.Plots;

/// <summary>Gives the most frequent reasons a colour each, the same one everywhere on the page; the others share grey.</summary>
public sealed class ReasonColours
{
    private const int Colours = 6;
    private readonly Dictionary<string, int> _rank = [];

    /// <summary>Colours for the reasons of those drops, most rows first.</summary>
    public ReasonColours(IEnumerable<(string Reason, long Rows)> drops)
    {
        var ranked = drops
            .GroupBy(drop => drop.Reason, StringComparer.Ordinal)
            .OrderByDescending(group => group.Sum(drop => drop.Rows))
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .Take(Colours);
        foreach (var group in ranked)
            _rank.Add(group.Key, _rank.Count);
    }

    /// <summary>The reasons that have a colour of their own, most rows first.</summary>
    public IEnumerable<string> Ranked => _rank.OrderBy(entry => entry.Value).Select(entry => entry.Key);

    /// <summary>The style class that fills with the reason's colour.</summary>
    public string ClassOf(string reason) => _rank.TryGetValue(reason, out int rank) ? "r" + rank : "rx";
}
