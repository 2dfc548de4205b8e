using Assay.Data;
using Assay.Learning;

namespace Assay.Judge;

/// <summary>One point of a submission's hyper-parameters.</summary>
/// <param name="Rate">The highest learning rate.</param>
/// <param name="Momentum">Decay of the mean of gradients.</param>
/// <param name="Decay">Weight decay.</param>
internal readonly record struct TuningPoint(double Rate, double Momentum, double Decay);

/// <summary>An update rule with the space that it is tuned in: each axis log-uniform.</summary>
/// <remarks>The spaces of the paper's baselines; those of lion and muon are ours, AdamW's with the rate scaled as their papers say.</remarks>
/// <param name="Name">As submissions name it.</param>
/// <param name="Rate">From and to.</param>
/// <param name="Forget">One minus the momentum, from and to.</param>
/// <param name="Decay">Weight decay, from and to.</param>
/// <param name="Schedule">How the rate goes on after the warm-up, if the submission does not say.</param>
/// <param name="Make">The rule at a momentum.</param>
internal sealed record UpdateRuleSpace(
    string Name,
    (double Low, double High) Rate,
    (double Low, double High) Forget,
    (double Low, double High) Decay,
    ScheduleShape Schedule,
    Func<double, IUpdateRule> Make
)
{
    /// <summary>All rules.</summary>
    public static IReadOnlyList<UpdateRuleSpace> All { get; } =
    [
        new("momentum", (2e-2, 5), (5e-3, 0.3), (1e-7, 5e-5), ScheduleShape.Linear, momentum => new Sgd(momentum)),
        new(
            "nesterov",
            (2e-2, 5),
            (5e-3, 0.3),
            (1e-7, 5e-5),
            ScheduleShape.Linear,
            momentum => new Sgd(momentum, nesterov: true)
        ),
        new("adamw", (1e-4, 1e-2), (2e-2, 0.5), (5e-3, 1), ScheduleShape.Cosine, momentum => new AdamW(momentum)),
        new("nadamw", (1e-4, 1e-2), (4e-3, 0.1), (5e-3, 1), ScheduleShape.Cosine, momentum => new NadamW(momentum)),
        new("lion", (2e-5, 2e-3), (2e-2, 0.5), (2.5e-2, 5), ScheduleShape.Cosine, momentum => new Lion(momentum)),
        new("muon", (1e-4, 1e-2), (2e-2, 0.3), (5e-3, 1), ScheduleShape.Cosine, momentum => new Muon(momentum)),
    ];

    /// <summary>The rules that targets are set by.</summary>
    public static IReadOnlyList<UpdateRuleSpace> OfTargets { get; } =
    [.. All.Where(rule => rule.Name is "momentum" or "nesterov" or "adamw" or "nadamw")];

    /// <summary>The point of the space that belongs to a point of the unit cube.</summary>
    public TuningPoint At(IReadOnlyList<double> cube) =>
        new(Between(Rate, cube[0]), 1 - Between(Forget, cube[1]), Between(Decay, cube[2]));

    /// <summary>The middle of the space: what a submission that is not tuned takes.</summary>
    public TuningPoint Middle => At([0.5, 0.5, 0.5]);

    private static double Between((double Low, double High) range, double share) =>
        range.Low * Math.Exp(share * Math.Log(range.High / range.Low));
}

/// <summary>A training algorithm: an update rule, a schedule, an order of the rows.</summary>
/// <param name="Name">As it was written: <c>adamw/wsd/ascending</c>.</param>
/// <param name="Rule">The rule and its space.</param>
/// <param name="Schedule">How the rate goes on after the warm-up.</param>
/// <param name="Order">In which order rows come.</param>
internal sealed record TrainingAlgorithm(string Name, UpdateRuleSpace Rule, ScheduleShape Schedule, RowOrder Order)
{
    /// <summary>Reads one: a rule, and perhaps a schedule and an order, with slashes between.</summary>
    /// <exception cref="AssayException">A word is unknown, or there is no rule.</exception>
    public static TrainingAlgorithm Parse(string text)
    {
        UpdateRuleSpace? rule = null;
        ScheduleShape? schedule = null;
        RowOrder? order = null;
        foreach (string word in text.Split('/'))
            if (UpdateRuleSpace.All.FirstOrDefault(one => one.Name == word) is { } found && rule is null)
                rule = found;
            else if (IsName(word) && Enum.TryParse(word, ignoreCase: true, out ScheduleShape shape) && schedule is null)
                schedule = shape;
            else if (IsName(word) && Enum.TryParse(word, ignoreCase: true, out RowOrder way) && order is null)
                order = way;
            else
                throw Wrong(text, $"'{word}' is no rule, schedule or order, or stands twice");
        return rule is null
            ? throw Wrong(text, "there is no update rule")
            : new(text, rule, schedule ?? rule.Schedule, order ?? RowOrder.Shuffled);
    }

    private static bool IsName(string word) => word.Length > 0 && word.All(char.IsAsciiLetterLower);

    private static AssayException Wrong(string text, string what) =>
        new(
            $"submission '{text}': {what}",
            hint: $"Write rule/schedule/order: {string.Join(", ", UpdateRuleSpace.All.Select(rule => rule.Name))}; constant, linear, cosine, wsd; shuffled, once, ascending, descending, folding, zigzag."
        );
}

/// <summary>In which order rows come.</summary>
internal enum RowOrder
{
    /// <summary>Shuffled anew each time.</summary>
    Shuffled,

    /// <summary>Shuffled once, the same each time.</summary>
    Once,

    /// <summary>From the lowest to the highest value.</summary>
    Ascending,

    /// <summary>From the highest to the lowest.</summary>
    Descending,

    /// <summary>Several ascending passes over parts of the rows.</summary>
    Folding,

    /// <summary>The same, every other one descending.</summary>
    Zigzag,
}
