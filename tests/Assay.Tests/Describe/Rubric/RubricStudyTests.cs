using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Data;
using Assay.Describe;
using Assay.Evidence;
using Assay.Studies;
using Assay.Tests.Studies;

namespace Assay.Tests.Describe;

public sealed class RubricStudyTests
{
    private const string People =
        "name,sex,race,age,city,consent,note\n"
        + "Ann,female,White,19,Ely,yes,call +44 20 7946 0018\n"
        + "Bob,male,White,35,Ely,yes,\n"
        + "Cem,male,?,52,Ulm,no,mail cem@example.org\n"
        + "Dee,female,Black,70,Ulm,yes,password = hunter2hunter2\n"
        + "Dee,female,Black,70,Ulm,yes,password = hunter2hunter2\n";

    private static Study Run(string csv, RubricOptions? options = null, string? sheet = null, int threads = 2)
    {
        using Pieces pieces = Pieces.Temporary();
        Dictionary<string, View> others = sheet is null
            ? []
            : new() { ["datasheet"] = new(Dataset.OfTexts([sheet], "sheet.yaml")) };
        return new RubricStudy((options ?? new()) with { Datasheet = sheet is null ? "" : "datasheet" }).Run(
            StudyTables.Of(csv),
            new(pieces) { Threads = threads, Datasets = others }
        );
    }

    private static TablePanel Table(Study study, string title) =>
        study.Panels.OfType<TablePanel>().Single(panel => panel.Title == title);

    private static string[] Rows(Study study, string title) =>
        [
            .. Enumerable
                .Range(0, Table(study, title).Columns[0].Length)
                .Select(row =>
                    string.Join(
                        '|',
                        Table(study, title)
                            .Columns.Select(column =>
                                column.Words?[row]
                                ?? column.Numbers![row]?.ToString("0.###", CultureInfo.InvariantCulture)
                            )
                    )
                ),
        ];

    private static string Advice(Study study) => string.Join('\n', Table(study, "Alerts and advice").Columns[1].Words!);

    [Fact]
    public void EveryIngredientIsShownWithWhoSaysSo()
    {
        Study study = Run(People, new() { Labels = [LabelOrigin.SelfReported] });
        Assert.Equal(
            [
                "fairness|sex|0.647|1|r = 0.667, v = 0.971|column 'sex', by its name",
                "fairness|ethnicity|0.286|1|r = 0.286, v = 1.000|column 'race', by its name",
                "fairness|age|0.961|1|r = 1.000, v = 0.961|column 'age', by its name",
                "fairness|skin-tone|0|1|no labels|",
                "fairness|labels|1|1|self-reported|declared",
                "privacy|names|0|1.5|released|column 'name'",
                "privacy|protected-attributes|0|1.5|released|columns 'sex', 'race', 'age'",
                "privacy|accessories|0|0|not applicable|options",
                "privacy|critical-objects|0|0|not applicable|options",
                "privacy|location|0|1.5|released|column 'city'",
                "privacy|medical-condition|1.5|1.5|not released|no column named so",
                "regulation|approval|0|1|unknown|",
                "regulation|consent|0|1|no|column 'consent': 4 of 5 rows say yes",
                "regulation|expungement|0|1|unknown|",
            ],
            Rows(study, "Ingredients")
        );
        Assert.Equal(["note|email|1|1|3", "note|phone|1|1|1", "note|secret|2|2|4"], Rows(study, "Private data"));
        string advice = Advice(study);
        Assert.Contains("1 of 5 rows do not say yes in 'consent'", advice);
        Assert.Contains("2 of what looks like keys or passwords (first in row 4)", advice);
        Assert.Contains("together the smallest group has 1 row, and 5 of 5 rows", advice);
        Assert.Contains("ethnicity: 2 of 7 predefined subgroups occur.", advice);
        Assert.Contains("No licence is known.", advice);
        string form = study.Files.Single(file => file.Name == "datasheet.yaml").Text;
        Assert.Contains("  repeated rows: 1\n", form);
        Assert.Contains("  \"subgroups: ethnicity\": \"Black: 2, White: 2\"\n", form);
    }

    [Fact]
    public void TheDatasheetHasTheLastWordAndItsAnswersAreKept()
    {
        const string Sheet =
            "datasheet: 1\nmotivation: { name: village }\ncomposition: { label-origin: [ classifier ] }\nannotations: { location: no, accessories: no }\n"
            + "rights: { approval: yes, approval-evidence: board 12/7, consent: yes, expungement: no }\ndistribution: { licence: CC0 }\n";
        Study study = Run(People, sheet: Sheet);
        string[] rows = Rows(study, "Ingredients");
        Assert.Contains("fairness|labels|0.67|1|classifier|declared", rows);
        Assert.Contains("privacy|location|1.2|1.2|not released|datasheet", rows);
        Assert.Contains("privacy|accessories|1.2|1.2|not released|datasheet", rows);
        Assert.Contains("regulation|approval|1|1|yes|datasheet: board 12/7", rows);
        Assert.Contains("regulation|consent|1|1|yes|datasheet, without evidence", rows);
        Assert.Contains("regulation|expungement|0|1|no|datasheet", rows);
        Assert.Contains("a column says that some have not", Advice(study));
        Assert.DoesNotContain("No licence is known.", Advice(study));
        Assert.Equal("Rubric of village", study.Title);
        string form = study.Files.Single(file => file.Name == "datasheet.yaml").Text;
        Assert.Contains("  approval-evidence: board 12/7\n", form);
        Datasheet again = Datasheet.Read("x", form);
        Assert.Equal(9, again.Answered);
        Assert.Contains("village|", Rows(study, "Scores")[0]);
    }

