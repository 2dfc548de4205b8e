using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A preference loss with its constants: from log-probabilities to the losses of the rows and their derivatives.</summary>
/// <remarks>
/// Everything is computed in double; the derivatives are those of the formulas as they stand, so that a policy is trained by
/// <see cref="SurrogateOf"/>, one backward pass. Two losses remember something from batch to batch (<see cref="Carried"/>).
/// <code>
/// PreferenceLoss loss = new(new() { Loss = PreferenceObjective.Dpo, Beta = 0.1 });
/// PairLosses losses = loss.Of(batch);              // losses.Mean, losses.Rows
/// </code>
/// </remarks>
public sealed class PreferenceLoss
{
    private const double Clamp = 80,
        DiscoTemperature = 0.05,
        DivergenceAlpha = 0.5,
        Memory = 0.9,
        LeastBeta = 1e-3;
    private readonly double[] _carried = new double[3];

    /// <summary>A loss.</summary>
    /// <exception cref="ArgumentException">The constants do not fit the loss.</exception>
    public PreferenceLoss(PreferenceLossOptions options)
    {
        Options = options;
        Objective = options.Loss;
        Beta = options.Beta ?? UsualBeta(Objective);
        Smoothing = options.Smoothing ?? (Objective == PreferenceObjective.Exo ? 1e-3 : 0);
        Margin = options.Margin ?? (Objective == PreferenceObjective.Slic ? 1 : 0.5);
        Alpha =
            options.Alpha
            ?? Objective switch
            {
                PreferenceObjective.AlphaPo => 0.25,
                PreferenceObjective.BetaDpo or PreferenceObjective.BetaDpoScaled => 0.6,
                _ => 1,
            };
        Nll =
            options.Nll
            ?? Objective switch
            {
                PreferenceObjective.Orpo or PreferenceObjective.Cpo or PreferenceObjective.Rrhf => 1,
                PreferenceObjective.Slic => 0.1,
                _ => 0,
            };
        if (!(Beta > 0) || !double.IsFinite(Beta))
            throw new ArgumentException($"beta is {Beta}; it must be above 0.");
        if (Smoothing is < 0 or >= 0.5)
            throw new ArgumentException($"A smoothing of {Smoothing} is not from 0 to below 0.5.");
        if (Objective == PreferenceObjective.Exo && Smoothing == 0)
            throw new ArgumentException("exo needs a smoothing above 0: its labels' logarithm is taken.");
        if (options.Divergence != PreferenceDivergence.ReverseKl && !NeedsReference)
            throw new ArgumentException($"{Objective} has no log-ratio that another divergence could stand for.");
    }

    /// <summary>What it was made from.</summary>
    public PreferenceLossOptions Options { get; }

    /// <summary>Which loss.</summary>
    public PreferenceObjective Objective { get; }

    /// <summary>The temperature in use.</summary>
    public double Beta { get; }

    /// <summary>The smoothing in use.</summary>
    public double Smoothing { get; }

    /// <summary>The margin in use.</summary>
    public double Margin { get; }

    /// <summary>The alpha in use.</summary>
    public double Alpha { get; }

    /// <summary>The weight of the likelihood term in use.</summary>
    public double Nll { get; }

    /// <summary>Whether the reference's log-probabilities matter.</summary>
    public bool NeedsReference =>
        Objective
            is not (
                PreferenceObjective.ReferenceFree
                or PreferenceObjective.Slic
                or PreferenceObjective.Simpo
                or PreferenceObjective.Cpo
                or PreferenceObjective.AlphaPo
                or PreferenceObjective.Orpo
                or PreferenceObjective.Rrhf
            );

    /// <summary>Whether <see cref="PairBatch.Mismatched"/> matters.</summary>
    public bool NeedsMismatched => Objective == PreferenceObjective.Kto;

    /// <summary>Whether rows with one completion only can be used.</summary>
    public bool TakesSingles => Objective is PreferenceObjective.Kto or PreferenceObjective.Bco;

