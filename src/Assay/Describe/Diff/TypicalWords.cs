using System.Text;
using Assay.Data;

namespace Assay.Describe;

/// <summary>A word and how much more one side uses it.</summary>
/// <param name="Word">The word, in lower case.</param>
/// <param name="A">How often the first side has it, per million words.</param>
/// <param name="B">The same of the second side.</param>
/// <param name="Score">Log-odds ratio (b over a) in standard deviations.</param>
public sealed record TypicalWord(string Word, double A, double B, double Score);

/// <summary>The words that tell two sets of texts apart.</summary>
/// <remarks>
/// Log-odds ratios with an informative Dirichlet prior: Monroe, Colaresi and Quinn, "Fightin' Words" (2008), section 3.5.1; the prior are the counts of both sides
/// together, scaled to 1 % of the words.
/// </remarks>
internal sealed class TypicalWords
{
    private const int LongestWord = 40,
        LeastCount = 5;
    private readonly Dictionary<string, (long A, long B)> _counts = [];
    private long _allA,
        _allB;

    /// <summary>Counts the words of rows' texts.</summary>
    public void Add(View view, int[] rows, bool isB, CancellationToken cancellation) =>
        view.ForEach(rows, (batch, row) => Add(batch.Text(row), isB), cancellation);

    /// <summary>Counts the words of a text.</summary>
    public void Add(ReadOnlySpan<byte> text, bool isB)
    {
        foreach (Range range in Words.Of(text))
        {
            string word = Encoding.UTF8.GetString(text[range]).ToLowerInvariant();
            int start = 0,
                end = word.Length;
            while (start < end && !char.IsLetterOrDigit(word[start]))
                start++;
            while (end > start && !char.IsLetterOrDigit(word[end - 1]))
                end--;
            if (start == end || end - start > LongestWord)
                continue;
            word = word[start..end];
            (long a, long b) = _counts.GetValueOrDefault(word);
            _counts[word] = isB ? (a, b + 1) : (a + 1, b);
            if (isB)
                _allB++;
            else
                _allA++;
        }
    }

    /// <summary>The words with the largest scores of either sign, those of the second side first.</summary>
    /// <param name="count">How many of each sign.</param>
    public IReadOnlyList<TypicalWord> Most(int count)
    {
        if (_allA == 0 || _allB == 0)
            return [];
        double all = _allA + _allB,
            prior = 0.01 * all;
        List<TypicalWord> words = [];
        foreach ((string word, (long a, long b)) in _counts)
        {
            if (a + b < LeastCount)
                continue;
            double own = prior * (a + b) / all;
            double log =
                Math.Log((b + own) / (_allB + prior - b - own)) - Math.Log((a + own) / (_allA + prior - a - own));
            double score = log / Math.Sqrt(1 / (b + own) + 1 / (a + own));
            if (double.IsFinite(score))
                words.Add(new(word, 1e6 * a / _allA, 1e6 * b / _allB, score));
        }
        TypicalWord[] sorted =
        [
            .. words.OrderByDescending(word => word.Score).ThenBy(word => word.Word, StringComparer.Ordinal),
        ];
        return
        [
            .. sorted.Where(word => word.Score > 0).Take(count),
            .. sorted.Where(word => word.Score < 0).TakeLast(count),
        ];
    }
}
