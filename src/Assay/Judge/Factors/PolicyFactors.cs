using System.Globalization;
using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Preferences;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Trains policies from one start and changes one factor at a time (algorithm, data, reward model, prompts): which of them matters, at equal divergence?</summary>
/// <remarks>
/// Source: the comparison of "Unpacking DPO and PPO", arXiv 2406.09279: same start, sets of pairs cut to one size, one factor changed at a time. Every arm is trained at
/// several strengths and compared where it went equally far from the start; a judge that no policy was trained against scores what they write on kept prompts.
/// </remarks>
[Method("judge/factors", Paper = "dpo-vs-ppo")]
public sealed class PolicyFactors(FactorOptions options) : IStudy
{
    private const string Name = "judge/factors";
    private const int Rounds = 64;

    /// <inheritdoc/>
    /// <exception cref="AssayException">The rows hold no pairs, a model cannot be read, or a training diverged.</exception>
    public Study Run(View data, Work work)
    {
        Comparison comparison = Comparison.Of(options, data, work);
        Arm[] arms = [.. Arms(work)];
        List<PolicyPoint> points = [];
        double start = comparison.Start(work);
        int done = 0,
            all = arms.Length * options.Seeds * options.Strengths.Count;
        for (int arm = 0; arm < arms.Length; arm++)
        for (int seed = 0; seed < options.Seeds; seed++)
        {
            points.Add(new(arms[arm].Name, seed, 0, 0, start));
            foreach (double strength in options.Strengths)
            {
                string stage = FormattableString.Invariant($"arm-{arm}-{seed}-{strength}").Replace('.', '_');
                work.Progress?.Report(
                    new(
                        "policies",
                        done++,
                        all,
                        "policies",
                        FormattableString.Invariant($"{arms[arm].Name}, {strength}")
                    )
                );
                double[] found = Kept(work, stage, () => comparison.Measure(arms[arm], strength, seed, work));
                points.Add(new(arms[arm].Name, seed, arms[arm].IsPpo ? -strength : 1 / strength, found[1], found[0]));
            }
        }
        EqualKlOptions equal = new() { Against = arms[0].Name };
        Study study = EqualKlStudy.Of([.. points], new(points), equal);
        return study with
        {
            Title = "Which factor matters for a policy?",
            Panels =
            [
                .. study.Panels,
                new TablePanel
                {
                    Title = "Arms",
                    Columns =
                    [
                        TableColumn.Of("arm", arms.Select(arm => arm.Name)),
                        TableColumn.Of("factor changed", arms.Select(arm => arm.Factor)),
                        TableColumn.Of("trained on", arms.Select(arm => arm.What)),
                    ],
                },
            ],
            Notes =
            [
                .. study.Notes,
                .. comparison.Notes,
                options.Judge.Length == 0
                    ? "The judge is a reward model of kept pairs: it knows no more than pairs of the same kind can tell. Give a better one (judge)."
                    : "The judge is the reward model that was given.",
            ],
        };
    }

