using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;

namespace Assay.Judge;

/// <summary>The workloads that a table and a corpus make: logistic regression, a perceptron, a convolutional network, a transformer.</summary>
internal static class OwnWorkloads
{
    private const int Hidden = 64,
        Filters = 8,
        MostHeldOutText = 4096;

    /// <exception cref="AssayException">The table or the corpus is too small, or a column does not fit.</exception>
    public static IReadOnlyList<TrainedWorkload> Of(View table, OptimiserOptions options, Work work)
    {
        List<TrainedWorkload> workloads = [.. Tables(table, options, work)];
        if (options.Corpus.Length > 0)
            workloads.Add(Text(work.Dataset(options.Corpus), options, work));
        return workloads;
    }

    private static IEnumerable<TrainedWorkload> Tables(View table, OptimiserOptions options, Work work)
    {
        IReadOnlyList<string> columns =
            options.Features.Count > 0
                ? options.Features
                : NumberColumns.Default(table, options.Label, options.OrderBy);
        int[] rows = [.. table.Selection.Rows];
        Array.Sort(rows);
        work.Random.Child("held-out").Shuffle<int>(rows);
        int held = (int)Math.Round(options.HeldOut * rows.Length);
        if (held < 1 || rows.Length - held < 2)
            throw new AssayException(
                $"'{table.Dataset.Name}' has {rows.Length} rows, too few to hold out {held}",
                hint: "Give more rows, or another --held-out."
            );
        IReadOnlyList<string> classes = LabelledRows.ClassesOf(table, rows, options.Label, work.Cancellation);
        ClassificationData train = Read(rows[held..]),
            test = Read(rows[..held]);
        double[]? keys =
            options.OrderBy.Length > 0
                ? LabelledRows.Read(table, rows[held..], options.OrderBy, [], null, work.Cancellation).Targets
                : null;
        (train, test) = Standardised(train, test);
        int width = train.Features.Columns,
            outputs = train.Classes;
        yield return new TableWorkload(
            "logistic",
            train,
            test,
            keys,
            options.Batch,
            random => Of(new Mlp(random, width, outputs))
        );
        yield return new TableWorkload(
            "mlp",
            train,
            test,
            keys,
            options.Batch,
            random => Of(new Mlp(random, width, Hidden, Hidden, outputs))
        );
        if (options.Image is not [var channels, var height, var wide])
            yield break;
        if (channels * height * wide != width)
            throw new AssayException(
                $"{width} columns are no image of {channels} x {height} x {wide}",
                hint: "Give --image channels,height,width whose product is the number of columns."
            );
        yield return new TableWorkload(
            "convnet",
            train,
            test,
            keys,
            options.Batch,
            random =>
            {
                ConvNet net = new(random, channels, height, wide, outputs, Filters);
                return (net, x => net.Forward(x.Reshape(x.Shape[0], channels, height, wide)));
            }
        );

        ClassificationData Read(int[] some)
        {
            LabelledRows read = LabelledRows.Read(table, some, options.Label, columns, classes, work.Cancellation);
            return new(read.Features!, read.Labels, classes.Count);
        }

        static (Module, Func<Tensor, Tensor>) Of(Mlp model) => (model, model.Forward);
    }

    // By the deviation of all columns together: pixels keep their scale to each other.
    private static (ClassificationData, ClassificationData) Standardised(
        ClassificationData train,
        ClassificationData held
    )
    {
        double sum = 0,
            squares = 0;
        long count = (long)train.Rows * train.Features.Columns;
        for (int row = 0; row < train.Rows; row++)
            foreach (float value in train.Features.Row(row))
            {
                sum += value;
                squares += (double)value * value;
            }
        double mean = sum / count,
            deviation = Math.Sqrt(Math.Max(0, squares / count - mean * mean));
        float scale = (float)(deviation > 0 ? 1 / deviation : 0);
        return (Scaled(train), Scaled(held));

        ClassificationData Scaled(ClassificationData data)
        {
            float[] values = new float[data.Rows * data.Features.Columns];
            for (int row = 0; row < data.Rows; row++)
            for (int j = 0; j < data.Features.Columns; j++)
                values[row * data.Features.Columns + j] = (data.Features.Row(row)[j] - (float)mean) * scale;
            return new(new Matrix(values, data.Features.Columns), data.Labels, data.Classes);
        }
    }

    private static TextWorkload Text(View corpus, OptimiserOptions options, Work work)
    {
        int[] rows = [.. corpus.Selection.Rows];
        Array.Sort(rows);
        work.Random.Child("held-out-text").Shuffle<int>(rows);
        int parts = Math.Max(1, rows.Length / 10);
        if (rows.Length < 2)
            throw new AssayException(
                $"'{corpus.Dataset.Name}' has {rows.Length} rows, too few to hold one out",
                hint: "Give it more rows: lines or paragraphs, not one document."
            );
        TokenStream held = new(),
            train = new();
        corpus.ForEach(
            rows[..parts],
            (batch, row) =>
            {
                if (held.Bytes < MostHeldOutText)
                    held.Add(batch.Text(row));
            },
            work.Cancellation
        );
        corpus.ForEach(rows[parts..], (batch, row) => train.Add(batch.Text(row)), work.Cancellation);
        if (held.Bytes == 0 || train.Bytes == 0)
            throw new AssayException($"'{corpus.Dataset.Name}' has no text", hint: "Check its 'text:' column.");
        return new(train, held, Math.Max(1, options.Batch / 8));
    }
}
