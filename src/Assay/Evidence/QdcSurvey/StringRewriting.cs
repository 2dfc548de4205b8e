using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Rewriting strings by rules: how many rules are trained on is the diversity, at equal rows and equal steps.</summary>
/// <remarks>
/// A row is <c>a b c d | s</c>: every a in s becomes b, then every c becomes d; with one rule, c and d are blanks. Twelve letters, strings of six, the first letter of a rule stands in
/// its string. 32 of the 132 rules are never trained on.
/// </remarks>
internal sealed class StringRewriting
{
    private const int Letters = 12,
        Length = 6,
        HeldOut = 32,
        Blank = Letters,
        Bar = Letters + 1,
        Time = 5 + Length,
        Rows = 20_000,
        Batch = 64,
        Tested = 1000;

    /// <summary>The arms: rules, the share of outputs that are right, the share of rows with two rules.</summary>
    public static readonly (string Name, int Rules, double Right, double Two)[] Arms =
    [
        ("rules=10", 10, 1, 0),
        ("rules=40", 40, 1, 0),
        ("rules=100", 100, 1, 0),
        ("rules=100 noisy", 100, 0.7, 0),
        ("rules=40 complex", 40, 1, 0.5),
    ];

    private readonly Trial _trial;
    private readonly (int From, int To)[] _rules;

    public StringRewriting(Trial trial)
    {
        _trial = trial;
        _rules =
        [
            .. from a in Enumerable.Range(0, Letters) from b in Enumerable.Range(0, Letters) where a != b select (a, b),
        ];
        trial.Random.Child("rules").Shuffle<(int, int)>(_rules);
    }

    /// <summary>Trains the arms, two at a time, and tests each on strings that none has seen, under known and under held-out rules.</summary>
    public void Measure(Figures figures)
    {
        (double Seen, double Unseen)[] found = new (double, double)[Arms.Length];
        int done = 0;
        Parallel.For(
            0,
            Arms.Length,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = Math.Max(1, _trial.Threads),
                CancellationToken = _trial.Cancellation,
            },
            arm =>
            {
                using Workers.LimitScope limit = Workers.Limit(1);
                found[arm] = Train(arm);
                _trial.Report("rewriting", Interlocked.Increment(ref done), Arms.Length);
            }
        );
        foreach ((int arm, (double seen, double unseen)) in found.Index())
        {
            figures.Add($"rewriting/{Arms[arm].Name}/seen", seen);
            figures.Add($"rewriting/{Arms[arm].Name}/unseen", unseen);
        }
    }

    private (double Seen, double Unseen) Train(int arm)
    {
        RandomStream random = _trial.Random.Child("rewriting").Child(arm),
            weights = random.Child("weights");
        TransformerEncoder encoder = new(weights, Bar + 1, 64, 2, 4, Time);
        Linear head = Linear.Normal(weights, 0.02f, 64, Letters, bias: true);
        RandomStream rows = random.Child("rows");
        (int[] Input, int[] Output)[] examples = [.. Enumerable.Range(0, Rows).Select(_ => Row(Arms[arm], rows))];
        int[] lengths = [.. Enumerable.Repeat(Time, Batch)];
        Batches batches = new(Rows, Batch, random.Child("order"));
        int[] places = new int[Batch];
        int steps = _trial.Size(1500, 10);
        new Trainer(
            new()
            {
                Steps = steps,
                LearningRate = 1e-3,
                WarmUp = 0,
                Floor = 1e-3,
            }
        ).Run(
            new(
                [
                    .. encoder.Parameters(),
                    .. head.Parameters().Select(parameter => parameter with { Name = "head." + parameter.Name }),
                ],
                new AdamW()
            ),
            number =>
            {
                batches.Fill(number, places);
                Tensor logits = Outputs(encoder, head, [.. places.SelectMany(place => examples[place].Input)], lengths);
                return Functional.CrossEntropy(logits, (int[])[.. places.SelectMany(place => examples[place].Output)]);
            },
            _trial.Cancellation
        );
        RandomStream tests = _trial.Random.Child("tests");
        return (
            ExactMatch(encoder, head, _rules[HeldOut..(HeldOut + Arms[arm].Rules)], tests.Child("seen")),
            ExactMatch(encoder, head, _rules[..HeldOut], tests.Child("unseen"))
        );
    }

    private double ExactMatch(TransformerEncoder encoder, Linear head, (int, int)[] rules, RandomStream random)
    {
        using var noGrad = Tensor.NoGrad();
        using TensorScope scope = new();
        int count = _trial.Size(Tested, 50),
            right = 0;
        (int[] Input, int[] Output)[] rows = [.. Enumerable.Range(0, count).Select(_ => OneRule(rules, random))];
        ReadOnlySpan<float> logits = Outputs(
            encoder,
            head,
            [.. rows.SelectMany(row => row.Input)],
            [.. Enumerable.Repeat(Time, count)]
        ).Data;
        for (int row = 0; row < count; row++)
        {
            bool all = true;
            for (int at = 0; at < Length; at++)
                all &=
                    System.Numerics.Tensors.TensorPrimitives.IndexOfMax(
                        logits.Slice((row * Length + at) * Letters, Letters)
                    ) == rows[row].Output[at];
            right += all ? 1 : 0;
        }
        return right / (double)count;
    }

    private static Tensor Outputs(TransformerEncoder encoder, Linear head, int[] tokens, int[] lengths) =>
        head.Forward(encoder.Forward(tokens, lengths).Slice(1, Time - Length, Length));

    private (int[] Input, int[] Output) Row((string Name, int Rules, double Right, double Two) arm, RandomStream random)
    {
        (int From, int To)[] rules = _rules[HeldOut..(HeldOut + arm.Rules)];
        (int[] input, int[] output) = OneRule(rules, random);
        if (arm.Two > 0 && random.NextDouble() < arm.Two)
        {
            (int from, int to) = rules[random.NextInt32(rules.Length)];
            (input[2], input[3]) = (from, to);
            output = [.. output.Select(letter => letter == from ? to : letter)];
        }
        if (arm.Right < 1 && random.NextDouble() >= arm.Right)
            output = [.. output.Select(_ => random.NextInt32(Letters))];
        return (input, output);
    }

    private static (int[] Input, int[] Output) OneRule((int From, int To)[] rules, RandomStream random)
    {
        (int from, int to) = rules[random.NextInt32(rules.Length)];
        int[] letters = [.. Enumerable.Range(0, Length).Select(_ => random.NextInt32(Letters))];
        if (!letters.Contains(from))
            letters[random.NextInt32(Length)] = from;
        return ([from, to, Blank, Blank, Bar, .. letters], [.. letters.Select(letter => letter == from ? to : letter)]);
    }
}
