using System.Globalization;
using System.IO.Compression;
using System.Text;
using Assay.Data;
using Assay.Numerics;
using Assay.Order;

namespace Assay.Evidence;

/// <summary>Rows of numbers with a class, from a file of numbers whose last column is the class.</summary>
/// <param name="Rows">One array of features a row.</param>
/// <param name="Labels">The class of each row, from 0.</param>
internal sealed record LabelledTable(float[][] Rows, int[] Labels)
{
    /// <summary>The column of the class in a <see cref="ViewOf"/>.</summary>
    public const string Label = "class";

    /// <summary>Reads a file; lines whose last field is no whole number, such as a header, are left out.</summary>
    public static LabelledTable Read(string path)
    {
        List<float[]> rows = [];
        List<int> labels = [];
        using FileStream file = File.OpenRead(path);
        using Stream content = path.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(file, CompressionMode.Decompress)
            : file;
        using StreamReader reader = new(content);
        while (reader.ReadLine() is { } line)
        {
            string[] fields = line.Split(',');
            if (!int.TryParse(fields[^1], CultureInfo.InvariantCulture, out int label))
                continue;
            labels.Add(label);
            rows.Add([.. fields[..^1].Select(field => float.Parse(field, CultureInfo.InvariantCulture))]);
        }
        return new([.. rows], [.. labels]);
    }

    /// <summary>The rows in random order.</summary>
    public LabelledTable Shuffled(RandomStream random)
    {
        int[] order = Shuffle.Of(Rows.Length, random);
        return new([.. order.Select(row => Rows[row])], [.. order.Select(row => Labels[row])]);
    }

    /// <summary>A stretch of the rows.</summary>
    public LabelledTable Part(int start, int count) =>
        new([.. Rows.Skip(start).Take(count)], [.. Labels.Skip(start).Take(count)]);

    /// <summary>The same rows, the first few with another class, drawn at random.</summary>
    public LabelledTable WithWrong(int wrong, RandomStream random)
    {
        int classes = Labels.Max() + 1;
        return this with
        {
            Labels =
            [
                .. Labels.Select(
                    (label, row) => row < wrong ? (label + 1 + random.NextInt32(classes - 1)) % classes : label
                ),
            ],
        };
    }

    /// <summary>The rows as a dataset, so that methods run on them as they do in a recipe.</summary>
    public View ViewOf(string name)
    {
        TableBuilder builder = new(name);
        for (int row = 0; row < Rows.Length; row++)
        {
            for (int j = 0; j < Rows[row].Length; j++)
                builder.Column($"f{j}").Set((double)Rows[row][j]);
            builder.Column(Label).Set((long)Labels[row]);
            builder.EndRow(RowId.Of(Encoding.UTF8.GetBytes(name), name, row), row);
        }
        using MemoryStream bytes = new();
        builder.WriteTo(bytes);
        return new(Dataset.Of(name, "text", bytes.ToArray()));
    }
}
