using System.IO.Compression;
using System.Text;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>
/// The small task that policies are compared on: a language model of film reviews goes on from their first words, and a classifier of all labels is
/// the gold reward of what it writes.
/// </summary>
/// <remarks>
/// Source: the replication part of the method file on arXiv 2406.09279: rt-polarity, words seen six times or more, a decoder of width 64 with two
/// layers, prompts of four words, answers of up to 14, gold reward 6 (p - 0.5), labels drawn from Bradley and Terry's model.
/// </remarks>
internal sealed class SentimentTask
{
    /// <summary>Words of a prompt.</summary>
    public const int PromptWords = 4;

    /// <summary>Words of an answer, at most.</summary>
    public const int AnswerWords = 14;

    /// <summary>The mark before and after a sentence.</summary>
    public const int End = 0;

    private const int Unknown = 1,
        Longest = 20,
        Held = 1000,
        TestPromptCount = 500,
        Bits = 18;
    private readonly string[] _words;
    private readonly LogisticModel _gold;

    private SentimentTask(
        string[] words,
        LogisticModel gold,
        Transformer start,
        double perplexity,
        int[][] prompts,
        int[][] tests
    ) => (_words, _gold, Start, Perplexity, Prompts, TestPrompts) = (words, gold, start, perplexity, prompts, tests);

    /// <summary>The supervised policy, to be copied before it is trained.</summary>
    public Transformer Start { get; }

    /// <summary>Perplexity of <see cref="Start"/> on held-out sentences.</summary>
    public double Perplexity { get; }

    /// <summary>Prompts of the sentences that <see cref="Start"/> was trained on, in random order: a mark and four words.</summary>
    public IReadOnlyList<int[]> Prompts { get; }

    /// <summary>500 prompts of held-out sentences.</summary>
    public IReadOnlyList<int[]> TestPrompts { get; }

    /// <summary>How answers are sampled.</summary>
    public static RolloutOptions Sampling { get; } =
        new()
        {
            MaxTokens = AnswerWords,
            Ends = [End],
            BatchSize = 128,
        };

    /// <summary>Trains the supervised policy and the gold reward of a seed.</summary>
    public static SentimentTask Prepare(Trial trial)
    {
        RandomStream random = trial.Random.Child("sentiment");
        (string[] Words, int Label)[] sentences = [.. Read(trial, "neg", 0), .. Read(trial, "pos", 1)];
        random.Child("split").Shuffle<(string[], int)>(sentences);
        sentences = sentences[..trial.Size(sentences.Length, Held + 400)];
        string[] words =
        [
            "",
            "<unknown>",
            .. sentences
                .SelectMany(sentence => sentence.Words)
                .CountBy(word => word)
                .Where(count => count.Value >= 6)
                .OrderByDescending(count => count.Value)
                .ThenBy(count => count.Key, StringComparer.Ordinal)
                .Select(count => count.Key),
        ];
        Dictionary<string, int> ids = words.Index().Skip(2).ToDictionary(word => word.Item, word => word.Index);
        int[][] encoded =
        [
            .. sentences.Select(sentence =>
                (int[])[End, .. sentence.Words.Take(Longest).Select(word => ids.GetValueOrDefault(word, Unknown)), End]
            ),
        ];
        LogisticModel gold = Gold(sentences);
        int[][] held = encoded[..Held],
            trained = encoded[Held..];
        (Transformer start, double perplexity) = Supervised(trial, words.Length, trained, held, random);
        return new(words, gold, start, perplexity, PromptsOf(trained), [.. PromptsOf(held).Take(TestPromptCount)]);
    }

    /// <summary>The gold reward of an answer, from -3 to 3.</summary>
    public double Gold(int[] prompt, int[] answer) => Gold([(prompt, answer)])[0];

    /// <summary>The gold rewards of answers, from -3 to 3.</summary>
    public double[] Gold(IReadOnlyList<(int[] Prompt, int[] Answer)> answers)
    {
        FeatureHasher hasher = new(Bits);
        foreach ((int[] prompt, int[] answer) in answers)
            AddTo(hasher, [.. prompt.Concat(answer).Where(id => id > Unknown).Select(id => _words[id])]);
        double[] probabilities = _gold.Probabilities(hasher.Build());
        return [.. Enumerable.Range(0, answers.Count).Select(i => 6 * (probabilities[2 * i + 1] - 0.5))];
    }

    /// <summary>The words of tokens.</summary>
    public string Text(IEnumerable<int> tokens) =>
        string.Join(' ', tokens.Where(id => id != End).Select(id => _words[id]));

