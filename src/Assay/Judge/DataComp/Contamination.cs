using System.IO.Hashing;
using Assay.Data;

namespace Assay.Judge;

/// <summary>How many rows of a test share thirteen words in a row with the rows of a submission.</summary>
/// <remarks>The overlap that GPT-3's and DCLM's decontamination look for. Words are runs of letters and digits, in lower case; shorter rows share nothing.</remarks>
public sealed class Contamination
{
    /// <summary>Words in a row.</summary>
    public const int Words = 13;

    private readonly Dictionary<ulong, List<int>> _rows = [];
    private int _count;

    /// <summary>Takes the rows of the tests.</summary>
    public static Contamination Of(IEnumerable<View> tests, CancellationToken cancellation)
    {
        Contamination tested = new();
        foreach (View test in tests)
            test.ForEach(
                test.Selection.Rows,
                (batch, row) =>
                {
                    foreach (ulong gram in Grams(batch.Text(row)).Distinct())
                        if (tested._rows.TryGetValue(gram, out List<int>? rows))
                            rows.Add(tested._count);
                        else
                            tested._rows.Add(gram, [tested._count]);
                    tested._count++;
                },
                cancellation
            );
        return tested;
    }

    /// <summary>The share of the tests' rows that a submission has thirteen words of.</summary>
    public double ShareIn(View submission, CancellationToken cancellation)
    {
        HashSet<int> found = [];
        submission.ForEach(
            submission.Selection.Rows,
            (batch, row) =>
            {
                foreach (ulong gram in Grams(batch.Text(row)))
                    if (_rows.TryGetValue(gram, out List<int>? rows))
                        found.UnionWith(rows);
            },
            cancellation
        );
        return _count == 0 ? 0 : (double)found.Count / _count;
    }

    private static List<ulong> Grams(ReadOnlySpan<byte> text)
    {
        string[] words = System
            .Text.Encoding.UTF8.GetString(text)
            .ToLowerInvariant()
            .Split(' ', '\n', '\t', '\r')
            .Select(word => new string([.. word.Where(char.IsLetterOrDigit)]))
            .Where(word => word.Length > 0)
            .ToArray();
        List<ulong> grams = [];
        for (int i = 0; i + Words <= words.Length; i++)
            grams.Add(XxHash3.HashToUInt64(System.Text.Encoding.UTF8.GetBytes(string.Join(' ', words, i, Words))));
        return grams;
    }
}
