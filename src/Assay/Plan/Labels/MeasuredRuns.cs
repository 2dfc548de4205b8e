using System.Globalization;
using Assay.Studies;

namespace Assay.Plan.Labels;

/// <summary>The frontier of runs that have been made: what each cost, and how good it is.</summary>
internal static class MeasuredRuns
{
    public static Study Study(StudyTable table, LabelOptions options)
    {
        double[] costs = table.Numbers(options.Cost),
            accuracies = table.Numbers(options.Accuracy);
        if (Array.FindIndex(costs, cost => cost < 0) is >= 0 and int row)
            throw table.Wrong(
                row,
                options.Cost,
                $"a run has cost {costs[row]}",
                "Expected a number that is not negative."
            );
        string[] methods = table.Has(options.Method)
            ? table.Words(options.Method)
            : [.. Enumerable.Repeat("all runs", costs.Length)];
        IReadOnlyList<int> frontier = CostFrontier.Of(
            costs,
            accuracies,
            options.CostTolerance,
            options.AccuracyTolerance
        );
        int last = frontier[^1];
        return new()
        {
            Title = "Cost and accuracy of labels",
            Answer =
                $"{frontier.Count} of {costs.Length} runs are worth their cost; the best reaches {Share(accuracies[last])} at {LabelPlan.Number(costs[last])} ({methods[last]}).",
            Facts =
            [
                new("Worth their cost", $"{frontier.Count} of {costs.Length}"),
                new("Best", Share(accuracies[last]), $"{methods[last]}, at {LabelPlan.Number(costs[last])}"),
            ],
            Panels =
            [
                Frontier("Frontier", costs, accuracies, methods, options),
                new TablePanel
                {
                    Title = "On the frontier",
                    Columns =
                    [
                        TableColumn.Of("cost", frontier.Select(i => costs[i])),
                        TableColumn.Of("accuracy", frontier.Select(i => accuracies[i]), 1, "share"),
                        TableColumn.Of("method", frontier.Select(i => methods[i])),
                    ],
                },
            ],
            Notes =
            [
                "The best of many noisy runs is too good: measure the one you choose once more, on fresh seeds.",
                $"Costs within {Share(options.CostTolerance)} of each other count as the same, and a dearer run must be better by {LabelPlan.Number(options.AccuracyTolerance)}.",
            ],
        };
    }

    public static CurvePanel Frontier(
        string title,
        double[] costs,
        double[] accuracies,
        string[] groups,
        LabelOptions options
    )
    {
        IReadOnlyList<int> frontier = CostFrontier.Of(
            costs,
            accuracies,
            options.CostTolerance,
            options.AccuracyTolerance
        );
        bool isLogarithmic = costs.All(cost => cost > 0) && costs.Max() > 10 * costs.Min();
        return new()
        {
            Title = title,
            X = new("cost", IsLogarithmic: isLogarithmic),
            Y = new("accuracy", "share", Better.More),
            Curves =
            [
                .. groups
                    .Distinct()
                    .Select(group =>
                    {
                        int[] of =
                        [
                            .. Enumerable.Range(0, costs.Length).Where(i => groups[i] == group).OrderBy(i => costs[i]),
                        ];
                        return new Curve(group, [.. of.Select(i => costs[i])], [.. of.Select(i => accuracies[i])])
                        {
                            Form = CurveForm.Points,
                        };
                    }),
                new("frontier", [.. frontier.Select(i => costs[i])], [.. frontier.Select(i => accuracies[i])])
                {
                    Form = CurveForm.Step,
                    Emphasis = Emphasis.Main,
                },
            ],
        };
    }

    private static string Share(double value) => value.ToString("P1", CultureInfo.InvariantCulture);
}