    /// <summary>
    /// What goes from batch to batch, to be kept with checkpoints: how many numbers were seen, their running mean, their running deviation;
    /// zeros for most losses.
    /// </summary>
    public Memory<double> Carried => _carried;

    /// <summary>The losses of a batch.</summary>
    /// <param name="batch">At least one row.</param>
    /// <param name="draw">For both forms of beta-DPO: names the rows that are kept; null keeps all.</param>
    /// <exception cref="ArgumentException">The batch is empty, not finite, or has rows that the loss cannot use.</exception>
    public PairLosses Of(PairBatch batch, RandomStream? draw = null)
    {
        batch.Checked();
        if (batch.Count == 0)
            throw new ArgumentException("A batch has at least one pair.", nameof(batch));
        for (int i = 0; i < batch.Count && !TakesSingles; i++)
            if (batch.ChosenTokens[i] == 0 || batch.RejectedTokens[i] == 0)
                throw new ArgumentException($"Row {i} has one completion; {Objective} compares two.", nameof(batch));
        PairLosses losses = Objective switch
        {
            PreferenceObjective.Aot => Aot(batch),
            PreferenceObjective.AotUnpaired => AotUnpaired(batch),
            PreferenceObjective.BetaDpo => BetaDpo(batch, draw),
            PreferenceObjective.BetaDpoScaled => BetaDpoScaled(batch, draw),
            PreferenceObjective.Bco => Bco(batch),
            PreferenceObjective.Kto => Kto(batch),
            _ => Each(batch, Row),
        };
        for (int i = 0; batch.Weights is { } weights && i < weights.Length; i++)
        {
            losses.Rows[i] *= weights[i];
            losses.ByChosen[i] *= weights[i];
            losses.ByRejected[i] *= weights[i];
        }
        return losses;
    }

    /// <summary>A tensor with the batch's mean loss as its value, and its gradient: what a backward pass starts from.</summary>
    /// <param name="losses">Of <see cref="Of"/>.</param>
    /// <param name="chosen">[n]: the policy's log-probabilities with their graph.</param>
    /// <param name="rejected">[n]: the same of the rejected ones.</param>
    /// <returns>[].</returns>
    public static Tensor SurrogateOf(PairLosses losses, Tensor chosen, Tensor rejected)
    {
        int count = losses.Rows.Length;
        Tensor slopes = (chosen * Slopes(losses.ByChosen) + rejected * Slopes(losses.ByRejected)).Sum();
        return slopes + (float)(losses.Mean - slopes.Item());

        Tensor Slopes(double[] by)
        {
            float[] mean = new float[count];
            for (int i = 0; i < count; i++)
                mean[i] = (float)(by[i] / count);
            return Tensor.Of(mean, count);
        }
    }

    private static double UsualBeta(PreferenceObjective objective) =>
        objective switch
        {
            PreferenceObjective.DpoNorm => 5,
            PreferenceObjective.Simpo or PreferenceObjective.AlphaPo => 2,
            _ => 0.1,
        };

