using System.Globalization;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Studies;
using Assay.Value;

namespace Assay.Judge;

/// <summary>How much of observed outcomes is the circumstances', how much that misleads what is learned of texts, and which adjustment agrees best with experiments.</summary>
/// <remarks>
/// Source: "Aligning Language Models with Observational Data", arXiv 2506.00152. Texts are scored by ridge regression on hashed words and pairs of
/// words. Penalties are chosen by the error on observed rows; experiments judge and choose nothing.
/// </remarks>
[Method("judge/confounding", Paper = "deconfound")]
public sealed class Confounding(ConfoundingOptions options) : IStudy
{
    private const int Shown = 25;

    /// <inheritdoc/>
    /// <exception cref="AssayException">A column is missing, no circumstances are named, or experiments make no comparison.</exception>
    public Study Run(View view, Work work)
    {
        if (options.Context.Count + options.Groups.Count == 0)
            throw new AssayException(
                "there are no circumstances to adjust outcomes by",
                hint: "Name columns with 'context' (numbers) or 'groups' (names)."
            );
        OutcomeRows rows = OutcomeRows.Read(options, view, withText: true, work.Cancellation);
        rows.CheckNames();
        ObservedOutcomes observed = rows.Observed();
        double penalty = rows.Penalty(observed, work),
            explained = observed.ExplainedByContext();
        double[] index = observed.ContextIndex();
        string[] arms = ArmsOf();
        Dictionary<string, double> along = [];
        foreach (string arm in arms)
        {
            double[] scores = Deconfound.SparseScores(observed.Text!, EffectsOf(arm, observed, penalty, work));
            along[arm] = Correlation.Pearson(scores, index) is var r && double.IsNaN(r) ? 0 : r;
        }
        AdjustedOutcomes? byInstruments =
            options.Instruments.Count > 0 ? observed.Adjust(Adjustment.Instrument, penalty) : null;
        Dictionary<string, (double Auc, double Accuracy)[]>? judged = options.Experiment is { } experiment
            ? Hold(rows, experiment, arms, penalty, view, work)
            : null;
        return Report(rows, explained, penalty, along, byInstruments, judged);
    }

    private string[] ArmsOf() =>
        [
            OutcomeArms.Naive,
            OutcomeArms.Conditioned,
            .. options.Odin ? [OutcomeArms.Odin] : Array.Empty<string>(),
            OutcomeArms.Residual,
            OutcomeArms.CrossFitted,
            .. options.Instruments.Count > 0 ? [OutcomeArms.Instrument] : Array.Empty<string>(),
            OutcomeArms.Joint,
        ];

    private double[] EffectsOf(string arm, ObservedOutcomes observed, double penalty, Work work) =>
        OutcomeArms.Effects(
            arm,
            observed,
            penalty,
            options.Folds,
            options.Bends,
            work.Random.Child("folds"),
            work.Cancellation
        );

