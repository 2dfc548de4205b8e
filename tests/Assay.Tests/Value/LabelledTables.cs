using System.Text;
using Assay.Data;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Tests.Value;

/// <summary>Small labelled tables, and runs of valuers over them.</summary>
internal static class LabelledTables
{
    /// <summary>Two columns of numbers, a class (the sign of their sum, flipped in every <paramref name="flip"/>th row), a number and a source.</summary>
    public static View Of(int count, string seed, int flip = 0, int rowsPerTable = 7)
    {
        RandomStream random = new(5, seed);
        return new(
            Rows.Of(
                count,
                rowsPerTable,
                (builder, row) =>
                {
                    double a = random.NextGaussian(),
                        b = random.NextGaussian();
                    bool isFlipped = flip > 0 && row % flip == 0;
                    builder.Column("a").Set(a);
                    builder.Column("b").Set(100 * b);
                    builder.Column("label").Set(Encoding.UTF8.GetBytes(a + b > 0 != isFlipped ? "yes" : "no"));
                    builder.Column("y").Set(a - 2 * b + (isFlipped ? 20 : 0.1 * random.NextGaussian()));
                    builder.Column("from").Set(Encoding.UTF8.GetBytes("s" + row % 5));
                }
            )
        );
    }

    /// <summary>The same, whose last row has a source that is in no other table.</summary>
    public static View OfOther(int count) =>
        new(
            Rows.Of(
                count,
                7,
                (builder, row) =>
                {
                    builder.Column("a").Set((double)row);
                    builder.Column("b").Set(1.0);
                    builder.Column("from").Set(Encoding.UTF8.GetBytes(row == count - 1 ? "other" : "s" + row % 5));
                }
            )
        );

    /// <summary>The columns of features of <see cref="Of"/>.</summary>
    public static string[] Features => ["a", "b"];

    public static IReadOnlyList<Signal> Run(
        this IValuer valuer,
        View view,
        View? test,
        int threads = 2,
        Pieces? pieces = null,
        IProgress<Progress>? progress = null,
        ulong seed = 7
    )
    {
        using Pieces temporary = Pieces.Temporary();
        return valuer.Value(
            view,
            new(pieces ?? temporary)
            {
                Threads = threads,
                Random = new RandomStream(seed, "value"),
                Progress = progress,
                Datasets = test is null ? new Dictionary<string, View>() : new() { ["test"] = test },
            }
        );
    }
}
