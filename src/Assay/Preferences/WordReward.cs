using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Preferences;

/// <summary>A Bradley-Terry reward on the words of completions, fitted on the other pairs: margins of pairs by a reward that has not seen them.</summary>
/// <remarks>
/// Logistic regression on differences of hashed words (each completion's counts over the root of their number) and of the logarithm of the length, without an intercept: a pair counts once as
/// chosen before rejected and once the other way round. Prompts are dealt into folds, and a fold is scored by the fit on the others. It knows words and lengths and
/// nothing else; a reward model of the house (<see cref="RewardModel"/>) reads the prompt too.
/// </remarks>
public static class WordReward
{
    private const int HashBits = 16;

    /// <summary>The margin of each pair, chosen less rejected, out of fold.</summary>
    /// <param name="pairs">Pairs with two completions, of at least as many prompts as folds.</param>
    /// <param name="folds">At least 2.</param>
    /// <param name="random">Names the folds of prompts.</param>
    /// <param name="penalty">Inverse strength of the penalty on weights, above 0.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="AssayException">There are fewer prompts than folds.</exception>
    public static double[] CrossFitted(
        IReadOnlyList<PreferencePair> pairs,
        int folds,
        RandomStream random,
        double penalty = 1,
        CancellationToken cancellation = default
    )
    {
        string[] prompts = [.. pairs.Select(pair => Convert.ToBase64String(pair.Prompt))];
        string[] distinct = [.. prompts.Distinct().Order(StringComparer.Ordinal)];
        // Where all prompts are alike (or empty) a pair is its own group.
        bool byPrompt = distinct.Length >= folds;
        if (!byPrompt && pairs.Count < folds)
            throw new AssayException(
                $"{pairs.Count} pairs cannot be dealt into {folds} folds",
                hint: "Give more pairs, or fewer folds."
            );
        int[] order = [.. Enumerable.Range(0, byPrompt ? distinct.Length : pairs.Count)];
        random.Shuffle<int>(order);
        Dictionary<string, int> places = distinct.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        int[] fold = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
            fold[order[i]] = i % folds;
        int[] foldOf = [.. Enumerable.Range(0, pairs.Count).Select(i => fold[byPrompt ? places[prompts[i]] : i])];

        double[] margins = new double[pairs.Count];
        for (int held = 0; held < folds; held++)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] fitted = [.. Enumerable.Range(0, pairs.Count).Where(i => foldOf[i] != held)],
                scored = [.. Enumerable.Range(0, pairs.Count).Where(i => foldOf[i] == held)];
            int[] labels = [.. fitted.SelectMany(_ => (int[])[1, 0])];
            LogisticModel reward = new LogisticRegression(new() { C = penalty }).Fit(
                Differences(fitted, mirrored: true),
                labels,
                classes: 2
            );
            SparseMatrix rows = Differences(scored, mirrored: false);
            for (int i = 0; i < scored.Length; i++)
                margins[scored[i]] = Dot(rows.ColumnsOf(i), rows.ValuesOf(i), reward.Coefficients);
        }
        return margins;

        SparseMatrix Differences(int[] which, bool mirrored)
        {
            FeatureHasher hasher = new(HashBits);
            foreach (int i in which)
            foreach (int sign in (int[])(mirrored ? [1, -1] : [1]))
            {
                Count(hasher, pairs[i].Chosen!, sign);
                Count(hasher, pairs[i].Rejected!, -sign);
                hasher.EndRow(normalise: false);
            }
            return hasher.Build();
        }
    }

    private static void Count(FeatureHasher hasher, byte[] completion, int sign)
    {
        string[] words = [.. LowerWords.Of(Encoding.UTF8.GetString(completion))];
        float share = sign / MathF.Sqrt(Math.Max(1, words.Length));
        foreach (string word in words)
            hasher.Add(Encoding.UTF8.GetBytes(word), share);
        hasher.Add("\0length"u8, sign * MathF.Log(1 + completion.Length));
    }

    private static double Dot(ReadOnlySpan<int> columns, ReadOnlySpan<float> values, double[] weights)
    {
        double sum = 0;
        for (int i = 0; i < columns.Length; i++)
            sum += values[i] * weights[columns[i]];
        return sum;
    }
}
