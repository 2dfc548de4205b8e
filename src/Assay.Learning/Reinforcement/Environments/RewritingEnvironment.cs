using System.Text;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A rule of a <see cref="RewritingEnvironment"/>.</summary>
/// <param name="From">What is replaced; ASCII, not empty.</param>
/// <param name="To">What it becomes; ASCII.</param>
public sealed record RewritingRule(string From, string To);

/// <summary>Words that are rewritten by rules until none fits, such as <c>cab=</c> to <c>abc</c>; one may write words on the way: <c>acb,abc</c>.</summary>
/// <remarks>
/// In every step the first rule that fits is used where it fits first. Only the word after the last comma counts. The rules by default swap
/// letters that are out of order, which sorts the word.
/// </remarks>
public sealed class RewritingEnvironment : IEnvironment
{
    private const int MostRewritings = 1000;
    private readonly IReadOnlyList<RewritingRule> _rules;
    private readonly string _letters;
    private readonly int _shortest,
        _longest;

    /// <summary>Words that are sorted, by default.</summary>
    /// <param name="letters">The letters of words.</param>
    /// <param name="shortest">Letters of the shortest word, at least 1.</param>
    /// <param name="longest">Letters of the longest.</param>
    /// <param name="rules">The rules, in order; null swaps neighbours that are out of order.</param>
    /// <exception cref="ArgumentException">There is no letter, a length is wrong, or a rule replaces nothing.</exception>
    public RewritingEnvironment(
        string letters = "abcd",
        int shortest = 3,
        int longest = 6,
        IReadOnlyList<RewritingRule>? rules = null
    )
    {
        if (letters.Length == 0 || shortest < 1 || longest < shortest)
            throw new ArgumentException(
                "Words have at least one letter, and the longest is not shorter than the shortest."
            );
        if (rules?.Any(rule => rule.From.Length == 0) == true)
            throw new ArgumentException("A rule replaces at least one letter.", nameof(rules));
        (_letters, _shortest, _longest) = (letters, shortest, longest);
        _rules = rules ?? [.. Swaps(letters)];
    }

    /// <inheritdoc/>
    public byte[] Prompt(RandomStream stream)
    {
        StringBuilder word = new();
        int length = _shortest + stream.NextInt32(_longest - _shortest + 1);
        for (int i = 0; i < length; i++)
            word.Append(_letters[stream.NextInt32(_letters.Length)]);
        return Encoding.ASCII.GetBytes(word.Append('=').ToString());
    }

    /// <inheritdoc/>
    public double Reward(ReadOnlySpan<byte> prompt, ReadOnlySpan<byte> completion)
    {
        ReadOnlySpan<byte> last = completion[(completion.LastIndexOf((byte)',') + 1)..];
        return last.SequenceEqual(Encoding.ASCII.GetBytes(Forms(prompt)[^1])) ? 1 : 0;
    }

    /// <inheritdoc/>
    public byte[] Demonstration(ReadOnlySpan<byte> prompt, RandomStream stream)
    {
        List<string> forms = Forms(prompt);
        double share = stream.NextDouble();
        // A random share of the words on the way, always with the last.
        string[] written = [.. forms.Skip(1).SkipLast(1).Where(_ => stream.NextDouble() < share), forms[^1]];
        return Encoding.ASCII.GetBytes(string.Join(',', written));
    }

    /// <summary>The word of a prompt and every word that it becomes.</summary>
    /// <exception cref="FormatException">The prompt is no word with an equals sign, or its rewriting does not end.</exception>
    public List<string> Forms(ReadOnlySpan<byte> prompt)
    {
        if (prompt.Length < 2 || prompt[^1] != '=')
            throw new FormatException(
                $"'{Encoding.UTF8.GetString(prompt)}' is no word to rewrite: expected letters and an equals sign, such as cab="
            );
        List<string> forms = [Encoding.ASCII.GetString(prompt[..^1])];
        while (Next(forms[^1]) is { } next)
        {
            forms.Add(next);
            if (forms.Count > MostRewritings)
                throw new FormatException(
                    $"'{forms[0]}' is rewritten more than {MostRewritings} times: the rules do not end"
                );
        }
        return forms;
    }

    private string? Next(string word)
    {
        foreach (RewritingRule rule in _rules)
        {
            int at = word.IndexOf(rule.From, StringComparison.Ordinal);
            if (at >= 0)
                return string.Concat(word.AsSpan(0, at), rule.To, word.AsSpan(at + rule.From.Length));
        }
        return null;
    }

    private static IEnumerable<RewritingRule> Swaps(string letters)
    {
        for (int second = 1; second < letters.Length; second++)
        for (int first = 0; first < second; first++)
            yield return new($"{letters[second]}{letters[first]}", $"{letters[first]}{letters[second]}");
    }
}
