using System.Globalization;
using Assay.Data;

namespace Assay.Describe;

/// <summary>The cell of each row in an archive of one to three columns: numbers in equal parts of their range, words as they are.</summary>
internal static class ArchiveCells
{
    /// <summary>Cells over what all sets hold, so that they are the same for all.</summary>
    /// <param name="sets">The rows.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="bins">Parts of a range.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <returns>A cell for each row of each set, and the number of cells.</returns>
    /// <exception cref="AssayException">There is no such column.</exception>
    public static (int[][] Cells, long Count) Of(
        IReadOnlyList<SampledSet> sets,
        IReadOnlyList<string> columns,
        int bins,
        CancellationToken cancellation
    )
    {
        long[][] cells = [.. sets.Select(set => new long[set.Rows.Length])];
        long count = 1;
        foreach (string column in columns)
        {
            string[][] words = [.. sets.Select(set => set.Column(table => table.Words(column), cancellation))];
            (int[][] places, int kinds) = Places(words, bins);
            for (int set = 0; set < sets.Count; set++)
            for (int row = 0; row < cells[set].Length; row++)
                cells[set][row] = cells[set][row] * kinds + places[set][row];
            count *= kinds;
            if (count > int.MaxValue)
                return ([], count);
        }
        return (Array.ConvertAll(cells, of => Array.ConvertAll(of, cell => (int)cell)), count);
    }

    private static (int[][] Places, int Kinds) Places(string[][] words, int bins)
    {
        double?[][] numbers = Array.ConvertAll(
            words,
            of =>
                Array.ConvertAll(
                    of,
                    word =>
                        double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                        && double.IsFinite(number)
                            ? number
                            : (double?)null
                )
        );
        if (numbers.All(of => of.All(number => number is not null)))
        {
            double least = numbers.SelectMany(of => of).Min()!.Value,
                most = numbers.SelectMany(of => of).Max()!.Value,
                width = most / bins - least / bins; // no overflow of a range of doubles
            return (
                Array.ConvertAll(
                    numbers,
                    of =>
                        Array.ConvertAll(
                            of,
                            number => width > 0 ? (int)Math.Min(bins - 1, number!.Value / width - least / width) : 0
                        )
                ),
                bins
            );
        }
        string[] kinds = [.. words.SelectMany(of => of).Distinct().Order(StringComparer.Ordinal)];
        return (
            Array.ConvertAll(
                words,
                of => Array.ConvertAll(of, word => Array.BinarySearch(kinds, word, StringComparer.Ordinal))
            ),
            kinds.Length
        );
    }
}
