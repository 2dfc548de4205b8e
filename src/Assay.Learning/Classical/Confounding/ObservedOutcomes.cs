using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Outcomes that were observed, not randomised: of each row its outcome, its text and its context.</summary>
/// <remarks>
/// <para>
/// Source: "Aligning Language Models with Observational Data", arXiv 2506.00152; the estimators are those of econometrics. Outcome = effect of the text +
/// effect of the context + noise, text and context going together. What is wanted is the effect of the text; an adjusted outcome is the outcome less the
/// estimated contribution of the context, which is centred, so that the mean stays.
/// </para>
/// <para>Only known confounders are removed. Never give as context what the text itself causes.</para>
/// </remarks>
public sealed class ObservedOutcomes
{
    private readonly double[]? _weights;

    /// <summary>Checks and takes rows; arrays are not copied.</summary>
    /// <param name="outcomes">One finite number a row.</param>
    /// <param name="context">The context of as many rows.</param>
    /// <param name="text">Features of the texts, or null: only the modes that look at no text can then be used.</param>
    /// <param name="weights">One weight a row, or null for 1 each.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a number is out of its range.</exception>
    public ObservedOutcomes(
        double[] outcomes,
        ContextDesign context,
        SparseMatrix? text = null,
        double[]? weights = null
    )
    {
        if (context.Rows != outcomes.Length || (text is not null && text.Rows != outcomes.Length))
            throw new ArgumentException($"{outcomes.Length} outcomes do not fit the rows of text or context.");
        if (outcomes.Any(outcome => !double.IsFinite(outcome)))
            throw new ArgumentException("An outcome is not finite.");
        RowWeights.Check(outcomes.Length, weights);
        (Outcomes, Context, Text, _weights) = (outcomes, context, text, weights);
    }

    /// <summary>The outcomes.</summary>
    public double[] Outcomes { get; }

    /// <summary>The context.</summary>
    public ContextDesign Context { get; }

    /// <summary>Features of the texts, or null.</summary>
    public SparseMatrix? Text { get; }

    /// <summary>Instruments, of use for <see cref="Adjustment.Instrument"/> only: columns of one number a row.</summary>
    public IReadOnlyList<double[]> Instruments { get; init; } = [];

    /// <summary>The columns of context that the instruments move; the other context counts as exogenous.</summary>
    public IReadOnlyList<double[]> Instrumented { get; init; } = [];

    /// <summary>Whether the text stands in both stages of an instrument's regression: needed where instruments go with the text.</summary>
    public bool TextInStages { get; init; }

