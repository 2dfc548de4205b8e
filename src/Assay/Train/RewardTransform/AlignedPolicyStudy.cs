using System.Globalization;
using Assay.Learning;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Train;

/// <summary>What a policy over given answers comes to, beside other ways to combine the rewards at the same distance from the base.</summary>
internal sealed class AlignedPolicyStudy(AlignedPolicyOptions options, AnswerPool pool, double price)
{
    private static readonly RewardShape[] Shapes =
    [
        RewardShape.Raw,
        RewardShape.ZScore,
        RewardShape.Minimum,
        RewardShape.Uncentred,
        RewardShape.Par,
        RewardShape.LogSigmoid,
    ];

    private readonly double[] _combined = pool.Combined(pool.Columns.Transform),
        _middle = pool.InAll(0.5),
        _upper = pool.InAll(0.75),
        _good = [.. pool.Answers.Select(answer => pool.Columns.Of(answer).AllGood)];

    /// <summary>The figures of a policy.</summary>
    public IReadOnlyList<Score> Scores(double[] policy) =>
        [
            new("kl", pool.Groups.Kl(policy)),
            new("combined", pool.Groups.Expected(policy, _combined)),
            new("all-good", pool.Groups.Expected(policy, _good)),
            new("above-median-in-all", pool.Groups.Expected(policy, _middle)),
        ];

    /// <summary>The study.</summary>
    /// <param name="policy">ln of the policy's probabilities.</param>
    /// <param name="best">ln of those of best of n.</param>
    /// <param name="distances">Nats at which the curves are drawn.</param>
    public Study Of(double[] policy, double[] best, double[] distances)
    {
        double kl = pool.Groups.Kl(policy),
            before = pool.Groups.Expected(pool.Groups.LogReference, _middle),
            after = pool.Groups.Expected(policy, _middle);
        (string Name, double[] Utilities)[] ways = Ways();
        (string Name, double Share)[] rivals =
        [
            .. ways.Where(way => kl < pool.Groups.LargestKl(way.Utilities))
                .Select(way => (way.Name, pool.Groups.Expected(At(way.Utilities, kl), _middle))),
        ];
        string strongest = string.Join(
            "; ",
            rivals
                .OrderByDescending(rival => rival.Share)
                .Take(2)
                .Select(rival => $"{rival.Name} {Percent(rival.Share)}")
        );
        return new()
        {
            Title = "A policy for several rewards",
            Answer =
                $"{Percent(after)} of what the policy says is at or above the median of its prompt in every reward, {Percent(before)} of what the base says, at {Number(kl)} nats. "
                + (strongest.Length > 0 ? $"Highest at that distance: {strongest}." : ""),
            Facts =
            [
                new("Distance from the base", $"{Number(kl)} nats", Invariant($"price of a nat: {price:0.###}")),
                new(
                    "Good in all",
                    Percent(pool.Groups.Expected(policy, _good)),
                    "better than the references in every reward, judged apart"
                ),
                new("Above the median in all", Percent(after), $"{Percent(before)} in the base"),
                new(
                    $"Best of {options.Draws}",
                    Percent(pool.Groups.Expected(best, _middle)),
                    $"above the median in all, at {Number(pool.Groups.Kl(best))} nats"
                ),
                new("Prompts without a good answer", Percent(Underfitted()), "their best is not probably good in all"),
            ],
            Panels = [Curves(ways, policy, distances), Compared(ways, kl), Properties(policy), Policy(policy, best)],
            Notes =
            [
                "A policy over given answers is the most that any training on these rewards can reach with them; one that writes also has to learn it.",
                "That properties are judged apart is an assumption: two rewards of one property count it twice.",
                .. options.Rewards.Count == 1
                    ? (string[])
                        [
                            "With one reward the log-sigmoid ranks a prompt's answers as the reward does: best of n is the same, only the trade with distance differs.",
                        ]
                    : [],
                .. Lengths(),
                .. pool.Columns.Notes,
            ],
        };
    }

    private (string Name, double[] Utilities)[] Ways() =>
        [
            .. Shapes
                .Where(shape => shape != options.Shape)
                .Append(options.Shape)
                .Select(shape => (Shape: shape, Transform: pool.Columns.With(shape, options)))
                .Where(way => way.Transform is not null)
                .Select(way => (NameOf(way.Shape), pool.Combined(way.Transform!))),
        ];

    private static string NameOf(RewardShape shape) =>
        shape switch
        {
            RewardShape.LogSigmoid => "log-sigmoid",
            RewardShape.Raw => "sum of rewards",
            RewardShape.ZScore => "sum of z-scores",
            RewardShape.Minimum => "smallest",
            RewardShape.Uncentred => "log-sigmoid without reference",
            RewardShape.Centred => "sum of centred rewards",
            RewardShape.Clip => "clipped",
            RewardShape.MinMax => "between least and greatest",
            _ => "mean preference (PAR)",
        };

    private double[] At(double[] utilities, double kl) =>
        pool.Groups.Tilted(utilities, pool.Groups.PriceOf(utilities, kl));

