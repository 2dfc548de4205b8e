using System.IO.Enumeration;

namespace Assay.Data;

/// <summary>
/// Finds files by patterns: <c>*</c> and <c>?</c> within a name, <c>**</c> for any number of folders. As in a shell,
/// wildcards do not match names that start with a dot.
/// </summary>
internal static class Glob
{
    /// <summary>Files that match <paramref name="pattern"/>, a full path; a folder stands for all files beneath it.</summary>
    public static IEnumerable<string> Find(string pattern)
    {
        if (File.Exists(pattern))
            return [pattern];
        string root = RootOf(pattern);
        string[] segments = Segments(Path.GetRelativePath(root, pattern));
        if (Directory.Exists(pattern))
            (root, segments) = (pattern, ["**"]);
        if (segments[^1] == "**")
            segments = [.. segments, "*"];
        List<string> found = [];
        if (Directory.Exists(root))
            Walk(root, RealPath(root), segments, 0, [], found);
        return found;
    }

    /// <summary>The folder before the first wildcard of a full path; of a file without wildcards, its folder; a folder itself.</summary>
    public static string RootOf(string pattern)
    {
        if (Directory.Exists(pattern))
            return pattern;
        int wildcard = pattern.AsSpan().IndexOfAny('*', '?');
        int slash = pattern.LastIndexOf('/', wildcard < 0 ? pattern.Length - 1 : wildcard);
        return slash <= 0 ? "/" : pattern[..slash];
    }

    /// <summary>True if the path matches the pattern; a pattern without a slash is matched against the last segment.</summary>
    public static bool Matches(string pattern, string path)
    {
        string[] names = Segments(path);
        return pattern.Contains('/')
            ? Matches(Segments(pattern), names)
            : MatchesName(pattern, names[^1], hidden: true);
    }

    /// <summary>The path with all symbolic links followed.</summary>
    public static string RealPath(string path)
    {
        string real = "/";
        Stack<string> rest = new(Segments(path).Reverse());
        for (int links = 0; rest.TryPop(out string? name); )
        {
            if (name == "..")
            {
                real = Path.GetDirectoryName(real) ?? "/";
                continue;
            }
            string next = Path.Combine(real, name);
            string? target = new FileInfo(next).LinkTarget;
            if (target is null || ++links > 40)
            {
                real = next;
                continue;
            }
            if (target.StartsWith('/'))
                real = "/";
            foreach (string segment in Segments(target).Reverse())
                rest.Push(segment);
        }
        return real;
    }

    private static string[] Segments(string path) => [.. path.Split('/').Where(segment => segment is not ("" or "."))];

    // A folder is entered once per pattern position by its real path: links that lead back cannot make this run on.
    private static void Walk(
        string folder,
        string real,
        string[] segments,
        int at,
        HashSet<(string, int)> visited,
        List<string> found
    )
    {
        if (!visited.Add((real, at)))
            return;
        string segment = segments[at];
        if (segment == "**")
            Walk(folder, real, segments, at + 1, visited, found);
        else if (at == segments.Length - 1)
        {
            foreach (string file in Directory.EnumerateFiles(folder))
                if (MatchesName(segment, Path.GetFileName(file)))
                    found.Add(file);
            return;
        }
        IEnumerable<DirectoryInfo> folders = new DirectoryInfo(folder)
            .EnumerateDirectories()
            .Where(inner => MatchesName(segment == "**" ? "*" : segment, inner.Name))
            .OrderBy(inner => inner.LinkTarget is not null)
            .ThenBy(inner => inner.Name, StringComparer.Ordinal);
        foreach (DirectoryInfo inner in folders)
        {
            string path = Path.Combine(real, inner.Name);
            if (inner.LinkTarget is not null)
                path = RealPath(path);
            Walk(Path.Combine(folder, inner.Name), path, segments, segment == "**" ? at : at + 1, visited, found);
        }
    }

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> names)
    {
        if (pattern.IsEmpty)
            return names.IsEmpty;
        if (pattern[0] != "**")
            return !names.IsEmpty
                && MatchesName(pattern[0], names[0], hidden: true)
                && Matches(pattern[1..], names[1..]);
        for (int skip = 0; skip <= names.Length; skip++)
            if (Matches(pattern[1..], names[skip..]))
                return true;
        return pattern.Length == 1;
    }

    private static bool MatchesName(string segment, string name, bool hidden = false) =>
        (hidden || !name.StartsWith('.') || segment.StartsWith('.'))
        && FileSystemName.MatchesSimpleExpression(segment, name, ignoreCase: false);
}
