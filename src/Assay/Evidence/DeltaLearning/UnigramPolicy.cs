using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>The smallest language model there is: one probability for each word, the end of a sentence among them.</summary>
internal sealed class UnigramPolicy
{
    private const double Rate = 0.01,
        Beta1 = 0.9,
        Beta2 = 0.999,
        Tiny = 1e-8;
    private readonly double[] _logits;

    private UnigramPolicy(double[] logits) => _logits = logits;

    /// <summary>The frequencies of words in sentences, half a time added to each.</summary>
    public static UnigramPolicy Of(IEnumerable<int[]> sentences, int words)
    {
        double[] counts = new double[words];
        Array.Fill(counts, 0.5);
        foreach (int word in sentences.SelectMany(sentence => sentence))
            counts[word]++;
        return new(Array.ConvertAll(counts, Math.Log));
    }

    /// <summary>Another of the same probabilities.</summary>
    public UnigramPolicy Copy() => new([.. _logits]);

    /// <summary>How often a word is expected in a sentence: its probability over that of the end.</summary>
    public double Expected(int word) => Math.Exp(_logits[word] - _logits[CommaSentences.End]);

    /// <summary>Log-odds of two words.</summary>
    public double LogOdds(int word, int other) => _logits[word] - _logits[other];

    /// <summary>Trains in place by preferences; calls back after each epoch.</summary>
    public void Prefer(
        IReadOnlyList<(int[] Chosen, int[] Rejected)> pairs,
        PreferenceLossOptions options,
        int epochs,
        RandomStream random,
        Action<int> ended
    )
    {
        UnigramPolicy reference = Copy();
        PreferenceLoss loss = new(options);
        Fit(
            pairs.Count,
            epochs,
            random,
            rows =>
            {
                PairBatch batch = new()
                {
                    Chosen = Of(rows, pair => pair.Chosen, this),
                    Rejected = Of(rows, pair => pair.Rejected, this),
                    ReferenceChosen = Of(rows, pair => pair.Chosen, reference),
                    ReferenceRejected = Of(rows, pair => pair.Rejected, reference),
                    ChosenTokens = [.. rows.Select(row => pairs[row].Chosen.Length)],
                    RejectedTokens = [.. rows.Select(row => pairs[row].Rejected.Length)],
                };
                PairLosses losses = loss.Of(batch);
                return
                [
                    .. rows.Select((row, i) => (pairs[row].Chosen, losses.ByChosen[i] / rows.Length)),
                    .. rows.Select((row, i) => (pairs[row].Rejected, losses.ByRejected[i] / rows.Length)),
                ];
            },
            ended
        );

        double[] Of(int[] rows, Func<(int[] Chosen, int[] Rejected), int[]> side, UnigramPolicy policy)
        {
            double normaliser = policy.Normaliser();
            return [.. rows.Select(row => side(pairs[row]).Sum(word => policy._logits[word] - normaliser))];
        }
    }

    /// <summary>Trains in place on sentences as they are.</summary>
    public void Imitate(IReadOnlyList<int[]> sentences, int epochs, RandomStream random) =>
        Fit(
            sentences.Count,
            epochs,
            random,
            rows => [.. rows.Select(row => (sentences[row], -1.0 / rows.Sum(other => sentences[other].Length)))],
            _ => { }
        );

    private double Normaliser()
    {
        double most = _logits.Max();
        return most + Math.Log(_logits.Sum(logit => Math.Exp(logit - most)));
    }

    // Adam; a row's loss moves the logits by its slope times what its log-probability does.
    private void Fit(
        int count,
        int epochs,
        RandomStream random,
        Func<int[], (int[] Sentence, double Slope)[]> slopesOf,
        Action<int> ended
    )
    {
        Batches batches = new(count, Math.Min(32, count), random);
        int[] rows = new int[batches.Size];
        double[] first = new double[_logits.Length],
            second = new double[_logits.Length],
            gradient = new double[_logits.Length];
        long steps = epochs * batches.PerEpoch;
        for (long step = 0; step < steps; step++)
        {
            batches.Fill(step, rows);
            Array.Clear(gradient);
            double tokens = 0;
            foreach ((int[] sentence, double slope) in slopesOf(rows))
            {
                foreach (int word in sentence)
                    gradient[word] += slope;
                tokens += slope * sentence.Length;
            }
            double normaliser = Normaliser();
            for (int i = 0; i < _logits.Length; i++)
            {
                double slope = gradient[i] - tokens * Math.Exp(_logits[i] - normaliser);
                first[i] = Beta1 * first[i] + (1 - Beta1) * slope;
                second[i] = Beta2 * second[i] + (1 - Beta2) * slope * slope;
                gradient[i] =
                    Rate
                    * (first[i] / (1 - Math.Pow(Beta1, step + 1)))
                    / (Math.Sqrt(second[i] / (1 - Math.Pow(Beta2, step + 1))) + Tiny);
            }
            for (int i = 0; i < _logits.Length; i++)
                _logits[i] -= gradient[i];
            if ((step + 1) % batches.PerEpoch == 0)
                ended((int)((step + 1) / batches.PerEpoch));
        }
    }
}
