using System.Text.Json;
using Assay.Judge;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Published accuracies of 72 curation runs of the DCLM benchmark, and their core score: the mean over 22 tasks of (accuracy - chance) / (1 - chance).</summary>
internal sealed class CoreScores
{
    /// <summary>The folder of the data.</summary>
    public const string Folder = "mates";

    private readonly JsonElement _file;
    private readonly string[] _tasks;

    public CoreScores(string path)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(path));
        _file = file.RootElement.Clone();
        _tasks = [.. _file.GetProperty("low_variance_tasks").EnumerateArray().Select(task => task.GetString()!)];
    }

    /// <summary>The runs.</summary>
    public IReadOnlyList<JsonElement> Runs => [.. _file.GetProperty("runs").EnumerateArray()];

    /// <summary>The one run whose file's name begins so.</summary>
    public JsonElement Run(string start) =>
        Runs.Single(run => run.GetProperty("file").GetString()!.StartsWith(start, StringComparison.Ordinal));

    /// <summary>Accuracy above chance, task by task.</summary>
    /// <param name="run">A run.</param>
    /// <param name="version">1 or 2: three tasks have other chances in the newer version.</param>
    public double[] Centred(JsonElement run, int version)
    {
        JsonElement chances = _file.GetProperty($"random_baseline_v{version}"),
            accuracies = run.GetProperty("icl");
        return
        [
            .. _tasks.Select(task =>
            {
                double chance = chances.GetProperty(task).GetDouble();
                return new BenchmarkTask(task, "", chance, IsCore: true).Centred(
                    accuracies.GetProperty(task).GetDouble()
                );
            }),
        ];
    }

    /// <summary>The mean difference of two runs over tasks, with the interval that so few tasks leave.</summary>
    public MeanInterval Difference(JsonElement run, JsonElement minus) =>
        MeanInterval.Of([.. Centred(run, 1).Zip(Centred(minus, 1), (a, b) => a - b)], Trials.Confidence);
}
