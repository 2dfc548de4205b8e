using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A pair of candidates of one prompt, the first preferred.</summary>
/// <param name="Chosen">The candidate that was preferred, among all of <see cref="CandidateGroups"/>.</param>
/// <param name="Rejected">The other one.</param>
public readonly record struct CandidatePair(int Chosen, int Rejected);

/// <summary>How a <see cref="CandidatePolicy"/> is trained by steps of Adam.</summary>
public sealed record CandidateTraining
{
    /// <summary>Steps, at least 1.</summary>
    public int Steps { get; init; } = 300;

    /// <summary>Pairs of a step, at least 1.</summary>
    public int Batch { get; init; } = 64;

    /// <summary>The learning rate, above 0; it is constant.</summary>
    public double LearningRate { get; init; } = 0.05;
}

/// <summary>Features of candidates, less their mean over the candidates of the prompt.</summary>
/// <remarks>What all candidates of a prompt share changes no probability; without it the features of prompts do not look like those of answers.</remarks>
public sealed class CandidateFeatures
{
    private readonly double[] _values;

    /// <summary>Centres features.</summary>
    /// <param name="groups">The prompts and their candidates.</param>
    /// <param name="features">A row for each candidate, finite.</param>
    /// <exception cref="ArgumentException">There are more or fewer rows than candidates, or a feature is not finite.</exception>
    public CandidateFeatures(CandidateGroups groups, Matrix features)
    {
        if (features.Rows != groups.Candidates)
            throw new ArgumentException($"{features.Rows} rows of features for {groups.Candidates} candidates.");
        (Groups, Count) = (groups, features.Columns);
        _values = new double[(long)features.Rows * Count];
        double[] mean = new double[Count];
        for (int prompt = 0; prompt < groups.Prompts; prompt++)
        {
            Array.Clear(mean);
            (int first, int rows) = groups[prompt].GetOffsetAndLength(groups.Candidates);
            for (int i = first; i < first + rows; i++)
            for (int j = 0; j < Count; j++)
                mean[j] += features[i, j] / (double)rows;
            for (int i = first; i < first + rows; i++)
            for (int j = 0; j < Count; j++)
                _values[(long)i * Count + j] = double.IsFinite(mean[j])
                    ? features[i, j] - mean[j]
                    : throw new ArgumentException($"A feature of candidate {i} is not finite.");
        }
    }

    /// <summary>Whose features they are.</summary>
    public CandidateGroups Groups { get; }

    /// <summary>Features of a candidate.</summary>
    public int Count { get; }

    /// <summary>The centred features of a candidate.</summary>
    public ReadOnlySpan<double> this[int candidate] => _values.AsSpan(candidate * Count, Count);

    /// <summary>The product of weights with the features of each candidate: scores, logits.</summary>
    public double[] Scores(ReadOnlySpan<double> weights)
    {
        double[] scores = new double[Groups.Candidates];
        for (int i = 0; i < scores.Length; i++)
            scores[i] = Dot(weights, this[i]);
        return scores;
    }

    internal static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => MixedProducts.Dot(a, b);
}

/// <summary>The smallest policy that can be steered: reference x exp(weights . features) over the candidates of a prompt.</summary>
/// <remarks>
/// Its normaliser cancels in a difference of log-ratios: DPO is logistic regression on differences of features, its optimum is the reward
/// model's weights over beta, and that policy is the optimum of the reward with a price of beta on divergence ("Direct Preference Optimization", arXiv 2305.18290,
/// appendix A; for this class of policies all three agree to rounding).
/// </remarks>
/// <param name="weights">One for each feature.</param>
public sealed class CandidatePolicy(double[] weights)
{
    private const double Tolerance = 1e-10;

    /// <summary>The weights: theta.</summary>
    public IReadOnlyList<double> Weights => weights;

    /// <summary>ln of the probability of each candidate.</summary>
    public double[] LogProbabilities(CandidateFeatures features)
    {
        double[] logits = features.Scores(weights);
        for (int i = 0; i < logits.Length; i++)
            logits[i] += features.Groups.LogReference[i];
        return features.Groups.Normalised(logits);
    }

