using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Assay.Describe;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Are datasets collected for balance more diverse, does diversity make models fairer, and what does measuring fairness cost in privacy?</summary>
public sealed class ResponsibleDatasetsEvidence : IExperiment
{
    private const string Folder = "responsible-datasets";
    private static readonly string[] s_groups = ["sex", "race"];

    /// <inheritdoc/>
    public string Slug => "responsible-datasets";

    /// <inheritdoc/>
    public string Title =>
        "On Responsible Machine Learning Datasets with Fairness, Privacy, and Regulatory Norms (2024)";

    /// <inheritdoc/>
    public string Protocol =>
        "Three datasets are scored: FairFace's validation labels (a row each), counts of COMPAS, rows of Adult (the same for every seed). Then logistic regressions on the other columns and the group's own learn Adult's income from 4,000 rows "
        + "in which women, or black people beside white ones, have shares of evenness 0.3, 0.5, 0.7, 0.9 and 1; they are tested on as many of either group. Controls: the men, or white people (3,000 rows), as the smaller group; groups "
        + "drawn by lot; and both groups with as many of either label, in training (1,400 rows for ethnicity) and in test, so that base rates do not differ. Last, every set of annotation columns of Adult and COMPAS that could be released "
        + "is scored for fairness and privacy.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [Folder, AdultCensus.Folder];

