using System.Text;
using Assay.Data;
using Assay.Numerics;
using Assay.Select;

namespace Assay.Tests;

/// <summary>Small datasets and runs of selectors over them.</summary>
internal static class Rows
{
    /// <summary>A dataset whose tables <paramref name="fill"/> fills row by row.</summary>
    public static Dataset Of(int count, int rowsPerTable, Action<TableBuilder, int> fill)
    {
        List<byte[]> tables = [];
        for (int first = 0; first < count; first += rowsPerTable)
        {
            TableBuilder builder = new("rows");
            for (int row = first; row < Math.Min(count, first + rowsPerTable); row++)
            {
                fill(builder, row);
                builder.EndRow(RowId.Of(BitConverter.GetBytes(row), "rows", row), row);
            }
            using MemoryStream bytes = new();
            builder.WriteTo(bytes);
            tables.Add(bytes.ToArray());
        }
        return Dataset.Of("rows", "text", tables);
    }

    /// <summary>Texts of the given lengths.</summary>
    public static Dataset OfLengths(params int[] lengths) =>
        Dataset.OfTexts(lengths.Select(length => new string('x', length)), rowsPerTable: 3);

    public static Selected Run(this ISelector selector, View view, int threads = 1, ulong seed = 7)
    {
        using Pieces pieces = Pieces.Temporary();
        return selector.Select(view, new(pieces) { Random = new(seed, "step"), Threads = threads });
    }

    /// <summary>A run of a selector that edits, and what it leaves of each row's text; null where the row went.</summary>
    public static (Selected Selected, IReadOnlyList<string?> Texts) RunOnTexts(
        this ISelector selector,
        View view,
        int threads = 1,
        ulong seed = 7
    )
    {
        using Pieces pieces = Pieces.Temporary();
        Selected selected = selector.Select(view, new(pieces) { Random = new(seed, "step"), Threads = threads });
        return (selected, selected.Texts(view));
    }

    /// <summary>The count of each reason.</summary>
    public static Dictionary<string, int> Reasons(this Selected selected) =>
        selected
            .Drops.ReasonOf.GroupBy(reason => selected.Drops.Reasons[reason])
            .ToDictionary(group => group.Key, group => group.Count());

    /// <summary>True if every distinct row of the view is kept or dropped, never both, and drops ascend.</summary>
    public static bool Complements(this Selected selected, View view) =>
        selected.Kept.Rows.Distinct().Concat(selected.Drops.Rows).Order().SequenceEqual(view.DistinctRows.ToArray())
        && selected.Drops.Rows.SequenceEqual(selected.Drops.Rows.Order())
        && selected.Drops.ReasonOf.Length == selected.Drops.Rows.Length;

    /// <summary>What is left of each row's text; null where the row went.</summary>
    public static IReadOnlyList<string?> Texts(this Selected selected, View view)
    {
        string?[] texts = new string?[view.Dataset.RowCount];
        view.With(selected.Kept, selected.Edits)
            .ForEach(
                selected.Kept.Rows,
                (batch, row) => texts[row] = Encoding.UTF8.GetString(batch.Text(row)),
                CancellationToken.None
            );
        return texts;
    }

    /// <summary>A run that is killed when a stage is more than a third done.</summary>
    public static void KilledIn(this ISelector selector, string stage, View view, Pieces pieces)
    {
        using CancellationTokenSource kill = new();
        Work work = new(pieces)
        {
            Threads = 1,
            Random = new(7, "step"),
            Cancellation = kill.Token,
            Progress = new Listener(progress =>
            {
                if (progress.Stage == stage && progress.Done * 3 > progress.Total)
                    kill.Cancel();
            }),
        };
        Assert.ThrowsAny<OperationCanceledException>(() => selector.Select(view, work));
    }

    private sealed class Listener(Action<Progress> hear) : IProgress<Progress>
    {
        public void Report(Progress value) => hear(value);
    }

    public static Amount Amount(string text) => Data.Amount.Parse(text, null);
}
