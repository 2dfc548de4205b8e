using System.Text.RegularExpressions;

namespace Assay.Learning;

/// <summary>What BLEU puts in place of the precision of an order without a match.</summary>
public enum BleuSmoothing
{
    /// <summary>Nothing: the score is then 0.</summary>
    None,

    /// <summary>1/2, 1/4, 1/8 ... match, for the first, second, third order without one (NIST; sacreBLEU's default).</summary>
    Exponential,

    /// <summary>0.1 matches.</summary>
    Floor,

    /// <summary>One match and one n-gram more, for orders of two words and above, whether there are matches or not (Lin and Och, 2004).</summary>
    AddOne,
}

/// <summary>A BLEU score and what it is made of.</summary>
/// <param name="Score">0 to 100.</param>
/// <param name="Precisions">Of 1- to 4-grams, in percent, smoothed.</param>
/// <param name="BrevityPenalty">0 to 1.</param>
/// <param name="HypothesisLength">Words.</param>
/// <param name="ReferenceLength">Words; of several references that with the closest length, of two as close the shorter.</param>
public sealed record BleuScore(
    double Score,
    IReadOnlyList<double> Precisions,
    double BrevityPenalty,
    long HypothesisLength,
    long ReferenceLength
);

/// <summary>BLEU: how many n-grams of a translation, up to 4 words long, are in the references.</summary>
/// <remarks>
/// Papineni et al. (2002), as sacreBLEU (Post, 2018) defines it: case matters, words by <see cref="Tokenize13a"/>. Higher is better.
/// <code>BleuScore score = Bleu.Corpus(hypotheses, references);</code>
/// </remarks>
public static partial class Bleu
{
    private const int Orders = 4;

    /// <summary>BLEU of a corpus: counts are summed over its sentences.</summary>
    /// <param name="hypotheses">One for each sentence.</param>
    /// <param name="references">For each sentence one or more.</param>
    /// <param name="smoothing">What is done about orders without a match.</param>
    public static BleuScore Corpus(
        IReadOnlyList<string> hypotheses,
        IReadOnlyList<IReadOnlyList<string>> references,
        BleuSmoothing smoothing = BleuSmoothing.Exponential
    )
    {
        if (hypotheses.Count != references.Count)
            throw new ArgumentException(
                $"There are {hypotheses.Count} hypotheses and references for {references.Count} sentences.",
                nameof(references)
            );
        Counts counts = new();
        for (int i = 0; i < hypotheses.Count; i++)
            counts.Add(hypotheses[i], references[i]);
        return counts.Score(smoothing, onlyPossibleOrders: false);
    }

    /// <summary>BLEU of one sentence; orders that it is too short for do not count.</summary>
    /// <param name="hypothesis">The sentence.</param>
    /// <param name="references">One or more.</param>
    /// <param name="smoothing">What is done about orders without a match.</param>
    public static BleuScore Sentence(
        string hypothesis,
        IReadOnlyList<string> references,
        BleuSmoothing smoothing = BleuSmoothing.Exponential
    )
    {
        Counts counts = new();
        counts.Add(hypothesis, references);
        return counts.Score(smoothing, onlyPossibleOrders: true);
    }

    /// <summary>The words of a sentence by the rules of NIST's mteval-v13a, sacreBLEU's default.</summary>
    /// <remarks>
    /// Symbols and punctuation are words of their own, but apostrophes; so are full stops and commas unless between digits, and
    /// dashes after digits. The entities for quotes, ampersands and angle brackets are resolved.
    /// </remarks>
    public static string[] Tokenize13a(string sentence)
    {
        string text = sentence
            .Replace("<skipped>", "", StringComparison.Ordinal)
            .Replace("-\n", "", StringComparison.Ordinal)
            .Replace('\n', ' ');
        if (text.Contains('&'))
            text = text.Replace("&quot;", "\"", StringComparison.Ordinal)
                .Replace("&amp;", "&", StringComparison.Ordinal)
                .Replace("&lt;", "<", StringComparison.Ordinal)
                .Replace("&gt;", ">", StringComparison.Ordinal);
        text = Symbol().Replace($" {text} ", " $0 ");
        text = PointAfterNoDigit().Replace(text, "$1 $2 ");
        text = PointBeforeNoDigit().Replace(text, " $1 $2");
        text = DashAfterDigit().Replace(text, "$1 $2 ");
        return text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }

    [GeneratedRegex(@"[\x20-\x26\x28-\x2B\x2F\x3A-\x40\x5B-\x60\x7B-\x7E]")]
    private static partial Regex Symbol();

    [GeneratedRegex(@"([^0-9])([.,])")]
    private static partial Regex PointAfterNoDigit();

    [GeneratedRegex(@"([.,])([^0-9])")]
    private static partial Regex PointBeforeNoDigit();

    [GeneratedRegex(@"([0-9])(-)")]
    private static partial Regex DashAfterDigit();

    private sealed class Counts
    {
        private readonly long[] _matches = new long[Orders];
        private readonly long[] _totals = new long[Orders];
        private long _hypothesisLength,
            _referenceLength;

        public void Add(string hypothesis, IReadOnlyList<string> references)
        {
            if (references.Count == 0)
                throw new ArgumentException("A sentence has at least one reference.", nameof(references));
            string[] words = Tokenize13a(hypothesis);
            string[][] others = [.. references.Select(Tokenize13a)];
            _hypothesisLength += words.Length;
            _referenceLength += others
                .Select(other => other.Length)
                .OrderBy(length => Math.Abs(length - words.Length))
                .ThenBy(length => length)
                .First();
            for (int n = 1; n <= Orders; n++)
            {
                Dictionary<string, int>[] counts = [.. others.Select(other => NGramCounts.OfWords(other, n))];
                foreach ((string gram, int count) in NGramCounts.OfWords(words, n))
                {
                    _totals[n - 1] += count;
                    _matches[n - 1] += Math.Min(count, counts.Max(other => other.GetValueOrDefault(gram)));
                }
            }
        }

        public BleuScore Score(BleuSmoothing smoothing, bool onlyPossibleOrders)
        {
            double[] precisions = new double[Orders];
            double missing = 1;
            int orders = 0;
            for (int n = 0; n < Orders && _totals[n] > 0; n++)
            {
                double matches = _matches[n],
                    total = _totals[n];
                if (smoothing == BleuSmoothing.AddOne && n > 0)
                    (matches, total) = (matches + 1, total + 1);
                if (matches == 0 && smoothing == BleuSmoothing.Exponential)
                    matches = 1 / (missing *= 2);
                else if (matches == 0 && smoothing == BleuSmoothing.Floor)
                    matches = 0.1;
                precisions[n] = 100 * matches / total;
                orders++;
            }
            if (!onlyPossibleOrders)
                orders = Orders;
            double penalty =
                _hypothesisLength == 0 ? 0
                : _hypothesisLength < _referenceLength ? Math.Exp(1 - (double)_referenceLength / _hypothesisLength)
                : 1;
            double score = 0;
            // Without a single match the score is 0 whatever the smoothing.
            if (_matches.Any(matches => matches > 0) && precisions.Take(orders).All(precision => precision > 0))
                score = penalty * Math.Exp(precisions.Take(orders).Sum(Math.Log) / orders);
            return new(score, precisions, penalty, _hypothesisLength, _referenceLength);
        }
    }
}
