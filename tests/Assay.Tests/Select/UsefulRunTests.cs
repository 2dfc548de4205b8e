using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Recipes;
using Assay.Select;
using Assay.Tests.Recipes;
using Assay.Value;

namespace Assay.Tests.Select;

/// <summary>select/useful and value/learning-dynamics on rows, with their controls, warnings and errors.</summary>
public sealed class UsefulRunTests
{
    /// <summary>Two classes in a plane; most rows have a loud first column, the others only a weak second one.</summary>
    private static View Table(int rows, int wrong = 0)
    {
        RandomStream random = new(8, "useful");
        return new(
            Rows.Of(
                rows,
                40,
                (builder, row) =>
                {
                    bool yes = random.NextInt32(2) == 1;
                    double sign = yes ? 1 : -1;
                    builder
                        .Column("loud")
                        .Set(row % 5 == 0 ? 0.1 * random.NextGaussian() : 2 * sign + 0.3 * random.NextGaussian());
                    builder.Column("weak").Set(0.1 * sign + 0.3 * random.NextGaussian());
                    builder.Column("label").Set(Encoding.UTF8.GetBytes(yes != row < wrong ? "yes" : "no"));
                }
            )
        );
    }

    private static Selected Run(UsefulOptions options, View view, int threads = 2, Pieces? pieces = null)
    {
        using Pieces temporary = Pieces.Temporary();
        using Workers.LimitScope limit = Workers.Limit(threads);
        return new Useful(options).Select(
            view,
            new(pieces ?? temporary) { Random = new RandomStream(3, "useful"), Threads = threads }
        );
    }

    [Fact]
    public void RowsWithoutTheFastFeatureAreRepeated()
    {
        View view = Table(400);
        UsefulOptions options = new() { Epochs = 20, SeparatingEpoch = 2 };
        Selected selected = Run(options, view);
        int[] repeated =
        [
            .. selected.Kept.Rows.GroupBy(row => row).Where(group => group.Count() == 2).Select(group => group.Key),
        ];
        Assert.Equal(400, selected.Kept.Rows.Distinct().Count());
        Assert.Equal(400 + repeated.Length, selected.Kept.Count);
        int quiet = repeated.Count(row => row % 5 == 0);
        Assert.True(
            quiet > 0.8 * 80 && quiet > 0.5 * repeated.Length,
            $"{quiet} of 80 quiet rows in {repeated.Length}"
        );
        Assert.True(selected.Complements(view));
        Assert.StartsWith("after epoch 2 of 20 ", selected.Notes![0]);
        Assert.Single(selected.Notes);

        // The same for other threads, and from what a killed run left.
        Assert.Equal(selected.Kept.Rows, Run(options, view, threads: 1).Kept.Rows);
        using Pieces kept = Pieces.Temporary();
        Run(options, view, pieces: kept);
        Assert.Equal(selected.Kept.Rows, Run(options, view, pieces: kept).Kept.Rows);

        Assert.Equal(view.Selection.Rows, Run(options with { Factor = 1 }, view).Kept.Rows);
        Assert.Equal(400 + 3 * repeated.Length, Run(options with { Factor = 4 }, view).Kept.Count);

        // Controls of equal size, and what they take.
        Selected random = Run(options with { By = UsefulBy.Random }, view),
            loss = Run(options with { By = UsefulBy.Loss }, view),
            wrong = Run(options with { By = UsefulBy.Misclassified }, view);
        Assert.Equal(selected.Kept.Count, random.Kept.Count);
        Assert.Equal(selected.Kept.Count, loss.Kept.Count);
        Assert.NotEqual(selected.Kept.Rows, random.Kept.Rows);
        Assert.InRange(wrong.Kept.Count, 400, 600);
        Assert.Contains("by 'random'", random.Notes![0]);

        // The knee is among the first 15 percent of the epochs.
        Assert.Matches("after epoch [123] of 20 ", Run(options with { SeparatingEpoch = 0 }, view).Notes![0]);
    }

