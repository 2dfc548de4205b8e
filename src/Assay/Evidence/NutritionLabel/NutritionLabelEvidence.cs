using Assay.Data;
using Assay.Describe;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Does the label rebuild the published one, does it name planted defects, and is its model better than counting?</summary>
public sealed class NutritionLabelEvidence : IExperiment
{
    private static readonly string[] Defects = ["missing-values", "repeated-rows", "shifted", "leaked-identifier"];

    private const string Faces = "responsible-datasets",
        FacesFile = "fairface_val_labels.csv.gz",
        Damage = "spreadsheet-damage";

    private const string State = "recipient_state",
        Product = "product_name";
    private const int RareRows = 20;

    /// <inheritdoc/>
    public string Slug => "nutrition-label";

    /// <inheritdoc/>
    public string Title => "The Dataset Nutrition Label (2018)";

    /// <inheritdoc/>
    public string Protocol =>
        "The 500 published payments of Dollars for Docs, with the kinds of columns that the authors gave, against all 18 rows of their statistics, letter by letter. "
        + "UCI Adult, cleaned (rows with '?', repeated rows and one of two equal columns left out; 20,000 rows drawn for each seed), labelled as it is and with one of four defects at a time: "
        + "5 % of a column missing at random, a block of 2 % of the rows repeated, the codes of a category shifted by one in a block of a fifth of the rows, an id dealt class by class; control: the simplest "
        + "rules (a share missing, constant, repeated, all distinct). "
        + "FairFace's labels, in which a spreadsheet has turned two ages into dates, as found and with these turned back. "
        + "Model: 400 of the 500 payments to fit on, 100 to measure log P(state | product) on, in nats a row; mixture with 16 components and 3 chains on 11 columns against smoothed frequencies "
        + "and the marginal (all with pseudo-count 0.5); rare products are those of 20 rows or fewer among the 400.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [PublishedLabel.Folder, PlantedDefects.Folder, Faces];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        Rebuild(trial, figures);
        LookAtFaces(trial, figures);
        trial.Report("rebuilt", 1, 8);
        Plant(trial, figures);
        Model(trial, figures);
        trial.Report("model", 8, 8);
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        double rebuilt = trials["rebuild/identical"].Min(),
            missing = trials["rebuild/missing-as-published"].Min();
        double[] found =

            [
                .. Enumerable
                    .Range(0, trials.Count)
                    .Select(seed => Defects.Sum(defect => trials[$"found/{defect}"][seed])),
            ],
            rules =

