using System.Globalization;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Does the centred log-sigmoid make sums of rewards mean "and", and does it beat its plainest rivals at equal distance from the base?</summary>
public sealed class RewardTransformEvidence : IExperiment
{
    private const int Parts = 5;
    private const double Paper = 0.85;
    private const int SomeDraws = 16,
        AllDraws = 49;
    private static readonly double[] Distances = [0.5, 1, 2.5];
    private static readonly (string Name, RewardShape Shape, double Quantile)[] Ways =
    [
        ("raw", RewardShape.Raw, Paper),
        ("z-scores", RewardShape.ZScore, Paper),
        ("lsc-85", RewardShape.LogSigmoid, Paper),
        ("lsc-50", RewardShape.LogSigmoid, 0.5),
        ("minimum-85", RewardShape.Minimum, Paper),
        ("minimum-50", RewardShape.Minimum, 0.5),
        ("uncentred", RewardShape.Uncentred, Paper),
        ("par", RewardShape.Par, Paper),
        ("clip", RewardShape.Clip, Paper),
        ("min-max", RewardShape.MinMax, Paper),
    ];

    /// <inheritdoc/>
    public string Slug => "reward-transform";

    /// <inheritdoc/>
    public string Title => "Transforming and Combining Rewards for Aligning Large Language Models (2024)";

    /// <inheritdoc/>
    public string Protocol =>
        "The answers of 49 models to the 805 prompts of AlpacaEval 2, base policy uniform over them. Two rewards: the logit of the judge's preference, held at 1e-6; and brevity, -4 ln((characters + 1) / 200). References are quantiles over a "
        + "prompt's answers. Policies proportional to exp(utility / g), one g for all prompts, at 0.5, 1 and 2.5 nats (mean over prompts), and best of 16 and of 49, exactly (without putting back). Measured: the share of "
        + "probability on answers at or above their prompt's median (and upper quartile) in both rewards. A seed is a fifth of the prompts, with g of its own; fifths share no prompt. "
        + "One reward alone (the judge's): the probability of an answer at or above the 85 % quantile, over all prompts and over the tenth of prompts where it is lowest.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [JudgedAnswers.Folder];

    /// <inheritdoc/>
    public int Seeds => Parts;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        JudgedAnswers judged = JudgedAnswers.Read(
            Path.GetDirectoryName(trial.Path(JudgedAnswers.Folder, "preferences.csv.gz"))!
        );
        int[] order = [.. Enumerable.Range(0, judged.Prompts)];
        // Seeds share one deal, of which each has its own part.
        new RandomStream((ulong)(trial.Seed / Parts), "parts of the prompts").Shuffle<int>(order);
        int[] own = [.. order.Where((_, i) => i % Parts == trial.Seed % Parts)];
        own = own[..trial.Size(own.Length, 20)];
        double[][][] rewards =
        [
            [.. own.Select(prompt => judged.Quality[prompt])],
            [.. own.Select(prompt => judged.Brevity[prompt])],
        ];
        CandidateGroups groups = new([.. own.Select(_ => judged.Models.Count)]);
        double[] middle = InAll(rewards, 0.5),
            upper = InAll(rewards, 0.75);
        figures["base/middle"] = groups.Expected(groups.LogReference, middle);
        figures["base/upper"] = groups.Expected(groups.LogReference, upper);
        foreach ((string name, RewardShape shape, double quantile) in Ways)
        {
            double[] utilities = Utilities(shape, quantile, rewards);
            foreach (double distance in Distances)
                Add(FormattableString.Invariant($"{name}/kl-{distance}"), At(groups, utilities, distance));
            Add($"{name}/best-{SomeDraws}", groups.BestOf(utilities, SomeDraws, replace: false));
            Add($"{name}/best-{AllDraws}", groups.BestOf(utilities, AllDraws, replace: false));
        }
        OneReward(figures, groups, rewards[0]);
        return figures;