    /// <inheritdoc/>
    public int Seeds => 10;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        AdultCensus train = AdultCensus.Read(trial, "adult.data.gz"),
            test = AdultCensus.Read(trial, "adult.test.gz");
        Scores(trial, train, figures);
        Releases(train, figures);
        trial.Report("parts", 1, 9);
        UnevenGroups uneven = new(train, test);
        int size = trial.Size(4000, 600),
            done = 1;
        foreach (string column in s_groups)
        {
            bool isSex = column == "sex";
            int[] groups = GroupsOf(train, column),
                testGroups = GroupsOf(test, column);
            RandomStream random = trial.Random.Child(column);
            uneven.Measure(column, groups, testGroups, size, false, random.Child("real"), figures);
            trial.Report("parts", ++done, 9);
            uneven.Measure(
                $"{column}/turned",
                Turned(groups),
                Turned(testGroups),
                isSex ? size : trial.Size(3000, 600),
                false,
                random.Child("turned"),
                figures
            );
            trial.Report("parts", ++done, 9);
            uneven.Measure(
                $"{column}/lot",
                Drawn(groups, random.Child("lot")),
                Drawn(testGroups, random.Child("lot-test")),
                size,
                false,
                random.Child("lots"),
                figures
            );
            trial.Report("parts", ++done, 9);
            uneven.Measure(
                $"{column}/same-labels",
                groups,
                testGroups,
                isSex ? size : trial.Size(1400, 600),
                true,
                random.Child("same"),
                figures
            );
            trial.Report("parts", ++done, 9);
        }
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        string Levels(string name, string figure) =>
            string.Join(
                " ",
                UnevenGroups.Levels.Select(level =>
                    trials.Mean($"{name}/{figure}/{level}").Mean.ToString(".000", CultureInfo.InvariantCulture)
                )
            );
        string Word(string column) => column == "sex" ? "sex" : "ethnicity";
        List<Finding> findings =
        [
            Finding.Above(
                "A dataset that was collected for balance of ethnicity (FairFace) is more diverse in it than samples that were not: evenness above the better of COMPAS and Adult",
                "expected .994 against .623 and .344",
                trials.Of(seed =>
                    seed["fairface/ethnicity"] - Math.Max(seed["compas/ethnicity"], seed["adult/ethnicity"])
                )
            ),
            Finding.Above(
                "The same of sex",
                "expected .998 against .708 and .916",
                trials.Of(seed => seed["fairface/sex"] - Math.Max(seed["compas/sex"], seed["adult/sex"]))
            ),
        ];
        foreach (string column in s_groups)
        {
            findings.Add(
                Rank(
                    $"The more even {Word(column)} is in training, the smaller the gap of accuracies between groups (rank correlation over five levels)",
                    "a smaller gap expected, by a few points",
                    trials.Mean($"{column}/rank"),
                    $"; gaps {Levels(column, "gap")}; smaller group {Levels(column, "smaller")}"
                )
            );
            findings.Add(
                Rank(
                    $"The same where both groups of {Word(column)} have as many of either label",
                    "-",
                    trials.Mean($"{column}/same-labels/rank"),
                    $"; gaps {Levels($"{column}/same-labels", "gap")}; smaller group {Levels($"{column}/same-labels", "smaller")}"
                )
            );
            findings.Add(
                Rank(
                    $"Control: the larger group of {Word(column)} is the smaller part",
                    "the same expected",
                    trials.Mean($"{column}/turned/rank"),
                    $"; gaps {Levels($"{column}/turned", "gap")}"
                )
            );
            findings.Add(
                Within(
                    $"Control: groups drawn by lot in place of {Word(column)} show nothing (rank correlation)",
                    trials.Mean($"{column}/lot/rank")
                )
            );
            findings.Add(
                Finding.Below(
                    $"Overall accuracy moves by less than a point between the ends ({Word(column)})",
                    "less than 1 point expected",
                    trials.Mean($"{column}/moved"),
                    0.01,
                    "0.0000"
                )
            );
        }
        findings.Add(
            Zero(
                "To release one more annotation column never raises privacy and never lowers fairness, if all labels were obtained alike (sets of columns where it does)",
                "the fairness-privacy paradox",
                trials.Mean("releases/broken")
            )
        );
        findings.Add(
            Zero(
                "The same if ethnicity was annotated by appearance and sex and age were self-reported",
                "not considered",
                trials.Mean("releases/broken-mixed")
            )
        );
        return findings;
    }

    private static Finding Rank(string claim, string paper, MeanInterval rank, string levels) =>
        new(
            claim,
            paper,
            Trials.Text(rank, "0.00") + levels,
            rank.High < -0.3 ? Verdict.Replicated
                : rank.Low > -0.3 ? Verdict.NotReplicated
                : Verdict.Inconclusive,
            "the 95 % interval over seeds lies below -0.3; not replicated if it lies above"
        );

    private static Finding Within(string claim, MeanInterval rank) =>
        new(
            claim,
            "-",
            Trials.Text(rank, "0.00"),
            rank.Low > -0.5 && rank.High < 0.5 ? Verdict.Replicated
                : rank.High < -0.5 || rank.Low > 0.5 ? Verdict.NotReplicated
                : Verdict.Inconclusive,
            "the 95 % interval over seeds lies within -0.5 and 0.5"
        );

    private static Finding Zero(string claim, string paper, MeanInterval count) =>
        new(
            claim,
            paper,
            count.Mean.ToString("0", CultureInfo.InvariantCulture),
            count.Mean == 0 ? Verdict.Replicated : Verdict.NotReplicated,
            "no set of columns at all; deterministic"
        );

    private static void Scores(Trial trial, AdultCensus adult, Figures figures)
    {
        using JsonDocument counts = JsonDocument.Parse(
            File.ReadAllBytes(trial.Path(Folder, "demographic_counts.json"))
        );
        AxisCounts[] Axes(string dataset) =>
            [
                .. counts
                    .RootElement.GetProperty(dataset)
                    .EnumerateObject()
                    .Select(axis => new AxisCounts(
                        axis.Name,
                        "counts",
                        AxisCounts.Ordered(
                            axis.Value.GetProperty("counts")
                                .EnumerateObject()
                                .Select(group => KeyValuePair.Create(group.Name, group.Value.GetInt64()))
                        )
                    )
                    {
                        Predefined = axis.Value.GetProperty("predefined").GetInt32(),
                    }),
            ];
        Note("fairface", FairFace(trial), LabelOrigin.Apparent);
        Note("compas", Axes("compas_two_years"), LabelOrigin.SelfReported);
        Note(
            "adult",
            [
                adult.Counts(SubgroupLists.Sex, "sex", 3),
                adult.Counts(SubgroupLists.Ethnicity, "race", 7),
                adult.Counts(SubgroupLists.Age, "age", 4, SubgroupLists.AgeCuts),
            ],
            LabelOrigin.SelfReported
        );

        void Note(string name, IReadOnlyList<AxisCounts> axes, LabelOrigin origin)
        {
            Fairness fairness = Fairness.Of(axes, SubgroupLists.Axes, [origin]);
            figures[$"{name}/fairness"] = fairness.Score;
            foreach (AxisScore axis in fairness.Axes.Where(axis => axis.Present > 0))
                figures[$"{name}/{axis.Counts.Axis}"] = axis.Evenness;
        }
    }

    private static AxisCounts[] FairFace(Trial trial)
    {
        using StreamReader lines = new(
            new GZipStream(File.OpenRead(trial.Path(Folder, "fairface_val_labels.csv.gz")), CompressionMode.Decompress)
        );
        string[][] rows =
        [
            .. lines
                .ReadToEnd()
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.TrimEnd('\r').Split(',')),
        ];
        AxisCounts Of(string axis, string column, int? predefined)
        {
            int at = Array.IndexOf(rows[0], column);
            return new(
                axis,
                column,
                AxisCounts.Ordered(
                    rows.Skip(1).CountBy(row => row[at]).Select(one => KeyValuePair.Create(one.Key, (long)one.Value))
                )
            )
            {
                Predefined = predefined,
            };
        }
        return
        [
            Of(SubgroupLists.Sex, "gender", 3),
            Of(SubgroupLists.Ethnicity, "race", 7),
            Of(SubgroupLists.Age, "age", 9),
        ];
    }

    // Every set of columns that could be released, and every column that could be added to it.
    private static void Releases(AdultCensus adult, Figures figures)
    {
        AxisCounts sex = adult.Counts(SubgroupLists.Sex, "sex", 3),
            ethnicity = adult.Counts(SubgroupLists.Ethnicity, "race", 7),
            age = adult.Counts(SubgroupLists.Age, "age", 4, SubgroupLists.AgeCuts);
        (string Kind, AxisCounts? Axis, LabelOrigin Origin)[] columns =
        [
            (Privacy.Attributes, sex, LabelOrigin.SelfReported),
            (Privacy.Attributes, ethnicity, LabelOrigin.Apparent),
            (Privacy.Attributes, age, LabelOrigin.SelfReported),
            (Privacy.Names, null, default),
            (Privacy.Location, null, default),
            (Privacy.Medical, null, default),
        ];
        (double F, double P) ScoreOf(int set, bool mixed)
        {
            var released = columns.Where((_, i) => (set & (1 << i)) != 0).ToArray();
            AxisCounts[] axes = [.. released.Where(column => column.Axis is not null).Select(column => column.Axis!)];
            LabelOrigin[] origins =
            [
                .. released
                    .Where(column => column.Axis is not null)
                    .Select(column => mixed ? column.Origin : LabelOrigin.SelfReported),
            ];
            Privacy privacy = new([
                .. Privacy.All.Select(kind => new DeclaredFact(
                    kind,
                    released.Any(column => column.Kind == kind) ? Known.Yes : Known.No
                )),
            ]);
            return (Fairness.Of(axes, SubgroupLists.Axes, origins).Score, privacy.Score);
        }
        foreach (bool mixed in (bool[])[false, true])
        {
            int broken = 0;
            for (int set = 0; set < 1 << columns.Length; set++)
            for (int added = 0; added < columns.Length; added++)
                if ((set & (1 << added)) == 0)
                {
                    (double f, double p) = ScoreOf(set, mixed);
                    (double f2, double p2) = ScoreOf(set | (1 << added), mixed);
                    broken += f2 < f - 1e-12 || p2 > p + 1e-12 ? 1 : 0;
                }
            figures[mixed ? "releases/broken-mixed" : "releases/broken"] = broken;
        }
        string[][] values = [adult.Column("sex"), adult.Column("race"), adult.Column("age")];
        foreach (int columnsReleased in (int[])[1, 2, 3])
        {
            EquivalenceClasses classes = new();
            for (int row = 0; row < adult.Rows; row++)
                classes.Add(
                    System.IO.Hashing.XxHash3.HashToUInt64(
                        System.Text.Encoding.UTF8.GetBytes(
                            string.Join('|', values.Take(columnsReleased).Select(column => column[row]))
                        )
                    )
                );
            figures[$"releases/singled-out/{columnsReleased}"] = classes.RowsBelow(5);
            figures[$"releases/smallest/{columnsReleased}"] = classes.Smallest;
        }
    }

    private static int[] GroupsOf(AdultCensus table, string column) =>
        [
            .. table
                .Column(column)
                .Select(value =>
                    value switch
                    {
                        "Female" or "Black" => 0,
                        "Male" or "White" => 1,
                        _ => -1,
                    }
                ),
        ];

    private static int[] Turned(int[] groups) => [.. groups.Select(group => group < 0 ? group : 1 - group)];

    // As many of either group as there are, dealt to other rows.
    private static int[] Drawn(int[] groups, RandomStream random)
    {
        int[] drawn = [.. groups];
        random.Shuffle<int>(drawn);
        return drawn;
    }
}
