using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Preferences;

namespace Assay.Describe;

/// <summary>What is in a set of preference pairs: lengths, ties, duplicates, conflicts, margins, and pairs that look turned round.</summary>
/// <remarks>
/// Suspected flips come from a cross-fitted model of the house: Bradley and Terry's model on hashed words and pairs of words of the completions, fitted
/// on other prompts (five folds by prompt). Its accuracy also says how much of the preference lies in the words alone.
/// </remarks>
public sealed class PairLabel
{
    private const int Folds = 5,
        Bits = 18;
    private const double Suspicion = 0.1;

    /// <summary>Pairs with two completions, in order.</summary>
    public required IReadOnlyList<PreferencePair> Pairs { get; init; }

    /// <summary>Rows that prefer nothing.</summary>
    public required int Ties { get; init; }

    /// <summary>Bytes of prompts, of chosen and of rejected completions.</summary>
    public required (int[] Prompt, int[] Chosen, int[] Rejected) Lengths { get; init; }

    /// <summary>Share of pairs whose chosen completion is longer, equal lengths counting half: how well length alone predicts the preference.</summary>
    public required double LongerShare { get; init; }

    /// <summary>Pairs that stand there before, word for word.</summary>
    public required int Duplicates { get; init; }

    /// <summary>Pairs whose opposite stands there too: the same prompt and completions, preferred the other way.</summary>
    public required int Contradictions { get; init; }

    /// <summary>Pairs in whose prompt a completion is both chosen and rejected.</summary>
    public required int Conflicts { get; init; }

    /// <summary>For each pair the probability of its label under a model that was fitted on other prompts; null with too few pairs.</summary>
    public required double[]? Plausibility { get; init; }

    /// <summary>Share of pairs whose label that model finds more likely than not.</summary>
    public double WordAccuracy =>
        Plausibility is null ? 0 : Plausibility.Count(value => value > 0.5) / (double)Plausibility.Length;

    /// <summary>Places of the pairs whose label it finds least likely (below 0.1), the least first.</summary>
    public IReadOnlyList<int> Suspects =>
        Plausibility is null
            ? []
            :
            [
                .. Enumerable
                    .Range(0, Pairs.Count)
                    .Where(i => Plausibility[i] < Suspicion)
                    .OrderBy(i => Plausibility[i]),
            ];

    /// <summary>Labels pairs.</summary>
    /// <param name="rows">The pairs; rows with one completion are left out.</param>
    /// <param name="random">Deals prompts to folds.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public static PairLabel Of(PreferenceRows rows, RandomStream random, CancellationToken cancellation = default)
    {
        PreferencePair[] pairs = [.. rows.Pairs.Where(pair => pair.IsPair)];
        Dictionary<(Text, Text, Text), int> seen = [];
        Dictionary<(Text, Text), (bool Chosen, bool Rejected)> roles = [];
        int duplicates = 0;
        foreach (PreferencePair pair in pairs)
        {
            Text prompt = new(pair.Prompt),
                chosen = new(pair.Chosen!),
                rejected = new(pair.Rejected!);
            (Text, Text, Text) whole = (prompt, chosen, rejected);
            duplicates += seen.TryGetValue(whole, out int count) ? 1 : 0;
            seen[whole] = count + 1;
            roles[(prompt, chosen)] = roles.GetValueOrDefault((prompt, chosen)) with { Chosen = true };
            roles[(prompt, rejected)] = roles.GetValueOrDefault((prompt, rejected)) with { Rejected = true };
        }
        int contradictions = 0,
            conflicts = 0;
        foreach (PreferencePair pair in pairs)
        {
            Text prompt = new(pair.Prompt),
                chosen = new(pair.Chosen!),
                rejected = new(pair.Rejected!);
            contradictions += seen.ContainsKey((prompt, rejected, chosen)) ? 1 : 0;
            conflicts += roles[(prompt, chosen)].Rejected || roles[(prompt, rejected)].Chosen ? 1 : 0;
        }
        int[] LengthsOf(Func<PreferencePair, byte[]> text) => [.. pairs.Select(pair => text(pair).Length)];
        (int[] Prompt, int[] Chosen, int[] Rejected) lengths = (
            LengthsOf(pair => pair.Prompt),
            LengthsOf(pair => pair.Chosen!),
            LengthsOf(pair => pair.Rejected!)
        );
        double longer = 0;
        for (int i = 0; i < pairs.Length; i++)
            longer += 0.5 + 0.5 * Math.Sign(lengths.Chosen[i].CompareTo(lengths.Rejected[i]));
        return new()
        {
            Pairs = pairs,
            Ties = rows.Ties,
            Lengths = lengths,
            LongerShare = pairs.Length == 0 ? 0.5 : longer / pairs.Length,
            Duplicates = duplicates,
            Contradictions = contradictions,
            Conflicts = conflicts,
            Plausibility = pairs.Length < 10 * Folds ? null : PlausibilityOf(pairs, random, cancellation),
        };
    }