    private PairNumber Row(in PairRow row)
    {
        double beta = Beta,
            eps = Smoothing;
        PairNumber z = beta * row.Difference;
        PairNumber loss = Objective switch
        {
            PreferenceObjective.Dpo => Dpo(z),
            PreferenceObjective.Robust => (-(1 - eps) * z.LogSigmoid() + eps * (-z).LogSigmoid()) / (1 - 2 * eps),
            PreferenceObjective.ReferenceFree => Dpo(beta * (row.Chosen - row.Rejected)),
            PreferenceObjective.DpoGamma => Dpo(
                beta * (row.Chosen - row.Rejected - Options.Gamma * (row.ReferenceChosen - row.ReferenceRejected))
            ),
            PreferenceObjective.Hinge => (1 - z).Positive(),
            PreferenceObjective.Slic => (Margin - row.Chosen + row.Rejected).Positive(),
            PreferenceObjective.Ipo => (row.Difference - 1 / (2 * beta)).Squared(),
            PreferenceObjective.IpoMean => (row.MeanDifference - 1 / (2 * beta)).Squared(),
            PreferenceObjective.DpoNorm => Dpo(beta * row.MeanDifference),
            PreferenceObjective.Simpo => Dpo(beta * (row.ChosenMean - row.RejectedMean - Margin)),
            PreferenceObjective.Cpo => Dpo(beta * (row.Chosen - row.Rejected)),
            PreferenceObjective.AlphaPo => Dpo(beta * (Power(row.ChosenMean) - Power(row.RejectedMean) - Margin)),
            PreferenceObjective.Orpo => -beta * (LogOdds(row.ChosenMean) - LogOdds(row.RejectedMean)).LogSigmoid(),
            PreferenceObjective.Rrhf => (row.RejectedMean - row.ChosenMean).Positive(),
            PreferenceObjective.Exo => z.Sigmoid() * (z.LogSigmoid() - Math.Log(1 - eps))
                + (-z).Sigmoid() * ((-z).LogSigmoid() - Math.Log(eps)),
            PreferenceObjective.Nca => -(beta * row.ChosenRatio).LogSigmoid()
                - 0.5 * (-beta * row.ChosenRatio).LogSigmoid()
                - 0.5 * (-beta * row.RejectedRatio).LogSigmoid(),
            PreferenceObjective.BcoPair => -(beta * row.ChosenRatio).LogSigmoid()
                - (-beta * row.RejectedRatio).LogSigmoid(),
            PreferenceObjective.ApoZero => 1
                - (beta * row.ChosenRatio).Sigmoid()
                + (beta * row.RejectedRatio).Sigmoid(),
            PreferenceObjective.ApoDown => (beta * row.ChosenRatio).Sigmoid() + 1 - z.Sigmoid(),
            PreferenceObjective.SppoHard => (row.ChosenRatio - 0.5 / beta).Squared()
                + (row.RejectedRatio + 0.5 / beta).Squared(),
            PreferenceObjective.DiscoPop => DiscoPop(z),
            PreferenceObjective.PolyDpo => -z.LogSigmoid() + Alpha * (-z).Sigmoid(),
            _ => throw new InvalidOperationException($"{Objective} is a loss of whole batches."),
        };
        return Nll == 0 ? loss : loss - Nll * row.ChosenMean;
    }

    private PairNumber Dpo(PairNumber z) =>
        Smoothing == 0 ? -z.LogSigmoid() : -(1 - Smoothing) * z.LogSigmoid() - Smoothing * (-z).LogSigmoid();

    private PairNumber Power(PairNumber mean) => Alpha == 0 ? mean : (1 - (-Alpha * mean).Exp()) / Alpha;

    private static PairNumber LogOdds(PairNumber mean) => mean - mean.LogOneMinusExp();

    private static PairNumber DiscoPop(PairNumber z)
    {
        PairNumber share = (z / DiscoTemperature).Sigmoid();
        return (1 - share) * -z.LogSigmoid() + share * (-z).Exp();
    }

    // Each row is right where its policy margin, among the sorted ones, is above the reference margin of the same rank.
    private PairLosses Aot(PairBatch batch)
    {
        int[] byPolicy = Ranked(batch.Count, i => batch.Chosen[i] - batch.Rejected[i]),
            byReference = Ranked(batch.Count, i => batch.ReferenceChosen[i] - batch.ReferenceRejected[i]);
        double[] reference = new double[batch.Count];
        for (int rank = 0; rank < batch.Count; rank++)
            reference[byPolicy[rank]] =
                batch.ReferenceChosen[byReference[rank]] - batch.ReferenceRejected[byReference[rank]];
        return Each(batch, (in PairRow row) => Dpo(Beta * (row.Chosen - row.Rejected - reference[row.Index])));
    }

