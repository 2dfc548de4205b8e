using System.Text.Json;

namespace Assay.Evidence;

/// <summary>The public record of 72 fine-tuned models and their soups: accuracies that soups promise, recomputed from the tables.</summary>
internal sealed class PublicSoups
{
    private const string Validation = "ImageNet2p",
        Test = "ImageNet";
    private static readonly string[] Shifts = ["ImageNetV2", "ImageNetSketch", "ImageNetR", "ObjectNet", "ImageNetA"];

    private readonly IReadOnlyList<Dictionary<string, double>> _models;
    private readonly Dictionary<string, double> _greedy,
        _uniform;

    public PublicSoups(Trial trial)
    {
        _models = Read(trial, "modelsoups_individual_model_results.jsonl");
        _greedy = Read(trial, "modelsoups_greedy_soup_results.jsonl")[0];
        _uniform = Read(trial, "modelsoups_uniform_soup_results.jsonl")[0];
    }

    /// <summary>The eight benchmarks of the paper's table 1, means of its six rows and of the final model: rounded there, whole here.</summary>
    public static double FinalMean { get; } = new[] { 83.2, 60.7, 48.0, 70.6, 78.5, 50.0, 56.4, 46.9 }.Average();

    public void Measure(Figures figures)
    {
        Dictionary<string, double> best = _models.MaxBy(model => model[Validation])!;
        figures["public/models"] = _models.Count;
        figures["public/best"] = 100 * best[Test];
        figures["public/mean"] = 100 * _models.Average(model => model[Test]);
        figures["public/uniform"] = 100 * _uniform[Test];
        figures["public/greedy"] = 100 * _greedy[Test];
        figures["public/best-shifts"] = 100 * Shifts.Average(shift => best[shift]);
        figures["public/uniform-shifts"] = 100 * Shifts.Average(shift => _uniform[shift]);
        figures["public/greedy-shifts"] = 100 * Shifts.Average(shift => _greedy[shift]);
        figures["public/final-mean"] = FinalMean;
    }

    private static IReadOnlyList<Dictionary<string, double>> Read(Trial trial, string file) =>
        [
            .. File.ReadLines(trial.Path("points", file))
                .Where(line => line.Length > 0)
                .Select(line =>
                {
                    using JsonDocument row = JsonDocument.Parse(line);
                    return row
                        .RootElement.EnumerateObject()
                        .Where(field => field.Value.ValueKind == JsonValueKind.Number)
                        .ToDictionary(field => field.Name, field => field.Value.GetDouble());
                }),
        ];
}
