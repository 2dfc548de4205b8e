using System.Globalization;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Does Quad choose rows that lower a reference's loss, keep them diverse, and look at few? And does its influence tell what retraining tells?</summary>
public sealed class QuadEvidence : IExperiment
{
    private const string Ablation = "shown as an ablation; values not found";

    /// <inheritdoc/>
    public string Slug => "quad";

    /// <inheritdoc/>
    public string Title =>
        "Harnessing Diversity for Important Data Selection in Pretraining Large Language Models (2024)";

    /// <inheritdoc/>
    public string Protocol =>
        "A: a pool of 10,000 rows of 128 bytes: equal parts of six domains (reviews, plots, questions, customers, Shakespeare, Wikipedia), and 15 percent corrupted "
        + "(bytes shuffled, or the start of a row repeated). Reference: 100 rows of other Wikipedia text and 50 other reviews. Proxy: a byte transformer of 0.1 M "
        + "parameters, 300 steps on random rows. Influence: EK-FAC over attention and feed-forward, labels drawn, curvature of 150 rows of the pool. 40 clusters (TF-IDF, 64 dimensions), 4 a "
        + "round, probes of 5 rows, chunks of 60 (a variant, quad-fine, takes chunks of 15; it decides no verdict), alpha and tau from the first round. Each way selects 2,000 rows; from the same weights, 200 steps of 16 rows; loss in nats per byte on "
        + "300 other rows like the reference, and on 360 rows of the six domains in equal parts. All ways have equal rows, tokens and updates. "
        + "B: handwritten digits, 200 rows, a perceptron 64-16-10 trained with a penalty by 600 whole-batch steps, again without each of 50 rows; Spearman's rho of influence with the change of the loss on 300 rows.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [TextDomains.Folder, "data-shapley"];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public int Revision => 2;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        new LeaveOneOutInfluence(trial).Measure(figures);
        new QuadSelections(trial).Measure(figures);
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        string losses = All("loss", "0.000"),
            balanced = All("balanced", "0.000"),
            clusters = All("clusters", "0.0"),
            corrupted = All("corrupted", "0.000");
        string All(string what, string format) =>
            string.Join(
                ", ",
                QuadSelections.Ways.Select(way =>
                    way + " " + trials.Mean($"{what}/{way}").Mean.ToString(format, CultureInfo.InvariantCulture)
                )
            );
        return
        [
            With(
                Finding.Below(
                    "Rows that Quad selects lower the loss on text like the reference more than random rows do.",
                    "+1.39 points of zero-shot accuracy over random at 1.3B parameters",
                    trials.Difference("loss/quad", "loss/random")
                ),
                "nats, Quad minus random; all: " + losses
            ),
            With(
                Finding.Below(
                    "Quad beats the rows of highest influence on a balanced set: diversity pays.",
                    "top-k influence takes near-copies of one theme",
                    trials.Difference("balanced/quad", "balanced/top")
                ),
                "nats, Quad minus top; all: " + balanced
            ),
            With(
                Finding.Above(
                    "Quad's selection is more diverse than the rows of highest influence: at least 1.5 times the effective number of clusters.",
                    "the paper's aim; our bound",
                    trials.Of(figures => figures["clusters/quad"] / figures["clusters/top"]),
                    1.5,
                    "0.00"
                ),
                $"ratio; with chunks of 15: {Trials.Text(trials.Of(figures => figures["clusters/quad-fine"] / figures["clusters/top"]), "0.00")}; effective clusters: {clusters}"
            ),
            With(
                Finding.Below(
                    "Quad looks at a fraction of the rows: less than 15 percent.",
                    "probes of 10 documents of clusters of thousands",
                    trials.Mean("probed"),
                    0.15
                ),
                $"share of the pool that is probed; with chunks of 15: {trials.Text("probed/quad-fine")}"
            ),
            With(
                Finding.Below(
                    "A bandit over clusters beats taking the clusters of highest mean influence.",
                    Ablation,
                    trials.Difference("balanced/quad", "balanced/top-clusters")
                ),
                $"nats on the balanced set, Quad minus top clusters; on text like the reference {trials.Text("loss/quad")} against {trials.Text("loss/top-clusters")}"
            ),
            With(
                Finding.Below(
                    "Influence over attention and feed-forward selects better than over feed-forward alone.",
                    "figure 4b: better with attention",
                    trials.Difference("loss/quad", "loss/quad-mlp")
                ),
                "nats on text like the reference, both minus feed-forward alone"
            ),
            With(
                Finding.Below(
                    "Quad beats a rival without any model: importance resampling by hashed n-grams (DSIR).",
                    "above DSIR by about a point of accuracy",
                    trials.Difference("loss/quad", "loss/dsir")
                ),
                $"nats on text like the reference, Quad minus DSIR; on the balanced set {Trials.Text(trials.Difference("balanced/quad", "balanced/dsir"))}; corrupted rows: {corrupted}"
            ),
            With(
                Finding.Above(
                    "EK-FAC influence ranks rows as leaving them out does, better than the product of gradients.",
                    "(assumed; figures of other papers)",
                    trials.Difference("rho/ek-fac", "rho/dot")
                ),
                $"rho, EK-FAC minus product; rho: product {trials.Text("rho/dot", "0.00")}, cosine {trials.Text("rho/cosine", "0.00")}, K-FAC {trials.Text("rho/k-fac", "0.00")}, EK-FAC {trials.Text("rho/ek-fac", "0.00")}, whole matrix {trials.Text("rho/cg", "0.00")}"
            ),
        ];
    }

    private static Finding With(Finding finding, string more) => finding with { Ours = $"{finding.Ours} ({more})" };
}
