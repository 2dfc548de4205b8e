using Assay.Data;

namespace Assay.Select;

/// <summary>Walks over the tables of a view.</summary>
internal static class Scan
{
    /// <summary>
    /// Calls <paramref name="body"/> for each table that has selected rows, on all threads, with the place of the table's
    /// first row among the view's distinct rows.
    /// </summary>
    public static void Tables(View view, Work work, string stage, Action<Batch, int> body)
    {
        int[] starts = new int[view.TableCount + 1];
        for (int i = 0; i < view.TableCount; i++)
            starts[i + 1] = starts[i] + view.RowsOf(i).Length;
        long done = 0;
        work.Each(
            view.TableCount,
            index =>
            {
                int rows = starts[index + 1] - starts[index];
                if (rows == 0)
                    return;
                using (Batch batch = view.Read(index))
                    body(batch, starts[index]);
                work.Progress?.Report(new(stage, Interlocked.Add(ref done, rows), starts[^1], "rows"));
            }
        );
    }
}
