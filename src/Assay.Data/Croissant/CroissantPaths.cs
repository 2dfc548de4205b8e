using System.Text.RegularExpressions;

namespace Assay.Data;

/// <summary>Where the files of a Croissant description are, and what its expressions mean.</summary>
public static class CroissantPaths
{
    /// <summary>A path relative to the description's folder; null if it leads out of it.</summary>
    public static string? Local(CroissantFile file, string path)
    {
        path = path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
        return HubTree.IsPlain(path)
            ? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file.FullPath))!, path)
            : null;
    }

    /// <summary>A regular expression that cannot run away, or null where it is none.</summary>
    public static Regex? Regex(string pattern)
    {
        try
        {
            return new(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