    /// <summary>Two answers of the supervised policy for each of some prompts, and which one a noisy judge prefers.</summary>
    /// <param name="count">How many.</param>
    /// <param name="random">Names samples and labels.</param>
    /// <param name="flipped">Share of labels that are turned round afterwards.</param>
    public SampledPairs Pairs(int count, RandomStream random, double flipped = 0)
    {
        int[][] prompts = [.. Enumerable.Range(0, count).Select(i => Prompts[i % Prompts.Count])];
        IReadOnlyList<Rollout> first = Rollouts.Sample(Start, prompts, Sampling, random.Child("first")),
            second = Rollouts.Sample(Start, prompts, Sampling, random.Child("second"));
        double[] one = Gold([.. first.Select(rollout => (rollout.Prompt, rollout.Completion))]),
            two = Gold([.. second.Select(rollout => (rollout.Prompt, rollout.Completion))]);
        RandomStream labels = random.Child("labels"),
            flips = random.Child("flips");
        TokenPair[] pairs = new TokenPair[count];
        double[] margins = new double[count];
        for (int i = 0; i < count; i++)
        {
            bool firstWins = labels.NextDouble() < Logistic.Sigmoid(one[i] - two[i]);
            firstWins ^= flips.NextDouble() < flipped;
            (Rollout chosen, Rollout rejected) = firstWins ? (first[i], second[i]) : (second[i], first[i]);
            pairs[i] = new(prompts[i], chosen.Completion, rejected.Completion);
            margins[i] = firstWins ? one[i] - two[i] : two[i] - one[i];
        }
        return new(pairs, margins);
    }

    /// <summary>A policy's mean gold reward and divergence, of one answer to each of the test prompts.</summary>
    public PolicyScore Score(Transformer policy, RandomStream random)
    {
        IReadOnlyList<Rollout> answers = Rollouts.Sample(policy, TestPrompts, Sampling, random);
        (int[], int[])[] taken = [.. answers.Select(answer => (answer.Prompt, answer.Completion))];
        return new(
            Gold(taken).Average(),
            PolicyDivergence.OfAnswers(policy, Start, taken).Average(),
            answers.Average(answer => (double)answer.Completion.Length)
        );
    }

    private static int[][] PromptsOf(int[][] sentences) =>
        [
            .. sentences
                .Where(sentence => sentence.Length > PromptWords + 3)
                .Select(sentence => sentence[..(PromptWords + 1)]),
        ];

    private static IEnumerable<(string[], int)> Read(Trial trial, string name, int label)
    {
        using StreamReader reader = new(
            new GZipStream(
                File.OpenRead(trial.Path("rt-polarity", $"rt-polarity.{name}.gz")),
                CompressionMode.Decompress
            ),
            Encoding.UTF8
        );
        while (reader.ReadLine() is { } line)
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } words)
                yield return (words, label);
    }

    private static void AddTo(FeatureHasher hasher, IReadOnlyList<string> words)
    {
        for (int i = 0; i < words.Count; i++)
        {
            hasher.Add(Encoding.UTF8.GetBytes(words[i]));
            if (i > 0)
                hasher.Add(Encoding.UTF8.GetBytes(words[i - 1] + " " + words[i]));
        }
        hasher.EndRow(normalise: false);
    }

    private static LogisticModel Gold((string[] Words, int Label)[] sentences)
    {
        FeatureHasher hasher = new(Bits);
        foreach ((string[] words, _) in sentences)
            AddTo(hasher, words);
        return new LogisticRegression(new() { C = 0.5, Tolerance = 1e-5 }).Fit(
            hasher.Build(),
            [.. sentences.Select(sentence => sentence.Label)],
            2
        );
    }

    private static (Transformer, double) Supervised(
        Trial trial,
        int vocabulary,
        int[][] trained,
        int[][] held,
        RandomStream random
    )
    {
        const int batch = 64;
        Transformer model = new(
            ModelSizes.Of("gpt-250k", vocabulary) with
            {
                HiddenSize = 64,
                Layers = 2,
                Heads = 4,
                KeyValueHeads = 4,
                HeadSize = 16,
                IntermediateSize = 170,
                ContextLength = Longest + 2,
                TieEmbeddings = true,
                EndTokens = [End],
            },
            random.Child("weights")
        );
        TokenRows rows = new(trained),
            test = new(held);
        Batches batches = new(rows.Count, batch, random.Child("order"));
        int[] taken = new int[batch];
        long steps = batches.PerEpoch * trial.Size(8, 1);
        new Trainer(
            new()
            {
                Steps = steps,
                LearningRate = 3e-3,
                WarmUp = steps / 20,
            }
        )
        {
            Stepped = step => trial.Report("supervised policy", step.Step, steps),
        }.Run(
            new(model.TrainableParameters(), new AdamW(), 0.01),
            step =>
            {
                batches.Fill(step, taken);
                TokenBatch tokens = TokenBatch.Of([.. taken.Select(row => trained[row])]);
                return model.Loss(tokens.Inputs, tokens.Targets, tokens.Batch);
            },
            trial.Cancellation
        );
        double nats = 0,
            counted = 0;
        double[] losses = test.RowLosses(model, trial.Cancellation);
        for (int i = 0; i < losses.Length; i++)
        {
            nats += losses[i] * (held[i].Length - 1);
            counted += held[i].Length - 1;
        }
        return (model, Math.Exp(nats / counted));
    }
}

/// <summary>Pairs whose gold rewards are known.</summary>
/// <param name="Pairs">The pairs, as labelled.</param>
/// <param name="Margins">Gold reward of the chosen less that of the rejected answer.</param>
internal sealed record SampledPairs(TokenPair[] Pairs, double[] Margins);

/// <summary>How a policy does.</summary>
/// <param name="Gold">Mean gold reward.</param>
/// <param name="Divergence">Nats from the supervised policy, per answer.</param>
/// <param name="Length">Mean tokens of an answer, its end included.</param>
internal readonly record struct PolicyScore(double Gold, double Divergence, double Length);