        void Add(string name, double[] policy)
        {
            figures[name + "/middle"] = groups.Expected(policy, middle);
            figures[name + "/upper"] = groups.Expected(policy, upper);
        }
    }

    private static double[] At(CandidateGroups groups, double[] utilities, double distance) =>
        groups.Tilted(utilities, groups.PriceOf(utilities, distance));

    private static double[] Utilities(RewardShape shape, double quantile, params double[][][] rewards)
    {
        RewardTransform transform = new(
            shape,
            [.. rewards.Select(property => RewardReferences.OfSamples(property, quantile))]
        );
        return
        [
            .. Enumerable
                .Range(0, rewards[0].Length)
                .SelectMany(prompt =>
                    Enumerable
                        .Range(0, rewards[0][prompt].Length)
                        .Select(i => transform.Of(prompt, [.. rewards.Select(own => own[prompt][i])]).Combined)
                ),
        ];
    }

    private static double[] InAll(double[][][] rewards, double quantile)
    {
        double[][][] edges =
        [
            .. rewards.Select(property => property.Select(own => Quantiles.Of(own, [quantile])).ToArray()),
        ];
        return
        [
            .. Enumerable
                .Range(0, rewards[0].Length)
                .SelectMany(prompt =>
                    Enumerable
                        .Range(0, rewards[0][prompt].Length)
                        .Select(i =>
                            rewards
                                .Index()
                                .All(property => property.Item[prompt][i] >= edges[property.Index][prompt][0])
                                ? 1.0
                                : 0
                        )
                ),
        ];
    }

    private static void OneReward(Figures figures, CandidateGroups groups, double[][] rewards)
    {
        double[] good = InAll([rewards], Paper);
        foreach (
            (string name, RewardShape shape) in (ReadOnlySpan<(string, RewardShape)>)
                [("raw", RewardShape.Raw), ("lsc", RewardShape.LogSigmoid)]
        )
        {
            double[] utilities = Utilities(shape, Paper, rewards),
                policy = At(groups, utilities, Distances[0]);
            figures[$"one/{name}/good"] = groups.Expected(policy, good);
            double[] byPrompt =
            [
                .. Enumerable
                    .Range(0, groups.Prompts)
                    .Select(prompt =>
                    {
                        (int first, int count) = groups[prompt].GetOffsetAndLength(groups.Candidates);
                        return Enumerable.Range(first, count).Sum(i => Math.Exp(policy[i]) * good[i]);
                    })
                    .Order(),
            ];
            figures[$"one/{name}/worst"] = byPrompt[..Math.Max(1, byPrompt.Length / 10)].Average();
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        string Shares(string at) =>
            string.Join(
                ", ",
                Ways.Select(way =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{way.Name} {trials.Mean($"{way.Name}/{at}/middle").Mean:0.000}"
                    )
                )
            );
        return
        [
            With(
                Finding.Above(
                    "A sum of centred log-sigmoids means AND: at 1 nat more is above the median in both rewards than with a sum of rewards.",
                    "substantial improvement over the baseline for helpful and harmless",
                    trials.Difference("lsc-85/kl-1/middle", "raw/kl-1/middle")
                ),
                $"share, log-sigmoid at the 85 % quantile minus raw; base {trials.Text("base/middle")}; all: {Shares("kl-1")}"
            ),
            With(
                Finding.Below(
                    "With a sum of rewards, more optimisation makes it worse: the share falls from 0.5 to 2.5 nats.",
                    "rewards buy each other off",
                    trials.Difference("raw/kl-2.5/middle", "raw/kl-0.5/middle")
                ),
                $"share at 2.5 minus 0.5 nats; of the log-sigmoid {Trials.Text(trials.Difference("lsc-85/kl-2.5/middle", "lsc-85/kl-0.5/middle"))}; at 2.5: {Shares("kl-2.5")}"
            ),
            With(
                Finding.Above(
                    "Centring matters: the log-sigmoid with references beats the one without.",
                    "the transform is centred at a reference",
                    trials.Difference("lsc-85/kl-1/middle", "uncentred/kl-1/middle")
                ),
                "share at 1 nat"
            ),
            With(
                Finding.Above(
                    "The same by best of 16.",
                    "best of k and PPO alike",
                    trials.Difference($"lsc-85/best-{SomeDraws}/middle", $"raw/best-{SomeDraws}/middle")
                ),
                Shares($"best-{SomeDraws}")
            ),
            With(
                Finding.Above(
                    "The log-sigmoid beats the plain minimum of the rewards less the same references.",
                    "not compared",
                    trials.Difference("lsc-85/kl-1/middle", "minimum-85/kl-1/middle")
                ),
                $"share at 1 nat, both at the 85 % quantile; both at the median {Trials.Text(trials.Difference("lsc-50/kl-1/middle", "minimum-50/kl-1/middle"))}; upper quartile in both, at 85 % {Trials.Text(trials.Difference("lsc-85/kl-1/upper", "minimum-85/kl-1/upper"))}"
            ),
            With(
                Finding.Above(
                    "PAR's mean preference over the base's samples beats the log-sigmoid.",
                    "PAR: at least 5 points of win rate ahead of LSC",
                    trials.Difference("par/kl-1/middle", "lsc-85/kl-1/middle")
                ),
                $"share at 1 nat, PAR minus log-sigmoid at 85 %; minus that at the median {Trials.Text(trials.Difference("par/kl-1/middle", "lsc-50/kl-1/middle"))}"
            ),
            With(
                Finding.Above(
                    "With one reward the log-sigmoid underfits less: more answers above the 85 % quantile at 0.5 nats.",
                    "the transform reduces underfitting",
                    trials.Difference("one/lsc/good", "one/raw/good")
                ),
                $"probability, log-sigmoid minus raw; raw {trials.Text("one/raw/good")}, log-sigmoid {trials.Text("one/lsc/good")}"
            ),
            With(
                Finding.Above(
                    "And on the tenth of the prompts where that probability is lowest.",
                    "underfitting is of the prompts with bad answers",
                    trials.Difference("one/lsc/worst", "one/raw/worst")
                ),
                $"raw {trials.Text("one/raw/worst")}, log-sigmoid {trials.Text("one/lsc/worst")}"
            ),
        ];
    }

    private static Finding With(Finding finding, string more) => finding with { Ours = $"{finding.Ours} ({more})" };
}
