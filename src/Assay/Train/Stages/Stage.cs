using System.Globalization;
using Assay.Data;

namespace Assay.Train;

/// <summary>What a stage of a training learns from its rows.</summary>
public enum StageLoss
{
    /// <summary>Every token of a row: prompt and completion (continued pre-training).</summary>
    Lm,

    /// <summary>The tokens of completions (supervised fine-tuning).</summary>
    Sft,

    /// <summary>Pairs of completions, by DPO against the model at the beginning of the stage.</summary>
    Dpo,

    /// <summary>The same with each pair weighted by how likely the policy itself is to write it (WPO).</summary>
    Wpo,

    /// <summary>Completions that the policy samples, rewarded by a program (GRPO).</summary>
    Grpo,
}

/// <summary>A stage: which loss, how long, and from which pools in which mix.</summary>
/// <remarks>
/// Written as <c>sft 300 translation=22% general=78% batch=64 rate=1e-3</c>: the loss, the steps, a weight for each pool, and perhaps <c>batch</c>, <c>rate</c>, <c>beta</c>.
/// A pool alone, without a weight, has weight 1.
/// </remarks>
public sealed record Stage
{
    private static readonly string[] Settings = ["batch", "rate", "beta"];

    /// <summary>The loss.</summary>
    public required StageLoss Loss { get; init; }

    /// <summary>Steps, at least 1; for GRPO rounds of sampling and learning.</summary>
    public required int Steps { get; init; }

    /// <summary>Pools and their weights, not below 0.</summary>
    public required IReadOnlyList<KeyValuePair<string, double>> Mix { get; init; }

    /// <summary>Rows of a step, at least 1; for GRPO completions, dealt in groups of eight.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>The highest learning rate, above 0; null for what suits the loss.</summary>
    public double? Rate { get; init; }

    /// <summary>Of DPO and WPO: how much a step away from the beginning of the stage costs. Above 0.</summary>
    public double Beta { get; init; } = 0.1;

    /// <summary>Reads a stage.</summary>
    /// <exception cref="AssayException">It is none.</exception>
    public static Stage Parse(string text)
    {
        string[] parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (
            parts.Length < 3
            || !Enum.TryParse(parts[0], ignoreCase: true, out StageLoss loss)
            || !Enum.IsDefined(loss)
            || char.IsDigit(parts[0][0])
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int steps)
            || steps < 1
        )
            throw Wrong(text, "it does not begin with a loss, steps and a pool");
        List<KeyValuePair<string, double>> mix = [];
        Dictionary<string, double> settings = [];
        foreach (string part in parts[2..])
        {
            string[] sides = part.Split('=');
            double value = 1;
            if (sides.Length > 2 || sides[0].Length == 0 || (sides.Length == 2 && !TryNumber(sides[1], out value)))
                throw Wrong(text, $"'{part}' is no pool with a weight");
            if (Settings.Contains(sides[0]))
                settings[sides[0]] = value;
            else if (mix.Any(pool => pool.Key == sides[0]))
                throw Wrong(text, $"the pool '{sides[0]}' stands twice");
            else
                mix.Add(new(sides[0], value));
        }
        if (mix.Sum(pool => pool.Value) == 0)
            throw Wrong(text, "no pool has a weight");
        if (settings.Values.Any(value => value <= 0) || settings.GetValueOrDefault("batch", 1) % 1 != 0)
            throw Wrong(text, "batch is a whole number, and batch, rate and beta are above 0");
        return new()
        {
            Loss = loss,
            Steps = steps,
            Mix = mix,
            Batch = (int)settings.GetValueOrDefault("batch", 32),
            Rate = settings.TryGetValue("rate", out double rate) ? rate : null,
            Beta = settings.GetValueOrDefault("beta", 0.1),
        };
    }

    private static bool TryNumber(string text, out double value)
    {
        bool isShare = text.EndsWith('%');
        bool isNumber = double.TryParse(
            isShare ? text[..^1] : text,
            NumberStyles.Float,
            CultureInfo.InvariantCulture,
            out value
        );
        value = isShare ? value / 100 : value;
        return isNumber && double.IsFinite(value) && value >= 0;
    }

    private static AssayException Wrong(string text, string what) =>
        new(
            $"'{text}' is no stage: {what}",
            hint: "A stage reads 'sft 300 translation=22% general=78%': lm, sft, dpo, wpo or grpo, the steps, and a weight for each pool; perhaps batch=64 rate=1e-3 beta=0.1."
        );
}