            [
                .. Enumerable
                    .Range(0, trials.Count)
                    .Select(seed => Defects.Sum(defect => trials[$"rules/{defect}"][seed])),
            ];
        double fewestFound = found.Min(),
            mostFalse = trials["false/clean"].Max();
        Finding Held(string claim, string paper, string better, string worse, string rows) =>
            Finding.Above(claim, paper, trials.Difference(better, minus: worse)) is var finding
                ? finding with
                {
                    Ours =
                        $"{finding.Ours} nats a row; mixture {trials.Text($"{rows}/mixture")}, frequencies {trials.Text($"{rows}/frequencies")}, marginal {trials.Text($"{rows}/marginal")}",
                }
                : throw new InvalidOperationException();
        return
        [
            new(
                "The published label can be rebuilt from the rows: all statistics, to the letter",
                "18 rows of four tables; 5.2 % missing",
                $"{rebuilt:0} of 18 rows identical; the published share of missing values {(missing == 1 ? "comes out" : "does not come out")} over the columns that lack any",
                rebuilt == 18 && missing == 1 ? Verdict.Replicated : Verdict.NotReplicated,
                "all 18 rows and the share of missing values identical in every seed"
            ),
            new(
                "A label reveals problems before modelling: planted defects are named by its alerts",
                "shown by example; not measured in the paper",
                $"{found.Average():0.0} of 4 found (least {fewestFound:0}), {trials["false/clean"].Average():0.0} alerts on the clean table (most {mostFalse:0}); found: {string.Join(", ", Defects.Select(defect => $"{defect} {trials[$"found/{defect}"].Sum():0} of {trials.Count}"))}",
                fewestFound >= 4 && mostFalse <= 1 ? Verdict.Replicated
                    : fewestFound < 3 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "all four in every seed with at most one alert on the clean table; fewer than three in a seed: not replicated"
            ),
            new(
                "A real defect is named: ages of FairFace that a spreadsheet has turned into dates (9-Mar, 19-Oct)",
                "alerts are the label's second generation; not measured",
                trials["faces/damaged"].Min() == 1 && trials["faces/mended"].Max() == 0
                    ? "named in the file as found, and no more once they are turned back"
                    : $"named as found in {trials["faces/damaged"].Sum():0} and after mending in {trials["faces/mended"].Sum():0} of {trials.Count} seeds",
                trials["faces/damaged"].Min() == 1 && trials["faces/mended"].Max() == 0
                    ? Verdict.Replicated
                    : Verdict.NotReplicated,
                "named in the file as found, not named after mending"
            ),
            Finding.Above(
                "Alerts find more of them than the simplest rules do (of 4)",
                "no comparison in the paper",
                MeanInterval.Of([.. found.Zip(rules, (ours, theirs) => ours - theirs)], Trials.Confidence)
            ) with
            {
                Ours =
                    $"{found.Average():0.0} against {rules.Average():0.0} of 4; the rules give {trials["rules/false"].Average():0.0} alerts on the clean table",
            },
            Held(
                "The mixture predicts the state of a payment better than smoothed frequencies, all products",
                "used without a comparison",
                "all/mixture",
                "all/frequencies",
                "all"
            ),
            Held(
                "The same for rare products, where frequencies have little to go by",
                "used without a comparison",
                "rare/mixture",
                "rare/frequencies",
                "rare"
            ),
            Held(
                "Knowing the product helps the mixture: it predicts better than the marginal, all products",
                "the shown distributions differ between drugs",
                "all/mixture",
                "all/marginal",
                "all"
            ),
        ];
    }

    private static void Rebuild(Trial trial, Figures figures)
    {
        PublishedLabel published = new(trial.Path(PublishedLabel.Folder, PublishedLabel.Document));
        using TableFile file = new(trial.Path(PublishedLabel.Folder, PublishedLabel.Rows));
        using Pieces pieces = Pieces.Temporary();
        Label label = published.Label(
            file.View,
            new() { Modules = [LabelModule.Statistics] },
            trial.Work("rebuild", pieces)
        );
        figures["rebuild/identical"] = published.Compare(label).Count(row => row.Differences.Count == 0);
        string share = label.MissingShareWhereAny.ToString("P1", System.Globalization.CultureInfo.InvariantCulture);
        figures["rebuild/missing-as-published"] = share.Replace(" ", "") == published.Missing ? 1 : 0;
    }

    private static void LookAtFaces(Trial trial, Figures figures)
    {
        using StreamReader file = new(
            new System.IO.Compression.GZipStream(
                File.OpenRead(trial.Path(Faces, FacesFile)),
                System.IO.Compression.CompressionMode.Decompress
            )
        );
        string found = file.ReadToEnd();
        bool Names(string text, string name) =>
            PlantedDefects.AlertsOf(text, trial, name).Any(alert => alert.Kind == Damage);
        figures["faces/damaged"] = Names(found, "faces") ? 1 : 0;
        figures["faces/mended"] = Names(found.Replace("9-Mar", "3-9").Replace("19-Oct", "10-19"), "mended") ? 1 : 0;
    }

    private static void Plant(Trial trial, Figures figures)
    {
        RandomStream random = trial.Random.Child("plant");
        PlantedDefects clean = PlantedDefects.Clean(
            trial.Path(PlantedDefects.Folder, PlantedDefects.File),
            trial.Size(20_000, 2_000),
            random.Child("rows")
        );
        figures["false/clean"] = clean.Alerts(trial, "clean").Count;
        figures["rules/false"] = clean.SimplestRules().Count;
        trial.Report("clean", 2, 8);
        PlantedDefects[] planted =
        [
            clean.WithMissing(random.Child("missing")),
            clean.WithRepeatedBlock(random.Child("block")),
            clean.WithShiftedCategory(random.Child("shift")),
            clean.WithLeakedId(random.Child("id")),
        ];
        foreach ((int i, string defect) in Defects.Index())
        {
            figures[$"found/{defect}"] = planted[i].Alerts(trial, defect).Any(alert => alert.Kind == defect) ? 1 : 0;
            figures[$"rules/{defect}"] = planted[i].SimplestRules().Contains(defect) ? 1 : 0;
            trial.Report(defect, 3 + i, 8);
        }
    }

    private static void Model(Trial trial, Figures figures)
    {
        using TableFile file = new(trial.Path(PublishedLabel.Folder, PublishedLabel.Rows));
        Studies.StudyTable table = Studies.StudyTable.Of(file.View, trial.Cancellation);
        // Ids and what has as many values are left out, as the label does.
        string[] names =
        [
            State,
            Product,
            .. table.Names.Where(name =>
                name is not (State or Product) && table.Words(name).Distinct().Count() is > 1 and <= 60
            ),
        ];
        MixtureColumn[] columns =
        [
            .. names.Select(name => Categories(table.Words(name))),
            MixtureColumn.Of(table.NumbersOrNaN("total_amount_of_payment_usdollars")),
        ];
        int[] rows = [.. Enumerable.Range(0, table.Rows)];
        trial.Random.Child("deal").Shuffle<int>(rows);
        int held = rows.Length / 5;
        MixtureColumn[] seen = [.. columns.Select(column => column.Take(rows[held..]))];
        MixtureSettings settings = new();
        RowMixture mixture = RowMixture.Fit(
            seen,
            settings,
            trial.Random.Child("mixture"),
            (count, body) =>
            {
                for (int i = 0; i < count; i++)
                    body(i);
            }
        );
        ConditionalFrequencies frequencies = new(seen[0], seen[1], settings.Smoothing);
        Dictionary<string, (double Sum, int Count)> sums = [];
        void Add(string name, double value) =>
            sums[name] = (sums.GetValueOrDefault(name).Sum + value, sums.GetValueOrDefault(name).Count + 1);
        foreach (int row in rows[..held])
        {
            int state = columns[0].Codes![row],
                product = columns[1].Codes![row];
            if (state < 0 || product < 0)
                continue;
            foreach (string of in frequencies.RowsOf(product) <= RareRows ? (string[])["all", "rare"] : ["all"])
            {
                Add($"{of}/mixture", Math.Log(mixture.Conditional(0, 1, product)[state]));
                Add($"{of}/frequencies", Math.Log(frequencies.Conditional(product)[state]));
                Add($"{of}/marginal", Math.Log(frequencies.Marginal[state]));
            }
        }
        foreach ((string name, (double sum, int count)) in sums.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            figures[name] = sum / count;
    }

    private static MixtureColumn Categories(string[] words)
    {
        string[] known = [.. words.Where(word => word.Length > 0).Distinct().Order(StringComparer.Ordinal)];
        return MixtureColumn.Of([.. words.Select(word => Array.IndexOf(known, word))], known.Length);
    }
}
