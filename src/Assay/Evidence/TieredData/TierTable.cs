using System.Text.Json;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>The published scores of models trained on L1, L2 and L3 of the mathematics data, on sixteen tests, and the means printed beside them.</summary>
public sealed class TierTable
{
    /// <summary>The folder of the data.</summary>
    public const string Folder = "tiered-data";

    /// <summary>The tiers of the table, from the lowest.</summary>
    public static readonly string[] Tiers = ["L1", "L2", "L3"];

    private static readonly (string Group, string[] Tests)[] s_groups =
    [
        ("English", ["MMLU", "ARC-E", "ARC-C", "BBH", "CSQA", "HellaSwag", "OBQA", "PIQA", "SIQA", "Winogrande"]),
        ("Chinese", ["CMMLU", "C-Eval"]),
        ("Math", ["MATH500", "GSM8K"]),
        ("Code", ["MBPP", "HumanEval"]),
    ];

    private readonly string[] _tests;
    private readonly double[][] _scores;
    private readonly Dictionary<string, double[]> _printed;

    /// <summary>Reads <c>tier_table.json</c>.</summary>
    public TierTable(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        JsonElement root = document.RootElement;
        _tests = [.. root.GetProperty("columns").EnumerateArray().Select(name => name.GetString()!)];
        _scores = [.. Tiers.Select(tier => Numbers(root.GetProperty(tier)))];
        _printed = root.GetProperty("printed")
            .EnumerateObject()
            .ToDictionary(group => group.Name, group => Numbers(group.Value));

        static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetDouble())];
    }

    /// <summary>Names of the groups of tests; <c>All</c> is last.</summary>
    public static IEnumerable<string> Groups => [.. s_groups.Select(group => group.Group), "All"];

    /// <summary>The mean score of a tier over a group of tests, recomputed.</summary>
    public double Mean(string group, string tier) =>
        TestsOf(group).Average(test => _scores[Array.IndexOf(Tiers, tier)][Array.IndexOf(_tests, test)]);

    /// <summary>The mean as it is printed.</summary>
    public double Printed(string group, string tier) => _printed[group][Array.IndexOf(Tiers, tier)];

    /// <summary>A tier's score minus another's, over the tests.</summary>
    public MeanInterval Difference(string tier, string minus) =>
        MeanInterval.Of(
            [
                .. _scores[Array.IndexOf(Tiers, tier)]
                    .Zip(_scores[Array.IndexOf(Tiers, minus)], (score, other) => score - other),
            ],
            Trials.Confidence
        );

    private IEnumerable<string> TestsOf(string group) =>
        group == "All" ? _tests : Array.Find(s_groups, entry => entry.Group == group).Tests;
}