    [Fact]
    public void RepeatsWeightsAndOrderOfTheSelectionStay()
    {
        View view = Table(60);
        View given = new(view.Dataset, new([5, 3, 3, 40, 7], [1, 2, 3, 4, 5], isOrdered: true));
        bool[] repeated = [true, false, false, false]; // distinct rows 3, 5, 7, 40
        Selection enlarged = Useful.Enlarged(given, repeated, 2);
        Assert.Equal([5, 3, 3, 3, 3, 40, 7], enlarged.Rows);
        Assert.Equal([1f, 2f, 2f, 3f, 3f, 4f, 5f], enlarged.Weights!);
        Assert.True(enlarged.IsOrdered);
    }

    [Fact]
    public void WrongLabelsAreWarnedOf()
    {
        Selected selected = Run(new() { Epochs = 40, SeparatingEpoch = 20 }, Table(400, wrong: 40));
        Assert.Contains(selected.Notes!, note => note.Contains("may be mislabelled"));
    }

    [Fact]
    public void ForgottenRowsAreTheSlowOnes()
    {
        View view = Table(300);
        using Pieces pieces = Pieces.Temporary();
        IReadOnlyList<Signal> signals = new LearningDynamics(new() { Epochs = 6 }).Value(
            view,
            new(pieces) { Random = new RandomStream(3, "dynamics") }
        );
        Assert.Equal(["first-learned", "final-learned", "forgetting-events"], signals.Select(signal => signal.Name));
        double Mean(Signal signal, Func<int, bool> rows) =>
            Enumerable.Range(0, 300).Where(rows).Average(row => signal.Values[row]);
        Assert.True(Mean(signals[0], row => row % 5 == 0) > Mean(signals[0], row => row % 5 != 0));
        Assert.All(signals[0].Values.Zip(signals[1].Values), pair => Assert.True(pair.First <= pair.Second));
    }

    [Fact]
    public void BadInputIsOneClearError()
    {
        Assert.Contains(
            "no column 'klass'",
            Assert.Throws<AssayException>(() => Run(new() { Label = "klass" }, Table(20))).Message
        );
        Assert.Contains(
            "not an image",
            Assert.Throws<AssayException>(() => Run(new() { Model = "convnet", Image = [1, 2, 2] }, Table(20))).Message
        );
    }

    [Fact]
    public void ARecipeRepeatsRowsAndTheRunSaysHowMany()
    {
        string folder = Directory.CreateTempSubdirectory("assay-useful-").FullName;
        RandomStream random = new(8, "recipe");
        File.WriteAllLines(
            Path.Combine(folder, "rows.jsonl"),
            Enumerable
                .Range(0, 120)
                .Select(row =>
                {
                    int y = random.NextInt32(2);
                    double loud = row % 5 == 0 ? 0 : 2 * y - 1 + 0.2 * random.NextGaussian(),
                        weak = 0.1 * (2 * y - 1) + 0.3 * random.NextGaussian();
                    return FormattableString.Invariant(
                        $"{{\"loud\": {loud:0.000}, \"weak\": {weak:0.000}, \"y\": {y}, \"text\": \"{row}\"}}"
                    );
                })
        );
        Recipe recipe = Recipe.Parse(
            $$"""
            assay: 1
            data: { pool: { path: {{folder}}/rows.jsonl } }
            steps:
              - select/holdout: { as: test, size: 20 }
              - value/learning-dynamics: { label: y, features: [loud, weak], epochs: 5 }
            candidates:
              plain:  [ select/top: { by: forgetting-events, keep: 100% } ]
              useful: [ select/useful: { label: y, features: [loud, weak], epochs: 20 } ]
              random: [ select/useful: { label: y, features: [loud, weak], epochs: 20, by: random } ]
            judge: { proxy: mlp, label: y, features: [loud, weak], seeds: 2, metrics: [ log-loss@test ] }
            """
        );
        RunReport report = new Runner(recipe, Path.Combine(folder, "store")).Run();
        Directory.Delete(folder, recursive: true);
        CandidateReport[] candidates = [.. report.Candidates];
        Assert.Equal(100, candidates[0].Rows);
        Assert.InRange(candidates[1].Rows, 101, 199);
        Assert.Equal(candidates[1].Rows, candidates[2].Rows);
        Assert.Contains("of the rows are slow", candidates[1].Steps[0].Notes[0]);
        // The judge says at which learning rate its proxies trained.
        Assert.Contains("usual learning rate", report.Notes[0]);
    }
}