    private CurvePanel Curves((string Name, double[] Utilities)[] ways, double[] policy, double[] distances)
    {
        string chosen = NameOf(options.Shape);
        return new()
        {
            Title = "Good in all, at equal distance",
            Note =
                "Share of probability on answers at or above their prompt's median in every reward. Curves that fall have bought one reward with another.",
            X = new("distance from the base", "nats", Better.Less),
            Y = new("above the median in all", "share", Better.More),
            Marks = [new(pool.Groups.Kl(policy), "this policy")],
            Curves =
            [
                .. ways.Select(way =>
                {
                    double most = pool.Groups.LargestKl(way.Utilities);
                    double[] x = [.. distances.Where(distance => distance < most)];
                    return new Curve(
                        way.Name,
                        [0, .. x],
                        [
                            pool.Groups.Expected(pool.Groups.LogReference, _middle),
                            .. x.Select(distance => pool.Groups.Expected(At(way.Utilities, distance), _middle)),
                        ]
                    )
                    {
                        Emphasis = way.Name == chosen ? Emphasis.Main : Emphasis.Plain,
                        Form = way.Name == chosen ? CurveForm.Line : CurveForm.Dashed,
                    };
                }),
            ],
        };
    }

    private TablePanel Compared((string Name, double[] Utilities)[] ways, double kl)
    {
        (string Name, double[] Policy, double[] Best)[] rows =
        [
            .. ways.Where(way => kl < pool.Groups.LargestKl(way.Utilities))
                .Select(way => (way.Name, At(way.Utilities, kl), pool.Groups.BestOf(way.Utilities, options.Draws))),
        ];
        TableColumn Share(string name, Func<(string, double[] Policy, double[] Best), double> of) =>
            TableColumn.Of(name, rows.Select(of), 3);
        return new()
        {
            Title = "Ways to combine",
            Note = $"All at {Number(kl)} nats from the base, and by best of {options.Draws}.",
            Columns =
            [
                TableColumn.Of("combined by", rows.Select(row => row.Name)),
                Share("above median in all", row => pool.Groups.Expected(row.Policy, _middle)),
                Share("in upper quarter in all", row => pool.Groups.Expected(row.Policy, _upper)),
                Share("good in all", row => pool.Groups.Expected(row.Policy, _good)),
                Share($"best of {options.Draws}: above median in all", row => pool.Groups.Expected(row.Best, _middle)),
                Share($"best of {options.Draws}: nats", row => pool.Groups.Kl(row.Best)),
            ],
            Chosen = rows.Index()
                .Where(row => row.Item.Name == NameOf(options.Shape))
                .Select(row => (int?)row.Index)
                .FirstOrDefault(),
        };
    }

    private TablePanel Properties(double[] policy)
    {
        double[] saturated =
        [
            .. options.Rewards.Select(
                (_, property) =>
                    pool.Answers.Average(answer =>
                        pool.Columns.Of(answer).Centred[property] > RewardTransform.Saturation ? 1.0 : 0
                    )
            ),
        ];
        return new()
        {
            Title = "Rewards",
            Note =
                "Saturated answers are so far above the reference that nothing is gained by more. A temperature far from 1 says that a reward was no log-odds.",
            Columns =
            [
                TableColumn.Of("reward", options.Rewards),
                TableColumn.Of(
                    "mean in the base",
                    options.Rewards.Select((_, i) => pool.Groups.Expected(pool.Groups.LogReference, pool.Rewards(i))),
                    3
                ),
                TableColumn.Of(
                    "mean in the policy",
                    options.Rewards.Select((_, i) => pool.Groups.Expected(policy, pool.Rewards(i))),
                    3
                ),
                TableColumn.Of("saturated", saturated, unit: "share"),
                TableColumn.Of(
                    "rank correlation with combined",
                    options.Rewards.Select((_, i) => RankCorrelation.Spearman(_combined, pool.Rewards(i))),
                    2
                ),
                TableColumn.Of("temperature", pool.Columns.Temperatures, 2),
            ],
        };
    }

    // Length is what rewards are fooled by first.
    private IEnumerable<string> Lengths()
    {
        if (!pool.Columns.Table.Has(options.Answer))
            yield break;
        string[] texts = pool.Columns.Table.Words(options.Answer);
        double[] lengths = [.. pool.Answers.Select(answer => (double)texts[answer].Length)];
        if (lengths.Distinct().Count() > 1)
            yield return Invariant(
                $"Rank correlation of the combined reward with the length of an answer: {RankCorrelation.Spearman(_combined, lengths):0.00}."
            );
    }

    private TablePanel Policy(double[] policy, double[] best) =>
        new()
        {
            Title = "Policy",
            Note =
                "Probabilities of the answers: in the base, in the policy, as the best of n. The row is the place of the answer in the data, from 0.",
            Columns =
            [
                TableColumn.Of("row", pool.Answers.Select(answer => (double)pool.Columns.Rows[answer]), 0),
                TableColumn.Of(
                    "prompt",
                    pool.Answers.Select(answer => pool.Columns.PromptNames[pool.Columns.Prompts[answer]])
                ),
                TableColumn.Of("base", pool.Groups.LogReference.Select(Math.Exp), 4),
                TableColumn.Of("policy", policy.Select(Math.Exp), 4),
                TableColumn.Of("best of n", best.Select(Math.Exp), 4),
                TableColumn.Of("combined", _combined, 3),
                TableColumn.Of("good in all", _good, 3),
            ],
            Shown = 12,
        };

    private double Underfitted()
    {
        int count = 0;
        for (int prompt = 0; prompt < pool.Groups.Prompts; prompt++)
            count += _good[pool.Groups[prompt]].Max() < 0.5 ? 1 : 0;
        return count / (double)pool.Groups.Prompts;
    }

    private static string Percent(double share) => share.ToString("P0", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
