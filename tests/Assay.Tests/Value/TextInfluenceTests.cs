using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Value;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Value;

/// <summary>Influence of rows of text.</summary>
public sealed class TextInfluenceTests
{
    private static readonly string[] Texts =
    [
        .. Enumerable
            .Range(0, 42)
            .Select(i =>
                i % 3 == 0 ? $"zqx {i} vwk {i * 7} jjj" : $"the cat {i % 7} sat on the mat and ran {i % 5} times"
            ),
        "",
        new string('x', 200),
    ];

    internal static Transformer Tiny(ulong seed, int context = 24) =>
        new(
            new()
            {
                Family = TransformerFamily.Llama,
                VocabularySize = 259,
                HiddenSize = 16,
                Layers = 2,
                Heads = 2,
                KeyValueHeads = 2,
                HeadSize = 8,
                IntermediateSize = 24,
                ContextLength = context,
                Activation = TransformerActivation.Silu,
                NormEpsilon = 1e-5,
                TieEmbeddings = true,
                InitialDeviation = 0.2,
            },
            new RandomStream(seed, "tiny")
        );

    [Fact]
    public void ChunksPredictEveryByteAndTheEndOnce() =>
        Prop.ForAll(
                Gen.Choose(0, 300).ToArbitrary(),
                Gen.Choose(1, 40).ToArbitrary(),
                Gen.Choose(1, 30).ToArbitrary(),
                (length, context, least) =>
                {
                    byte[] text = [.. Enumerable.Range(0, length).Select(i => (byte)(i % 251))];
                    List<int[]> chunks = new TextChunks(context).Of(text);
                    Assert.Equal(
                        text.Select(b => (int)b).Append(256),
                        chunks.SelectMany(chunk => chunk[1..]).Select(token => token < 256 ? token : 256)
                    );
                    for (int i = 1; i < chunks.Count; i++)
                        Assert.Equal(chunks[i - 1][^1], chunks[i][0]);
                    Assert.All(chunks, chunk => Assert.InRange(chunk.Length, 2, context + 1));
                    Assert.Equal(
                        chunks.Where(chunk => chunk.Length > least),
                        new TextChunks(context, LeastTokens: least).Of(text)
                    );
                    // A text that is cut has no end.
                    Assert.Equal(
                        Math.Min(length, 100) + (length < 100 ? 1 : 0),
                        new TextChunks(context, MostTokens: 100).Of(text).Sum(chunk => chunk.Length - 1)
                    );
                }
            )
            .Holds();

    [Fact]
    public void ProductsAreThoseOfGradientsWhateverTheBatch()
    {
        Transformer model = Tiny(1);
        Parameter[] parameters = [.. model.TrainableParameters()];
        RandomStream stream = new(2, "tokens");
        int[][] sequences =
        [
            .. Enumerable
                .Range(0, 9)
                .Select(i => Enumerable.Range(0, 2 + 2 * i).Select(_ => stream.NextInt32(259)).ToArray()),
        ];
        TokenSamples rows = new(model, sequences),
            target = new(model, sequences[5..8]);
        float[] direction = GradientInfluence.Gradient(parameters, target);
        double[] products = GradientInfluence.Products(parameters, rows, direction),
            cosines = GradientInfluence.Products(parameters, rows, direction, cosine: true);
        float[] mean = new float[direction.Length];
        for (int i = 0; i < sequences.Length; i++)
        {
            using TensorScope scope = new();
            float[] own =
            [
                .. PerSampleGradients.Of(parameters, new TokenSamples(model, [sequences[i]]).Losses([0])).Row(0),
            ];
            double product = own.Zip(direction, (a, b) => (double)a * b).Sum(),
                lengths = GradientInfluence.Length(own) * GradientInfluence.Length(direction);
            Assert.Equal(product, products[i], 1e-5 * lengths);
            Assert.Equal(product / lengths, cosines[i], 1e-5);
            // The target's gradient is that of its mean token.
            for (int j = 0; j < mean.Length && i is >= 5 and < 8; j++)
                mean[j] += own[j] * (sequences[i].Length - 1) / sequences[5..8].Sum(sequence => sequence.Length - 1);
        }
        Assert.Equal(1, Cosine(mean, direction), 1e-6);

        // And a product is what a small step on the row does to the target's loss.
        double before = Loss();
        float[] weights = model.Snapshot(),
            gradient;
        using (TensorScope scope = new())
            gradient =
            [
                .. PerSampleGradients.Of(parameters, new TokenSamples(model, [sequences[6]]).Losses([0])).Row(0),
            ];
        const float step = 1e-3f;
        new ParameterVector(parameters).Write([.. weights.Zip(gradient, (w, g) => w - step * g)]);
        Assert.Equal(products[6], (before - Loss()) / step, 0.02 * Math.Abs(products[6]));

        double Loss()
        {
            using var noGrad = Tensor.NoGrad();
            using TensorScope scope = new();
            double sum = 0;
            foreach (int[] batch in target.Batches)
            {
                ReadOnlySpan<float> losses = target.Losses(batch).Data;
                int places = losses.Length / batch.Length;
                for (int i = 0; i < losses.Length; i++)
                    sum += (double)losses[i] * target.SizeOf(batch[i / places]);
            }
            return sum / Enumerable.Range(0, target.Count).Sum(target.SizeOf);
        }
    }