    /// <summary>The rate k of n as log-odds, half a success and half a failure added: ln((k + 0.5) / (n - k + 0.5)).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Successes are below 0 or above the trials.</exception>
    public static double LogOdds(double successes, double trials)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        return Math.Log((successes + 0.5) / (trials - successes + 0.5));
    }

    /// <summary>The precision of <see cref="LogOdds"/>: n p (1 - p), p the same rate with halves added.</summary>
    public static double Precision(double successes, double trials)
    {
        double rate = (successes + 0.5) / (trials + 1);
        return trials * rate * (1 - rate);
    }

    /// <summary>Takes the estimated contribution of the context away.</summary>
    /// <param name="mode">How it is estimated.</param>
    /// <param name="penalty">Of the text's coefficients, at least 0.</param>
    /// <param name="random">Deals rows to the folds of <see cref="Adjustment.CrossFitted"/>; others need none.</param>
    /// <param name="folds">Their number, at least 2.</param>
    /// <param name="bends">In how many places a number of the context may bend in it; 0 for straight lines.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="ArgumentException">The mode needs text, groups or instruments that there are not.</exception>
    public AdjustedOutcomes Adjust(
        Adjustment mode,
        double penalty = 1,
        RandomStream? random = null,
        int folds = 5,
        int bends = 4,
        CancellationToken cancellation = default
    )
    {
        switch (mode)
        {
            case Adjustment.None:
                return Less(new double[Outcomes.Length], null);
            case Adjustment.Residual:
                return Less(ContextIndex(), null);
            case Adjustment.FixedEffects:
                return Less(Context.OfGroups(Outcomes, _weights), null);
            case Adjustment.Joint:
                PartialRidge joint = PartialRidge.Fit(
                    Needed(mode),
                    Context,
                    Outcomes,
                    penalty,
                    _weights,
                    cancellation: cancellation
                );
                return Less(Context.Product(joint.ContextCoefficients), joint.TextCoefficients);
            case Adjustment.CrossFitted:
                ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
                return CrossFit(
                    Needed(mode),
                    penalty,
                    Folds(random ?? new RandomStream(0, "folds"), folds),
                    folds,
                    bends > 0 ? Context.Bending(bends) : Context,
                    cancellation
                );
            case Adjustment.Instrument:
                return TwoStages(penalty, cancellation);
            default:
                throw new ArgumentOutOfRangeException(nameof(mode), mode, "There is no such way.");
        }
    }

    /// <summary>The penalty of the text's coefficients that tells outcomes of other rows best, text and context together: it looks at no randomised data.</summary>
    /// <param name="candidates">Penalties to choose from, at least one.</param>
    /// <param name="random">Deals rows to folds.</param>
    /// <param name="folds">Their number, at least 2.</param>
    /// <param name="together">Rows of one number, from 0, come into one fold: those of the same text, which would else be told from themselves; null for any.</param>
    /// <param name="tried">Called after each fit, or null.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public double BestPenalty(
        IReadOnlyList<double> candidates,
        RandomStream random,
        int folds = 5,
        int[]? together = null,
        Action? tried = null,
        CancellationToken cancellation = default
    )
    {
        SparseMatrix text = Needed(Adjustment.Joint);
        int[] fold = Folds(random, folds);
        if (together is not null)
        {
            int[] dealt = Folds(random, folds, together.Max() + 1);
            for (int row = 0; row < fold.Length; row++)
                fold[row] = dealt[together[row]];
        }
        double best = candidates[0],
            least = double.PositiveInfinity;
        foreach (double candidate in candidates)
        {
            double errors = 0;
            for (int own = 0; own < folds; own++)
            {
                double[] others =
                [
                    .. Enumerable.Range(0, fold.Length).Select(row => fold[row] == own ? 0 : Weight(row)),
                ];
                PartialRidge fit = PartialRidge.Fit(text, Context, Outcomes, candidate, others, 0, cancellation);
                double[] parts = SparseProducts.Product(text, fit.TextCoefficients);
                for (int row = 0; row < fold.Length; row++)
                    if (fold[row] == own)
                    {
                        double left = Outcomes[row] - parts[row] - Context.Product(fit.ContextCoefficients, row);
                        errors += Weight(row) * left * left;
                    }
                tried?.Invoke();
            }
            if (errors < least)
                (best, least) = (candidate, errors);
        }
        return best;
    }

    /// <summary>How well the text tells outcomes: ridge on its features, with an intercept.</summary>
    /// <param name="outcomes">What is to be told: those as they are, or adjusted ones.</param>
    /// <param name="penalty">Of the coefficients, at least 0.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <returns>One coefficient for each feature.</returns>
    public double[] TextEffects(double[] outcomes, double penalty, CancellationToken cancellation = default) =>
        PartialRidge
            .Fit(
                Text ?? throw new ArgumentException("There is no text."),
                ContextDesign.Of(Outcomes.Length, [], []),
                outcomes,
                penalty,
                _weights,
                cancellation: cancellation
            )
            .TextCoefficients;

    /// <summary>Share of the outcomes' variance that the context alone explains.</summary>
    public double ExplainedByContext()
    {
        double[] left = Context.Regression(_weights).Residuals(Outcomes);
        double mean = 0,
            total = 0,
            rest = 0,
            all = 0;
        for (int row = 0; row < left.Length; row++)
        {
            mean += Weight(row) * Outcomes[row];
            all += Weight(row);
        }
        mean /= all;
        for (int row = 0; row < left.Length; row++)
        {
            rest += Weight(row) * left[row] * left[row];
            total += Weight(row) * (Outcomes[row] - mean) * (Outcomes[row] - mean);
        }
        return total > 0 ? 1 - rest / total : 0;
    }

    /// <summary>What the context alone says of each row's outcome: an index of how favourable the circumstances were.</summary>
    public double[] ContextIndex() => Context.Product(Context.Regression(_weights).Fit(Outcomes));

    private double Weight(int row) => _weights?[row] ?? 1;

    private SparseMatrix Needed(Adjustment mode) =>
        Text ?? throw new ArgumentException($"'{mode}' looks at the text, and there is none.");

    private AdjustedOutcomes Less(double[] contribution, double[]? effects)
    {
        double mean = contribution.Average();
        double[] adjusted = new double[Outcomes.Length];
        for (int row = 0; row < adjusted.Length; row++)
        {
            contribution[row] -= mean;
            adjusted[row] = Outcomes[row] - contribution[row];
        }
        return new(adjusted, contribution) { TextEffects = effects };
    }

    private static int[] Folds(RandomStream random, int folds, int rows)
    {
        int[] fold = new int[rows];
        for (int row = 0; row < rows; row++)
            fold[row] = row % folds;
        random.Shuffle(fold.AsSpan());
        return fold;
    }

    private int[] Folds(RandomStream random, int folds) => Folds(random, folds, Outcomes.Length);

    // Residuals on residuals: what the context says of the outcome and of the text is learned on the other folds, by one linear smoother.
    private AdjustedOutcomes CrossFit(
        SparseMatrix text,
        double penalty,
        int[] fold,
        int folds,
        ContextDesign context,
        CancellationToken cancellation
    )
    {
        ContextRegression[] others =
        [
            .. Enumerable
                .Range(0, folds)
                .Select(own =>
                    context.Regression([
                        .. Enumerable.Range(0, fold.Length).Select(row => fold[row] == own ? 0 : Weight(row)),
                    ])
                ),
        ];
        double[] Left(double[] values)
        {
            double[] left = new double[values.Length];
            double[][] fits = [.. others.Select(other => other.Fit(values))];
            for (int row = 0; row < left.Length; row++)
                left[row] = values[row] - context.Product(fits[fold[row]], row);
            return left;
        }
        double[] LeftTransposed(double[] values)
        {
            double[] left = [.. values];
            for (int own = 0; own < folds; own++)
            {
                double[] sums = new double[context.Columns];
                for (int row = 0; row < left.Length; row++)
                    if (fold[row] == own)
                        context.Add(row, values[row], sums);
                others[own].Solve(sums);
                for (int row = 0; row < left.Length; row++)
                    if (fold[row] != own)
                        left[row] -= Weight(row) * context.Product(sums, row);
            }
            return left;
        }
        double[] Weighed(double[] values)
        {
            for (int row = 0; row < values.Length; row++)
                values[row] *= Weight(row);
            return values;
        }
        double[] outcome = Left(Outcomes);
        (double[] effects, _) = PartialRidge.Solve(
            text,
            SparseProducts.Transposed(text, LeftTransposed(Weighed([.. outcome]))),
            vector =>
                SparseProducts.Transposed(text, LeftTransposed(Weighed(Left(SparseProducts.Product(text, vector))))),
            penalty,
            _weights,
            cancellation
        );
        double[] parts = SparseProducts.Product(text, effects),
            partsLeft = Left(parts),
            contribution = new double[outcome.Length];
        for (int row = 0; row < contribution.Length; row++)
            contribution[row] = Outcomes[row] - outcome[row] - (parts[row] - partsLeft[row]);
        return Less(contribution, effects);
    }

    private AdjustedOutcomes TwoStages(double penalty, CancellationToken cancellation)
    {
        if (Instrumented.Count == 0 || Instruments.Count < Instrumented.Count)
            throw new ArgumentException(
                $"{Instruments.Count} instruments cannot tell the effects of {Instrumented.Count} columns of context."
            );
        SparseMatrix? text = TextInStages ? Needed(Adjustment.Instrument) : null;
        ContextDesign first = Context.With(Instruments);
        double[][] predicted = new double[Instrumented.Count][];
        double smallest = double.PositiveInfinity;
        for (int i = 0; i < predicted.Length; i++)
        {
            PartialRidge stage = PartialRidge.Fit(
                text,
                first,
                Instrumented[i],
                penalty,
                _weights,
                cancellation: cancellation
            );
            predicted[i] = first.Product(stage.ContextCoefficients);
            if (text is not null)
                Add(predicted[i], SparseProducts.Product(text, stage.TextCoefficients));
            smallest = Math.Min(smallest, FirstStageF(Instrumented[i], first));
        }
        PartialRidge second = PartialRidge.Fit(
            text,
            Context.With(predicted),
            Outcomes,
            penalty,
            _weights,
            cancellation: cancellation
        );
        // The coefficients belong to standardised predictions; the context itself is what is taken away.
        int own = 1 + Context.Numbers;
        double[] contribution = Context.Product([
            .. second.ContextCoefficients[..own],
            .. second.ContextCoefficients[(own + predicted.Length)..],
        ]);
        double[] effects = new double[predicted.Length];
        for (int i = 0; i < predicted.Length; i++)
        {
            double mean = predicted[i].Average(),
                deviation = Math.Sqrt(predicted[i].Sum(value => (value - mean) * (value - mean)) / predicted[i].Length);
            effects[i] = deviation > 0 ? second.ContextCoefficients[own + i] / deviation : 0;
            for (int row = 0; row < contribution.Length; row++)
                contribution[row] += effects[i] * Instrumented[i][row];
        }
        return Less(contribution, text is null ? null : second.TextCoefficients) with
        {
            FirstStageF = smallest,
            InstrumentedEffects = effects,
        };
    }

    // Of the instruments, given the other context: how much better the stage fits with them.
    private double FirstStageF(double[] target, ContextDesign with)
    {
        double Rest(ContextDesign design)
        {
            double[] left = design.Regression(_weights).Residuals(target);
            double sum = 0;
            for (int row = 0; row < left.Length; row++)
                sum += Weight(row) * left[row] * left[row];
            return sum;
        }
        double without = Rest(Context),
            rest = Rest(with);
        int free = Outcomes.Length - with.Parameters;
        if (free < 1)
            return double.NaN;
        double strength = (without - rest) / Instruments.Count,
            noise = rest / free;
        return noise > 1e-15 * without ? strength / noise : double.PositiveInfinity;
    }

    private static void Add(double[] sums, double[] further)
    {
        for (int i = 0; i < sums.Length; i++)
            sums[i] += further[i];
    }
}

/// <summary>Outcomes less what the context contributed to them.</summary>
/// <param name="Values">One adjusted outcome a row; their mean is that of the outcomes.</param>
/// <param name="Contribution">What was taken away of each row: of mean 0.</param>
public sealed record AdjustedOutcomes(double[] Values, double[] Contribution)
{
    /// <summary>The coefficients of the text's features that were found along, or null where none were.</summary>
    public double[]? TextEffects { get; init; }

    /// <summary>With instruments: the F statistic of the first stage, the smallest of several; below 10 they are too weak to be trusted.</summary>
    public double? FirstStageF { get; init; }

    /// <summary>With instruments: what a unit of each instrumented column adds to the outcome.</summary>
    public double[]? InstrumentedEffects { get; init; }
}
