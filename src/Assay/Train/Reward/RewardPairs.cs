using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Preferences;

namespace Assay.Train;

/// <summary>Pairs with two completions, as texts and as tokens.</summary>
internal sealed record RewardPairs(
    IReadOnlyList<PreferencePair> Pairs,
    IReadOnlyList<TokenPair> Tokens,
    int Ties,
    int Cut,
    int Dropped
)
{
    /// <summary>Those of a view.</summary>
    /// <exception cref="AssayException">There is none.</exception>
    public static RewardPairs Of(
        string method,
        View view,
        LanguageModel model,
        int context,
        bool dropLong,
        CancellationToken cancellation
    )
    {
        if (context < 8)
            throw new AssayException(
                $"{method}: a context of {context + 1} tokens is too short to compare answers",
                hint: "It needs 9 at least."
            );
        PreferenceRows rows = PreferenceRows.Read(view, cancellation);
        List<PreferencePair> kept = [];
        List<TokenPair> tokens = [];
        int cut = 0,
            dropped = 0;
        foreach (PreferencePair pair in rows.Both(method))
        {
            PreferenceTokens one = PreferenceTokens.Of([pair], model.Tokenizer, context);
            bool isCut = one.CutPrompts + one.CutCompletions > 0;
            if (isCut && dropLong)
            {
                dropped++;
                continue;
            }
            cut += isCut ? 1 : 0;
            kept.Add(pair);
            tokens.Add(one.Pairs[0]);
        }
        return kept.Count > 0
            ? new(kept, tokens, rows.Ties, cut, dropped)
            : throw new AssayException(
                $"{method}: all {dropped:N0} pairs are longer than {context:N0} tokens",
                hint: "Take a model with a longer context, or keep them cut (drop-long: false)."
            );
    }

    /// <summary>Places of the pairs to fit and of those to choose by; pairs of a row stay together.</summary>
    public (int[] Fitted, int[] Validating) Split(double share, RandomStream random)
    {
        int[] rows = [.. Pairs.Select(pair => pair.Row).Distinct().Order()];
        random.Shuffle<int>(rows);
        int taken = share > 0 ? Math.Min(rows.Length - 1, (int)Math.Ceiling(share * rows.Length)) : 0;
        HashSet<int> apart = [.. rows.Take(taken)];
        int[] all = [.. Enumerable.Range(0, Pairs.Count)];
        return ([.. all.Where(i => !apart.Contains(Pairs[i].Row))], [.. all.Where(i => apart.Contains(Pairs[i].Row))]);
    }
}