    [Fact]
    public void ARowsChunksCombineAsItsUnitSays()
    {
        Transformer model = Tiny(3);
        TextInfluence texts = new(model, [.. model.TrainableParameters()], new(24, LeastTokens: 3));
        string row = "sixty bytes are cut into two chunks of 24 and one of 13: sum";
        View view = new(Dataset.OfTexts([row, "", "ab", "abc"]));
        RandomStream stream = new(4, "direction");
        float[] direction =
        [
            .. Enumerable.Range(0, (int)model.ParameterCount).Select(_ => (float)stream.NextGaussian()),
        ];
        double[] Score(InfluenceUnit unit) => texts.Score(view, [0, 1, 2, 3], direction, unit, default);
        TokenSamples chunks = texts.Read(view, [0], default);
        Assert.Equal([24, 24, 13], Enumerable.Range(0, 3).Select(chunks.SizeOf));
        double[] products = GradientInfluence.Products(texts.Parameters, chunks, direction),
            cosines = GradientInfluence.Products(texts.Parameters, chunks, direction, cosine: true);
        double sum = 24 * products[0] + 24 * products[1] + 13 * products[2];
        Assert.Equal(sum, Score(InfluenceUnit.Row)[0], 1e-4 * Math.Abs(sum) + 1e-4);
        Assert.Equal(sum / 61, Score(InfluenceUnit.Token)[0], 1e-4 * Math.Abs(sum) / 61 + 1e-5);
        Assert.Equal(cosines.Average(), Score(InfluenceUnit.Cosine)[0], 1e-6);
        // Too short for a chunk of three: influence 0.
        Assert.Equal([0, 0], Score(InfluenceUnit.Token)[1..3].Select((value, i) => i == 0 ? value : 0));
        Assert.NotEqual(0, Score(InfluenceUnit.Token)[2]); // two bytes and an end
    }

    [Fact]
    public void TheMeanDirectionGivesTheMeanOfCosines()
    {
        Transformer model = Tiny(5);
        TextInfluence texts = new(model, TextInfluence.LinearLayers(model), new(24));
        View view = new(Dataset.OfTexts(Texts[..12]));
        TokenSamples rows = texts.Read(view, [0, 1, 2, 3, 4], default),
            reference = texts.Read(view, [7, 8, 9], default);
        Func<float[], float[]> inverse = new Curvature(
            texts.Parameters,
            texts.Read(view, Enumerable.Range(0, 12), default),
            new(),
            new(1, "curvature")
        ).Kronecker(corrected: true);
        float[] mean = GradientInfluence.MeanUnitDirection(texts.Parameters, reference, inverse);
        double[] found = GradientInfluence.Products(texts.Parameters, rows, mean, cosine: true);
        double length = GradientInfluence.Length(mean);
        using TensorScope scope = new();
        Matrix own = PerSampleGradients.Of(texts.Parameters, rows.Losses([.. Enumerable.Range(0, rows.Count)])),
            others = PerSampleGradients.Of(
                texts.Parameters,
                reference.Losses([.. Enumerable.Range(0, reference.Count)])
            );
        for (int i = 0; i < rows.Count; i++)
            Assert.Equal(
                Enumerable
                    .Range(0, reference.Count)
                    .Average(j => Cosine(own.Row(i).ToArray(), inverse(others.Row(j).ToArray()))),
                found[i] * length,
                1e-4
            );
    }

    [Fact]
    public void AttentionIsAmongTheLinearLayersAndCanBeLeftOut()
    {
        // The released code of Quad leaves attention out of one side and nothing out of the other.
        Transformer model = Tiny(6);
        string[] all = [.. TextInfluence.LinearLayers(model).Select(parameter => parameter.Name)],
            without = [.. TextInfluence.LinearLayers(model, attention: false).Select(parameter => parameter.Name)];
        Assert.Contains("layers.1.attention.query_key_value.weight", all);
        Assert.Contains("layers.0.attention.output.weight", all);
        Assert.Equal(all.Where(name => name.Contains("feed_forward")), without);
        Assert.Equal(8, all.Length);
    }

