using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Assay.Data;

namespace Assay.Value;

/// <summary>Signals that each row has by itself, whatever the rows around it: every table is a piece of the work.</summary>
internal static class RowSignals
{
    /// <summary>Sets the values of one row, one for each signal.</summary>
    public delegate void Scorer(Batch batch, int row, Span<double> values);

    /// <summary>Whether all tables were scored by an earlier run, so that nothing has to be prepared.</summary>
    public static bool AreMade(View view, Work work, string stage) =>
        Enumerable.Range(0, view.TableCount).All(index => work.Pieces.Has(stage, index));

    /// <summary>Scores all rows in view; others get NaN.</summary>
    /// <param name="view">The rows.</param>
    /// <param name="work">Where the pieces go.</param>
    /// <param name="stage">What the pieces and their progress are called.</param>
    /// <param name="names">The names of the signals.</param>
    /// <param name="scorer">
    /// Makes a scorer with buffers of its own. One thread uses it at a time, for several tables: its values must not depend
    /// on what it scored before.
    /// </param>
    public static Signal[] Make(View view, Work work, string stage, IReadOnlyList<string> names, Func<Scorer> scorer)
    {
        ConcurrentBag<Scorer> idle = [];
        work.Make(
            stage,
            view.TableCount,
            (index, stream) =>
            {
                if (view.RowsOf(index).IsEmpty)
                    return;
                Scorer score = idle.TryTake(out Scorer? used) ? used : scorer();
                double[] values = new double[names.Count];
                using Batch batch = view.Read(index);
                foreach (int row in batch.Rows)
                {
                    work.Cancellation.ThrowIfCancellationRequested();
                    score(batch, row, values);
                    stream.Write(MemoryMarshal.AsBytes(values.AsSpan()));
                }
                idle.Add(score);
            },
            index => view.RowsOf(index).Length,
            "rows"
        );
        return Read(view, work, stage, names);
    }

    /// <summary>The signals that the pieces hold: of each row in view one number for each name.</summary>
    public static Signal[] Read(View view, Work work, string stage, IReadOnlyList<string> names)
    {
        Signal[] signals = [.. names.Select(name => new Signal(name, new double[view.Dataset.RowCount]))];
        foreach (Signal signal in signals)
            Array.Fill(signal.Values, double.NaN);
        double[] values = new double[names.Count];
        for (int index = 0; index < view.TableCount; index++)
        {
            using FileStream stream = work.Pieces.Open(stage, index);
            foreach (int row in view.RowsOf(index))
            {
                stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
                for (int i = 0; i < values.Length; i++)
                    signals[i].Values[row] = values[i];
            }
        }
        return signals;
    }
}
