using System.Runtime.InteropServices;
using System.Text.Json;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>What a model is worth that is trained without some of the rows: the lowest values, the highest, or as many at random.</summary>
/// <remarks>
/// The plots of Ghorbani and Zou, "Data Shapley" (2019), figure 3, with their control, the mean of 10 random orders. Removing the lowest
/// first is adding the highest first, seen from the other end, so each curve is measured once (<see cref="ValueCurve.Mirrored"/>).
/// </remarks>
public sealed record ValueCurves
{
    private const string Stage = "curves";
    private const int RandomOrders = 10;

    /// <summary>What is trained, such as <c>logistic</c>.</summary>
    public required string Model { get; init; }

    /// <summary>What is measured, such as <c>accuracy</c>; higher is better.</summary>
    public required string Metric { get; init; }

    /// <summary>Rows that it is measured on, which the values must not have seen.</summary>
    public required int TestRows { get; init; }

    /// <summary>Rows removed from the lowest value up.</summary>
    public required ValueCurve LowestFirst { get; init; }

    /// <summary>Rows removed from the highest value down.</summary>
    public required ValueCurve HighestFirst { get; init; }

    /// <summary>Rows removed in random order: the mean of 10 of them.</summary>
    public required ValueCurve Random { get; init; }

    /// <summary>Trains and measures: 12 orders of about 20 sets each.</summary>
    /// <param name="options">The table; its model and metric where it has them, else logistic or ridge regression.</param>
    /// <param name="view">The rows that were valued.</param>
    /// <param name="unseen">The rows to measure on.</param>
    /// <param name="values">One value for each distinct row of the view, ascending by row.</param>
    /// <param name="marked">A number of rows that gets a point of its own, such as how many have the lowest values.</param>
    /// <param name="work">Threads, random numbers, finished pieces (one an order), progress.</param>
    /// <exception cref="AssayException">The tables do not fit.</exception>
    public static ValueCurves Measure(
        LabelledTableOptions options,
        View view,
        View unseen,
        double[] values,
        int marked,
        Work work
    )
    {
        LearnerGameOptions learner = LearnerOf(options);
        ValuedTable table = ValuedTable.Read(learner, view, unseen, learner.Source, work);
        int[][] rows = table.Sources(null, work.Cancellation);
        if (rows.Length != values.Length)
            throw new ArgumentException($"{values.Length} values do not fit {rows.Length} rows.");
        if (rows.Length < 2)
            throw new AssayException("a curve of removal needs two rows at least");
        TrainingGame game = TrainingGame.Of(learner, table, rows, work);
        int[] lowest = ValueCurve.Ascending(values);
        int[] OrderOf(int index)
        {
            int[] order = [.. lowest];
            if (index == 1)
                Array.Reverse(order);
            else if (index > 1)
                work.Random.Child(index).Shuffle(order.AsSpan());
            return order;
        }
        ValueCurve[] curves = new ValueCurve[2 + RandomOrders];
        work.Make(
            Stage,
            curves.Length,
            (index, stream) =>
            {
                using Workers.LimitScope limit = Workers.Limit(1); // orders are what runs in parallel
                ValueCurve curve = ValueCurve.Removal(
                    game,
                    OrderOf(index),
                    also: [marked],
                    cancellation: work.Cancellation
                );
                stream.Write(
                    MemoryMarshal.AsBytes<double>([.. curve.Points.SelectMany(p => (double[])[p.Share, p.Worth])])
                );
            },
            unit: "curves"
        );
        for (int index = 0; index < curves.Length; index++)
        {
            using FileStream stream = work.Pieces.Open(Stage, index);
            double[] numbers = new double[stream.Length / sizeof(double)];
            stream.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
            curves[index] = new([.. numbers.Chunk(2).Select(pair => new CurvePoint(pair[0], pair[1]))]);
        }
        return new()
        {
            Model =
                learner.Model == "auto"
                    ? learner.Task == LabelKind.Classification
                        ? "logistic"
                        : "ridge"
                    : learner.Model,
            Metric = NameOf(learner),
            TestRows = unseen.DistinctRows.Length,
            LowestFirst = curves[0],
            HighestFirst = curves[1],
            Random = ValueCurve.Mean(curves[2..]),
        };
    }

    private static LearnerGameOptions LearnerOf(LabelledTableOptions options) =>
        options as LearnerGameOptions
        ?? new()
        {
            Label = options.Label,
            Task = options.Task,
            Features = options.Features,
            Standardise = options.Standardise,
            TextFeatures = options.TextFeatures,
            TextDimensions = options.TextDimensions,
            Model = options is DataOobOptions bags ? bags.Model : "auto",
        };

    private static string NameOf(LearnerGameOptions options) =>
        JsonNamingPolicy.KebabCaseLower.ConvertName(
            (
                options.Metric != WorthMetric.Auto ? options.Metric
                : options.Task == LabelKind.Classification ? WorthMetric.Accuracy
                : WorthMetric.R2
            ).ToString()
        );
}
