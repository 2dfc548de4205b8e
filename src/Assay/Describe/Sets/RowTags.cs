using System.Text.Json;
using Assay.Data;

namespace Assay.Describe;

/// <summary>Tags of rows: a JSON list of them, or words between commas or semicolons.</summary>
/// <remarks>
/// Tags are trimmed and in lower case, each once a row. InsTag (arXiv 2308.07074) also drops rare tags and merges those that mean the same; give it cleaned ones.
/// </remarks>
internal static class RowTags
{
    /// <summary>The tags of the drawn rows.</summary>
    /// <exception cref="AssayException">There is no such column.</exception>
    public static string[][] Of(SampledSet set, string column, CancellationToken cancellation) =>
        Array.ConvertAll(set.Column(table => table.Words(column), cancellation), Parse);

    /// <summary>Different tags over all tags; 0 of none.</summary>
    public static double Diversity(IEnumerable<string[]> rows)
    {
        string[] all = [.. rows.SelectMany(row => row)];
        return all.Length == 0 ? 0 : all.Distinct().Count() / (double)all.Length;
    }

    /// <summary>The tags of a cell.</summary>
    public static string[] Parse(string text) =>
        [.. Split(text).Select(tag => tag.Trim().ToLowerInvariant()).Where(tag => tag.Length > 0).Distinct()];

    private static IEnumerable<string> Split(string text)
    {
        if (!text.TrimStart().StartsWith('['))
            return text.Split(',', ';');
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return [.. document.RootElement.EnumerateArray().Select(item => item.ToString())];
        }
        catch (JsonException)
        {
            return text.Split(',', ';');
        }
    }
}
