using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Train;

namespace Assay.Tests.Train;

public sealed class LanguageModelTests
{
    private static readonly string[] Lines =
    [
        .. Enumerable.Range(0, 160).Select(i => $"the cat {(i % 3 == 0 ? "sat" : "ran")} on mat number {i % 7}"),
    ];

    private static readonly LanguageModelOptions Small = new()
    {
        Model = "gpt-250k",
        Context = 32,
        Batch = 4,
        Epochs = 1.5,
    };

    private static View Rows(int from, int to) => new(Dataset.OfTexts(Lines[from..to], rowsPerTable: 20));

    private static Trained Train(LanguageModelOptions options, View view, View? held, Pieces pieces, int threads = 2)
    {
        using Workers.LimitScope limit = Workers.Limit(threads);
        return new LanguageModelTrainer(options).Train(
            view,
            held,
            new(pieces) { Random = new RandomStream(7, "lm"), Threads = threads }
        );
    }

    [Fact]
    public void It_learns_the_text_and_can_be_loaded()
    {
        using Pieces pieces = Pieces.Temporary();
        Trained trained = Train(Small, Rows(0, 140), Rows(140, 160), pieces);
        Assert.Equal("gpt-250k, 254,720 parameters", trained.Model);
        Score score = Assert.Single(trained.Scores);
        Assert.Equal("bits-per-byte", score.Metric);
        Assert.InRange(score.Value, 0.05, 2); // 8 without learning
        string folder = Path.Combine(pieces.Folder, "saved");
        trained.Save(folder);
        Assert.Equal(254_720, Transformer.Load(folder).ParameterCount);
    }

    [Fact]
    public void A_context_that_the_model_does_not_have_is_shortened_and_the_epochs_stay()
    {
        using Pieces one = Pieces.Temporary(),
            two = Pieces.Temporary();
        LanguageModelOptions fits = Small with { Context = 256, Epochs = 1, Batch = 2 };
        Assert.Equal(
            Train(fits, Rows(0, 140), null, one).Curve!.Losses,
            Train(fits with { Context = 512 }, Rows(0, 140), null, two).Curve!.Losses
        );
    }

    [Fact]
    public void Threads_change_nothing()
    {
        using Pieces one = Pieces.Temporary(),
            two = Pieces.Temporary();
        LanguageModelOptions brief = Small with { Epochs = 0.3 };
        Trained first = Train(brief, Rows(0, 140), Rows(140, 160), one, threads: 1),
            second = Train(brief, Rows(0, 140), Rows(140, 160), two, threads: 2);
        Assert.Equal(first.Curve!.Losses, second.Curve!.Losses);
        Assert.Equal(first.Scores, second.Scores);
    }

    [Fact]
    public void Stopped_it_goes_on_to_the_same_numbers()
    {
        using Pieces whole = Pieces.Temporary(),
            stopped = Pieces.Temporary();
        LanguageModelOptions options = Small with { Epochs = 1.2 };
        Trained expected = Train(options, Rows(0, 140), Rows(140, 160), whole);
        using CancellationTokenSource stop = new();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new LanguageModelTrainer(options).Train(
                Rows(0, 140),
                Rows(140, 160),
                new(stopped)
                {
                    Random = new RandomStream(7, "lm"),
                    Cancellation = stop.Token,
                    Progress = new Listener(progress =>
                    {
                        if (progress.Done == 25)
                            stop.Cancel();
                    }),
                }
            )
        );
        Trained resumed = Train(options, Rows(0, 140), Rows(140, 160), stopped);
        Assert.Equal(expected.Curve!.Losses, resumed.Curve!.Losses);
        Assert.Equal(expected.Scores, resumed.Scores);
    }

    private sealed class Listener(Action<Progress> hear) : IProgress<Progress>
    {
        public void Report(Progress value) => hear(value);
    }

    [Fact]
    public void Rows_without_text_are_an_error_that_names_the_column()
    {
        using Pieces pieces = Pieces.Temporary();
        AssayException failure = Assert.Throws<AssayException>(() =>
            Train(Small, new(Dataset.OfTexts(["", ""])), null, pieces)
        );
        Assert.Contains("'text'", failure.Message);
    }

    [Fact]
    public void A_stream_predicts_every_byte_and_every_end_once()
    {
        TokenStream stream = new();
        stream.Add("ab"u8);
        stream.Add(""u8);
        stream.Add("cde"u8);
        Assert.Equal(5, stream.Bytes);
        Assert.Equal(8, stream.Predictions);
        Assert.Equal(3, stream.Blocks(3));
        int[] inputs = new int[3],
            targets = new int[3];
        List<int> predicted = [];
        for (int block = 0; block < 3; block++)
        {
            stream.Fill(block, inputs, targets);
            predicted.AddRange(targets.Where(target => target != TokenBatch.NotCounted));
        }
        int end = TokenStream.Tokenizer.Special.End!.Value;
        List<int> expected = [];
        foreach (string text in (string[])["ab", "", "cde"])
        {
            TokenStream.Tokenizer.Encode(System.Text.Encoding.UTF8.GetBytes(text), expected);
            expected.Add(end);
        }
        Assert.Equal(expected, predicted);
    }
}