    private IEnumerable<Arm> Arms(Work work)
    {
        string first = LossName(options.Losses[0]);
        yield return new(first, "none: the base", $"{first} on the pairs", options.Losses[0]);
        foreach (PreferenceObjective loss in options.Losses.Skip(1))
            yield return new(LossName(loss), "algorithm", $"{LossName(loss)} on the pairs", loss);
        foreach (string name in options.Data)
        {
            work.Dataset(name);
            yield return new($"{first} on {name}", "data", $"{first} on as many pairs of '{name}'", options.Losses[0])
            {
                Data = name,
            };
        }
        if (!options.Ppo)
            yield break;
        yield return new("ppo", "algorithm", "PPO against a reward model of the pairs", null);
        if (options.RewardShare > 0)
            yield return new(
                "ppo, weaker reward",
                "reward model",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"PPO against a reward model of {options.RewardShare:P0} of the pairs"
                ),
                null
            )
            {
                RewardShare = options.RewardShare,
            };
        if (options.Prompts.Length > 0)
            yield return new("ppo, more prompts", "prompts", $"PPO with the prompts of '{options.Prompts}' too", null)
            {
                Prompts = options.Prompts,
            };
    }

    private static string LossName(PreferenceObjective loss) =>
        string.Concat(
            loss.ToString()
                .Select(
                    (letter, i) =>
                        i > 0 && char.IsUpper(letter)
                            ? $"-{char.ToLowerInvariant(letter)}"
                            : $"{char.ToLowerInvariant(letter)}"
                )
        );

    // A policy that was measured before a kill is not trained again.
    private static double[] Kept(Work work, string stage, Func<double[]> measure)
    {
        if (!work.Pieces.Has(stage, 0))
        {
            double[] found = measure();
            work.Pieces.Write(stage, 0, stream => stream.Write(MemoryMarshal.AsBytes(found.AsSpan())));
        }
        double[] numbers = new double[2];
        using FileStream kept = work.Pieces.Open(stage, 0);
        kept.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
        return numbers;
    }

    /// <summary>A way to train, with what it changes.</summary>
    private sealed record Arm(string Name, string Factor, string What, PreferenceObjective? Loss)
    {
        public bool IsPpo => Loss is null;
        public string? Data { get; init; }
        public double RewardShare { get; init; } = 1;
        public string? Prompts { get; init; }
    }

    /// <summary>What all arms share: the start, the pairs, the prompts that are answered, the judge.</summary>
    private sealed class Comparison
    {
        private readonly FactorOptions _options;
        private readonly LanguageModel _start;
        private readonly IReadOnlyList<TokenPair> _pairs;
        private readonly int[][] _asked;
        private readonly RewardModel _judge;
        private readonly Dictionary<double, RewardModel> _rewards = [];
        private readonly int _context;

        private Comparison(
            FactorOptions options,
            LanguageModel start,
            IReadOnlyList<TokenPair> pairs,
            int[][] asked,
            RewardModel judge,
            int context
        ) => (_options, _start, _pairs, _asked, _judge, _context) = (options, start, pairs, asked, judge, context);

        public List<string> Notes { get; } = [];

        public static Comparison Of(FactorOptions options, View data, Work work)
        {
            IReadOnlyList<PreferencePair> all = PreferenceRows.Read(data, work.Cancellation).Both(Name);
            // Pairs of one prompt go one way: what is answered was not trained on.
            PreferencePair[][] byPrompt =
            [
                .. all.GroupBy(pair => Convert.ToHexString(pair.Prompt)).Select(group => group.ToArray()),
            ];
            work.Random.Child("kept").Shuffle<PreferencePair[]>(byPrompt);
            int kept = (int)Math.Ceiling(options.Kept * byPrompt.Length);
            if (kept >= byPrompt.Length)
                throw new AssayException(
                    $"{Name}: {byPrompt.Length:N0} prompts cannot be split into some to train on and some to judge by",
                    hint: "Give more rows."
                );
            PreferencePair[] aside = [.. byPrompt[..kept].SelectMany(group => group)],
                own = [.. byPrompt[kept..].SelectMany(group => group)];
            LanguageModel start = StartPolicy.Of(
                options.Model,
                StartPolicy.TextsOf(own),
                options.StartEpochs,
                options.Context,
                work
            );
            int context = Math.Min(options.Context, start.ContextLength) - 1;
            IReadOnlyList<TokenPair> asideTokens = PreferenceTokens.Of(aside, start.Tokenizer, context).Pairs;
            RewardModel judge =
                options.Judge.Length > 0
                    ? CompletionReward.Read(options.Judge, start.Tokenizer)
                    : Fit(start.Transformer, asideTokens, work.Random.Child("judge"), work);
            int room = context - options.AnswerTokens;
            if (room < 2)
                throw new AssayException(
                    $"{Name}: answers of {options.AnswerTokens} tokens leave no room for prompts in a context of {context}"
                );
            int[][] asked =
            [
                .. PromptRows
                    .Encode(
                        [.. byPrompt[..kept].Select(group => group[0].Prompt).Take(options.Answers)],
                        start.Tokenizer,
                        room
                    )
                    .Tokens,
            ];
            return new(options, start, PreferenceTokens.Of(own, start.Tokenizer, context).Pairs, asked, judge, context);
        }

        /// <summary>The judge's mean score of what the start writes.</summary>
        public double Start(Work work) => Score(_start.Transformer, work)[0];

        /// <summary>Trains an arm, and gives the judge's mean score and the divergence.</summary>
        public double[] Measure(Arm arm, double strength, int seed, Work work)
        {
            RandomStream random = work.Random.Child(arm.Name).Child(seed);
            Transformer policy = _start.Transformer.Copy();
            try
            {
                if (arm.Loss is { } loss)
                    TrainOnPairs(policy, PairsOf(arm, work), loss, strength, random, work);
                else
                    TrainOnRewards(policy, arm, strength, random, work);
            }
            catch (TrainingException failure)
            {
                throw new AssayException($"{Name}, {arm.Name}: {failure.Message}", cause: failure);
            }
            return Score(policy, work);
        }

        private void TrainOnPairs(
            Transformer policy,
            IReadOnlyList<TokenPair> pairs,
            PreferenceObjective loss,
            double beta,
            RandomStream random,
            Work work
        ) =>
            new PreferenceTraining(
                policy,
                pairs,
                PairProbabilities.Of(_start.Transformer, pairs, cancellation: work.Cancellation),
                new() { Loss = loss, Beta = beta },
                new() { Epochs = _options.Epochs, LearningRate = _options.LearningRate },
                random
            ).Run(work.Cancellation);

        private void TrainOnRewards(Transformer policy, Arm arm, double penalty, RandomStream random, Work work)
        {
            RewardModel reward = RewardOf(arm.RewardShare, work);
            int room = _context - _options.AnswerTokens;
            int[][] prompts = [.. _pairs.Select(pair => pair.Prompt[^Math.Min(pair.Prompt.Length, room)..])];
            if (arm.Prompts is { } more)
                prompts =
                [
                    .. prompts,
                    .. PromptRows
                        .Encode(
                            PromptRows.Read(work.Dataset(more), "prompt", 0, work.Cancellation),
                            _start.Tokenizer,
                            room
                        )
                        .Tokens,
                ];
            new PpoTraining(
                new()
                {
                    Iterations = _options.Iterations,
                    Rollouts = Rounds,
                    LearningRate = _options.LearningRate,
                    ValueLearningRate = _options.LearningRate,
                    Kl = penalty,
                    MissingEnd = null,
                    Sampling = new RolloutOptions { MaxTokens = _options.AnswerTokens }.For(_start),
                }
            ).Run(
                policy,
                _start.Transformer,
                ValueModel.Of(reward),
                prompts,
                rollouts =>
                    reward.Score([.. rollouts.Select(rollout => rollout.Tokens)], cancellation: work.Cancellation),
                random,
                work.Cancellation
            );
        }

        // All sets are cut to the size of the own pairs; a smaller one is said.
        private IReadOnlyList<TokenPair> PairsOf(Arm arm, Work work)
        {
            if (arm.Data is not { } name)
                return _pairs;
            IReadOnlyList<PreferencePair> pairs = PreferenceRows.Read(work.Dataset(name), work.Cancellation).Both(Name);
            if (pairs.Count < _pairs.Count && !Notes.Any(note => note.Contains(name)))
                Notes.Add($"'{name}' has {pairs.Count:N0} pairs, fewer than the {_pairs.Count:N0} of the others.");
            return PreferenceTokens.Of([.. pairs.Take(_pairs.Count)], _start.Tokenizer, _context).Pairs;
        }

        private RewardModel RewardOf(double share, Work work)
        {
            if (!_rewards.TryGetValue(share, out RewardModel? reward))
                _rewards[share] = reward = Fit(
                    _start.Transformer,
                    [.. _pairs.Take(Math.Max(8, (int)(share * _pairs.Count)))],
                    work.Random.Child("reward"),
                    work
                );
            return reward;
        }

        private static RewardModel Fit(
            Transformer start,
            IReadOnlyList<TokenPair> pairs,
            RandomStream random,
            Work work
        )
        {
            int fitted = Math.Max(1, pairs.Count * 9 / 10);
            RewardModel model = new RewardTraining(new() { Pooling = RewardPooling.Mean })
                .Run(start, [.. pairs.Take(fitted)], [.. pairs.Skip(fitted)], random, cancellation: work.Cancellation)
                .Model;
            model.NormaliseTo([.. pairs.Select(pair => (int[])[.. pair.Prompt, .. pair.Chosen])]);
            return model;
        }

        private double[] Score(Transformer policy, Work work)
        {
            IReadOnlyList<Rollout> answers = Rollouts.Sample(
                policy,
                _asked,
                new RolloutOptions { MaxTokens = _options.AnswerTokens }.For(_start),
                work.Random.Child("answers"),
                work.Cancellation
            );
            double[] scores = _judge.Score(
                    [.. answers.Select(answer => answer.Tokens)],
                    cancellation: work.Cancellation
                ),
                divergences = PolicyDivergence.OfAnswers(
                    policy,
                    _start.Transformer,
                    [.. answers.Select(answer => (answer.Prompt, answer.Completion))],
                    work.Cancellation
                );
            return [scores.Average(), divergences.Average()];
        }
    }
}
