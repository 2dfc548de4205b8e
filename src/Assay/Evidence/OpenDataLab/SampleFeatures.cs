using System.IO.Hashing;
using System.Text;
using Assay.Data;
using Assay.Learning;

namespace Assay.Evidence;

/// <summary>A row for a linear model: columns with their values, and a class.</summary>
/// <param name="Features">Columns in the order in which they were added; a column may repeat.</param>
/// <param name="Label">The class, from 0.</param>
internal sealed record FeatureRow(List<(int Column, float Value)> Features, int Label);

/// <summary>Features of values, each kind with columns of its own: what readers of files and the generic loader both fill.</summary>
internal sealed class SampleFeatures
{
    public const int Words = 1 << 14,
        Items = 1 << 10;

    private readonly List<(int Column, float Value)> _features = [];
    private int _offset;

    public void Number(double value) => Add(1, [(0, (float)value)]);

    public void Text(string text) =>
        Add(
            Words,
            text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
                .Select(word => ((int)(XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(word)) % Words), 1f))
        );

    public void Set(IEnumerable<long> items) => Add(Items, items.Select(item => ((int)(item % Items), 1f)));

    public void Pixels(ReadOnlySpan<byte> pixels)
    {
        for (int i = 0; i < pixels.Length; i++)
            if (pixels[i] != 0)
                _features.Add((_offset + i, pixels[i] / 255f));
        _offset += pixels.Length;
    }

    public FeatureRow Row(int label) => new([.. _features], label);

    private void Add(int width, IEnumerable<(int Column, float Value)> values)
    {
        foreach ((int column, float value) in values)
            _features.Add((_offset + column, value));
        _offset += width;
    }
}

/// <summary>The one loader: rows of any dataset in DSDL, by the types of its fields alone.</summary>
internal static class GenericLoader
{
    /// <summary>Reads rows; the one field of type <c>Label</c> is the class.</summary>
    /// <param name="dataset">The dataset; its sample type is a struct.</param>
    /// <param name="media">The folder of images, binary PGM files.</param>
    public static IEnumerable<FeatureRow> Read(DsdlDataset dataset, string media)
    {
        foreach (DsdlSample sample in dataset.Samples())
        {
            if (sample.Value is not StructValue fields)
                throw new AssayException("a sample has errors", sample.Where);
            SampleFeatures features = new();
            int label = -1;
            foreach (StructField field in fields.Type.Fields)
                switch (fields[field.Name])
                {
                    case LabelValue one:
                        label = one.Index - 1;
                        break;
                    case NumValue number:
                        features.Number(number.Number);
                        break;
                    case TextValue text when field.Type.Name == "Str": // ids say nothing
                        features.Text(text.Text);
                        break;
                    case ListValue list:
                        features.Set(list.Items.Select(item => ((IntValue)item).Number));
                        break;
                    case LocatorValue image:
                        features.Pixels(PortableGreymap.Read(Path.Combine(media, image.Path)));
                        break;
                }
            yield return features.Row(label);
        }
    }
}

/// <summary>Grey images of one byte a pixel (PGM, binary).</summary>
internal static class PortableGreymap
{
    public static void Write(string path, ReadOnlySpan<byte> pixels, int width)
    {
        using FileStream file = File.Create(path);
        file.Write(Encoding.ASCII.GetBytes($"P5\n{width} {pixels.Length / width}\n255\n"));
        file.Write(pixels);
    }

    public static byte[] Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int at = 0;
        for (int lines = 0; lines < 3; lines++)
            at = bytes.AsSpan().IndexOf(at, (byte)'\n') + 1;
        return bytes[at..];
    }

    private static int IndexOf(this Span<byte> bytes, int from, byte value) => from + bytes[from..].IndexOf(value);
}

/// <summary>Rows in batches, and the linear model that is trained on them.</summary>
internal static class LinearBatches
{
    private const int BatchSize = 32;

    /// <summary>The bytes of each batch: columns, values and classes in the order of <paramref name="order"/>.</summary>
    public static byte[][] Of(IReadOnlyList<FeatureRow> rows, int[] order) =>
        [
            .. order
                .Chunk(BatchSize)
                .Select(batch =>
                {
                    using MemoryStream bytes = new();
                    using BinaryWriter writer = new(bytes);
                    foreach (int row in batch)
                    {
                        foreach ((int column, float value) in rows[row].Features)
                        {
                            writer.Write(column);
                            writer.Write(value);
                        }
                        writer.Write(rows[row].Label);
                    }
                    writer.Flush();
                    return bytes.ToArray();
                }),
        ];

    /// <summary>Trains on the first four fifths of an order; gives the coefficients and the accuracy on the rest.</summary>
    public static (double[] Coefficients, double Accuracy) Train(
        IReadOnlyList<FeatureRow> rows,
        int[] order,
        int classes
    )
    {
        int columns = 1 + rows.Max(row => row.Features.Max(feature => feature.Column));
        int train = order.Length * 4 / 5;
        LogisticModel model = new LogisticRegression(
            new()
            {
                C = 1,
                MaxIterations = 200,
                Tolerance = 1e-4,
            }
        ).Fit(Matrix(order[..train]), [.. order[..train].Select(row => rows[row].Label)], classes);
        double[] found = model.Probabilities(Matrix(order[train..]));
        int right = 0;
        for (int i = train; i < order.Length; i++)
        {
            ReadOnlySpan<double> of = found.AsSpan((i - train) * classes, classes);
            int best = 0;
            for (int c = 1; c < classes; c++)
                best = of[c] > of[best] ? c : best;
            right += best == rows[order[i]].Label ? 1 : 0;
        }
        return (model.Coefficients, right / (double)(order.Length - train));

        SparseMatrix Matrix(int[] which)
        {
            SparseMatrixBuilder builder = new(columns);
            foreach (int row in which)
            {
                foreach ((int column, float value) in rows[row].Features)
                    builder.Add(column, value);
                builder.EndRow(normalise: true);
            }
            return builder.Build();
        }
    }
}