    // Splits experiments, learns from some rows of the one part, and compares within experiments of the other.
    private Dictionary<string, (double Auc, double Accuracy)[]> Hold(
        OutcomeRows rows,
        string experimentColumn,
        string[] arms,
        double penalty,
        View view,
        Work work
    )
    {
        int[] experiment = OutcomeRows.Numbered(rows.Table.Words(experimentColumn));
        string[] text = rows.Table.Words(view.Dataset.TextColumn);
        string[][] matched = [.. options.Match.Select(rows.Table.Words)];
        int experiments = experiment.Max() + 1,
            held = Math.Clamp((int)Math.Round(options.Test * experiments), 1, Math.Max(1, experiments - 1));
        Dictionary<string, (double, double)[]> judged = arms.Append(OutcomeArms.Oracle)
            .ToDictionary(arm => arm, _ => new (double, double)[options.Splits]);
        for (int split = 0; split < options.Splits; split++)
        {
            RandomStream random = work.Random.Child("split").Child(split);
            int[] order = [.. Enumerable.Range(0, experiments)];
            random.Shuffle(order.AsSpan());
            HashSet<int> test = [.. order.Take(held)];
            List<RandomisedPair> pairs = RandomisedPair.Find(
                Enumerable.Range(0, experiment.Length).Where(row => test.Contains(experiment[row])),
                experiment,
                text,
                matched,
                rows.Successes ?? rows.Outcomes,
                rows.TrialCounts,
                options.Z
            );
            if (pairs.All(pair => pair.FirstIsBetter) || pairs.All(pair => !pair.FirstIsBetter))
                throw new AssayException(
                    $"the experiments of '{experimentColumn}' make {pairs.Count:N0} comparisons, and some of both directions are needed",
                    hint: "An experiment is several rows with different texts and one value in that column; lower 'z', or leave out 'match'."
                );
            int[] all = [.. Enumerable.Range(0, experiment.Length).Where(row => !test.Contains(experiment[row]))],
                training = options.PerExperiment == 0 ? all : Draw(all, experiment, random.Child("rows"));
            ObservedOutcomes observed = rows.Observed(training);
            for (int i = 0; i < arms.Length; i++)
            {
                judged[arms[i]][split] = RandomisedPair.Judge(
                    pairs,
                    Deconfound.SparseScores(rows.Text!, EffectsOf(arms[i], observed, penalty, work))
                );
                work.Progress?.Report(
                    new("experiments", split * (arms.Length + 1) + i + 1, options.Splits * (arms.Length + 1), "fits")
                );
            }
            ObservedOutcomes whole = rows.Observed(all);
            judged[OutcomeArms.Oracle][split] = RandomisedPair.Judge(
                pairs,
                Deconfound.SparseScores(
                    rows.Text!,
                    whole.TextEffects(Within(all, experiment, whole.Outcomes), penalty, work.Cancellation)
                )
            );
        }
        return judged;
    }

    private int[] Draw(int[] rows, int[] experiment, RandomStream random)
    {
        int[] drawn = [.. rows];
        random.Shuffle(drawn.AsSpan());
        return
        [
            .. drawn.GroupBy(row => experiment[row]).SelectMany(group => group.Take(options.PerExperiment)).Order(),
        ];
    }

    /// <summary>Outcomes less the mean of their experiment.</summary>
    internal static double[] Within(int[] rows, int[] experiment, double[] outcomes)
    {
        Dictionary<int, double> means = rows.Index()
            .GroupBy(row => experiment[row.Item])
            .ToDictionary(group => group.Key, group => group.Average(row => outcomes[row.Index]));
        return [.. rows.Select((row, i) => outcomes[i] - means[experiment[row]])];
    }

