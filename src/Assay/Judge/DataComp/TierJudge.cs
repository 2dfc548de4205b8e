using System.Globalization;
using Assay.Data;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Trains the same models on every candidate of a recipe, at scales where everything but the rows is fixed, and ranks the candidates.</summary>
/// <remarks>
/// The contract of DataComp (2023) and its twin for language models (2024) at the size of a desk: a tier fixes model, learning rate, seeds and
/// the bytes that are seen. A small submission sees its rows several times and pays for it so; nothing is tuned for a submission. Trained and measured as
/// <see cref="ProxyJudge"/> trains and measures; scored as <see cref="DataComp"/> scores tables.
/// </remarks>
[Method("judge/tiers", Paper = "datacomp")]
public sealed class TierJudge(TierOptions options)
{
    private const string Compression = "compression",
        Cloze = "cloze";
    private const double BitsOfByte = 8;

    /// <summary>Trains and compares.</summary>
    /// <param name="pool">All rows that submissions of ids choose from.</param>
    /// <param name="candidates">The recipe's candidates: rows of the pool.</param>
    /// <param name="work">The tests and own data among its datasets; every tier has a folder of its own among the pieces.</param>
    /// <exception cref="AssayException">A candidate edits rows, an id is of no row of the pool, or a submission or a test has no text.</exception>
    public Study Judge(View pool, IReadOnlyList<(string Name, View View)> candidates, Work work)
    {
        (string Name, View View)[] submissions =
        [
            .. candidates.Select(candidate =>
                candidate.View.Edits is null || candidate.View.Edits == pool.Edits
                    ? candidate
                    : throw new AssayException(
                        $"candidate '{candidate.Name}' edits rows of the pool",
                        hint: "Submissions choose rows; edit in the shared steps, before the pool."
                    )
            ),
            .. options.Ids.Select(path =>
                (
                    Path.GetFileNameWithoutExtension(path),
                    pool.With(RowIdFile.In(pool, RowIdFile.Read(path), Path.GetFileName(path), work))
                )
            ),
            .. options.Own.Select(name => (name, work.Dataset(name))),
        ];
        if (submissions.Length < 2)
            throw new AssayException(
                "there are fewer than two submissions",
                hint: "Add candidates to the recipe, files of row ids (--ids), or datasets of your own (--own)."
            );
        if (submissions.Select(one => one.Name).Distinct().Count() < submissions.Length)
            throw new AssayException(
                "two submissions have the same name",
                hint: "Rename a candidate, a file or a dataset."
            );
        List<TierRun> runs =
        [
            .. options.Tiers.SelectMany(name => RunsOf(Tier.All.First(tier => tier.Name == name), submissions, work)),
        ];
        BenchmarkTask[] tasks =
        [
            .. options.Tests.Select(test => new BenchmarkTask($"{Compression}@{test}", Compression, 0, IsCore: true)),
            .. options.Tests.Select(test => new BenchmarkTask(
                $"{Cloze}@{test}",
                Cloze,
                ClozeItems.Chance,
                IsCore: false
            )),
        ];
        Study study = DataCompStudy.Of([.. runs.Select(run => run.Scores)], new(tasks), Aggregates.Core, []);
        return study with
        {
            Title = "Submissions at fixed scales",
            Panels = [.. study.Panels, Facts(submissions, runs, work), Scores(runs, tasks)],
            Notes =
            [
                .. study.Notes,
                "Compression is 1 - bits per byte / 8, so that more is better as for all tasks; core is its mean over the tests, and cloze questions count in 'extended' only: small models are near chance.",
                "A tier fixes the learning rate, too: a submission that would do better at another is not tuned.",
            ],
            Files = [.. study.Files, new("tasks.csv", Csv(tasks))],
        };
    }