    [Fact]
    public void ThreadsTablesOrderAndNamesOfSubgroupsChangeNothing()
    {
        string csv =
            "sex,age,note\n"
            + string.Concat(
                Enumerable
                    .Range(0, 200)
                    .Select(i => $"{(i % 3 == 0 ? "f" : "m")},{i % 90},{(i % 7 == 0 ? "a@b.org" : "none")}\n")
            );
        string Json(Study study) => JsonSerializer.Serialize(study);
        string one = Json(Run(csv, threads: 1));
        Assert.Equal(one, Json(Run(csv, threads: 2)));
        double[] Scores(Study study) =>
            [.. Table(study, "Scores").Columns.Skip(1).Select(column => column.Numbers![0] ?? -1)];
        string[] lines = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string turned = string.Join('\n', lines.Skip(1).Reverse().Prepend(lines[0])) + "\n";
        Assert.Equal(Scores(Run(csv)), Scores(Run(turned)));
        Assert.Equal(
            Scores(Run(csv))[..3],
            Scores(Run(csv.Replace("\nf,", "\nwoman,").Replace("\nm,", "\nman,")))[..3]
        );
        // Every row twice: only who is alone with his values changes.
        Assert.Equal(Scores(Run(csv))[..3], Scores(Run(csv + string.Join('\n', lines.Skip(1)) + "\n"))[..3]);
    }

    [Fact]
    public void ATableOfCountsScoresWithoutRows()
    {
        const string Counts =
            "axis,subgroup,rows,predefined\nsex,f,30,3\nsex,m,30,\nsex,unknown,5,\nethnicity,A,10,2\nethnicity,B,90,2\n";
        Study study = Run(Counts, new() { Count = "rows", Labels = [LabelOrigin.Apparent] });
        string[] rows = Rows(study, "Ingredients");
        Assert.Contains("fairness|sex|0.667|1|r = 0.667, v = 1.000|the table of counts", rows);
        Assert.Contains("fairness|ethnicity|0.469|1|r = 1.000, v = 0.469|the table of counts", rows);
        Assert.Contains("privacy|names|0|1.5|unknown|", rows);
        Assert.Contains("privacy|protected-attributes|0|1.5|released|the table of counts", rows);
        Assert.Equal(5, Table(study, "Axes").Columns.Single(column => column.Name == "unknown rows").Numbers![0]);
        Assert.Contains("  rows: 100\n", study.Files[0].Text);
    }

