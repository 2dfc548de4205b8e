using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>A pool of rows of several domains with known junk in it, in random order.</summary>
/// <param name="Rows">The rows, all of one length.</param>
/// <param name="Domains">The domain of each row; that of a junk row is where its letters come from.</param>
/// <param name="IsJunk">Whether a row's bytes are shuffled.</param>
public sealed record TextPool(byte[][] Rows, string[] Domains, bool[] IsJunk)
{
    /// <summary>The domain that targets and evaluations are of (from a file apart).</summary>
    public const string Target = "wikipedia";

    /// <summary>Draws a pool from WikiText-2, Shakespeare, film reviews, plots, snippets and customers' reviews, in proportion to their sizes.</summary>
    /// <param name="trial">Where the data are.</param>
    /// <param name="random">Names the draw.</param>
    /// <param name="rows">Rows of the pool.</param>
    /// <param name="bytes">Bytes of a row.</param>
    /// <param name="junk">The share of rows whose bytes are shuffled.</param>
    public static TextPool Draw(Trial trial, RandomStream random, int rows, int bytes, double junk)
    {
        List<(byte[] Row, string Domain)> all = [];
        foreach (string domain in (string[])[Target, "shakespeare", "reviews", "plots", "snippets", "customers"])
            all.AddRange(TextDomains.Rows(trial, domain, bytes).Select(row => (row, domain)));
        random.Child("draw").Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(all));
        if (all.Count < rows)
            throw new ArgumentOutOfRangeException(nameof(rows), rows, $"There are {all.Count} rows.");
        TextPool pool = new(
            [.. all.Take(rows).Select(entry => entry.Row)],
            [.. all.Take(rows).Select(entry => entry.Domain)],
            new bool[rows]
        );
        RandomStream shuffled = random.Child("junk");
        for (int row = 0; row < rows; row++)
            if (shuffled.NextDouble() < junk)
                (pool.IsJunk[row], pool.Rows[row]) = (true, TextDomains.Shuffled(pool.Rows[row], shuffled));
        return pool;
    }

    /// <summary>Rows of the test part of WikiText-2, in random order: the first part of the file, or the second.</summary>
    /// <param name="trial">Where the data are.</param>
    /// <param name="random">Names the draw.</param>
    /// <param name="count">How many.</param>
    /// <param name="bytes">Bytes of a row.</param>
    /// <param name="second">Which half of the file.</param>
    public static byte[][] Held(Trial trial, RandomStream random, int count, int bytes, bool second)
    {
        IReadOnlyList<byte[]> all = TextDomains.Rows(trial, "wikipedia-test", bytes);
        byte[][] half = [.. second ? all.Skip(all.Count / 2) : all.Take(all.Count / 2)];
        random.Shuffle<byte[]>(half);
        return half[..Math.Min(count, half.Length)];
    }

    /// <summary>Whether a row is clean and of the domain that targets are of.</summary>
    public bool IsTarget(int row) => !IsJunk[row] && Domains[row] == Target;
}