    /// <summary>Trains by Adam on pairs in random order, from the reference on.</summary>
    /// <param name="features">The candidates.</param>
    /// <param name="pairs">At least one.</param>
    /// <param name="loss">Any of the catalogue; a completion counts as one token.</param>
    /// <param name="options">How long and how fast.</param>
    /// <param name="random">Names the order, and what the loss draws.</param>
    /// <param name="rowWeights">Factors on the losses of the pairs, or null for ones.</param>
    public static CandidatePolicy Train(
        CandidateFeatures features,
        IReadOnlyList<CandidatePair> pairs,
        PreferenceLoss loss,
        CandidateTraining options,
        RandomStream random,
        IReadOnlyList<double>? rowWeights = null
    )
    {
        PairGradient gradient = new(features, pairs, rowWeights);
        Batches batches = new(pairs.Count, Math.Min(options.Batch, pairs.Count), random.Child("order"));
        RandomStream draws = random.Child("draws");
        int[] rows = new int[batches.Size];
        double[] theta = new double[features.Count],
            slope = new double[features.Count],
            first = new double[features.Count],
            second = new double[features.Count];
        for (int step = 1; step <= options.Steps; step++)
        {
            batches.Fill(step - 1, rows);
            gradient.Of(theta, rows, loss, slope, draws.Child(step));
            double left1 = 1 - Math.Pow(0.9, step),
                left2 = 1 - Math.Pow(0.999, step);
            for (int j = 0; j < theta.Length; j++)
            {
                first[j] = 0.9 * first[j] + 0.1 * slope[j];
                second[j] = 0.999 * second[j] + 0.001 * slope[j] * slope[j];
                theta[j] -= options.LearningRate * (first[j] / left1) / (Math.Sqrt(second[j] / left2) + 1e-8);
            }
        }
        return new(theta);
    }

    /// <summary>The optimum over all pairs at once, by L-BFGS: for smooth losses that remember nothing from batch to batch.</summary>
    /// <param name="features">The candidates.</param>
    /// <param name="pairs">At least one.</param>
    /// <param name="loss">A smooth one.</param>
    /// <param name="ridge">Adds ridge / 2 times the squared length of the weights to the mean loss; 0 or more.</param>
    /// <param name="rowWeights">Factors on the losses of the pairs, or null for ones.</param>
    public static CandidatePolicy Fit(
        CandidateFeatures features,
        IReadOnlyList<CandidatePair> pairs,
        PreferenceLoss loss,
        double ridge = 0,
        IReadOnlyList<double>? rowWeights = null
    )
    {
        PairGradient gradient = new(features, pairs, rowWeights);
        int[] all = [.. Enumerable.Range(0, pairs.Count)];
        return new(Minimum(features.Count, ridge, (theta, slope) => gradient.Of(theta, all, loss, slope, null)));
    }

    /// <summary>The Bradley-Terry reward on the same features: weights that make the pairs most probable when s(r(chosen) - r(rejected)) is the probability of a choice.</summary>
    /// <param name="features">The candidates.</param>
    /// <param name="pairs">At least one.</param>
    /// <param name="ridge">Adds ridge / 2 times the squared length of the weights to the mean loss; 0 or more.</param>
    /// <returns>The reward's weights; <see cref="CandidateFeatures.Scores"/> gives rewards.</returns>
    public static double[] BradleyTerry(
        CandidateFeatures features,
        IReadOnlyList<CandidatePair> pairs,
        double ridge = 0
    )
    {
        if (pairs.Count == 0)
            throw new ArgumentException("There is no pair.", nameof(pairs));
        return Minimum(
            features.Count,
            ridge,
            (w, slope) =>
            {
                double sum = 0;
                foreach (CandidatePair pair in pairs)
                {
                    ReadOnlySpan<double> chosen = features[pair.Chosen],
                        rejected = features[pair.Rejected];
                    double margin = CandidateFeatures.Dot(w, chosen) - CandidateFeatures.Dot(w, rejected),
                        pull = Logistic.Sigmoid(-margin) / pairs.Count;
                    sum += Logistic.Softplus(-margin);
                    for (int j = 0; j < w.Length; j++)
                        slope[j] -= pull * (chosen[j] - rejected[j]);
                }
                return sum / pairs.Count;
            }
        );
    }