    [Theory]
    [InlineData("axis,subgroup,rows\nsex,f,-1\n", "the count is no number of rows")]
    [InlineData("axis,subgroup,rows\nsex,f,1.5\n", "the count is no number of rows")]
    [InlineData("axis,subgroup,rows\n,f,1\nsex,m,1\n", "the row names no axis")]
    [InlineData(
        "axis,subgroup,rows,predefined\nsex,f,1,2\nsex,m,1,3\n",
        "the axis 'sex' has lists of 2 and of 3 subgroups"
    )]
    [InlineData("axis,subgroup,rows,predefined\nsex,f,1,0\n", "the size of the list is none")]
    [InlineData("axis,subgroup,rows\nsex,f,x\n", "'rows' is not a finite number")]
    [InlineData("axis,group,rows\nsex,f,1\n", "has no column 'subgroup'")]
    public void WrongCountsAreRefused(string csv, string message) =>
        Assert.Contains(message, Assert.Throws<AssayException>(() => Run(csv, new() { Count = "rows" })).Message);

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        AssayException Refused(RubricOptions options, string csv = People) =>
            Assert.Throws<AssayException>(() => Run(csv, options));
        AssayException missing = Refused(new() { Protected = [ProtectedColumn.Parse("rase", null)] });
        Assert.Contains("has no column 'rase'", missing.Message);
        Assert.Contains("did you mean 'race'?", missing.Hint);
        Assert.Contains("has no column 'zip'", Refused(new() { QuasiIdentifiers = ["zip"] }).Message);
        Assert.Contains(
            "the axis 'sex' has 2 columns: sex, note",
            Refused(
                new() { Protected = [ProtectedColumn.Parse("sex", null), ProtectedColumn.Parse("sex=note", null)] }
            ).Message
        );
        Assert.Contains(
            "the cuts of 'age' do not ascend",
            Refused(new() { Cuts = new Dictionary<string, IReadOnlyList<double>> { ["age"] = [40, 20] } }).Message
        );
        Assert.Contains(
            "has no share for 'male'",
            Refused(
                new()
                {
                    Reference = new Dictionary<string, IReadOnlyDictionary<string, double>>
                    {
                        ["sex"] = new Dictionary<string, double> { ["female"] = 1 },
                    },
                }
            ).Message
        );
        Assert.Contains(
            "shares below 0",
            Refused(
                new()
                {
                    Reference = new Dictionary<string, IReadOnlyDictionary<string, double>>
                    {
                        ["sex"] = new Dictionary<string, double> { ["female"] = -1 },
                    },
                }
            ).Message
        );
        Assert.Contains(
            "too many to be groups",
            Refused(
                new() { Protected = [ProtectedColumn.Parse("income", null)] },
                "income\n" + string.Concat(Enumerable.Range(0, 1500).Select(i => $"{i}\n"))
            ).Message
        );
        using Pieces pieces = Pieces.Temporary();
        Assert.Contains(
            "has 2 rows",
            Assert
                .Throws<AssayException>(() =>
                    new RubricStudy(new() { Datasheet = "datasheet" }).Run(
                        StudyTables.Of(People),
                        new(pieces)
                        {
                            Datasets = new Dictionary<string, View>
                            {
                                ["datasheet"] = new(Dataset.OfTexts(["a", "b"])),
                            },
                        }
                    )
                )
                .Message
        );
    }

    [Fact]
    public void NumbersAreCutIntoBandsAndAReferenceCanBeGiven()
    {
        Study study = Run(
            "income,sex\n5,f\n10,f\n11,m\n500,m\n,m\n",
            new()
            {
                Protected = [ProtectedColumn.Parse("income", null), ProtectedColumn.Parse("sex", null)],
                Axes = ["income"],
                Cuts = new Dictionary<string, IReadOnlyList<double>> { ["income"] = [10, 100] },
                Reference = new Dictionary<string, IReadOnlyDictionary<string, double>>
                {
                    ["sex"] = new Dictionary<string, double>
                    {
                        ["f"] = 2,
                        ["m"] = 3,
                        ["x"] = 5,
                    },
                },
            }
        );
        Assert.Equal(
            [
                "income|up to 10|2|0.5|0.333",
                "income|over 10 to 100|1|0.25|0.333",
                "income|over 100|1|0.25|0.333",
                "sex|m|3|0.6|0.3",
                "sex|f|2|0.4|0.2",
            ],
            Rows(study, "Subgroups")
        );
        // D = .6 ln(.6/.3) + .4 ln(.4/.2) = ln 2
        Assert.Equal(
            Math.Log(2),
            Table(study, "Axes").Columns.Single(column => column.Name == "divergence").Numbers![1]!.Value,
            12
        );
    }

    [Theory]
    [InlineData("race", "ethnicity", "race")]
    [InlineData("patientSex", "sex", "patientSex")]
    [InlineData("sexual_orientation", "sexual_orientation", "sexual_orientation")]
    [InlineData("group = race ", "group", "race")]
    [InlineData("marriage", "marriage", "marriage")]
    [InlineData("age_cat", "age", "age_cat")]
    public void ColumnsAreNamedWithTheirAxes(string written, string axis, string column) =>
        Assert.Equal(new ProtectedColumn(axis, column), ProtectedColumn.Parse(written, null));

    /// <summary>What three real files release, by the names of their columns.</summary>
    [Theory]
    [InlineData("id,name,first,last,sex,dob,age,age_cat,race,juv_fel_count", "names protected-attributes")]
    [InlineData("age,gender,race", "protected-attributes")]
    [InlineData(
        "age,workclass,fnlwgt,education,marital-status,occupation,relationship,race,sex,capital-gain,native-country",
        "protected-attributes"
    )]
    [InlineData("lat,lon,diagnosis", "location medical-condition")]
    [InlineData("file_name,product name,zipfile,sextant", "")]
    public void WhatIsReleasedIsToldFromColumns(string header, string released)
    {
        string[] columns = header.Split(',');
        Study study = Run($"{header}\n{string.Join(',', columns.Select((_, i) => i))}\n", new() { Axes = [] });
        Assert.Equal(
            released,
            string.Join(
                ' ',
                Rows(study, "Ingredients").Where(row => row.Contains("|released|")).Select(row => row.Split('|')[1])
            )
        );
    }

    [Fact]
    public void DamagedLabelsOfARealFileAreAlarming()
    {
        using TableFile file = new(SharedData.Path("responsible-datasets/fairface_val_labels.csv.gz"));
        using Pieces pieces = Pieces.Temporary();
        Study study = new RubricStudy(new() { Labels = [LabelOrigin.Apparent] }).Run(file.View, new(pieces));
        Assert.Contains("Column 'age' holds '19-Oct' (perhaps 10-19), '9-Mar' (perhaps 3-9)", Advice(study));
        Assert.Equal(2.836955, Table(study, "Scores").Columns[1].Numbers![0]!.Value, 6);
        Assert.Contains("age: '20-29' has 28 times the rows of 'more than 70' (118)", Advice(study));
    }
}
