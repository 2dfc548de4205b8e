using Assay.Data;
using Assay.Evidence;
using Assay.Learning;
using Assay.Numerics;
using Assay.Train;
using FsCheck.Fluent;

namespace Assay.Tests.Train;

/// <summary>The golden numbers and properties of methods/points.md on soups.</summary>
public sealed class SoupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-soup-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static double Score(float[] weights) => -Math.Pow(weights[0] - 2.6, 2);

    [Fact]
    public void GoldenSoups()
    {
        float[][] models =
        [
            [1f],
            [2f],
            [4f],
            [3.2f],
        ];
        double[] scores = [.. models.Select(Score)];
        double[] expected = [-2.56, -0.36, -1.96, -0.36];
        for (int i = 0; i < 4; i++)
            Assert.Equal(expected[i], scores[i], 6);
        SoupResult greedy = Soup.Greedy(models, scores, Score);
        Assert.Equal([1, 3], greedy.Members);
        Assert.Equal(2.6, greedy.Weights[0], 6);
        Assert.Equal(0, greedy.Score, 6);
        SoupResult uniform = Soup.Uniform(models, Score);
        Assert.Equal(2.55, uniform.Weights[0], 6);
        Assert.Equal(-0.0025, uniform.Score, 6);
        SoupResult maximum = Soup.Maximum(models, scores, 3, Score);
        Assert.Equal(3.0667, maximum.Weights[0], 4);
        Assert.Equal(-0.2178, maximum.Score, 4);
        SoupResult one = Soup.Maximum(models, scores, 1, Score);
        Assert.Equal([1], one.Members);
        Assert.Equal(scores[1], one.Score);
        // What greedy refused.
        Assert.Equal(-0.2178, Score(WeightAverage.Of([models[1], models[3], models[2]])), 4);
        Assert.Equal(-0.2844, Score(WeightAverage.Of([models[1], models[3], models[0]])), 4);
    }

    [Fact]
    public void GreedyIsNeverBelowTheBestOnTheScoreItIsChosenBy() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    RandomStream random = new((ulong)seed, "soup");
                    float[][] models =
                    [
                        .. Enumerable
                            .Range(0, 2 + random.NextInt32(6))
                            .Select(_ => Enumerable.Range(0, 3).Select(_ => (float)random.NextGaussian()).ToArray()),
                    ];
                    double[] goal = [.. Enumerable.Range(0, 3).Select(_ => random.NextGaussian())];
                    double Near(float[] weights) => -weights.Zip(goal, (w, g) => Math.Pow(w - g, 2)).Sum();
                    double[] scores = [.. models.Select(Near)];
                    SoupResult greedy = Soup.Greedy(models, scores, Near),
                        uniform = Soup.Uniform(models, Near),
                        reversed = Soup.Uniform([.. models.Reverse()], Near);
                    bool mean = greedy
                        .Weights.Zip(WeightAverage.Of([.. greedy.Members.Select(i => models[i])]))
                        .All(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
                    bool invariant = uniform
                        .Weights.Zip(reversed.Weights)
                        .All(pair => Math.Abs(pair.First - pair.Second) < 1e-5);
                    bool same = Soup.Uniform([models[0], models[0], models[0]], Near).Weights.SequenceEqual(models[0]);
                    bool alone = Soup.Greedy([models[0]], [scores[0]], Near).Weights.SequenceEqual(models[0]);
                    return greedy.Score >= scores.Max() && mean && invariant && same && alone;
                }
            )
            .Holds();

    [Fact]
    public void ASoupOfLinearModelsAnswersTheMeanOfTheirAnswers()
    {
        RandomStream random = new(3, "linear");
        Linear[] models = [.. Enumerable.Range(0, 3).Select(_ => new Linear(random, 4, 2))];
        Tensor x = Tensor.Normal(random, 1, 5, 4);
        Linear soup = new(random, 4, 2);
        soup.Restore(Soup.Uniform([.. models.Select(model => model.Snapshot())], _ => 0).Weights);
        float[] found = soup.Forward(x).ToArray(),
            expected = [.. Enumerable.Range(0, 10).Select(i => models.Average(model => model.Forward(x).ToArray()[i]))];
        for (int i = 0; i < 10; i++)
            Assert.Equal(expected[i], found[i], 1e-5);
    }

    [Fact]
    public void CandidatesAreAddedOneByOneIfTheyHelp()
    {
        double[] worth = [1, -1, 2, 0];
        (IReadOnlyList<int> kept, double score) = IndividualSelect.Of(4, chosen => chosen.Sum(i => worth[i]));
        Assert.Equal([0, 2], kept); // one that changes nothing is not kept
        Assert.Equal(3, score);
    }

    [Fact]
    public void PublishedMeansRecompute()
    {
        Assert.Equal(61.8, PublicSoups.FinalMean, 1);
        Trial trial = new()
        {
            Seed = 0,
            Random = new(0, "points"),
            DataFolder = Path.GetDirectoryName(SharedData.Path("points"))!,
        };
        Figures figures = [];
        new PublicSoups(trial).Measure(figures);
        Assert.Equal(72, figures["public/models"]);
        Assert.Equal(80.386, figures["public/best"], 3);
        Assert.Equal(77.929, figures["public/mean"], 3);
        Assert.Equal(79.972, figures["public/uniform"], 3);
        Assert.Equal(81.026, figures["public/greedy"], 3);
        Assert.Equal(47.97, figures["public/best-shifts"], 2);
        Assert.Equal(51.58, figures["public/uniform-shifts"], 2);
        Assert.Equal(50.86, figures["public/greedy-shifts"], 2);
    }

    private string Model(string name, ulong seed, float noise = 0)
    {
        // Models of one start, each a little way from it.
        Transformer model = new(ModelSizes.Of("gpt-250k"), new RandomStream(1, "start"));
        RandomStream random = new(seed, "tuning");
        float[] weights = model.Snapshot();
        model.Restore([.. weights.Select(weight => weight + noise * (float)random.NextGaussian())]);
        string folder = Path.Combine(_folder, name);
        new LanguageModel(model, new ByteTokenizer()).Save(folder);
        return folder;
    }

    private static Trained Train(SoupOptions options, View validation, View? test)
    {
        using Pieces pieces = Pieces.Temporary();
        return new SoupTrainer(options).Train(validation, test, new(pieces) { Random = new(1, "soup") });
    }

    [Fact]
    public void ModelFoldersAreMixedOnValidationAndMeasuredOnTest()
    {
        string[] folders = [Model("a", 1, 0.02f), Model("b", 2, 0.02f), Model("c", 3, 0.3f)];
        View validation = new(Dataset.OfTexts(["the cat sat", "on the mat", ""])),
            test = new(Dataset.OfTexts(["a dog ran off"]));
        Trained greedy = Train(new() { Models = folders }, validation, test);
        Assert.Equal(["bits-per-byte", "bits-per-byte-of-best-single"], greedy.Chosen!.Select(score => score.Metric));
        Assert.True(greedy.Chosen![0].Value <= greedy.Chosen![1].Value);
        Assert.StartsWith("greedy soup of ", greedy.Model);
        Assert.Equal(["bits-per-byte", "bits-per-byte-of-best-single"], greedy.Scores.Select(score => score.Metric));

        Trained uniform = Train(new() { Models = folders, Strategy = "uniform" }, validation, null);
        Assert.Empty(uniform.Scores);
        string saved = Path.Combine(_folder, "soup");
        uniform.Save(saved);
        float[] expected = WeightAverage.Of([.. folders.Select(folder => Transformer.Load(folder).Snapshot())]);
        Assert.Equal(expected, Transformer.Load(saved).Snapshot());
        Assert.True(File.Exists(Path.Combine(saved, "tokenizer.json")));

        Trained best = Train(
            new()
            {
                Models = folders,
                Strategy = "maximum",
                Best = 1,
            },
            validation,
            test
        );
        Assert.Equal(
            best.Scores.Single(score => score.Metric == "bits-per-byte").Value,
            best.Scores.Single(score => score.Metric == "bits-per-byte-of-best-single").Value
        );
    }

    [Fact]
    public void BadInputIsOneClearError()
    {
        View rows = new(Dataset.OfTexts(["text"]));
        Assert.Contains(
            "no model that can be read",
            Assert
                .Throws<AssayException>(() => Train(new() { Models = [Path.Combine(_folder, "none")] }, rows, null))
                .Message
        );
        string a = Model("a", 1),
            other = Path.Combine(_folder, "other");
        new LanguageModel(new(ModelSizes.Of("gpt-1m"), new RandomStream(1, "other")), new ByteTokenizer()).Save(other);
        Assert.Contains(
            "not of the shape",
            Assert.Throws<AssayException>(() => Train(new() { Models = [a, other] }, rows, null)).Message
        );
        Assert.Contains(
            "no text",
            Assert.Throws<AssayException>(() => Train(new() { Models = [a] }, new(Dataset.OfTexts([""])), null)).Message
        );
        Assert.Contains(
            "3 best of 1",
            Assert.Throws<AssayException>(() => Train(new() { Models = [a], Strategy = "maximum" }, rows, null)).Message
        );
        Assert.Throws<ArgumentException>(() => Soup.Greedy([], [], _ => 0));
        Assert.Throws<ArgumentException>(() =>
            Soup.Greedy(
                [
                    [1f],
                ],
                [double.NaN],
                _ => 0
            )
        );
    }
}