    private PairLosses AotUnpaired(PairBatch batch)
    {
        int[] chosen = Ranked(batch.Count, batch.ChosenRatio),
            rejected = Ranked(batch.Count, batch.RejectedRatio);
        PairLosses losses = Empty(batch.Count);
        for (int rank = 0; rank < batch.Count; rank++)
        {
            PairNumber loss = Dpo(
                Beta
                    * (
                        new PairNumber(batch.ChosenRatio(chosen[rank]), 1)
                        - new PairNumber(batch.RejectedRatio(rejected[rank]), 0, 1)
                    )
            );
            losses.Rows[chosen[rank]] = loss.Value;
            losses.ByChosen[chosen[rank]] = loss.ByChosen;
            losses.ByRejected[rejected[rank]] = loss.ByRejected;
        }
        return losses;
    }

    private PairLosses Kto(PairBatch batch)
    {
        double border = batch.Mismatched is { } others ? Beta * Math.Max(0, others.Sum() / others.Length) : 0;
        return Each(
            batch,
            (in PairRow row) =>
                MeanOfSides(
                    row,
                    Options.Desirable * (1 - (Beta * row.ChosenRatio - border).Sigmoid()),
                    Options.Undesirable * (1 - (border - Beta * row.RejectedRatio).Sigmoid())
                )
        );
    }

