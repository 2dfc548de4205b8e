using System.Globalization;
using System.IO.Compression;
using System.Text;
using Assay.Data;

namespace Assay.Evidence;

/// <summary>Headlines of A/B tests with their impressions and clicks: a table without quotes, which CSV readers would trip over.</summary>
internal static class Headlines
{
    public const string Folder = "deconfound";

    /// <summary>Reads the tests.</summary>
    /// <param name="trial">Where the file is; a smoke pass takes the first 400 tests.</param>
    /// <param name="isWanted">Which weeks, as year and week in one number.</param>
    public static View Read(Trial trial, Func<int, bool>? isWanted = null)
    {
        using GZipStream stream = new(File.OpenRead(trial.Path(Folder, "upworthy.tsv.gz")), CompressionMode.Decompress);
        using StreamReader reader = new(stream, Encoding.UTF8);
        string[] names = reader.ReadLine()!.Split('\t');
        TableBuilder table = new("upworthy");
        int most = trial.Size(int.MaxValue, 400);
        while (reader.ReadLine() is { } line)
        {
            string[] fields = line.Split('\t');
            int Whole(string name) => int.Parse(fields[Array.IndexOf(names, name)], CultureInfo.InvariantCulture);
            int test = Whole("test"),
                week = Whole("week");
            if (test >= most || isWanted?.Invoke(week) == false)
                continue;
            foreach (string name in (string[])["test", "week", "image", "impressions", "clicks"])
                table.Column(name).Set((long)Whole(name));
            table.Column("text").Set(Encoding.UTF8.GetBytes(fields[Array.IndexOf(names, "headline")]));
            table.EndRow(new((UInt128)table.RowCount), table.RowCount);
        }
        using MemoryStream bytes = new();
        table.WriteTo(bytes);
        return new(Dataset.Of("upworthy", "text", bytes.ToArray()));
    }
}
