using Assay.Data;

namespace Assay.Value;

/// <summary>Values of sources as signals of rows: each source's is divided equally among its rows.</summary>
internal static class SourceValues
{
    /// <summary>A signal; the values of a source's rows sum to the value of the source.</summary>
    public static Signal Signal(ValuedTable table, int[][] sources, string name, double[] values, string note = "")
    {
        double[] rows = new double[table.Features.Rows];
        for (int source = 0; source < sources.Length; source++)
            foreach (int row in sources[source])
                rows[row] = values[source] / sources[source].Length;
        return table.Signal(name, rows, note);
    }
}