    // The evaluation adds to a cleared gradient.
    private static double[] Minimum(int parameters, double ridge, Func<double[], double[], double> evaluate)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ridge);
        double[] theta = new double[parameters],
            scale = new double[parameters];
        Array.Fill(scale, 1);
        Lbfgs.Minimise(
            (at, slope) =>
            {
                Array.Clear(slope);
                double value = evaluate(at, slope);
                for (int j = 0; j < at.Length; j++)
                {
                    value += ridge / 2 * at[j] * at[j];
                    slope[j] += ridge * at[j];
                }
                return value;
            },
            theta,
            scale,
            Tolerance,
            maxIterations: 5000
        );
        return theta;
    }

    /// <summary>The mean loss of pairs and its gradient by the weights.</summary>
    private sealed class PairGradient
    {
        private readonly CandidateFeatures _features;
        private readonly IReadOnlyList<CandidatePair> _pairs;
        private readonly IReadOnlyList<double>? _weights;
        private readonly int[] _prompts;

        public PairGradient(
            CandidateFeatures features,
            IReadOnlyList<CandidatePair> pairs,
            IReadOnlyList<double>? weights
        )
        {
            if (pairs.Count == 0)
                throw new ArgumentException("There is no pair.", nameof(pairs));
            if (weights is not null && weights.Count != pairs.Count)
                throw new ArgumentException($"{weights.Count} weights for {pairs.Count} pairs.", nameof(weights));
            _prompts = new int[pairs.Count];
            for (int i = 0; i < pairs.Count; i++)
            {
                _prompts[i] = features.Groups.PromptOf(pairs[i].Chosen);
                if (features.Groups.PromptOf(pairs[i].Rejected) != _prompts[i])
                    throw new ArgumentException($"Pair {i} is of two prompts.", nameof(pairs));
            }
            (_features, _pairs, _weights) = (features, pairs, weights);
        }

        public double Of(double[] theta, int[] rows, PreferenceLoss loss, double[] slope, RandomStream? draw)
        {
            int count = rows.Length;
            double[] reference = _features.Groups.LogReference,
                chosen = new double[count],
                rejected = new double[count],
                referenceChosen = new double[count],
                referenceRejected = new double[count];
            int[] tokens = new int[count];
            Array.Fill(tokens, 1);
            double[][] probabilities = new double[count][];
            for (int i = 0; i < count; i++)
            {
                CandidatePair pair = _pairs[rows[i]];
                (int first, double[] own) = LogProbabilities(theta, _prompts[rows[i]]);
                probabilities[i] = own;
                (chosen[i], rejected[i]) = (own[pair.Chosen - first], own[pair.Rejected - first]);
                (referenceChosen[i], referenceRejected[i]) = (reference[pair.Chosen], reference[pair.Rejected]);
            }
            PairLosses losses = loss.Of(
                new()
                {
                    Chosen = chosen,
                    Rejected = rejected,
                    ReferenceChosen = referenceChosen,
                    ReferenceRejected = referenceRejected,
                    ChosenTokens = tokens,
                    RejectedTokens = tokens,
                    Weights = _weights is null ? null : [.. rows.Select(row => _weights[row])],
                },
                draw
            );
            Array.Clear(slope);
            for (int i = 0; i < count; i++)
            {
                CandidatePair pair = _pairs[rows[i]];
                Add(slope, losses.ByChosen[i] / count, pair.Chosen);
                Add(slope, losses.ByRejected[i] / count, pair.Rejected);
                // The normaliser's share; in a loss of differences it is nothing.
                double both = (losses.ByChosen[i] + losses.ByRejected[i]) / count;
                int first = _features.Groups[_prompts[rows[i]]].Start.Value;
                for (int k = 0; k < probabilities[i].Length && both != 0; k++)
                    Add(slope, -both * Math.Exp(probabilities[i][k]), first + k);
            }
            return losses.Mean;
        }

        private (int First, double[] LogProbabilities) LogProbabilities(double[] theta, int prompt)
        {
            (int first, int count) = _features.Groups[prompt].GetOffsetAndLength(_features.Groups.Candidates);
            double[] found = new double[count];
            double largest = double.NegativeInfinity,
                sum = 0;
            for (int k = 0; k < count; k++)
            {
                found[k] =
                    CandidateFeatures.Dot(theta, _features[first + k]) + _features.Groups.LogReference[first + k];
                largest = Math.Max(largest, found[k]);
            }
            foreach (double logit in found)
                sum += Math.Exp(logit - largest);
            double total = largest + Math.Log(sum);
            for (int k = 0; k < count; k++)
                found[k] -= total;
            return (first, found);
        }

        private void Add(double[] slope, double factor, int candidate)
        {
            ReadOnlySpan<double> row = _features[candidate];
            for (int j = 0; j < slope.Length; j++)
                slope[j] += factor * row[j];
        }
    }
}
