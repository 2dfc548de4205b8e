using Assay.Data;

namespace Assay.Recipes.Execution;

/// <summary>Where rows stand in their files, as a person looks them up.</summary>
internal static class SourcePlaces
{
    /// <summary>
    /// <c>line 17</c>, or the ordinal of a type in XML documentation, of a row in formats such as Parquet. Lines are counted now, from the files as they are; where one
    /// is gone since, its rows get their byte.
    /// </summary>
    /// <param name="files">Full paths of the files, by the names that rows know them by.</param>
    /// <param name="rows">Name of the file and offset of each row.</param>
    public static string[] Of(
        IReadOnlyDictionary<string, string> files,
        IReadOnlyList<(string Source, long Offset)> rows
    )
    {
        string[] places = new string[rows.Count];
        foreach (var file in rows.Index().GroupBy(row => row.Item.Source))
        {
            (int Index, (string Source, long Offset) Item)[] own = [.. file.OrderBy(row => row.Item.Offset)];
            long[] lines = LinesOf(files, file.Key, [.. own.Select(row => row.Item.Offset)]);
            for (int i = 0; i < own.Length; i++)
                places[own[i].Index] = SourceFile.PlaceOf(file.Key, own[i].Item.Offset, lines[i]);
        }
        return places;
    }

    private static long[] LinesOf(IReadOnlyDictionary<string, string> files, string source, long[] offsets)
    {
        try
        {
            if (SourceFile.Find(files, source) is { } file)
                return file.LinesOf(offsets);
        }
        catch (AssayException) { }
        return new long[offsets.Length];
    }
}
