namespace Assay.Learning;

/// <summary>Weighs counts of terms by how few rows have them.</summary>
/// <remarks>
/// Salton and Buckley, "Term-weighting approaches in automatic text retrieval" (1988), with the smooth inverse document
/// frequency of scikit-learn: a count c becomes (1 + ln c)(1 + ln((1 + n) / (1 + rows that have the term))), and each row gets
/// length 1. Terms that too few rows have are left out, for they tie no two rows together; and of the others those that fewest rows have,
/// where there are too many.
/// <code>
/// TfIdfModel weights = TfIdf.Fit(counts);
/// SparseMatrix weighed = weights.Transform(counts);
/// </code>
/// </remarks>
public static class TfIdf
{
    /// <summary>Learns the weights of terms.</summary>
    /// <param name="counts">Rows x terms, counts of at least 0.</param>
    /// <param name="leastRows">Rows that a term must be in to be kept, at least 1.</param>
    /// <param name="mostTerms">Terms that are kept at most, at least 1; of equally frequent ones the lowest columns.</param>
    /// <exception cref="ArgumentException">No row has any term.</exception>
    public static TfIdfModel Fit(SparseMatrix counts, int leastRows = 2, int mostTerms = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(leastRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostTerms, 1);
        int[] rowsOf = new int[counts.Columns];
        for (int row = 0; row < counts.Rows; row++)
            foreach (int column in counts.ColumnsOf(row))
                rowsOf[column]++;
        // Where no two rows share a term, terms of single rows are all there is.
        int most = rowsOf.Max(),
            least = Math.Min(leastRows, most);
        if (most == 0)
            throw new ArgumentException("No row has a term.");
        int[] terms = [.. Enumerable.Range(0, rowsOf.Length).Where(column => rowsOf[column] >= least)];
        if (terms.Length > mostTerms)
            terms = [.. terms.OrderByDescending(column => rowsOf[column]).Take(mostTerms).Order()];
        return new()
        {
            Columns = counts.Columns,
            Terms = terms,
            Weights = [.. terms.Select(column => 1 + Math.Log((1.0 + counts.Rows) / (1.0 + rowsOf[column])))],
        };
    }
}

/// <summary>Terms that are kept, and their weights.</summary>
public sealed record TfIdfModel
{
    private int[]? _places;

    /// <summary>Number of terms before any was left out.</summary>
    public required int Columns { get; init; }

    /// <summary>The kept terms: columns of counts, ascending.</summary>
    public required int[] Terms { get; init; }

    /// <summary>The inverse document frequency of each kept term.</summary>
    public required double[] Weights { get; init; }

    /// <summary>Weighed rows of length 1, one column a kept term; a row without kept terms is 0.</summary>
    /// <param name="counts">Rows x terms.</param>
    /// <exception cref="ArgumentException">The number of terms differs, or a count is negative.</exception>
    public SparseMatrix Transform(SparseMatrix counts)
    {
        if (counts.Columns != Columns)
            throw new ArgumentException($"The weights are for {Columns} terms; the rows have {counts.Columns}.");
        int[] places = _places ??= Places();
        int[] offsets = new int[counts.Rows + 1];
        List<int> columns = [];
        List<float> values = [];
        for (int row = 0; row < counts.Rows; row++)
        {
            ReadOnlySpan<int> terms = counts.ColumnsOf(row);
            ReadOnlySpan<float> of = counts.ValuesOf(row);
            double square = 0;
            int start = values.Count;
            for (int i = 0; i < terms.Length; i++)
            {
                if (of[i] < 0)
                    throw new ArgumentException($"Row {row} has a count of {of[i]}.");
                int place = places[terms[i]];
                if (place < 0 || of[i] == 0)
                    continue;
                double value = (1 + Math.Log(Math.Max(1, of[i]))) * Weights[place];
                columns.Add(place);
                values.Add((float)value);
                square += value * value;
            }
            for (int i = start; i < values.Count; i++)
                values[i] = (float)(values[i] / Math.Sqrt(square));
            offsets[row + 1] = columns.Count;
        }
        return new(offsets, [.. columns], [.. values], Math.Max(1, Terms.Length));
    }

    private int[] Places()
    {
        int[] places = new int[Columns];
        Array.Fill(places, -1);
        for (int i = 0; i < Terms.Length; i++)
            places[Terms[i]] = i;
        return places;
    }
}
