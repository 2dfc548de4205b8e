using Assay.Judge;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Set-up B: a transformer of 0.1 M parameters over sums with steps on the way, under the ways to make advantages.</summary>
internal sealed class SumsArms
{
    public const string Reference = "dr-grpo",
        Brief = "alpha-0.9",
        Penalised = "penalty-0.2";

    private const int Train = 4000,
        HeldOut = 250,
        SamplesOfPrompt = 4,
        Context = 64,
        MostTokens = 48;

    /// <summary>The arms, in the order of the figures.</summary>
    public static readonly AdvantageArm[] All =
    [
        new("grpo", new() { Rule = AdvantageRule.Grpo }, PolicyAggregation.TokenMean),
        new(Reference, new() { Rule = AdvantageRule.DrGrpo }),
        AdvantageArm.Canon("length-mu-0", SplitMeasure.Length, 0),
        AdvantageArm.Canon("length-mu-1", SplitMeasure.Length, 1),
        AdvantageArm.Canon("entropy-mu-0", SplitMeasure.Entropy, 0),
        AdvantageArm.Canon("entropy-mu-1", SplitMeasure.Entropy, 1),
        AdvantageArm.Canon(Brief, SplitMeasure.Length, 1, 0.9),
        new(
            Penalised,
            new()
            {
                Rule = AdvantageRule.DrGrpo,
                Shaping = LengthShaping.Penalty,
                Coefficient = 0.2,
            }
        ),
    ];

    private readonly Trial _trial;
    private readonly ArithmeticEnvironment _sums = new();
    private readonly byte[][] _prompts;
    private readonly int[][] _tokens;
    private readonly RolloutOptions _sampling;
    private readonly int _end = TokenStream.Tokenizer.Special.End!.Value;

    public SumsArms(Trial trial)
    {
        _trial = trial;
        // Every sum of two numbers of two digits once, in random order; the first are held out.
        (int A, int B)[] pairs =
        [
            .. from a in Enumerable.Range(10, 90) from b in Enumerable.Range(10, 90) select (a, b),
        ];
        trial.Random.Child("sums").Shuffle(pairs.AsSpan());
        _prompts =
        [
            .. pairs.Take(HeldOut + Train).Select(pair => System.Text.Encoding.ASCII.GetBytes($"{pair.A}+{pair.B}=")),
        ];
        _tokens = [.. _prompts.Select(prompt => ByteModel.Tokens(prompt))];
        _sampling = new()
        {
            MaxTokens = MostTokens,
            Ends = [_end],
            Tokens = TokenStream.Tokenizer.VocabularySize,
        };
    }

    public void Measure(Figures figures)
    {
        Transformer start = ByteModel.New(_trial.Random.Child("weights"), Context).Model;
        _trial.Report("demonstrations", 0, All.Length + 1);
        DemonstrationTraining.Run(
            start,
            Train,
            (task, stream) =>
            {
                List<int> completion = [];
                TokenStream.Tokenizer.Encode(_sums.Demonstration(_prompts[HeldOut + task], stream), completion);
                return (_tokens[HeldOut + task], [.. completion, _end]);
            },
            new() { Epochs = _trial.Quick ? 0.5 : 20 },
            _trial.Random.Child("demonstrations"),
            cancellation: _trial.Cancellation
        );
        Exam before = Examine(start, start);
        before.Write(figures, "start");
        figures["b/entropy-accuracy/start"] = before.Sureness;
        PolicyCurve? reference = null;
        Dictionary<string, PolicyCurve> curves = [];
        foreach ((int place, AdvantageArm arm) in All.Index())
        {
            _trial.Report("sums", place + 1, All.Length + 1);
            Transformer policy = start.Copy();
            List<double> kl = [0],
                accuracy = [before.Accuracy];
            GroupTrace trace = new GroupTraining(
                policy,
                [.. _tokens.Skip(HeldOut)],
                (task, rollout) => _sums.Reward(_prompts[HeldOut + task], TextOf(rollout)),
                new()
                {
                    Iterations = _trial.Size(150, 4),
                    LearningRate = 2e-4,
                    Advantage = arm.Advantage,
                    Loss = arm.Loss,
                    Sampling = _sampling,
                },
                _trial.Random.Child("groups")
            )
            {
                Stepped = (iteration, _) =>
                {
                    if (iteration % 30 != 0)
                        return;
                    Exam exam = Examine(policy, start);
                    kl.Add(exam.Divergence);
                    accuracy.Add(exam.Accuracy);
                },
            }.Run(_trial.Cancellation);
            Examine(policy, start).Write(figures, arm.Name);
            // Where it stood after a third: a fall of the entropy is seen before all have fallen to nothing.
            figures[$"b/entropy-early/{arm.Name}"] = trace
                .Iterations.Skip(trace.Iterations.Count / 3 - 1)
                .Take(10)
                .Average(iteration => iteration.Entropy);
            curves[arm.Name] = PolicyCurve.Of([.. kl], [.. accuracy]);
            if (arm.Name == Reference)
                reference = curves[arm.Name];
        }
        foreach ((string name, PolicyCurve curve) in curves)
        {
            double low = Math.Max(curve.Low, reference!.Low),
                high = Math.Min(curve.High, reference.High);
            figures[$"b/equal-kl/{name}"] = curve.Mean(low, high) - reference.Mean(low, high);
        }
    }

    /// <summary>What a policy does on held-out sums.</summary>
    private sealed record Exam(double Accuracy, double Length, double Entropy, double Divergence, double Sureness)
    {
        public void Write(Figures figures, string name)
        {
            figures[$"b/accuracy/{name}"] = Accuracy;
            figures[$"b/tokens/{name}"] = Length;
            figures[$"b/entropy/{name}"] = Entropy;
            figures[$"b/kl/{name}"] = Divergence;
        }
    }

    private Exam Examine(Transformer policy, Transformer start)
    {
        int[] asked = [.. Enumerable.Range(0, HeldOut).SelectMany(task => Enumerable.Repeat(task, SamplesOfPrompt))];
        IReadOnlyList<Rollout> made = Rollouts.Sample(
            policy,
            [.. asked.Select(task => _tokens[task])],
            _sampling,
            _trial.Random.Child("exam"),
            _trial.Cancellation
        );
        double[] rewards = [.. made.Select((rollout, i) => _sums.Reward(_prompts[asked[i]], TextOf(rollout)))],
            entropies = [.. made.Select(rollout => rollout.MeanEntropy)];
        IReadOnlyList<float[]> before = Rollouts.LogProbabilities(start, made, 256, _trial.Cancellation);
        return new(
            rewards.Average(),
            made.Average(rollout => rollout.Completion.Length),
            made.SelectMany(rollout => rollout.Entropies).Average(value => (double)value),
            made.Zip(before, (rollout, old) => rollout.LogProbability - old.Sum(value => (double)value)).Average(),
            Correlation.Pearson(entropies, rewards) is var rho && double.IsFinite(rho) ? rho : 0
        );
    }

    private byte[] TextOf(Rollout rollout)
    {
        List<byte> text = [];
        foreach (int token in rollout.Completion)
            if (token != _end)
                text.AddRange(TokenStream.Tokenizer.BytesOf(token));
        return [.. text];
    }
}
