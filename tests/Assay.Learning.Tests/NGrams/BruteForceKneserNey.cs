namespace Assay.Learning.Tests;

/// <summary>Interpolated modified Kneser-Ney straight from its definition, over strings and dictionaries.</summary>
internal sealed class BruteForceKneserNey
{
    private readonly int _order;
    private readonly Dictionary<string, int>[] _counts; // adjusted counts by order - 1

    public BruteForceKneserNey(int order, IReadOnlyList<string[]> rows)
    {
        _order = order;
        Vocabulary = [.. rows.SelectMany(row => row).Distinct(), "</s>", "<unk>"];
        Dictionary<string, int>[] raw = [.. Enumerable.Range(0, order).Select(_ => new Dictionary<string, int>())];
        foreach (string[] row in rows)
        {
            string[] marked = ["<s>", .. row, "</s>"];
            for (int n = 1; n <= order; n++)
            for (int start = 0; start + n <= marked.Length; start++)
            {
                string ngram = string.Join(' ', marked.Skip(start).Take(n));
                raw[n - 1][ngram] = raw[n - 1].GetValueOrDefault(ngram) + 1;
            }
        }
        raw[0].Remove("<s>");
        _counts = new Dictionary<string, int>[order];
        _counts[order - 1] = raw[order - 1];
        for (int n = 1; n < order; n++)
        {
            _counts[n - 1] = [];
            foreach (string ngram in raw[n - 1].Keys)
                _counts[n - 1][ngram] = ngram.StartsWith("<s>", StringComparison.Ordinal)
                    ? raw[n - 1][ngram]
                    : raw[n].Keys.Count(longer => longer.EndsWith(" " + ngram, StringComparison.Ordinal));
        }
    }

    public string[] Vocabulary { get; }

    public double Probability(string[] context, string word)
    {
        string[] words = ["<s>", .. context.Select(w => Vocabulary.Contains(w) ? w : "<unk>")];
        return Interpolated([.. words.TakeLast(_order - 1)], word);
    }

    private double Interpolated(string[] context, string word)
    {
        int n = context.Length + 1;
        string prefix = string.Concat(context.Select(w => w + " "));
        var after = _counts[n - 1]
            .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal) && pair.Key.Split(' ').Length == n)
            .Select(pair => (Word: pair.Key[prefix.Length..], pair.Value))
            .ToArray();
        double lower = n == 1 ? 1.0 / Vocabulary.Length : Interpolated(context[1..], word);
        double sum = after.Sum(pair => pair.Value);
        if (sum == 0)
            return lower;
        double[] discounts = DiscountsOf(n);
        double Discount(int count) => discounts[Math.Min(count, 3) - 1];
        int own = after.FirstOrDefault(pair => pair.Word == word).Value;
        return (own == 0 ? 0 : (own - Discount(own)) / sum) + after.Sum(pair => Discount(pair.Value)) / sum * lower;
    }

    private double[] DiscountsOf(int n)
    {
        double Count(int k) => _counts[n - 1].Values.Count(value => value == k);
        double y = Count(1) / (Count(1) + 2 * Count(2));
        double[] found = [.. Enumerable.Range(1, 3).Select(k => k - (k + 1) * y * Count(k + 1) / Count(k))];
        bool sensible = found.Select((d, i) => d > 0 && d <= i + 1).All(ok => ok); // NaN and infinity are not
        return sensible ? found : [0.5, 1, 1.5];
    }
}
