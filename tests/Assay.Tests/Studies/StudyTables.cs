using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Tests.Studies;

/// <summary>Small tables for studies, written as CSV without quotes, and runs of studies over them.</summary>
internal static class StudyTables
{
    /// <summary>The first line has the names; an empty field is missing, one that reads as a number is a number.</summary>
    public static View Of(string csv, int rowsPerTable = 3)
    {
        string[][] lines = [.. csv.Trim().Split('\n').Select(line => line.Trim().Split(','))];
        return new(
            Rows.Of(
                lines.Length - 1,
                rowsPerTable,
                (builder, row) =>
                {
                    for (int i = 0; i < lines[0].Length; i++)
                    {
                        string field = lines[row + 1][i];
                        if (long.TryParse(field, CultureInfo.InvariantCulture, out long whole))
                            builder.Column(lines[0][i]).Set(whole);
                        else if (double.TryParse(field, CultureInfo.InvariantCulture, out double number))
                            builder.Column(lines[0][i]).Set(number);
                        else if (field.Length > 0)
                            builder.Column(lines[0][i]).Set(Encoding.UTF8.GetBytes(field));
                    }
                }
            )
        );
    }

    public static Study Run(
        this IStudy study,
        View view,
        int threads = 2,
        Pieces? pieces = null,
        ulong seed = 7,
        params (string Name, View View)[] others
    )
    {
        using Pieces temporary = Pieces.Temporary();
        return study.Run(
            view,
            new Work(pieces ?? temporary)
            {
                Threads = threads,
                Random = new RandomStream(seed, "study"),
                Datasets = others.ToDictionary(other => other.Name, other => other.View),
            }
        );
    }
}