    private Study Report(
        OutcomeRows rows,
        double explained,
        double penalty,
        Dictionary<string, double> along,
        AdjustedOutcomes? byInstruments,
        Dictionary<string, (double Auc, double Accuracy)[]>? judged
    )
    {
        List<Fact> facts =
        [
            new("Explained by the context", Text($"{explained:P1}"), "of the outcome's variance, without the text"),
            new(
                "Text along the context",
                Text($"{along[OutcomeArms.Naive]:0.00} -> {along[OutcomeArms.Joint]:0.00}"),
                "correlation of what the text is said to do with the context, naive and joint"
            ),
            new("Penalty", Text($"{penalty:0.##}"), options.Penalty is null ? "chosen by the error on other rows" : ""),
        ];
        List<string> notes =
        [
            "Only known circumstances are taken away; what was not recorded still misleads.",
            "Never name as context what the text itself causes.",
        ];
        if (byInstruments?.FirstStageF is { } f)
        {
            facts.Add(
                new("First-stage F", Text($"{f:0.#}"), f < Deconfound.LeastF ? "too weak" : "of the instruments")
            );
            notes.Add("That an instrument reaches the outcome through the context alone cannot be tested.");
        }
        string[] arms = [.. along.Keys];
        List<Panel> panels = [];
        string answer = Text($"The circumstances explain {explained:P1} of the outcome");
        if (judged is null)
            answer +=
                Text(
                    $"; what a model learns of the text goes with them at {along[OutcomeArms.Naive]:0.00}, adjusted at {along[OutcomeArms.Joint]:0.00}. "
                ) + "Without experiments nothing says which is nearer to the truth.";
        else
        {
            MeanInterval gain = MeanInterval.Of(
                [.. judged[OutcomeArms.Joint].Zip(judged[OutcomeArms.Naive], (a, b) => a.Auc - b.Auc)],
                0.95
            );
            answer += Text(
                $". On comparisons within held-out experiments adjusted outcomes tell the better text {(gain.Low > 0 ? "better than raw ones" : gain.High < 0 ? "worse than raw ones" : "about as well as raw ones")}: area under the curve {judged[OutcomeArms.Joint].Average(own => own.Auc):0.000} against {judged[OutcomeArms.Naive].Average(own => own.Auc):0.000}."
            );
            facts.Add(
                new(
                    "Joint minus naive",
                    Text($"{gain.Mean:+0.000;-0.000}"),
                    Text($"area under the curve, [{gain.Low:0.000}, {gain.High:0.000}]")
                )
            );
            arms = [.. arms, OutcomeArms.Oracle];
            panels.Add(
                new IntervalPanel
                {
                    Title = "Agreement with experiments",
                    Note =
                        "How well what was learned of texts tells, on experiments that it has not seen, which text of a pair does better. The oracle learns from differences within experiments.",
                    Axis = new("area under the ROC curve", Better: Better.More),
                    Lines =
                    [
                        .. arms.Select(arm => new IntervalLine(
                            arm,
                            MeanInterval.Of([.. judged[arm].Select(own => own.Auc)], 0.95),
                            arm == OutcomeArms.Joint
                        )),
                    ],
                }
            );
            notes.Add(
                options.PerExperiment == 0
                    ? "Texts were learned from all rows of the other experiments."
                    : Text(
                        $"Texts were learned from {options.PerExperiment} row of each other experiment: observed rows, with nothing of what the experiments show."
                    )
            );
        }
        panels.Add(
            new TablePanel
            {
                Title = "Ways to learn from outcomes",
                Note =
                    "A text score that goes with the context has learned the circumstances; one that goes against it over-corrects, unless good texts appeared in bad times.",
                Chosen = Array.IndexOf(arms, OutcomeArms.Joint),
                Columns =
                [
                    TableColumn.Of("way", arms),
                    TableColumn.Of(
                        "along the context",
                        arms.Select(arm => along.GetValueOrDefault(arm, double.NaN)),
                        3
                    ),
                    .. judged is null
                        ? Array.Empty<TableColumn>()
                        :
                        [
                            TableColumn.Of(
                                "area under the curve",
                                arms.Select(arm => judged[arm].Average(own => own.Auc)),
                                3
                            ),
                            TableColumn.Of("accuracy", arms.Select(arm => judged[arm].Average(own => own.Accuracy)), 3),
                        ],
                ],
            }
        );
        if (GroupsOf(rows) is { } groups)
            panels.Add(groups);
        return new()
        {
            Title = "Observed outcomes and their circumstances",
            Answer = answer,
            Facts = facts,
            Panels = panels,
            Notes = notes,
        };
    }

    // What each group adds to the outcome, the largest groups first.
    private TablePanel? GroupsOf(OutcomeRows rows)
    {
        if (options.Groups.Count == 0)
            return null;
        string[] names = rows.Table.Words(options.Groups[0]);
        double mean = rows.Outcomes.Average();
        (string Name, int Count, double Mean)[] groups =
        [
            .. names
                .Index()
                .GroupBy(name => name.Item)
                .Select(group => (group.Key, group.Count(), group.Average(row => rows.Outcomes[row.Index]) - mean))
                .OrderByDescending(group => group.Item2)
                .ThenBy(group => group.Key, StringComparer.Ordinal),
        ];
        return new()
        {
            Title = $"Outcome by {options.Groups[0]}",
            Note = "Mean outcome of each group less that of all, before any adjustment.",
            Shown = Shown,
            Columns =
            [
                TableColumn.Of(options.Groups[0], groups.Select(group => group.Name)),
                TableColumn.Of("rows", groups.Select(group => (double)group.Count), 0),
                TableColumn.Of("outcome", groups.Select(group => group.Mean), 3),
            ],
        };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
