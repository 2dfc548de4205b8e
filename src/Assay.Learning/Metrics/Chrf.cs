namespace Assay.Learning;

/// <summary>chrF and chrF++: F-score of the character n-grams that a translation shares with a reference.</summary>
/// <remarks>
/// Popović (2015, 2017), as sacreBLEU defines it: n-grams of 1 to 6 characters without white space, in chrF++ also of 1 and 2
/// words; precision and recall are averaged over orders, the F-score weights recall twice (beta = 2). Case matters. Of several
/// references the one with the best score of the sentence counts. Higher is better.
/// </remarks>
public static class Chrf
{
    private const int CharacterOrders = 6;
    private const double BetaSquared = 4;
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    /// <summary>The score of a corpus, 0 to 100: counts are summed over its sentences.</summary>
    /// <param name="hypotheses">One for each sentence.</param>
    /// <param name="references">For each sentence one or more.</param>
    /// <param name="wordOrders">0: chrF; 2: chrF++.</param>
    public static double Corpus(
        IReadOnlyList<string> hypotheses,
        IReadOnlyList<IReadOnlyList<string>> references,
        int wordOrders = 0
    )
    {
        if (hypotheses.Count != references.Count)
            throw new ArgumentException(
                $"There are {hypotheses.Count} hypotheses and references for {references.Count} sentences.",
                nameof(references)
            );
        ArgumentOutOfRangeException.ThrowIfNegative(wordOrders);
        Order[] sum = new Order[CharacterOrders + wordOrders];
        for (int i = 0; i < hypotheses.Count; i++)
        {
            Order[] best = Best(hypotheses[i], references[i], wordOrders);
            for (int order = 0; order < sum.Length; order++)
                sum[order] = sum[order].Plus(best[order]);
        }
        return Score(sum);
    }

    /// <summary>The score of one sentence, 0 to 100.</summary>
    /// <param name="hypothesis">The sentence.</param>
    /// <param name="references">One or more.</param>
    /// <param name="wordOrders">0: chrF; 2: chrF++.</param>
    public static double Sentence(string hypothesis, IReadOnlyList<string> references, int wordOrders = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(wordOrders);
        return Score(Best(hypothesis, references, wordOrders));
    }

    private readonly record struct Order(long Hypothesis, long Reference, long Common)
    {
        public Order Plus(Order other) =>
            new(Hypothesis + other.Hypothesis, Reference + other.Reference, Common + other.Common);
    }

    private static Order[] Best(string hypothesis, IReadOnlyList<string> references, int wordOrders)
    {
        if (references.Count == 0)
            throw new ArgumentException("A sentence has at least one reference.", nameof(references));
        Order[]? best = null;
        double bestScore = -1;
        foreach (string reference in references)
        {
            Order[] orders = Compare(hypothesis, reference, wordOrders);
            if (Score(orders) is var score && score > bestScore)
                (best, bestScore) = (orders, score);
        }
        return best!;
    }

    private static Order[] Compare(string hypothesis, string reference, int wordOrders)
    {
        (string Characters, List<string> Words) a = Split(hypothesis),
            b = Split(reference);
        Order[] orders = new Order[CharacterOrders + wordOrders];
        for (int n = 1; n <= CharacterOrders; n++)
            orders[n - 1] = Of(NGramCounts.OfCharacters(a.Characters, n), NGramCounts.OfCharacters(b.Characters, n));
        for (int n = 1; n <= wordOrders; n++)
            orders[CharacterOrders + n - 1] = Of(NGramCounts.OfWords(a.Words, n), NGramCounts.OfWords(b.Words, n));
        return orders;

        static Order Of(Dictionary<string, int> x, Dictionary<string, int> y) =>
            new(x.Values.Sum(count => (long)count), y.Values.Sum(count => (long)count), NGramCounts.Common(x, y));
    }

    private static double Score(Order[] orders)
    {
        double precision = 0,
            recall = 0;
        int possible = 0;
        foreach (Order order in orders)
            if (order.Hypothesis > 0 && order.Reference > 0)
            {
                precision += (double)order.Common / order.Hypothesis;
                recall += (double)order.Common / order.Reference;
                possible++;
            }
        if (precision + recall == 0)
            return 0;
        precision /= possible;
        recall /= possible;
        return 100 * (1 + BetaSquared) * precision * recall / (BetaSquared * precision + recall);
    }

    /// <summary>The characters without white space; the words, of which punctuation at the end, or else at the beginning, is split off.</summary>
    private static (string Characters, List<string> Words) Split(string text)
    {
        string[] pieces = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        List<string> words = [];
        foreach (string piece in pieces)
            if (piece.Length > 1 && Punctuation.Contains(piece[^1]))
                words.AddRange([piece[..^1], piece[^1..]]);
            else if (piece.Length > 1 && Punctuation.Contains(piece[0]))
                words.AddRange([piece[..1], piece[1..]]);
            else
                words.Add(piece);
        return (string.Concat(pieces), words);
    }
}