    private PairLosses Bco(PairBatch batch)
    {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            sum += Beta * (batch.ChosenRatio(i) + batch.RejectedRatio(i));
            count += (batch.ChosenTokens[i] > 0 ? 1 : 0) + (batch.RejectedTokens[i] > 0 ? 1 : 0);
        }
        if (count > 0)
        {
            _carried[0] += count;
            _carried[1] += (sum - count * _carried[1]) / _carried[0];
        }
        double border = _carried[1];
        return Each(
            batch,
            (in PairRow row) =>
                MeanOfSides(
                    row,
                    -(Beta * row.ChosenRatio - border).LogSigmoid(),
                    -(border - Beta * row.RejectedRatio).LogSigmoid()
                )
        );
    }

    private static PairNumber MeanOfSides(in PairRow row, PairNumber chosen, PairNumber rejected) =>
        row.ChosenTokens == 0 ? rejected
        : row.RejectedTokens == 0 ? chosen
        : (chosen + rejected) / 2;

    private PairLosses BetaDpo(PairBatch batch, RandomStream? draw)
    {
        double[] margins = [.. Enumerable.Range(0, batch.Count).Select(batch.Margin)];
        double mean = margins.Average(),
            deviation = Math.Sqrt(
                margins.Sum(margin => (margin - mean) * (margin - mean)) / Math.Max(1, batch.Count - 1)
            );
        // The first batch starts both averages: from 0 they would be wrong for long.
        double share = _carried[0] == 0 ? 0 : Memory;
        _carried[0]++;
        _carried[1] = share * _carried[1] + (1 - share) * mean;
        _carried[2] = share * _carried[2] + (1 - share) * deviation;
        bool[] kept = Kept(margins, draw);
        double beta = BatchBeta(Beta, Alpha, margins.Where((_, i) => kept[i]).Average(), _carried[1]);
        double scale = batch.Count / (double)kept.Count(keeps => keeps);
        return Each(
            batch,
            (in PairRow row) => kept[row.Index] ? scale * -(beta * row.Difference).LogSigmoid() : default
        );
    }

    private PairLosses BetaDpoScaled(PairBatch batch, RandomStream? draw)
    {
        double[] margins = [.. Enumerable.Range(0, batch.Count).Select(row => Beta * batch.Margin(row))];
        double mean = margins.Average(),
            deviation = Math.Sqrt(
                margins.Sum(margin => (margin - mean) * (margin - mean)) / Math.Max(1, batch.Count - 1)
            );
        (double usualMean, double usualDeviation) = _carried[0] == 0 ? (0, 1) : (_carried[1], _carried[2]);
        _carried[0]++;
        _carried[1] = Memory * usualMean + (1 - Memory) * mean;
        _carried[2] = Memory * usualDeviation + (1 - Memory) * deviation;
        double beta = Beta * (1 + Alpha * (mean - _carried[1]));
        bool[] kept = Kept(margins, draw);
        double scale = batch.Count / (double)kept.Count(keeps => keeps);
        return Each(
            batch,
            (in PairRow row) => kept[row.Index] ? scale * -(beta * row.Difference).LogSigmoid() : default
        );
    }

    /// <summary>The beta of a batch in beta-DPO: beta (1 + alpha (mean margin - usual margin)), at least 0.001.</summary>
    /// <param name="beta">The base.</param>
    /// <param name="alpha">How much it moves.</param>
    /// <param name="mean">Mean of D over the rows that are kept.</param>
    /// <param name="usual">The running mean of D.</param>
    public static double BatchBeta(double beta, double alpha, double mean, double usual) =>
        Math.Max(LeastBeta, beta * (1 + alpha * (mean - usual)));

    // A draw without replacement whose weights fall with the distance from the usual margin (Efraimidis and Spirakis).
    private bool[] Kept(double[] margins, RandomStream? draw)
    {
        int count = Math.Max(1, (int)((1 - Options.Drop) * margins.Length));
        bool[] kept = new bool[margins.Length];
        if (draw is null || count == margins.Length)
        {
            Array.Fill(kept, true);
            return kept;
        }
        double spread = _carried[2] + 1e-6;
        double[] keys = new double[margins.Length];
        for (int i = 0; i < margins.Length; i++)
        {
            double distance = (margins[i] - _carried[1]) / spread;
            // ln(-ln u) less the log-weight: the smallest are kept, and no weight underflows.
            keys[i] = Math.Log(-Math.Log(1 - draw.NextDouble())) + 0.5 * distance * distance;
        }
        foreach (int i in Ranked(keys.Length, i => keys[i]).Take(count))
            kept[i] = true;
        return kept;
    }

    private static int[] Ranked(int count, Func<int, double> key) => [.. Enumerable.Range(0, count).OrderBy(key)];

    private delegate PairNumber RowLoss(in PairRow row);

    private PairLosses Each(PairBatch batch, RowLoss loss)
    {
        PairLosses losses = Empty(batch.Count);
        for (int i = 0; i < batch.Count; i++)
        {
            PairNumber found = loss(new PairRow(batch, i, Options.Divergence));
            (losses.Rows[i], losses.ByChosen[i], losses.ByRejected[i]) = (
                found.Value,
                found.ByChosen,
                found.ByRejected
            );
        }
        return losses;
    }

    private static PairLosses Empty(int count) => new(new double[count], new double[count], new double[count]);

    /// <summary>One row, as the formulas name its parts.</summary>
    private readonly struct PairRow(PairBatch batch, int index, PreferenceDivergence divergence)
    {
        public int Index => index;
        public int ChosenTokens => batch.ChosenTokens[index];
        public int RejectedTokens => batch.RejectedTokens[index];
        public double ReferenceChosen => batch.ReferenceChosen[index];
        public double ReferenceRejected => batch.ReferenceRejected[index];
        public PairNumber Chosen => new(batch.Chosen[index], 1);
        public PairNumber Rejected => new(batch.Rejected[index], 0, 1);
        public PairNumber ChosenMean => Chosen / ChosenTokens;
        public PairNumber RejectedMean => Rejected / RejectedTokens;
        public PairNumber ChosenRatio => Diverged(Chosen - ReferenceChosen);
        public PairNumber RejectedRatio => Diverged(Rejected - ReferenceRejected);
        public PairNumber Difference => ChosenRatio - RejectedRatio;
        public PairNumber MeanDifference =>
            (Chosen - ReferenceChosen) / ChosenTokens - (Rejected - ReferenceRejected) / RejectedTokens;

        private PairNumber Diverged(PairNumber ratio) =>
            divergence switch
            {
                PreferenceDivergence.ForwardKl => -Bounded(-ratio).Exp(),
                PreferenceDivergence.JensenShannon => ratio.LogSigmoid(),
                PreferenceDivergence.Alpha => Bounded((DivergenceAlpha - 1) * ratio).Exp() / (DivergenceAlpha - 1),
                _ => ratio,
            };

        private static PairNumber Bounded(PairNumber exponent) => exponent.Value > Clamp ? Clamp : exponent;
    }
}
