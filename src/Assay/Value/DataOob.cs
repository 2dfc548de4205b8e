using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>How often models that have not seen a row predict its label: signal <c>data-oob</c>.</summary>
/// <remarks>
/// Source: Kwon and Zou, "Data-OOB: Out-of-bag Estimate as a Simple and Efficient Data Value", arXiv 2304.07718. The mean, over
/// models whose bag lacks the row, of 1 where its class is predicted (for numbers: of minus the squared error). Needs no test set.
/// A bag of one class only predicts that class. Model t has the stream t.
/// </remarks>
[Method("value/data-oob", Paper = "data-shapley")]
public sealed class DataOob(DataOobOptions options) : IValuer
{
    private const string Stage = "bags";
    private const int ModelsPerPiece = 20;

    /// <inheritdoc/>
    /// <exception cref="AssayException">A column or a value is missing, or the model does not suit.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work)
    {
        ValuedTable table = ValuedTable.Read(options, view, null, null, work);
        Func<int[], int[], RandomStream, double[]> score =
            options.Task == LabelKind.Classification
                ? Classes(
                    new(table.Features, table.Labels, table.Classes),
                    Learners.Classifier(options.Model, work.Cancellation)
                )
                : Numbers(new(table.Features, table.Targets), Learners.Regressor(options.Model));
        int n = table.Features.Rows,
            draws = Math.Max(1, (int)Math.Round(options.Proportion * n)),
            pieces = (options.Models + ModelsPerPiece - 1) / ModelsPerPiece;
        int SizeOf(int piece) => Math.Min(ModelsPerPiece, options.Models - piece * ModelsPerPiece);
        RandomStream random = work.Random.Child(Stage);
        work.Make(
            Stage,
            pieces,
            (piece, stream) =>
            {
                using Workers.LimitScope limit = Workers.Limit(1); // models are what runs in parallel
                double[] sums = new double[2 * n]; // sums, then counts
                for (int i = 0; i < SizeOf(piece); i++)
                {
                    work.Cancellation.ThrowIfCancellationRequested();
                    RandomStream own = random.Child(piece * ModelsPerPiece + i);
                    int[] bag = Bag(n, draws, own);
                    int[] others = [.. Enumerable.Range(0, n).Except(bag)];
                    if (others.Length == 0)
                        continue;
                    double[] scores = score(bag, others, own);
                    for (int j = 0; j < others.Length; j++)
                    {
                        sums[others[j]] += scores[j];
                        sums[n + others[j]]++;
                    }
                }
                stream.Write(MemoryMarshal.AsBytes<double>(sums));
            },
            piece => SizeOf(piece),
            "models"
        );
        double[] all = new double[2 * n],
            part = new double[2 * n];
        for (int piece = 0; piece < pieces; piece++)
        {
            using FileStream stream = work.Pieces.Open(Stage, piece);
            stream.ReadExactly(MemoryMarshal.AsBytes(part.AsSpan()));
            for (int i = 0; i < all.Length; i++)
                all[i] += part[i];
        }
        // A row that was in every bag has no value.
        return [table.Signal("data-oob", [.. Enumerable.Range(0, n).Select(i => all[i] / all[n + i])])];
    }

    /// <summary>Rows drawn with replacement from all, ascending.</summary>
    internal static int[] Bag(int rows, int draws, RandomStream random)
    {
        int[] bag = [.. Enumerable.Range(0, draws).Select(_ => random.NextInt32(rows))];
        Array.Sort(bag);
        return bag;
    }

    private static Func<int[], int[], RandomStream, double[]> Classes(
        ClassificationData data,
        IClassifierLearner learner
    ) =>
        (bag, others, random) =>
        {
            ClassificationData own = data.Take(bag);
            bool isOne = own.Labels.All(label => label == own.Labels[0]);
            int[] predicted = isOne
                ? [.. others.Select(_ => own.Labels[0])]
                : learner.Fit(own, random.Child("model")).Predict(data.Features.Take(others));
            return [.. others.Select((row, i) => predicted[i] == data.Labels[row] ? 1.0 : 0)];
        };

    private static Func<int[], int[], RandomStream, double[]> Numbers(RegressionData data, IRegressorLearner learner) =>
        (bag, others, random) =>
        {
            double[] predicted = learner.Fit(data.Take(bag), random.Child("model")).Predict(data.Features.Take(others));
            return [.. others.Select((row, i) => -Math.Pow(predicted[i] - data.Targets[row], 2))];
        };
}