    /// <summary>The scores of every submission and seed at a tier.</summary>
    internal IReadOnlyList<TierRun> RunsOf(Tier tier, IReadOnlyList<(string Name, View View)> submissions, Work work)
    {
        string scale = ScaleOf(tier);
        long tokens = Math.Max(1, (long)(options.Part * tier.Tokens));
        using Pieces pieces = new(Path.Combine(work.Pieces.Folder, tier.Name));
        IReadOnlyList<IReadOnlyList<Measurement>> measured = new ProxyJudge(
            new()
            {
                Proxy = tier.Proxy,
                Tokens = Amount.Count(tokens),
                Repeat = true,
                Seeds = options.Seeds,
                Rate = "usual",
                Metrics =
                [
                    .. options.Tests.Select(test => $"bits-per-byte@{test}"),
                    .. options.Tests.Select(test => $"{Cloze}@{test}"),
                    "bytes",
                ],
            }
        ).Judge(submissions, work.With(pieces));
        return
        [
            .. submissions.SelectMany(
                (submission, i) =>
                    Enumerable
                        .Range(0, options.Seeds)
                        .Select(seed => new TierRun(
                            new(
                                string.Create(CultureInfo.InvariantCulture, $"{submission.Name}, {scale}, seed {seed}"),
                                submission.Name,
                                scale,
                                [
                                    .. options.Tests.Select(
                                        (_, t) => Math.Max(0, 1 - measured[i][t].Values[seed] / BitsOfByte)
                                    ),
                                    .. options.Tests.Select(
                                        (_, t) => measured[i][options.Tests.Count + t].Values[seed]
                                    ),
                                ]
                            ),
                            [.. options.Tests.Select((_, t) => measured[i][t].Values[seed])],
                            seed,
                            tokens / Math.Max(1, measured[i][^1].Values[seed])
                        ))
            ),
        ];
    }

    private string ScaleOf(Tier tier) =>
        options.Part == 1
            ? tier.Name
            : string.Create(CultureInfo.InvariantCulture, $"{tier.Name} at {100 * options.Part:0.##}%");

    private TablePanel Facts((string Name, View View)[] submissions, List<TierRun> runs, Work work)
    {
        Contamination tested = Contamination.Of(options.Tests.Select(work.Dataset), work.Cancellation);
        return new()
        {
            Title = "Submissions",
            Note =
                "Passes: how often the largest tier goes through the rows. Contaminated: rows of the tests of which the submission has thirteen words in a row.",
            Columns =
            [
                TableColumn.Of("submission", submissions.Select(one => one.Name)),
                TableColumn.Of("rows", submissions.Select(one => (double)one.View.Selection.Count), 0),
                TableColumn.Of(
                    "passes",
                    submissions.Select(one => runs.Last(run => run.Scores.Dataset == one.Name).Passes),
                    2
                ),
                TableColumn.Of(
                    "contaminated",
                    submissions.Select(one => tested.ShareIn(one.View, work.Cancellation)),
                    3,
                    "share"
                ),
                TableColumn.Of("hash of ids", submissions.Select(one => RowIdFile.Hash(IdsOf(one.View, work)))),
            ],
        };
    }

    private static List<RowId> IdsOf(View view, Work work)
    {
        List<RowId> ids = [];
        view.ForEach(view.Selection.Rows, (batch, row) => ids.Add(batch.Id(row)), work.Cancellation);
        return ids;
    }

    private static TablePanel Scores(List<TierRun> runs, BenchmarkTask[] tasks) =>
        new()
        {
            Title = "Scores",
            Note = "In the form that judge/datacomp reads, with tasks.csv.",
            Columns =
            [
                TableColumn.Of("dataset", runs.Select(run => run.Scores.Dataset)),
                TableColumn.Of("scale", runs.Select(run => run.Scores.Scale)),
                TableColumn.Of("seed", runs.Select(run => (double)run.Seed), 0),
                .. tasks.Select(
                    (task, t) => TableColumn.Of(task.Name, runs.Select(run => run.Scores.Accuracies[t]), 4)
                ),
            ],
            Shown = 20,
        };

    private static string Csv(BenchmarkTask[] tasks) =>
        "task,category,chance,in_core\n"
        + string.Concat(
            tasks.Select(task =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{task.Name},{task.Category},{task.Chance},{(task.IsCore ? 1 : 0)}\n"
                )
            )
        );

    /// <summary>One trained model.</summary>
    /// <param name="Scores">Its scores.</param>
    /// <param name="BitsPerByte">Bits per byte of every test.</param>
    /// <param name="Seed">Its seed.</param>
    /// <param name="Passes">How often it went through its rows.</param>
    internal sealed record TierRun(Submission Scores, IReadOnlyList<double> BitsPerByte, int Seed, double Passes);
}
