using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Tests.Value;

public class PerplexityTests
{
    private static readonly string[] Texts =
    [
        .. Enumerable.Range(0, 400).Select(i => $"the {i % 7} cat {i % 5} sat on the {i % 11} mat and {i % 3} ran"),
        "",
        "colourless green ideas sleep furiously",
    ];

    private static IReadOnlyList<Signal> Value(
        View view,
        PerplexityOptions options,
        int threads = 2,
        Pieces? pieces = null,
        View? reference = null,
        long memory = 1 << 30
    )
    {
        using Pieces temporary = Pieces.Temporary();
        Work work = new(pieces ?? temporary)
        {
            Threads = threads,
            MemoryBytes = memory,
            Random = new RandomStream(7, "value/perplexity"),
            Datasets = reference is null ? new Dictionary<string, View>() : new() { ["reference"] = reference },
        };
        return new Perplexity(options).Value(view, work);
    }

    [Theory]
    [InlineData("ngram-1", NGramUnit.Words)]
    [InlineData("ngram-5", NGramUnit.Words)]
    [InlineData("ngram-6", NGramUnit.Bytes)]
    public void EveryRowInViewGetsBothNumbersOnAnyNumberOfThreads(string model, NGramUnit unit)
    {
        Dataset dataset = Dataset.OfTexts(Texts, rowsPerTable: 37);
        View view = new(dataset, Selection.All(dataset).Where(row => row % 10 != 3));
        PerplexityOptions options = new() { Model = model, Unit = unit };
        IReadOnlyList<Signal> one = Value(view, options, threads: 1);
        IReadOnlyList<Signal> two = Value(view, options, threads: 2);
        Assert.Equal(["perplexity", "bits-per-byte", "perplexity-for-length"], one.Select(signal => signal.Name));
        for (int row = 0; row < Texts.Length; row++)
            foreach ((Signal a, Signal b) in one.Zip(two))
            {
                Assert.Equal(
                    BitConverter.DoubleToInt64Bits(a.Values[row]),
                    BitConverter.DoubleToInt64Bits(b.Values[row])
                );
                Assert.Equal(row % 10 == 3, double.IsNaN(a.Values[row]));
                Assert.False(a.Values[row] < 0 || double.IsInfinity(a.Values[row]));
            }
        double strange = one[1].Values[401];
        Assert.All(one[1].Values[..400].Where(double.IsFinite), bits => Assert.True(bits < strange));
    }

    [Fact]
    public void TrainedOnAReferenceItIsThatModelsPerplexity()
    {
        NGramTrainer trainer = new(2, NGramUnit.Words);
        string[] reference = ["a b", "a b", "a c", "b a"];
        foreach (string row in reference)
        {
            foreach (string word in row.Split(' '))
                trainer.Add(Encoding.UTF8.GetBytes(word));
            trainer.EndRow();
        }
        NGramScorer scorer = new(trainer.Build());
        scorer.Add("a"u8);
        scorer.Add("b"u8);
        NGramScore expected = scorer.EndRow();
        NGramScore expectedOfNothing = scorer.EndRow();

        View pool = new(Dataset.OfTexts(["a\u00A0b\n", ""]));
        PerplexityOptions options = new() { Model = "ngram-2", From = "reference" };
        IReadOnlyList<Signal> found = Value(pool, options, reference: new(Dataset.OfTexts(reference)));
        Assert.Equal(expected.Perplexity, found[0].Values[0], 12);
        Assert.Equal(expected.Bits / 5, found[1].Values[0], 12); // U+00A0 is two bytes
        Assert.Equal(expectedOfNothing.Perplexity, found[0].Values[1], 12);
        Assert.Equal(expectedOfNothing.Bits, found[1].Values[1], 12);
    }

    [Fact]
    public void NoRowIsScoredByAModelThatHasSeenIt()
    {
        // Rows of words that no other row has: cross-fitted, every such word is unknown and the rows are all alike.
        View unique = new(Dataset.OfTexts(Enumerable.Range(0, 60).Select(i => $"u{i}a u{i}b u{i}c"), rowsPerTable: 9));
        double[] crossFitted = Value(unique, new() { Folds = 3 })[0].Values;
        double[] seen = Value(unique, new() { From = "reference" }, reference: unique)[0].Values;
        Assert.True(crossFitted.Min() > 2 * seen.Max());
        Assert.InRange(crossFitted.Distinct().Count(), 1, 3); // one value a fold
    }

    [Fact]
    public void AKilledRunGoesOnToTheSameValues()
    {
        View view = new(Dataset.OfTexts(Texts, rowsPerTable: 50));
        IReadOnlyList<Signal> expected = Value(view, new());
        using Pieces pieces = Pieces.Temporary();
        Value(view, new(), pieces: pieces);
        File.Delete(pieces.PathOf("scoring", 2));
        File.Delete(pieces.PathOf("scoring", 7));
        Assert.Equal(
            expected.Select(s => s.Values),
            Value(view, new(), threads: 1, pieces: pieces).Select(s => s.Values)
        );
        Assert.Equal(expected.Select(s => s.Values), Value(view, new(), pieces: pieces).Select(s => s.Values));
    }

    [Fact]
    public void TrainingTextIsCapped()
    {
        View view = new(Dataset.OfTexts(Texts, rowsPerTable: 50));
        PerplexityOptions options = new() { Unit = NGramUnit.Bytes };
        double[] all = Value(view, options)[0].Values;
        double[] few = Value(view, options with { TrainBytes = new(1000) })[0].Values;
        Assert.True(few[..400].Average() > all[..400].Average());
    }

    [Fact]
    public void TooLittleMemorySaysWhatToLower()
    {
        View view = new(Dataset.OfTexts(Enumerable.Range(0, 500).Select(i => $"{i} {i + 1} {i * i} and so on")));
        AssayException failure = Assert.Throws<AssayException>(() => Value(view, new(), memory: 100_000));
        Assert.Contains("outgrew", failure.Message);
        Assert.Contains("'train-bytes: ", failure.Hint);
    }

    [Fact]
    public void CancellationIsHonoured()
    {
        using Pieces pieces = Pieces.Temporary();
        Work work = new(pieces) { Cancellation = new(canceled: true) };
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new Perplexity(new()).Value(new(Dataset.OfTexts(Texts)), work)
        );
    }

    [Fact]
    public void AnEmptyPoolHasEmptySignals() =>
        Assert.All(Value(new(Dataset.OfTexts([])), new()), signal => Assert.Empty(signal.Values));
}
