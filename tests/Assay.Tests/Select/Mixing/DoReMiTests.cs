using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Select;

namespace Assay.Tests.Select;

public sealed class DoReMiTests
{
    private static readonly LanguageModelOptions Tiny = new()
    {
        Model = "gpt-250k",
        Context = 16,
        Batch = 4,
        Epochs = 0.4,
        LearningRate = 3e-3,
    };

    /// <summary>The golden step of the method's file.</summary>
    [Fact]
    public void A_step_of_group_dro_is_that_of_the_release()
    {
        GroupDro dro = new([.5, .3, .2], rate: 1, smoothing: 1e-4);
        dro.Step([.2, 0, 1]);
        Assert.Equal(.41990273, dro.Weights[0], 8);
        Assert.Equal(.20628933, dro.Weights[1], 8);
        Assert.Equal(.37380794, dro.Weights[2], 8);
        Assert.Equal(dro.Weights, dro.Mean);
    }

    [Fact]
    public void Equal_losses_leave_weights_alone_but_for_smoothing()
    {
        GroupDro dro = new([.5, .3, .2]);
        dro.Step([.7, .7, .7]);
        Assert.Equal((.9999 * .5) + (1e-4 / 3), dro.Weights[0], 12);
        for (int i = 0; i < 200_000; i++)
            dro.Step([2, 2, 2]);
        Assert.All(dro.Weights, weight => Assert.Equal(1.0 / 3, weight, 6));
    }

    [Fact]
    public void Weights_sum_to_one_and_no_domain_dies_out()
    {
        RandomStream random = new(1, "losses");
        GroupDro dro = new(4, smoothing: 1e-3);
        Assert.Equal([.25, .25, .25, .25], dro.Mean);
        double[] sum = new double[4];
        for (int step = 1; step <= 500; step++)
        {
            dro.Step([random.NextDouble(), 3 + random.NextDouble(), 0, 800 * random.NextDouble()]);
            Assert.Equal(1, dro.Weights.Sum(), 12);
            Assert.All(dro.Weights, weight => Assert.True(weight >= 1e-3 / 4 * 0.999));
            for (int i = 0; i < 4; i++)
                sum[i] += dro.Weights[i];
        }
        for (int i = 0; i < 4; i++)
            Assert.Equal(sum[i] / 500, dro.Mean[i], 12);
        Assert.Throws<ArgumentException>(() => dro.Step([1, 2, double.NaN, 3]));
        Assert.Throws<ArgumentException>(() => dro.Step([1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GroupDro(3, rate: 0));
    }

    private static byte[][] Texts(string pattern, int rows) =>
        [.. Enumerable.Range(0, rows).Select(i => Encoding.UTF8.GetBytes(string.Format(pattern, i)))];

    private static Transformer Proxy() => new(ModelSizes.Of(Tiny.Model), new(3, "weights"));

    private static Transformer Trained(params byte[][][] domains)
    {
        TokenStream text = new();
        foreach (byte[] row in domains.SelectMany(rows => rows))
            text.Add(row);
        return LanguageModelFit.Of(Tiny with { Epochs = 3 }, text, new(1, "reference")).Model;
    }

    [Fact]
    public void The_domain_in_which_the_reference_is_ahead_gains_weight()
    {
        byte[][] known = Texts("the same old words of row {0} again", 60),
            unknown = Texts("QZX%7 {0} #@!kjv", 60);
        Transformer reference = Trained(known);
        DoReMiResult result = DoReMi.Weights(reference, Proxy(), [unknown, known], Tiny, new(2, "proxy"));
        // The reference never saw the first domain, so the proxy is soon ahead of it there.
        Assert.True(result.Weights[1] > 0.6, string.Join(' ', result.Weights));
        Assert.Equal(1, result.Weights.Sum(), 9);
        Assert.True(result.Excess[1] > result.Excess[0]);
        // With the names changed the weights change places.
        DoReMiResult turned = DoReMi.Weights(reference, Proxy(), [known, unknown], Tiny, new(2, "proxy"));
        Assert.True(turned.Weights[0] > 0.6);
    }

    private static View Domains()
    {
        string[] texts =
        [
            .. Enumerable
                .Range(0, 60)
                .Select(i => i % 3 == 0 ? $"QZX%7 {i} #@!kjv" : $"the same old words of row {i} again"),
        ];
        return new(
            Rows.Of(
                texts.Length,
                15,
                (builder, row) =>
                {
                    builder.Column("text").Set(Encoding.UTF8.GetBytes(texts[row]));
                    builder.Column("domain").Set(row % 3 == 0 ? "odd"u8 : "plain"u8);
                }
            )
        );
    }

    [Fact]
    public void It_draws_by_its_weights_and_a_killed_run_goes_on_to_the_same_bits()
    {
        View view = Domains();
        string folder = Directory.CreateTempSubdirectory("assay-doremi-").FullName;
        try
        {
            TokenStream text = TokenStream.Of(view, CancellationToken.None);
            LanguageModelFit fit = LanguageModelFit.Of(Tiny, text, new(1, "reference"));
            new LanguageModel(fit.Model, TokenStream.Tokenizer).Save(folder);
            DoReMi doremi = new(
                new()
                {
                    By = "domain",
                    ModelEpochs = 20,
                    Keep = Rows.Amount("2000"),
                }
            );
            Assert.Equal(("gpt-250k", 20.0), (doremi.Model!.Options.Model, doremi.Model.Options.Epochs));
            List<int[]> rows = [];
            foreach ((int threads, bool kill) in ((int, bool)[])[(1, false), (2, true)])
            {
                using Pieces pieces = Pieces.Temporary();
                long steps = 0;
                if (kill)
                {
                    using CancellationTokenSource source = new();
                    Assert.ThrowsAny<OperationCanceledException>(() =>
                        Select(
                            pieces,
                            source.Token,
                            (step, all) =>
                            {
                                if (step == 25)
                                    source.Cancel();
                                Assert.True(all > 30, $"{all} steps are too few for a kill after the first checkpoint");
                            }
                        )
                    );
                }
                Selected selected = Select(pieces, default, (_, _) => steps++);
                rows.Add(selected.Kept.Rows);
                if (kill)
                    Assert.True(steps < 40, $"{steps} steps were made again");
                int bytes = selected.Kept.Rows.Sum(row => Length(view, row));
                Assert.InRange(bytes, 1900, 2000);
                Assert.Contains(selected.Notes!, note => note.StartsWith("odd: excess loss"));

                Selected Select(Pieces to, CancellationToken token, Action<long, long> stepped) =>
                    doremi.Select(
                        view,
                        new(to)
                        {
                            Threads = threads,
                            Random = new(3, "doremi"),
                            ModelFolder = folder,
                            Cancellation = token,
                            Progress = new Listener(progress =>
                            {
                                if (progress.Stage == "proxy")
                                    stepped(progress.Done, progress.Total);
                            }),
                        }
                    );
            }
            Assert.Equal(rows[0], rows[1]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Length(View view, int row)
    {
        int length = 0;
        view.ForEach([row], (batch, one) => length = batch.Text(one).Length, CancellationToken.None);
        return length;
    }

    private sealed class Listener(Action<Progress> hear) : IProgress<Progress>
    {
        public void Report(Progress value) => hear(value);
    }
}