    [Theory]
    [InlineData(InfluenceMethod.Dot, "scores")]
    [InlineData(InfluenceMethod.Cosine, "scores")]
    [InlineData(InfluenceMethod.TracIn, "scores")]
    [InlineData(InfluenceMethod.EkFac, "direction")]
    [InlineData(InfluenceMethod.KFac, "direction")]
    [InlineData(InfluenceMethod.Cg, "direction")]
    [InlineData(InfluenceMethod.Lissa, "direction")]
    public void ItIsTheSameOnAnyNumberOfThreadsAndAfterAKill(InfluenceMethod method, string killed)
    {
        Dataset dataset = Dataset.OfTexts(Texts, rowsPerTable: 17);
        View view = new(dataset, Selection.All(dataset).Where(row => row % 10 != 3)),
            target = new(Dataset.OfTexts(Texts.Where((_, i) => i % 3 != 0).Take(12)));
        Influence valuer = new(
            new()
            {
                Method = method,
                Checkpoints = 3,
                CurvatureRows = 12,
                Iterations = method == InfluenceMethod.Lissa ? 3 : 10,
                Damping = 50,
            }
        );
        Assert.Equal(method == InfluenceMethod.TracIn ? 3 : 1, valuer.Model!.Checkpoints);
        using Pieces pieces = Pieces.Temporary();
        double[] one = Run(valuer, view, target, 1, null),
            two = Run(valuer, view, target, 2, pieces);
        Assert.Equal(one, two);
        foreach (string file in Directory.EnumerateFiles(pieces.Folder, killed + "*-000000"))
            File.Delete(file);
        Assert.Equal(one, Run(valuer, view, target, 2, pieces));
        for (int row = 0; row < Texts.Length; row++)
            Assert.Equal(row % 10 == 3, double.IsNaN(one[row]));
        // Rows like the target help more than noise.
        double Mean(bool noise) =>
            one.Index()
                .Where(it => it.Index < 42 && (it.Index % 3 == 0) == noise && double.IsFinite(it.Item))
                .Average(it => it.Item);
        Assert.True(Mean(noise: false) > Mean(noise: true), $"{Mean(false)} {Mean(true)}");
    }

    [Fact]
    public void BadInputIsOneClearError()
    {
        View view = new(Dataset.OfTexts(Texts[..20]));
        Influence valuer = new(new() { LeastTokens = 9 });
        AssayException failure = Assert.Throws<AssayException>(() =>
            Run(valuer, view, new(Dataset.OfTexts(["short", ""])), 1, null)
        );
        Assert.Contains("no row of 'memory' has a chunk of 9 tokens", failure.Message);
        Transformer model = Tiny(1);
        TokenSamples rows = new(model, new TextChunks(24).Of("a few bytes"u8));
        Parameter[] parameters = TextInfluence.LinearLayers(model);
        Curvature hasty = new(parameters, rows, new() { Iterations = 0 }, new(1, "curvature"));
        Assert.Contains(
            "left a residual of 1.00",
            Assert
                .Throws<AssayException>(() =>
                    hasty.Solve(InfluenceMethod.Cg, GradientInfluence.Gradient(parameters, rows))
                )
                .Message
        );
        using Pieces pieces = Pieces.Temporary();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            valuer.Value(
                view,
                new(pieces)
                {
                    ModelFolder = Folder.Value,
                    Cancellation = new(canceled: true),
                    Datasets = new Dictionary<string, View> { ["target"] = view },
                }
            )
        );
        // A model that diverged.
        model.Layers[0].Attention.Output.Weight.Data[0] = float.NaN;
        Assert.Contains(
            "not finite",
            Assert.Throws<AssayException>(() => GradientInfluence.Gradient(parameters, rows)).Message
        );
        Assert.Throws<AssayException>(() => Run(new(new() { Target = "heldout" }), view, view, 1, null));
    }

    internal static double[] Run(Influence valuer, View view, View target, int threads, Pieces? pieces)
    {
        using Pieces temporary = Pieces.Temporary();
        return valuer
            .Value(
                view,
                new(pieces ?? temporary)
                {
                    Threads = threads,
                    Random = new RandomStream(7, "value"),
                    ModelFolder = Folder.Value,
                    Datasets = new Dictionary<string, View> { ["target"] = target },
                }
            )[0]
            .Values;
    }

    /// <summary>A tiny model of a few steps, with three checkpoints.</summary>
    internal static Lazy<string> Folder { get; } =
        new(() =>
        {
            string folder = Directory.CreateTempSubdirectory("assay-model-").FullName;
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
            Transformer model = Tiny(7);
            Optimiser optimiser = LanguageModelFit.OptimiserOf(model, 0.1);
            Snapshots snapshots = new(folder, 3);
            TokenSamples rows = new(
                model,
                [.. Texts.SelectMany(text => new TextChunks(24).Of(Encoding.UTF8.GetBytes(text)))]
            );
            int[] all = [.. Enumerable.Range(0, rows.Count)];
            for (int step = 1; step <= 60; step++)
            {
                using TensorScope scope = new();
                Tensor loss = rows.Losses(all).Sum() * (1f / all.Length);
                loss.Backward();
                optimiser.Step(0.01);
                optimiser.ZeroGrad();
                snapshots.After(new(step, 60, loss.Item(), 0.01, double.NaN), optimiser, new(0.01, 0.1, 24));
            }
            new LanguageModel(model, TokenStream.Tokenizer).Save(folder);
            return folder;
        });

    private static double Cosine(float[] a, float[] b) =>
        a.Zip(b, (x, y) => (double)x * y).Sum() / GradientInfluence.Length(a) / GradientInfluence.Length(b);
}