    private static double[] PlausibilityOf(PreferencePair[] pairs, RandomStream random, CancellationToken cancellation)
    {
        // Pairs of one prompt stay together: else a fold would have seen its completions.
        Dictionary<Text, int> folds = [];
        int[] foldOf =
        [
            .. pairs.Select(pair =>
            {
                Text prompt = new(pair.Prompt);
                if (!folds.TryGetValue(prompt, out int fold))
                    folds[prompt] = fold = random.NextInt32(Folds);
                return fold;
            }),
        ];
        double[] plausibility = new double[pairs.Length];
        Array.Fill(plausibility, 0.5);
        for (int fold = 0; fold < Folds; fold++)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] inside = [.. Enumerable.Range(0, pairs.Length).Where(i => foldOf[i] == fold)],
                outside = [.. Enumerable.Range(0, pairs.Length).Where(i => foldOf[i] != fold)];
            if (inside.Length == 0 || outside.Length == 0)
                continue;
            // Every pair both ways round, so that neither side is the usual one; without an intercept both say the same.
            LogisticModel model = new LogisticRegression(new() { Intercept = false, Tolerance = 1e-4 }).Fit(
                Differences(pairs, [.. outside, .. outside], at => at < outside.Length),
                [.. outside.Select(_ => 1), .. outside.Select(_ => 0)],
                2
            );
            double[] found = model.Probabilities(Differences(pairs, inside, _ => true));
            for (int i = 0; i < inside.Length; i++)
                plausibility[inside[i]] = found[2 * i + 1];
        }
        return plausibility;
    }

    private static SparseMatrix Differences(PreferencePair[] pairs, int[] which, Func<int, bool> forward)
    {
        FeatureHasher hasher = new(Bits);
        for (int at = 0; at < which.Length; at++)
        {
            float sign = forward(at) ? 1 : -1;
            AddWords(hasher, pairs[which[at]].Chosen!, sign);
            AddWords(hasher, pairs[which[at]].Rejected!, -sign);
            hasher.EndRow();
        }
        return hasher.Build();
    }

    private static void AddWords(FeatureHasher hasher, byte[] text, float value)
    {
        byte[] lower = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text).ToLowerInvariant());
        int previous = -1,
            start = -1;
        for (int i = 0; i <= lower.Length; i++)
        {
            bool inWord =
                i < lower.Length && (char.IsAsciiLetterOrDigit((char)lower[i]) || lower[i] is (byte)'\'' or >= 128);
            if (inWord && start < 0)
                start = i;
            if (inWord || start < 0)
                continue;
            hasher.Add(lower.AsSpan(start, i - start), value);
            if (previous >= 0)
                hasher.Add(lower.AsSpan(previous, i - previous), value);
            (previous, start) = (start, -1);
        }
    }

    // Texts are told apart by their whole content.
    private readonly struct Text(byte[] bytes) : IEquatable<Text>
    {
        private readonly byte[] _bytes = bytes;

        public bool Equals(Text other) => _bytes.AsSpan().SequenceEqual(other._bytes);

        public override bool Equals(object? obj) => obj is Text other && Equals(other);

        public override int GetHashCode()
        {
            HashCode hash = new();
            hash.AddBytes(_bytes);
            return hash.ToHashCode();
        }
    }
}
