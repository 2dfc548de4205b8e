namespace Assay.Data;

/// <summary>The columns that a view is written with: those of its dataset, with edited texts, then what the options add.</summary>
internal sealed class OutputColumns
{
    public const string IdColumn = "assay_id";
    public const string ReasonColumn = "assay_reason";

    public OutputColumns(View view, WriterOptions options)
    {
        Signals = [.. options.Signals.Select(view.Signal)];
        HasIds = options.Ids;
        // A column of the same name, from an earlier export, gives way.
        HashSet<string> added = [.. Signals.Select(signal => signal.Name)];
        Reason = options.Reason;
        if (HasIds)
            added.Add(IdColumn);
        if (Reason is not null)
            added.Add(ReasonColumn);
        Fields = [.. view.Dataset.Schema.Where(field => !added.Contains(field.Name))];
        TextField = Array.FindIndex(Fields, field => field.Name == view.Dataset.TextColumn);
    }

    /// <summary>The dataset's columns.</summary>
    public Field[] Fields { get; }

    /// <summary>Which of them is the text, or -1.</summary>
    public int TextField { get; }

    public bool HasIds { get; }

    public Func<int, string>? Reason { get; }

    public Signal[] Signals { get; }

    /// <summary>The names of all columns, in the order of writing.</summary>
    public IEnumerable<string> Names =>
        Fields
            .Select(column => column.Name)
            .Concat(HasIds ? [IdColumn] : [])
            .Concat(Reason is null ? [] : [ReasonColumn])
            .Concat(Signals.Select(signal => signal.Name));

    /// <summary>The type of a column that the options add.</summary>
    public static ColumnType TypeOfAdded(string name) =>
        name is IdColumn or ReasonColumn ? ColumnType.Text : ColumnType.Float64;

    /// <summary>The dataset's columns in one of its tables, null where the table lacks one.</summary>
    public Column?[] In(Table table) => [.. Fields.Select(field => table.Find(field.Name))];
}
