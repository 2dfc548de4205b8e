using System.Text;
using Assay.Data;
using Assay.Describe;
using Assay.Evidence;
using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Describe;

/// <summary>Alerts, pairs, the model, the reference, what people say, and what is kept private.</summary>
public class LabelModuleTests
{
    private static readonly LabelModule[] Quick = [LabelModule.Statistics, LabelModule.Alerts, LabelModule.Pairs];

    private static Label Describe(string csv, LabelOptions? options = null, string? reference = null)
    {
        using CsvText file = new(csv);
        using CsvText? other = reference is null ? null : new(reference);
        using Pieces pieces = Pieces.Temporary();
        Dictionary<string, View> datasets = other is null ? [] : new() { ["reference"] = other.View };
        return new NutritionLabel(options ?? new() { Modules = Quick }).Describe(
            file.View,
            new(pieces) { Datasets = datasets }
        );
    }

    private static string Csv(string head, IEnumerable<string> rows) => head + "\n" + string.Join("\n", rows) + "\n";

    private static string[] Kinds(Label label) => [.. label.Alerts.Select(alert => alert.Kind).Distinct()];

    private static IEnumerable<string> Clean(int rows, ulong seed = 1)
    {
        RandomStream random = new(seed, "clean");
        for (int i = 0; i < rows; i++)
            yield return string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{(char)('a' + random.NextInt32(4))},{random.NextGaussian():0.000},{20 + random.NextInt32(50)},{(char)('x' + random.NextInt32(2))}"
            );
    }

    private const string Head = "group,score,age,side";

    [Fact]
    public void ACleanTableHasNoAlerts() => Assert.Empty(Describe(Csv(Head, Clean(1000))).Alerts);

    [Theory]
    [InlineData("missing-values", "group", 0, "")]
    [InlineData("missing-as-value", "group", 0, "?")]
    [InlineData("white-space", "age", 2, " 33")]
    [InlineData("mixed-types", "age", 2, "many")]
    [InlineData("spreadsheet-damage", "group", 0, "9-Mar")]
    [InlineData("spellings", "group", 0, "A")]
    public void DefectsOfValuesAreNamedWithTheirColumn(string kind, string column, int at, string value)
    {
        IEnumerable<string> rows = Clean(1000)
            .Select(
                (row, i) =>
                {
                    string[] cells = row.Split(',');
                    cells[at] = i % 25 == 0 ? value : cells[at];
                    return string.Join(',', cells);
                }
            );
        Label label = Describe(Csv(Head, rows));
        Alert alert = Assert.Single(label.Alerts, alert => alert.Kind == kind);
        Assert.Equal([column], alert.Columns);
        Assert.All(label.Alerts, other => Assert.Equal([column], other.Columns));
    }

    [Fact]
    public void DefectsOfWholeRowsAndColumnsAreNamed()
    {
        string[] clean = [.. Clean(1000)];
        Assert.Equal(["constant"], Kinds(Describe(Csv(Head + ",same", clean.Select(row => row + ",1")))));
        Label repeated = Describe(Csv(Head, [.. clean, .. clean.Take(20)]));
        Assert.Equal(["repeated-rows"], Kinds(repeated));
        Assert.Equal((new Estimate(20, 0), null), (repeated.RepeatedRows, repeated.RepeatedApartFrom));
        // The copies have numbers of their own: rows are compared without them.
        Label numbered = Describe(
            Csv("id," + Head, clean.Concat(clean.Take(20)).Select((row, i) => $"{i * 7 % 1021},{row}"))
        );
        Assert.Equal(["repeated-rows", "identifier"], Kinds(numbered));
        Assert.Equal((20, "id"), (numbered.RepeatedRows.Value, numbered.RepeatedApartFrom));
        Label sorted = Describe(Csv(Head, clean.Order(StringComparer.Ordinal)));
        Assert.Equal(["shifted"], Kinds(sorted));
        Label leaked = Describe(
            Csv(
                "id," + Head,
                clean
                    .Order(StringComparer.Ordinal)
                    .Select((row, i) => $"{i},{row}")
                    .OrderBy(row => row[^3])
                    .ThenBy(row => row)
            )
        );
        Assert.Contains("leaked-identifier", Kinds(leaked));
        Label determined = Describe(Csv(Head + ",name", clean.Select(row => $"{row},group {row[0]}")));
        Assert.Contains("group → name", Assert.Single(determined.Alerts, alert => alert.Kind == "determined").Text);
    }

    [Fact]
    public void FewRowsThatAreAlikeByChanceAreNoCopies() =>
        Assert.Empty(Describe(Csv("a,b", Clean(1000).Select(row => $"{row[0]},{row[^1]}"))).Alerts);

    [Fact]
    public void PermutingRowsChangesNothingButWhatIsAboutTheirOrder() =>
        Prop.ForAll<int>(seed =>
            {
                string[] rows = [.. Clean(120, (ulong)(uint)seed)];
                string[] shuffled = [.. rows];
                new RandomStream((ulong)(uint)seed, "shuffle").Shuffle<string>(shuffled);
                return Rounded(Describe(Csv(Head, rows))) == Rounded(Describe(Csv(Head, shuffled)));
            })
            .Holds();

    // Sums of fractions differ in their last digits with the order of their terms.
    private static string Rounded(Label label) =>
        System.Text.RegularExpressions.Regex.Replace(
            label.ToJson(),
            "-?[0-9]+\\.[0-9]+(E-?[0-9]+)?",
            number =>
                double.Parse(number.Value, System.Globalization.CultureInfo.InvariantCulture)
                    .ToString("G9", System.Globalization.CultureInfo.InvariantCulture)
        );

    [Fact]
    public void PermutingColumnsOnlyReordersThem()
    {
        Label one = Describe(Csv(Head, Clean(300)));
        Label other = Describe(
            Csv("side,age,score,group", Clean(300).Select(row => string.Join(',', row.Split(',').Reverse())))
        );
        Assert.Equal(
            one.Columns.Select(column => System.Text.Json.JsonSerializer.Serialize(column)),
            other.Columns.Reverse().Select(column => System.Text.Json.JsonSerializer.Serialize(column))
        );
        Assert.Equal(one.RepeatedRows, other.RepeatedRows);
    }

    [Fact]
    public void AColumnOfDistinctValuesAndAConstantOneHaveNoExtremes()
    {
        Label label = Describe("key,same\na1,x\nb2,x\nc3,x\n");
        IReadOnlyList<NamesRow> rows = LabelTables.Names(label, VariableKind.Nominal);
        Assert.Equal(("3", "--", "--"), (rows[0].UniqueEntries, rows[0].MostFrequent, rows[0].LeastFrequent));
        Assert.Equal(("1", "x (3)", "--"), (rows[1].UniqueEntries, rows[1].MostFrequent, rows[1].LeastFrequent));
        Assert.Equal(("0%", "2.60%"), (LabelTables.Percent(0, 500), LabelTables.Percent(13, 500)));
    }

    [Fact]
    public void ZerosAreCountedAsTheyAreWritten()
    {
        ColumnLabel column = Describe("n\n0\n0.0\n-0\n1.5\n").Columns[0];
        Assert.Equal((1, 3), (column.WrittenZeros, column.Numbers!.Zeros));
    }

    [Fact]
    public void WithOneComponentEveryConditionGivesTheSmoothedMarginal()
    {
        RandomStream random = new(3, "mixture");
        int[] a = [.. Enumerable.Range(0, 200).Select(_ => random.NextInt32(4) - 1)],
            b = [.. a.Select(code => Math.Max(0, code))];
        MixtureColumn[] columns = [MixtureColumn.Of(a, 3), MixtureColumn.Of(b, 3)];
        RowMixture one = RowMixture.Fit(columns, new() { Components = 1, Chains = 2 }, random, Each);
        double[] marginal = new ConditionalFrequencies(columns[0], columns[1], 0.5).Marginal;
        for (int value = 0; value < 3; value++)
            Assert.All(
                one.Conditional(0, 1, value).Zip(marginal),
                pair => Assert.Equal(pair.Second, pair.First, 1e-12)
            );
        // With components it sees that b is a.
        RowMixture many = RowMixture.Fit(columns, new() { Components = 8, Chains = 2 }, random, Each);
        for (int value = 1; value < 3; value++)
            Assert.InRange(many.Conditional(0, 1, value)[value], 0.9, 1);
        Assert.Equal(1, many.Conditional(0, 1, 2).Sum(), 1e-12);
    }

    [Fact]
    public void UnderIndependenceAConditionGivesTheMarginal()
    {
        RandomStream random = new(4, "independent");
        int[] a = [.. Enumerable.Range(0, 1500).Select(_ => random.NextInt32(3) * random.NextInt32(2))],
            b = [.. a.Select(_ => random.NextInt32(4))];
        double[] amounts = [.. a.Select(_ => random.NextGaussian())];
        RowMixture mixture = RowMixture.Fit(
            [MixtureColumn.Of(a, 3), MixtureColumn.Of(b, 4), MixtureColumn.Of(amounts)],
            new() { Components = 8, Chains = 3 },
            random,
            Each
        );
        for (int value = 0; value < 4; value++)
            Assert.All(
                mixture.Conditional(0, 1, value).Zip(mixture.Marginal(0)),
                pair => Assert.Equal(pair.Second, pair.First, 0.03)
            );
    }

    [Fact]
    public void TheModelDoesNotDependOnThreadsAndRefusesWhatIsNoMixture()
    {
        RandomStream random = new(5, "threads");
        MixtureColumn[] columns =
        [
            MixtureColumn.Of([0, 1, 0, 1, -1, 1], 2),
            MixtureColumn.Of([1, 2, double.NaN, 2, 3, 1]),
        ];
        double[] one = RowMixture.Fit(columns, new(), random.Child("fit"), Each).Marginal(0),
            two = RowMixture
                .Fit(columns, new(), random.Child("fit"), (count, body) => Parallel.For(0, count, body))
                .Marginal(0);
        Assert.Equal(one, two);
        Assert.Throws<ArgumentException>(() => RowMixture.Fit([], new(), random, Each));
        Assert.Throws<ArgumentException>(() =>
            RowMixture.Fit([columns[0], MixtureColumn.Of([0], 1)], new(), random, Each)
        );
        Assert.Throws<ArgumentOutOfRangeException>(() => MixtureColumn.Of([2], 2));
    }

    [Fact]
    public void SumsByKeyCorrelateWithTheReference()
    {
        // Spending of zip z is proportional to its population; shares of city and country are each other's rest.
        RandomStream random = new(6, "zips");
        StringBuilder data = new("zip,amount\n"),
            reference = new("zip,population,urban,rural\n");
        for (int zip = 0; zip < 40; zip++)
        {
            int people = 10 + random.NextInt32(90);
            double urban = random.NextDouble();
            reference.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"0{zip + 100},{people},{urban},{1 - urban}\n"
            );
            for (int i = 0; i < 3; i++)
                data.Append(System.Globalization.CultureInfo.InvariantCulture, $"0{zip + 100},{people}\n");
        }
        data.Append("99999,7\n,8\n");
        LabelOptions options = new()
        {
            Modules = [LabelModule.GroundTruth],
            Reference = "reference",
            Key = "zip",
            Per = "population",
        };
        GroundTruthModule truth = Describe(data.ToString(), options, reference.ToString()).GroundTruth!;
        Assert.Equal((40, 2L), (truth.Keys, truth.UnmatchedRows));
        GroundTruthLine Line(string variable, string aggregate) =>
            truth.Lines.Single(line => (line.Variable, line.Aggregate) == (variable, aggregate));
        double? Of(GroundTruthLine line, string with) => line.Correlations.Single(one => one.With == with).R;
        Assert.Equal(1, Of(Line("amount", "sum"), "population")!.Value, 1e-12);
        Assert.Null(Of(Line("amount", "sum per population"), "population")); // 3 everywhere: undefined
        Assert.Null(Of(Line("rows", "sum"), "population"));
        Assert.Equal(-Of(Line("amount", "mean"), "urban")!.Value, Of(Line("amount", "mean"), "rural")!.Value, 1e-12);

        AssayException twice = Assert.Throws<AssayException>(() =>
            Describe("zip,amount\n1,2\n", options, "zip,population\n1,2\n1,3\n")
        );
        Assert.Contains("the key '1' twice", twice.Message);
        Assert.Contains(
            "no column 'zip'",
            Assert
                .Throws<AssayException>(() => Describe("town,amount\n1,2\n", options, "zip,population\n1,2\n"))
                .Message
        );
    }

    [Fact]
    public void WhatPeopleSayIsLinkedToWhatWasFound()
    {
        LabelAbout about = new()
        {
            Title = "Groups",
            Variables = new OrderedDictionary<string, string> { ["age"] = "in years" },
            Kinds = new OrderedDictionary<string, VariableKind> { ["age"] = VariableKind.Ordinal },
            UseCases = [new() { Name = "scores", Columns = ["score"] }, new() { Name = "ages", Columns = ["age"] }],
            Alerts =
            [
                new()
                {
                    Text = "Ages are rounded",
                    Severity = Severity.High,
                    UseCases = ["ages"],
                },
            ],
        };
        Label label = Describe(
            Csv(
                Head,
                Clean(500)
                    .Select(
                        (row, i) => i % 10 == 0 ? row.Split(',')[0] + ",," + string.Join(',', row.Split(',')[2..]) : row
                    )
            ),
            new() { Modules = Quick, About = about }
        );
        Assert.Equal(
            [("stated", "ages"), ("missing-values", "scores")],
            label.Alerts.Select(alert => (alert.Kind, alert.UseCases.Single()))
        );
        ColumnLabel age = label.Columns.Single(column => column.Name == "age");
        Assert.Equal(("in years", VariableKind.Ordinal), (age.Description, age.Variable));
        string markdown = LabelMarkdown.Of(label);
        Assert.StartsWith("# Groups\n", markdown);
        Assert.Contains("**high**, collection: Ages are rounded.", markdown);
        Assert.Equal(label.ToJson(), Label.FromJson(label.ToJson()).ToJson());
        Assert.Contains(
            "'wrong'",
            Assert
                .Throws<AssayException>(() =>
                    label.With(new() { Variables = new OrderedDictionary<string, string> { ["wrong"] = "?" } })
                )
                .Message
        );
        Assert.Contains(
            "'nothing'",
            Assert
                .Throws<AssayException>(() =>
                    label.With(about with { Alerts = [new() { Text = "x", UseCases = ["nothing"] }] })
                )
                .Message
        );
    }

    [Fact]
    public void CountsOfFewRowsAreLeftOut()
    {
        // One person of 99 years, one of group z, one with a score of 1000.
        string[] rows = [.. Clean(400)];
        (rows[7], rows[8], rows[9]) = ("z,0.5,30,x", "a,1000.5,30,x", "a,0.5,99,x");
        Label label = Describe(Csv(Head, rows), new() { Fewest = 10, Chains = 1 });
        string json = label.ToJson(),
            markdown = LabelMarkdown.Of(label);
        foreach (string telling in (string[])["1000.5", "1000.4", "\"z\"", "| z |", "z (1)", "99.0"])
        {
            Assert.DoesNotContain(telling, json);
            Assert.DoesNotContain(telling, markdown);
        }
        Assert.All(label.Columns, column => Assert.All(column.Frequent, value => Assert.True(value.Count >= 10)));
        Assert.All(
            label.Columns,
            column => Assert.All(column.Numbers?.Counts ?? [], count => Assert.True(count >= 10))
        );
        Assert.InRange(label.Columns.Single(column => column.Name == "age").Numbers!.Max, 60, 70);
        Assert.All(
            label.Pairs!.Plots,
            plot => Assert.All(plot.Counts.SelectMany(line => line), count => Assert.True(count is 0 or >= 10))
        );
        Assert.Contains("fewer than 10 rows are left out", markdown);
    }

    [Theory]
    [InlineData("a * wrong", "no column 'wrong'")]
    [InlineData("group", "is not a pair")]
    [InlineData("group * group", "is not a pair")]
    public void PairsThatAreNoneAreRefused(string pair, string message) =>
        Assert.Contains(
            message,
            Assert
                .Throws<AssayException>(() =>
                    Describe(Csv(Head, Clean(60)), new() { Modules = Quick, Pairs = [pair.Replace("a *", "group *")] })
                )
                .Message
        );

    [Fact]
    public void QuestionsToTheModelThatItCannotAnswerAreRefused()
    {
        string csv = Csv(Head, Clean(60));
        Assert.Contains(
            "both 'of' and 'given'",
            Assert.Throws<AssayException>(() => Describe(csv, new() { Of = "group" })).Message
        );
        Assert.Contains(
            "'wrong'",
            Assert.Throws<AssayException>(() => Describe(csv, new() { Of = "group", Given = "wrong" })).Message
        );
        Assert.Contains(
            "at most 50 categories",
            Assert.Throws<AssayException>(() => Describe(csv, new() { Of = "score", Given = "side" })).Message
        );
        ConditionalModule model = Describe(
            csv,
            new()
            {
                Of = "group",
                Given = "side",
                Chains = 1,
            }
        ).Model!;
        Assert.Equal(("group", "side", 2), (model.Of, model.Given, model.Conditions.Count));
        Assert.All(model.Conditions, condition => Assert.Equal(1, condition.Shares.Sum(share => share.Model), 1e-9));
    }

    private static void Each(int count, Action<int> body)
    {
        for (int i = 0; i < count; i++)
            body(i);
    }

    /// <summary>A text of CSV, read as the commands read it.</summary>
    private sealed class CsvText : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("assay-label-").FullName;
        private readonly TableFile _file;

        public CsvText(string csv)
        {
            string path = Path.Combine(_folder, "table.csv");
            File.WriteAllText(path, csv);
            _file = new(path);
        }

        public View View => _file.View;

        public void Dispose()
        {
            _file.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
