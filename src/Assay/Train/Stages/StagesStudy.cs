using System.Globalization;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Train;

/// <summary>A staged training as a page: what each stage won in the speciality, and what it lost of the rest.</summary>
internal static class StagesStudy
{
    public static Study Of(
        IReadOnlyList<StageReading> readings,
        string[] pools,
        string specialised,
        bool isHeldOut,
        StagesOptions options
    )
    {
        int of = Array.IndexOf(pools, specialised);
        TwoAxes[] models = [.. readings.Select(reading => Axes(reading, of))];
        bool hasGeneral = pools.Length > 1 && of >= 0;
        bool[] front = hasGeneral ? TwoAxes.Front(models) : new bool[models.Length];
        TwoAxes last = models[^1],
            base_ = models[^2];
        return new()
        {
            Title = $"A model trained in {readings.Count - 1} stages",
            Answer = hasGeneral
                ? Text(
                    $"In the last stage '{specialised}' went from {Loss(base_.Specialised)} to {Loss(last.Specialised)} nats a token, and the rest from {Loss(base_.General)} to {Loss(last.General)}: {last.Retention(base_):P0} of its likelihood was kept."
                )
                : Text(
                    $"The last stage ends at {string.Join(", ", pools.Select((pool, i) => Text($"{readings[^1].Losses[i]:0.000} nats a token on {pool}")))}."
                ),
            Facts = hasGeneral
                ?
                [
                    new("Speciality", Text($"{last.Specialised:0.000}"), "likelihood of a token, geometric mean"),
                    new("The rest", Text($"{last.General:0.000}"), "likelihood of a token, mean over pools"),
                    new("Kept in the last stage", Text($"{last.Retention(base_):P1}"), "of the rest's likelihood"),
                    new("Hypervolume", Text($"{TwoAxes.Hypervolume(models):0.0000}"), "of all stages, from 0 and 0"),
                ]
                : [],
            Panels =
            [
                new CurvePanel
                {
                    Title = "Loss by stage",
                    Note =
                        $"Cross-entropy of completions {(isHeldOut ? "on held-out rows" : "on rows of the training")}, after each stage; 0 is the start.",
                    X = new("stage"),
                    Y = new("loss", "nats a token", Better.Less),
                    Curves =
                    [
                        .. pools
                            .Index()
                            .OrderBy(pool => pool.Index == of)
                            .Select(pool => new Curve(
                                pool.Item,
                                [.. readings.Select((_, stage) => (double)stage)],
                                [.. readings.Select(reading => reading.Losses[pool.Index])]
                            )
                            {
                                Emphasis = pool.Index == of ? Emphasis.Main : Emphasis.Plain,
                            }),
                    ],
                },
                .. hasGeneral
                    ? (Panel[])
                        [
                            new PointsPanel
                            {
                                Title = "Speciality and the rest",
                                Note =
                                    "The geometric mean of a token's probability. Up and to the right is better; a stage that moves left has made the model forget.",
                                X = new("the rest", Better: Better.More),
                                Y = new(specialised, Better: Better.More),
                                Points =
                                [
                                    .. models.Select(
                                        (model, i) =>
                                            new PlotPoint(
                                                model.Name,
                                                MeanInterval.Exact(model.General),
                                                MeanInterval.Exact(model.Specialised),
                                                front[i] ? Standing.NonDominated : Standing.Dominated
                                            )
                                            {
                                                IsChosen = i == models.Length - 1,
                                            }
                                    ),
                                ],
                            },
                        ]
                    : [],
                new TablePanel
                {
                    Title = "Stages",
                    Note =
                        "Retention is the rest's likelihood after the stage over that before; gain the speciality's likelihood after less that before.",
                    Columns =
                    [
                        TableColumn.Of("stage", readings.Select(reading => reading.Name)),
                        TableColumn.Of(
                            "steps",
                            readings.Select(reading => (double?)reading.Stage?.Steps ?? double.NaN),
                            0
                        ),
                        .. pools.Select(
                            (pool, i) =>
                                TableColumn.Of($"loss of {pool}", readings.Select(reading => reading.Losses[i]), 3)
                        ),
                        .. hasGeneral
                            ? (TableColumn[])
                                [
                                    TableColumn.Of(
                                        "gain",
                                        models.Select((model, i) => i == 0 ? double.NaN : model.Gain(models[i - 1])),
                                        3
                                    ),
                                    TableColumn.Of(
                                        "retention",
                                        models.Select(
                                            (model, i) => i == 0 ? double.NaN : model.Retention(models[i - 1])
                                        ),
                                        3
                                    ),
                                    TableColumn.Of("on the front", front.Select(isOn => isOn ? "yes" : "")),
                                ]
                            : [],
                    ],
                    Chosen = readings.Count - 1,
                },
                new TablePanel
                {
                    Title = "Mixes",
                    Note =
                        $"Weights are shares of {(options.Unit == MixUnit.Rows ? "rows" : "tokens")}; as answers differ in length, the other share is another.",
                    Columns =
                    [
                        TableColumn.Of("stage", Mixed(readings).Select(row => row.Stage)),
                        TableColumn.Of("pool", Mixed(readings).Select(row => row.Pool)),
                        TableColumn.Of("of rows", Mixed(readings).Select(row => row.Rows), 1, "share"),
                        TableColumn.Of("of tokens", Mixed(readings).Select(row => row.Tokens), 1, "share"),
                    ],
                },
            ],
            Notes =
            [
                .. isHeldOut
                    ? (string[])[]
                    : ["No rows were held out: all measurements are of rows that the model was trained on."],
                "Losses say how likely reference answers are, not how good the model's own are: judge those with assay judge win-rate, by another measure than the one that was rewarded.",
                "The general side needs held-out rows in the form in which it was trained; another form of prompt looks like forgetting.",
            ],
        };
    }

    private static TwoAxes Axes(StageReading reading, int specialised)
    {
        double[] likelihoods = [.. reading.Losses.Select(loss => Math.Exp(-loss))];
        double[] rest = [.. likelihoods.Where((_, pool) => pool != specialised)];
        return new(
            reading.Name,
            specialised < 0 ? double.NaN : likelihoods[specialised],
            rest.Length > 0 ? rest.Average() : double.NaN
        );
    }

    private static (string Stage, string Pool, double Rows, double Tokens)[] Mixed(
        IReadOnlyList<StageReading> readings
    ) =>
        [
            .. readings.SelectMany(reading =>
                reading.Shares.Select(share => (reading.Name, share.Pool, share.Rows, share.Tokens))
            ),
        ];

    private static string Loss(double likelihood) => Text($"{-Math.Log(likelihood):0.000}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
