using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>A small decoder of captions that learns the rules from pairs, from reasons, or from both.</summary>
internal sealed class CaptionTrainings(Trial trial)
{
    /// <summary>Pairs to learn from.</summary>
    public static readonly int[] Counts = [30, 100, 300, 1000];

    /// <summary>DPO.</summary>
    public const string Dpo = "dpo";

    /// <summary>DPO with as many tokens as RDPO.</summary>
    public const string Tokens = "dpo-tokens";

    /// <summary>RDPO with the weight at which it is compared.</summary>
    public const string Rdpo = "rdpo-0.1";

    /// <summary>The same with reasons of other pairs.</summary>
    public const string Shuffled = "shuffled";

    /// <summary>Reasons without pairs.</summary>
    public const string Only = "only";

    /// <summary>All ways.</summary>
    public static readonly string[] Ways = [Dpo, Tokens, "rdpo-0.02", Rdpo, "rdpo-0.5", Shuffled, Only];

    private const int Batch = 16,
        Steps = 150,
        StartSteps = 350,
        StartBatch = 32,
        TestPairs = 300;
    private const double Beta = 0.1,
        LongerShare = 0.8,
        Rate = 3e-4,
        StartRate = 3e-3;

    public static string NameOf(int count, string way) => $"accuracy/{count}/{way}";

    public void Measure(Figures figures)
    {
        CaptionRules rules = CaptionRules.Read(trial);
        RandomStream random = trial.Random.Child("trainings");
        Transformer start = Begin(rules, random);
        CaptionPair[] all = rules.Pairs(rules.Training, Counts[^1], LongerShare, random.Child("pairs"));
        int count = trial.Size(TestPairs, 30);
        PairTest shorter = new(start, rules.Pairs(rules.Test, count, 0, random.Child("shorter"))),
            longer = new(start, rules.Pairs(rules.Test, count, 1, random.Child("longer")));
        figures["longer"] = all.Average(pair => pair.Pair.Chosen.Length > pair.Pair.Rejected.Length ? 1.0 : 0);
        // Tokens that a step reads, of reasons too, over those of DPO.
        double ratio =
            all.Average(pair => (double)TokensOf(pair) + pair.Question.Length + pair.Reason.Length)
            / all.Average(pair => (double)TokensOf(pair));
        figures["tokens"] = ratio;
        int done = 0;
        foreach (int pairs in Counts)
        foreach (string way in Ways)
        {
            trial.Report("captions", done++, Counts.Length * Ways.Length);
            Transformer policy = start.Copy();
            Train(policy, all[..pairs], way, ratio, random.Child("training"));
            // Whatever makes captions less likely favours the shorter one, and whatever makes them more likely the longer one: only both together say something.
            (double ofShorter, double ofLonger) = (shorter.Accuracy(policy), longer.Accuracy(policy));
            figures[NameOf(pairs, way)] = (ofShorter + ofLonger) / 2;
            figures["shorter-" + NameOf(pairs, way)] = ofShorter;
        }
    }

    private static int TokensOf(CaptionPair pair) =>
        2 * pair.Pair.Prompt.Length + pair.Pair.Chosen.Length + pair.Pair.Rejected.Length;

    private Transformer Begin(CaptionRules rules, RandomStream random)
    {
        Transformer model = new(
            ModelSizes.Of("gpt-250k", rules.Words) with
            {
                HiddenSize = 48,
                Layers = 2,
                Heads = 4,
                KeyValueHeads = 4,
                HeadSize = 12,
                IntermediateSize = 128,
                ContextLength = CaptionRules.Context,
                TieEmbeddings = true,
                EndTokens = [CaptionRules.End],
            },
            random.Child("weights")
        );
        int[][] captions = rules.Training;
        Batches batches = new(captions.Length, StartBatch, random.Child("order"));
        int[] taken = new int[batches.Size];
        long steps = trial.Size(StartSteps, 20);
        new Trainer(
            new()
            {
                Steps = steps,
                LearningRate = StartRate,
                WarmUp = steps / 20,
            }
        ).Run(
            new(model.TrainableParameters(), new AdamW(), 0.01),
            step =>
            {
                batches.Fill(step, taken);
                TokenBatch tokens = TokenBatch.Of([
                    .. taken.Select(row => (int[])[CaptionRules.End, .. captions[row]]),
                ]);
                return model.Loss(tokens.Inputs, tokens.Targets, tokens.Batch);
            },
            trial.Cancellation
        );
        return model;
    }

    private void Train(Transformer policy, CaptionPair[] pairs, string way, double ratio, RandomStream random)
    {
        TokenPair[] tokens = [.. pairs.Select(pair => pair.Pair)];
        int[][] reasons = [.. pairs.Select(pair => pair.Reason)];
        if (way == Shuffled)
            random.Child("shuffled").Shuffle<int[]>(reasons);
        double weight = way switch
        {
            Dpo or Tokens => 0,
            Shuffled or Only => 0.1,
            _ => double.Parse(way["rdpo-".Length..], System.Globalization.CultureInfo.InvariantCulture),
        };
        double steps = trial.Size(Steps, 4) * (way == Tokens ? ratio : 1);
        new PreferenceTraining(
            policy,
            tokens,
            PairProbabilities.Of(policy, tokens),
            new() { Beta = Beta },
            new()
            {
                Batch = Batch,
                Epochs = steps * Batch / pairs.Length,
                LearningRate = Rate,
            },
            random
        )
        {
            Weights = way == Only ? new double[pairs.Length] : null,
            Further =
                weight == 0
                    ? null
                    : rows =>
                        RationaleTerm.MeanOf(
                            RationaleForm.Linear,
                            weight,
                            policy
                                .TokenLogProbabilities(
                                    TokenBatch.OfCompletions([
                                        .. rows.Select(row => (pairs[row].Question, reasons[row])),
                                    ])
                                )
                                .Sum(1),
                            rows.Length
                        ),
        }.Run(trial.Cancellation);
    }
}

/// <summary>Pairs that a policy is measured on, with what it thought of them at the start.</summary>
internal sealed class PairTest(Transformer start, CaptionPair[] pairs)
{
    private readonly TokenPair[] _pairs = [.. pairs.Select(pair => pair.Pair)];
    private readonly PairProbabilities _before = PairProbabilities.Of(start, [.. pairs.Select(pair => pair.Pair)]);

    /// <summary>Share of pairs whose chosen caption gained more; half a pair where both gained the same.</summary>
    public double Accuracy(Transformer policy)
    {
        PairProbabilities after = PairProbabilities.Of(policy, _pairs);
        return Enumerable
            .Range(0, _pairs.Length)
            .Average(i =>
                0.5 + 0.5 * Math.Sign(after.Chosen[i] - _before.Chosen[i] - (after.Rejected[i] - _before.Rejected[i]))
            );
    }
}
