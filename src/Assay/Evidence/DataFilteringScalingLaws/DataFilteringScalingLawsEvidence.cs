using Assay.Numerics;
using Assay.Plan.Filter;

namespace Assay.Evidence;

/// <summary>Do laws fitted on single pools say how hard to filter?</summary>
public sealed class DataFilteringScalingLawsEvidence : IExperiment
{
    private const int PoolSize = 2000;
    private static readonly int[] Epochs = [1, 2, 4, 8];
    private static readonly string[] Architectures = ["ViT-B-32", "ViT-B-16", "ViT-L-14"];
    private static readonly double[] Budgets = [32, 64, 128, 640];

    /// <inheritdoc/>
    public string Slug => "data-filtering-scaling-laws";

    /// <inheritdoc/>
    public string Title => "Scaling Laws for Data Filtering - Data Curation cannot be Compute Agnostic (2024)";

    /// <inheritdoc/>
    public string Protocol =>
        "Published runs, the same for every seed: unions chosen by the authors' own parameters; 27 CLIP models on three pools (error on ImageNet, one utility and one half-life for an architecture), "
        + "fitted whole, and fitted without the longest runs to predict them; two series of language models that repeat their corpus up to 140 times. "
        + "Our own runs: film reviews in four pools of 2,000 with 0, 10, 25 and 40 % of their labels flipped; logistic regression by single steps, each pool alone for 1, 2, 4 and 8 epochs, then all four unions at all four budgets, "
        + "which the fits have not seen; error on the other 2,662 reviews.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [PublishedRuns.Folder, TextDomains.Folder];

    /// <inheritdoc/>
    public int Seeds => 10;

