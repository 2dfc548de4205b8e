using System.Globalization;
using System.Text.RegularExpressions;

namespace Assay.Judge;

/// <summary>What the name of a published DCLM run says of it.</summary>
/// <remarks>
/// Names are <c>dataset-model-key=value-...</c>, with p for the point in numbers: <c>c4_original-d=1024_l=24_h=8-warm=2000-lr=0p003-...-mult=1</c>.
/// A multiplier is one of the tokens that 20 a parameter make.
/// </remarks>
/// <param name="Dataset">The data set.</param>
/// <param name="Model">The model: 400M, 1B or 7B.</param>
/// <param name="LearningRate">The highest learning rate.</param>
/// <param name="Multiplier">Tokens over 20 a parameter.</param>
public sealed partial record DclmRun(string Dataset, string Model, double LearningRate, double Multiplier)
{
    /// <summary>Model, tokens and rate in one: <c>1B-1x at 0.003</c>. Runs are comparable only within it.</summary>
    public string Scale =>
        string.Create(CultureInfo.InvariantCulture, $"{Model}-{Multiplier:0.###}x at {LearningRate:0.######}");

    /// <summary>Reads a name; null if it is of another form, or lacks rate or multiplier.</summary>
    public static DclmRun? Parse(string name)
    {
        Match form = Form.Match(name);
        if (!form.Success || Number(name, "lr") is not { } rate || Number(name, "mult") is not { } multiplier)
            return null;
        string model = form.Groups[2].Value;
        return new(
            form.Groups[1].Value,
            model.StartsWith("open_lm_1b") ? "1B"
                : model.StartsWith("open_lm_7b") ? "7B"
                : "400M",
            rate,
            multiplier
        );
    }

    private static double? Number(string name, string key) =>
        Regex.Match(name, $"-{key}=([0-9]+(?:[p.][0-9]+)?)(?=-|_|$)") is { Success: true } found
            ? double.Parse(found.Groups[1].Value.Replace('p', '.'), CultureInfo.InvariantCulture)
            : null;

    [GeneratedRegex("^(.+?)-(d=1024_l=24_h=8|open_lm_1b[^-]*|open_lm_7b[^-]*)(?:-|$)")]
    private static partial Regex Form { get; }
}
