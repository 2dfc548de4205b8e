using Assay.Learning;
using Assay.Numerics;

namespace Assay.Models;

/// <summary>What predicts scores from texts.</summary>
public enum ScorerKind
{
    /// <summary>Ridge regression on hashed n-grams of one to three bytes: seconds for thousands of rows.</summary>
    Ridge,

    /// <summary>A small transformer encoder over bytes, the mean of its tokens and a linear layer: minutes for thousands of rows.</summary>
    Encoder,
}

/// <summary>Predicts a score of a text from texts whose scores are known: how costly scores of a few rows reach all rows.</summary>
/// <remarks>
/// <para>Source: the data scorer of arXiv 2506.21545 (after arXiv 2410.07064) and the data influence model of arXiv 2406.06046, which are
/// transformers of some 100 million parameters. Predictions are in standard deviations from the mean of the known scores.</para>
/// <para>The first tenth of the known scores is kept for validation; what is chosen (the penalty of ridge, the epoch of the encoder)
/// is chosen by Spearman's correlation on it, as there.</para>
/// </remarks>
public abstract class TextScorer
{
    private const double Furthest = 3;

    /// <summary>Fewest known scores: two of them are for validation.</summary>
    public const int Fewest = 20;

    /// <summary>Spearman's correlation of predicted and known scores on the rows kept for validation; 0 if either does not vary.</summary>
    public double Spearman { get; private protected set; }

    /// <summary>How many of so many known scores are kept for validation: the first tenth, at least two.</summary>
    public static int ValidationRows(int known) => Math.Max(2, known / 10);

    /// <summary>Fits.</summary>
    /// <param name="kind">What predicts.</param>
    /// <param name="texts">Texts in random order, at least <see cref="Fewest"/>.</param>
    /// <param name="scores">Their scores, finite.</param>
    /// <param name="random">Initial weights and the order of rows; ridge needs none.</param>
    /// <param name="checkpoints">Where the fitting of an encoder goes on from after a kill, or null.</param>
    /// <param name="stepped">Called after every step of an encoder's training, or null.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="ArgumentException">There are too few, lengths differ, or a score is not finite.</exception>
    public static TextScorer Fit(
        ScorerKind kind,
        IReadOnlyList<byte[]> texts,
        ReadOnlySpan<double> scores,
        RandomStream random,
        TrainingCheckpoints? checkpoints = null,
        Action<TrainingStep>? stepped = null,
        CancellationToken cancellation = default
    )
    {
        if (texts.Count != scores.Length || scores.Length < Fewest)
            throw new ArgumentException(
                $"{scores.Length} scores of {texts.Count} texts; at least {Fewest} are needed."
            );
        double[] targets = Standardise(scores);
        return kind == ScorerKind.Ridge
            ? new RidgeScorer(texts, targets, cancellation)
            : new EncoderScorer(texts, targets, random, checkpoints, stepped, cancellation);
    }

    /// <summary>Predicts; may be called from several threads at once.</summary>
    /// <returns>For each text a score, in standard deviations of the known ones from their mean.</returns>
    public abstract double[] Predict(IReadOnlyList<byte[]> texts);

    /// <summary>Scores less their mean over their (population) standard deviation, clipped to [-3, 3]; 0 where they do not vary.</summary>
    /// <exception cref="ArgumentException">A score is not finite.</exception>
    public static double[] Standardise(ReadOnlySpan<double> scores)
    {
        double mean = 0,
            squares = 0;
        foreach (double score in scores)
            mean += double.IsFinite(score)
                ? score
                : throw new ArgumentException($"A score is {score}; it must be finite.");
        mean /= scores.Length;
        foreach (double score in scores)
            squares += (score - mean) * (score - mean);
        double deviation = Math.Sqrt(squares / scores.Length);
        double[] standard = new double[scores.Length];
        for (int i = 0; i < standard.Length && deviation > 0; i++)
            standard[i] = Math.Clamp((scores[i] - mean) / deviation, -Furthest, Furthest);
        return standard;
    }

    private protected static double Correlation(double[] predicted, double[] known)
    {
        double rho = RankCorrelation.Spearman(predicted, known);
        return double.IsNaN(rho) ? 0 : rho;
    }
}
