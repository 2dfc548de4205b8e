using Assay.Data;
using Assay.Learning;

namespace Assay.Features;

/// <summary>Vectors that rows come with: columns of numbers, or of lists of numbers.</summary>
internal sealed class ColumnEmbedder(IReadOnlyList<string> columns, int dimensions) : IRowEmbedder
{
    public int Dimensions => dimensions;

    /// <summary>Takes the columns of the first view, and their width from its first row.</summary>
    public static ColumnEmbedder Of(EmbeddingOptions options, IReadOnlyList<View> views)
    {
        IReadOnlyList<string> columns = options.Features.Count > 0 ? options.Features : NumberColumns.Default(views[0]);
        foreach (View view in views)
        foreach (string column in columns)
            NumberColumns.Check(view, column);
        View first =
            views.FirstOrDefault(view => view.DistinctRows.Length > 0)
            ?? throw new AssayException($"'{views[0].Dataset.Name}' has no rows to embed");
        int row = first.DistinctRows[0];
        using Batch batch = first.Read(first.Dataset.TableOf(row));
        return new(columns, NumberColumns.Read(batch, [row], columns, null).Columns);
    }

    public Matrix Embed(Batch batch, ReadOnlySpan<int> rows) => NumberColumns.Read(batch, rows, columns, dimensions);
}
