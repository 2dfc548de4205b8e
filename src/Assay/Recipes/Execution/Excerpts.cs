using System.Text;
using Assay.Data;

namespace Assay.Recipes.Execution;

/// <summary>Reads the beginnings of a few rows, loading each table once.</summary>
internal static class Excerpts
{
    private const int Characters = 600;

    /// <summary>The excerpts of <paramref name="rows"/> as they look in <paramref name="view"/>, by row.</summary>
    public static Dictionary<int, RowExcerpt> Of(View view, IEnumerable<int> rows, Work work)
    {
        Dictionary<int, RowExcerpt> excerpts = [];
        var byTable = rows.Distinct().GroupBy(view.Dataset.TableOf).OrderBy(group => group.Key).ToArray();
        work.Each(
            byTable.Length,
            i =>
            {
                using Batch batch = view.Read(byTable[i].Key);
                foreach (int row in byTable[i])
                {
                    ReadOnlySpan<byte> text = batch.Text(row);
                    RowExcerpt excerpt = new(
                        batch.Id(row).ToString(),
                        batch.Table.SourceOf(batch.Local(row)),
                        Beginning(text),
                        text.Length
                    );
                    lock (excerpts)
                        excerpts.Add(row, excerpt);
                }
            }
        );
        return excerpts;
    }

    private static string Beginning(ReadOnlySpan<byte> utf8)
    {
        string text = Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, Characters * 4)]);
        if (text.Length <= Characters)
            return utf8.Length > Characters * 4 ? text.TrimEnd('\uFFFD') : text;
        int end = char.IsHighSurrogate(text[Characters - 1]) ? Characters - 1 : Characters;
        return text[..end];
    }
}
