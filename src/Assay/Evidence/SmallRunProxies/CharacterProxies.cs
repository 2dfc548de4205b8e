using System.IO.Compression;
using Assay.Judge;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Part B: mixtures of text that are close to each other, small perceptrons over characters beside larger tuned ones.</summary>
internal sealed class CharacterProxies
{
    private const int RowBytes = 64,
        Window = 8,
        Batch = 32,
        Symbols = 97; // printable ASCII, the newline, and one for all else
    private const int ProxyWidth = 16,
        TargetWidth = 128;

    private static readonly double[] Shares = [1, 0.9, 0.8, 0.7, 0.6, 0.5];
    private static readonly double[] Noises = [0, 0.02, 0.05];
    private static readonly double[] ProxyRates = [3e-2, 1e-2, 3e-3];
    private static readonly double[] TargetRates = [1e-2, 3e-3, 1e-3];

    private readonly Trial _trial;
    private readonly int _characters;

    public CharacterProxies(Trial trial) => (_trial, _characters) = (trial, trial.Size(160_000, 6_400));

    /// <summary>What the proxy's best rate is divided by.</summary>
    public static IReadOnlyList<int> Divisors { get; } = [1, 10, 30, 100, 1000];

    public void Measure(Figures figures)
    {
        (List<int[]> recipes, int[] validation) = Recipes();
        double Loss(int[] text, int width, double rate) => Trained(text, width, rate, validation);
        double best = ProxyRates.MinBy(rate => Loss(recipes[0], ProxyWidth, rate));
        figures["text/best-rate"] = best;
        int runs = recipes.Count * (Divisors.Count + TargetRates.Length),
            done = 0;
        double[] Losses(Func<int[], double> of) =>
            [
                .. recipes.Select(recipe =>
                {
                    _trial.Report("text", runs + ++done, 2 * runs);
                    return of(recipe);
                }),
            ];
        double[][] tuned = [.. TargetRates.Select(rate => Losses(text => Loss(text, TargetWidth, rate)))];
        double[] target = [.. recipes.Select((_, i) => tuned.Min(losses => losses[i]))];
        figures["text/spread"] = target.Max() - target.Min();
        double start = Entropy(recipes[0], validation),
            usual = double.NaN;
        foreach (int divisor in Divisors)
        {
            double[] losses = Losses(text => Loss(text, ProxyWidth, best / divisor));
            usual = divisor == 1 ? losses[0] : usual;
            RankAgreement agreement = RankAgreement.Of(losses, target);
            figures[$"text/rho/{divisor}"] = agreement.Spearman;
            figures[$"text/pairs/{divisor}"] = agreement.Pairs;
            figures[$"text/regret/{divisor}"] = agreement.Regret[0];
            figures[$"text/progress/{divisor}"] = (start - losses[0]) / (start - usual);
        }
    }

