using System.IO.Compression;
using System.Text;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Real text of several domains, cut into rows of one length: the data of the experiments on selecting text.</summary>
/// <remarks>
/// Lines of a domain are joined by a newline and cut every so many bytes, so that rows differ in what they say and not in
/// their length. Files that hold ISO-8859-1 are read as such, and all is UTF-8 afterwards; a row may begin within a character.
/// </remarks>
public static class TextDomains
{
    /// <summary>The folder of the data.</summary>
    public const string Folder = "text-domains";

    private static readonly (string Domain, string[] Files)[] Table =
    [
        ("reviews", ["rt-polarity.pos.gz", "rt-polarity.neg.gz"]),
        ("plots", ["subj.objective.gz"]),
        ("snippets", ["subj.subjective.gz"]),
        ("customers", ["custrev.pos.gz", "custrev.neg.gz"]),
        ("opinions", ["mpqa.pos.gz", "mpqa.neg.gz"]),
        ("questions", ["TREC.train.gz"]),
        ("shakespeare", ["shakespeare.txt.gz"]),
        ("wikipedia", ["wt2.valid.txt.gz"]),
        ("wikipedia-test", ["wt2.test.txt.gz"]),
    ];

    /// <summary>Names of the domains; <c>wikipedia-test</c> is apart from <c>wikipedia</c>.</summary>
    public static IEnumerable<string> Domains => Table.Select(entry => entry.Domain);

    /// <summary>The lines of a domain; questions without their labels.</summary>
    /// <param name="trial">Where the data are.</param>
    /// <param name="domain">One of <see cref="Domains"/>.</param>
    public static IReadOnlyList<string> Lines(Trial trial, string domain)
    {
        List<string> lines = [];
        Encoding encoding = domain is "customers" or "opinions" or "questions" ? Encoding.Latin1 : Encoding.UTF8;
        foreach (string file in Array.Find(Table, entry => entry.Domain == domain).Files)
        foreach (string line in LinesOf(trial, file, encoding))
            lines.Add(domain == "questions" ? line[(line.IndexOf(' ') + 1)..] : line);
        return lines;
    }

    /// <summary>The lines of one file.</summary>
    /// <param name="trial">Where the data are.</param>
    /// <param name="file">Its name, packed with gzip.</param>
    /// <param name="encoding">What its bytes mean.</param>
    public static IEnumerable<string> LinesOf(Trial trial, string file, Encoding encoding)
    {
        using FileStream packed = File.OpenRead(trial.Path(Folder, file));
        using GZipStream bytes = new(packed, CompressionMode.Decompress);
        using StreamReader reader = new(bytes, encoding);
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    /// <summary>The rows of a domain.</summary>
    /// <param name="trial">Where the data are.</param>
    /// <param name="domain">One of <see cref="Domains"/>.</param>
    /// <param name="bytes">Bytes of a row; what is left at the end is no row.</param>
    public static IReadOnlyList<byte[]> Rows(Trial trial, string domain, int bytes)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Join('\n', Lines(trial, domain)));
        return [.. Enumerable.Range(0, text.Length / bytes).Select(i => text[(i * bytes)..((i + 1) * bytes)])];
    }

    /// <summary>The row with its bytes shuffled: the same letters, and nothing said.</summary>
    public static byte[] Shuffled(ReadOnlySpan<byte> row, RandomStream random)
    {
        byte[] shuffled = row.ToArray();
        random.Shuffle<byte>(shuffled);
        return shuffled;
    }
}
