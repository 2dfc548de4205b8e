using System.Globalization;
using System.Text.Json;
using Assay.Plan.Asymptote;

namespace Assay.Evidence;

/// <summary>The published losses and accuracies, and what follows from them; the same for every seed.</summary>
internal static class PublishedLosses
{
    public const string Folder = "infinite-compute";

    /// <summary>The best loss of the standard recipe on 209 M tokens.</summary>
    private const double StandardLoss = 3.74974;

    /// <summary>Fits, factors and means of accuracies.</summary>
    public static void Measure(Trial trial, Figures figures)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(trial.Path(Folder, "published_losses.json")));
        double[] parameters = Numbers(file.RootElement.GetProperty("params_billion")),
            tokens = [.. Numbers(file.RootElement.GetProperty("tokens")).Select(count => count / 1e9)];
        double[][] losses =
        [
            .. file
                .RootElement.GetProperty("ensemble_asymptote_by_params_then_tokens")
                .EnumerateObject()
                .Select(size => Numbers(size.Value)),
        ];
        double[] limits = new double[tokens.Length];
        for (int at = 0; at < tokens.Length; at++)
        {
            (PowerLaw law, double squares) = PowerLaw.Fit(parameters, [.. losses.Select(size => size[at])]);
            limits[at] = law.Asymptote;
            figures[$"published/{tokens[at] * 1000:0}M/asymptote"] = law.Asymptote;
            figures[$"published/{tokens[at] * 1000:0}M/exponent"] = law.Exponent;
            figures[$"published/{tokens[at] * 1000:0}M/squares"] = squares;
        }
        PowerLaw data = PowerLaw.Fit(tokens, limits).Law;
        figures["published/tokens/asymptote"] = data.Asymptote;
        figures["published/tokens/exponent"] = data.Exponent;
        DataEfficiency efficiency = new(StandardFromFactors(3.43, 2.29, 3.17, 5.17));
        figures["published/factor/joint"] = efficiency.Factor(limits[0], StandardLoss) ?? 0;
        figures["published/factor/regularised-1.4B"] =
            efficiency.Factor(0.05 / Math.Pow(1.4, 1.02) + 3.43, StandardLoss) ?? 0;
        figures["published/accuracy-gain"] = Gain(trial, file.RootElement);
    }

    // The law of the standard recipe is not published, but two of its factors are: they determine exponent and asymptote, by bisection.
    private static PowerLaw StandardFromFactors(double lossA, double factorA, double lossB, double factorB)
    {
        double low = 0,
            high = lossB - 1e-9;
        double Exponent(double asymptote) =>
            Math.Log((StandardLoss - asymptote) / (lossA - asymptote)) / Math.Log(factorA);
        for (int i = 0; i < 200; i++)
        {
            double middle = (low + high) / 2;
            double factor = Math.Pow((StandardLoss - middle) / (lossB - middle), 1 / Exponent(middle));
            (low, high) = factor < factorB ? (middle, high) : (low, middle);
        }
        // The scale drops out of factors.
        return new(1, Exponent(low), low);
    }

    // Percentage points, of the mean of three accuracies: the best ensemble above the best standard model.
    private static double Gain(Trial trial, JsonElement published)
    {
        double best = 0;
        foreach (string line in File.ReadLines(trial.Path(Folder, "downstream_200m.csv")).Skip(1))
        {
            string[] fields = line.Split(',');
            best = Math.Max(best, fields[2..5].Average(field => double.Parse(field, CultureInfo.InvariantCulture)));
        }
        return 100 * (best - Numbers(published.GetProperty("standard_recipe_downstream_acc_209M")).Max());
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetDouble())];
}