    /// <inheritdoc/>
    public int Revision => 2;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        PublishedRuns.Unions(trial, figures);
        PublishedRuns.Clip(trial, figures);
        PublishedRuns.Language(trial, figures);
        trial.Report("published runs", 1, 2);
        Reviews(trial, figures);
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        double Of(string name) => trials[name][0];
        string Choices(string law) =>
            string.Join(", ", Budgets.Select(budget => $"{Of($"{law}/{budget}M/best"):0} at {budget}M"));
        Verdict If(bool holds) => holds ? Verdict.Replicated : Verdict.NotReplicated;
        string Ratios(string kind) =>
            string.Join(
                "; ",
                Architectures.Select(name =>
                    FormattableString.Invariant(
                        $"{name} {Of($"clip/{name}/{kind}/HalfLife"):0.0000} and {Of($"clip/{name}/{kind}/PowerLaw"):0.0000}"
                    )
                )
            );
        bool IsHalf(string kind) =>
            Architectures.All(name => 2 * Of($"clip/{name}/{kind}/HalfLife") <= Of($"clip/{name}/{kind}/PowerLaw"));
        string Language(string name) =>
            FormattableString.Invariant(
                $"{Of($"language/{name}/PowerLaw"):0.0000} power law, {Of($"language/{name}/HalfLife"):0.0000} half-life, {Of($"language/{name}/EffectiveData"):0.0000} effective data"
            );
        MeanInterval rank = trials.Mean("reviews/rank");
        return
        [
            new(
                "The best number of pools grows with the budget (the authors' parameters, half-life law)",
                "1, 1, 2, 2",
                Choices("utility"),
                If(Budgets.Select(budget => Of($"utility/{budget}M/best")).SequenceEqual([1, 1, 2, 2])),
                "recomputed exactly; deterministic"
            ),
            new(
                "The same by the effective-data law",
                "1, 1, 2, 3",
                Choices("effective"),
                If(Budgets.Select(budget => Of($"effective/{budget}M/best")).SequenceEqual([1, 1, 2, 3])),
                "recomputed exactly; deterministic"
            ),
            new(
                "A law with a half-life fits CLIP runs on three pools, a power law does not (root mean square error)",
                "\"laws without decay miss the 80M pool badly\"",
                Ratios("fit"),
                If(IsHalf("fit")),
                "at most half of the power law's, for all three architectures; deterministic"
            ),
            new(
                "Fitted without the longest runs, it predicts them better",
                "not given",
                Ratios("predicted"),
                If(IsHalf("predicted")),
                "at most half of the power law's, for all three architectures; deterministic"
            ),
            new(
                "Under repetition, language models follow a law with a half-life",
                "not measured",
                $"0.08 G parameters: {Language("83m")}; 2.8 G: {Language("2b8")}",
                If(
                    2 * Of("language/83m/HalfLife") <= Of("language/83m/PowerLaw")
                        && 2 * Of("language/2b8/HalfLife") <= Of("language/2b8/PowerLaw")
                ),
                "at most half of the power law's error, for both series; deterministic"
            ),
            new(
                "Utility that decays fits repetition better than data that count less",
                "the paper's choice of law",
                $"the same figures: half-life better in {((string[])["83m", "2b8"]).Count(name => Of($"language/{name}/HalfLife") < Of($"language/{name}/EffectiveData"))} of 2 series",
                If(
                    Of("language/83m/HalfLife") < Of("language/83m/EffectiveData")
                        && Of("language/2b8/HalfLife") < Of("language/2b8/EffectiveData")
                ),
                "a smaller error in both series; deterministic"
            ),
            new(
                "Laws fitted on single pools order 16 trainings on unions (Spearman of predicted and measured error)",
                "rankings of unions are predicted",
                trials.Text("reviews/rank"),
                rank.Low > 0.8 ? Verdict.Replicated
                    : rank.High < 0.5 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "the interval over seeds lies above 0.8; not replicated if below 0.5"
            ),
            Finding.Above(
                "At a fixed budget they order the four unions (mean Spearman over the budgets)",
                "the use of the law: choosing a union",
                trials.Mean("reviews/rank-within")
            ),
            Finding.Above(
                "The best number of pools grows with the budget: measured at 16,000 samples minus at 2,000",
                "1 pool at 64M samples, 2 at 128M",
                trials.Difference("reviews/best/8", minus: "reviews/best/1")
            ),
            Finding.Above(
                "Choosing by the law costs less error than keeping only the best pool (mean over budgets)",
                "filtering must follow the budget",
                trials.Difference("reviews/regret/one", minus: "reviews/regret/law"),
                format: "0.0000"
            ),
            Finding.Above(
                "Choosing by the law costs less error than keeping all pools (the other simple rule)",
                "filtering must follow the budget",
                trials.Difference("reviews/regret/all", minus: "reviews/regret/law"),
                format: "0.0000"
            ),
            Finding.Above(
                "Choosing by the law costs less error than the best fixed number of pools, known afterwards",
                "no fixed cut-off is good everywhere",
                trials.Of(figures =>
                    Enumerable.Range(1, 4).Min(keep => figures[$"reviews/regret/{keep}"])
                    - figures["reviews/regret/law"]
                ),
                format: "0.0000"
            ),
        ];
    }

    private static void Reviews(Trial trial, Figures figures)
    {
        int size = trial.Size(PoolSize, 200),
            pools = FlippedReviews.Noise.Length;
        FlippedReviews reviews = new(trial, size);
        PoolRuns[] runs =
        [
            .. Enumerable
                .Range(0, pools)
                .Select(pool => new PoolRuns(
                    $"{FlippedReviews.Noise[pool]:0%}",
                    size,
                    [.. Epochs.Select(epochs => (double)epochs * size)],
                    [.. Epochs.Select(epochs => reviews.Error(pool, alone: true, epochs * size))]
                )),
        ];
        trial.Report("single pools", 1, 2);
        PoolFit fit = PoolFit.Of(RepetitionLaw.HalfLife, LawForm.Paper, runs, cancellation: trial.Cancellation);
        int[] order = [.. Enumerable.Range(0, pools)]; // known: the noise grows
        double[,] measured = new double[Epochs.Length, pools],
            predicted = new double[Epochs.Length, pools];
        for (int i = 0; i < Epochs.Length; i++)
        for (int keep = 1; keep <= pools; keep++)
        {
            measured[i, keep - 1] = reviews.Error(keep, alone: false, Epochs[i] * size);
            predicted[i, keep - 1] = fit.Predict(runs, order, keep, Epochs[i] * size);
        }
        trial.Report("unions", 2, 2);
        double[] Row(double[,] table, int i) => [.. Enumerable.Range(0, pools).Select(keep => table[i, keep])];
        figures["reviews/rank"] = Agreement([.. predicted.Cast<double>()], [.. measured.Cast<double>()]);
        figures["reviews/rank-within"] = Enumerable
            .Range(0, Epochs.Length)
            .Average(i => Agreement(Row(predicted, i), Row(measured, i)));
        double law = 0;
        double[] fixedRegret = new double[pools];
        for (int i = 0; i < Epochs.Length; i++)
        {
            double[] row = Row(measured, i),
                said = Row(predicted, i);
            figures[$"reviews/best/{Epochs[i]}"] = 1 + Array.IndexOf(row, row.Min());
            figures[$"reviews/chosen/{Epochs[i]}"] = 1 + Array.IndexOf(said, said.Min());
            law += (row[Array.IndexOf(said, said.Min())] - row.Min()) / Epochs.Length;
            for (int keep = 0; keep < pools; keep++)
            {
                fixedRegret[keep] += (row[keep] - row.Min()) / Epochs.Length;
                figures[$"reviews/error/{Epochs[i]}/{keep + 1}"] = row[keep];
            }
        }
        figures["reviews/regret/law"] = law;
        for (int keep = 0; keep < pools; keep++)
            figures[$"reviews/regret/{keep + 1}"] = fixedRegret[keep];
        figures["reviews/regret/one"] = fixedRegret[0];
        figures["reviews/regret/all"] = fixedRegret[^1];
    }

    // Where all are equal there is no order to agree with.
    private static double Agreement(double[] predicted, double[] measured) =>
        predicted.Distinct().Count() > 1 && measured.Distinct().Count() > 1
            ? RankCorrelation.Spearman(predicted, measured)
            : 0;
}