    private (List<int[]> Recipes, int[] Validation) Recipes()
    {
        RandomStream random = _trial.Random.Child("text");
        List<byte[]> shakespeare = [.. TextDomains.Rows(_trial, "shakespeare", RowBytes)];
        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(shakespeare));
        int rows = _characters / RowBytes,
            held = _trial.Size(400, 40);
        int[] validation = Text(shakespeare.TakeLast(held));
        byte[][][] others =
        [
            .. ((string[])["wikipedia", "reviews", "plots"]).Select(domain =>
                Shuffled(TextDomains.Rows(_trial, domain, RowBytes))
            ),
            Shuffled(Names()),
        ];
        List<int[]> recipes = [];
        // The order of kinds, and the places of random characters, are those of all recipes: they differ in shares alone.
        double[] kind = [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble())];
        double[] luck = [.. Enumerable.Range(0, _characters).Select(_ => random.NextDouble())];
        int[] noise = [.. Enumerable.Range(0, _characters).Select(_ => random.NextInt32(Symbols))];
        foreach (double share in Shares)
        {
            int[] text = Text(
                Enumerable
                    .Range(0, rows)
                    .Select(i => kind[i] < share ? shakespeare[i] : others[i % 4][i / 4 % others[i % 4].Length])
            );
            recipes.AddRange(
                Noises.Select(level => (int[])[.. text.Select((symbol, i) => luck[i] < level ? noise[i] : symbol)])
            );
        }
        return (recipes, validation);

        byte[][] Shuffled(IReadOnlyList<byte[]> of)
        {
            byte[][] shuffled = [.. of];
            random.Shuffle<byte[]>(shuffled);
            return shuffled;
        }
    }

    private IReadOnlyList<byte[]> Names()
    {
        using GZipStream packed = new(
            File.OpenRead(_trial.Path("small-run-proxies", "names.txt.gz")),
            CompressionMode.Decompress
        );
        using MemoryStream bytes = new();
        packed.CopyTo(bytes);
        byte[] all = bytes.ToArray();
        return [.. Enumerable.Range(0, all.Length / RowBytes).Select(i => all[(i * RowBytes)..((i + 1) * RowBytes)])];
    }

    private static int[] Text(IEnumerable<byte[]> rows) =>
        [
            .. rows.SelectMany(row => row)
                .Select(b =>
                    b is >= 32 and < 127 ? b - 32
                    : b == '\n' ? 95
                    : 96
                ),
        ];

    private double Trained(int[] text, int width, double rate, int[] validation)
    {
        Perceptron model = new(_trial.Random.Child("weights"), width);
        Optimiser optimiser = new(model.Parameters(), new AdamW(), 0.01);
        Batches batches = new(text.Length - Window, Batch, _trial.Random.Child("order"));
        Trainer trainer = new(
            new()
            {
                Steps = batches.PerEpoch,
                LearningRate = rate,
                WarmUp = batches.PerEpoch / 20,
            }
        );
        int[] places = new int[Batch],
            inputs = new int[Batch * Window],
            targets = new int[Batch];
        trainer.Run(
            optimiser,
            number =>
            {
                batches.Fill(number, places);
                Read(text, places, inputs, targets);
                return Functional.CrossEntropy(model.Forward(inputs, Batch), targets);
            },
            _trial.Cancellation
        );
        return model.Loss(validation);
    }

    private static void Read(int[] text, ReadOnlySpan<int> places, int[] inputs, int[] targets)
    {
        for (int i = 0; i < places.Length; i++)
        {
            text.AsSpan(places[i], Window).CopyTo(inputs.AsSpan(i * Window));
            targets[i] = text[places[i] + Window];
        }
    }

    // Cross-entropy of the validation text under the frequencies of the recipe's characters.
    private static double Entropy(int[] text, int[] validation)
    {
        double[] counts = new double[Symbols];
        foreach (int symbol in text)
            counts[symbol]++;
        return validation.Average(symbol => -Math.Log((counts[symbol] + 0.5) / (text.Length + 0.5 * Symbols)));
    }

    private sealed class Perceptron(RandomStream random, int width) : Module
    {
        private const int Embedded = 8;
        private readonly Embedding _embedding = new(random, 1, Symbols, Embedded);
        private readonly Mlp _layers = new(random, Window * Embedded, width, Symbols);

        public override IEnumerable<Parameter> Parameters() =>
            [.. Within("embedding", _embedding), .. Within("layers", _layers)];

        public Tensor Forward(int[] inputs, int batch) =>
            _layers.Forward(_embedding.Forward(inputs).Reshape(batch, Window * Embedded));

        public double Loss(int[] text)
        {
            const int at = 512;
            using var noGrad = Tensor.NoGrad();
            double sum = 0;
            for (int first = 0; first + Window < text.Length; first += at)
            {
                using TensorScope scope = new();
                int count = Math.Min(at, text.Length - Window - first);
                int[] inputs = new int[count * Window],
                    targets = new int[count];
                Read(text, [.. Enumerable.Range(first, count)], inputs, targets);
                sum += count * (double)Functional.CrossEntropy(Forward(inputs, count), targets).Item();
            }
            return sum / (text.Length - Window);
        }
    }
}
