using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace Assay.Data;

/// <summary>The files of a dataset and the pieces in which they are read, both decided by options and files alone.</summary>
public sealed class SourcePlan
{
    /// <summary>About how many bytes of content make a table.</summary>
    private const int DefaultBlockSize = 8 << 20;

    private const string DotnetPlaceholder = "{dotnet}";
    private readonly int _blockSize;

    private SourcePlan(string dataset, SourceOptions options, IReadOnlyList<SourceFile> files, int blockSize)
    {
        Dataset = dataset;
        Options = options;
        Files = files;
        _blockSize = blockSize;
        Units = [.. PlanUnits()];
    }

    /// <summary>The dataset's name in the recipe.</summary>
    public string Dataset { get; }

    /// <summary>The options that the plan was made from.</summary>
    public SourceOptions Options { get; }

    /// <summary>The files, in ordinal order of their names: the order of the dataset's rows.</summary>
    public IReadOnlyList<SourceFile> Files { get; }

    /// <summary>Bytes to read in all, compressed ones as they are stored.</summary>
    public long TotalBytes => Files.Sum(file => file.Size);

    /// <summary>Files that rows are read from as well, since others name them; known once the files are hashed.</summary>
    internal IReadOnlyList<SourceFile> Companions { get; private set; } = [];

    internal int BlockSize => _blockSize;

    internal IReadOnlyList<SourceUnit> Units { get; }

    /// <summary>Finds the files; of their content only the first bytes are read.</summary>
    /// <param name="dataset">The dataset's name in the recipe.</param>
    /// <param name="options">Which files, and how they are read.</param>
    /// <param name="folder">The folder that relative paths start from.</param>
    /// <param name="downloads">Brings files here that paths name elsewhere; without it such paths are refused.</param>
    /// <exception cref="AssayException">Nothing matches a path, or a file cannot be read.</exception>
    public static SourcePlan Find(string dataset, SourceOptions options, string folder, Downloads? downloads = null) =>
        Find(dataset, options, folder, DefaultBlockSize, downloads);

    internal static SourcePlan Find(
        string dataset,
        SourceOptions options,
        string folder,
        int blockSize,
        Downloads? downloads = null
    )
    {
        if (options.Path.Count == 0)
            throw new AssayException($"dataset '{dataset}' names no files", hint: "Give it a 'path:'.");
        if (options.MaxRow.Bytes < 1 || options.MaxRow.Bytes > SourceOptions.LargestRow.Bytes)
            throw new AssayException(
                $"expected maxRow between 1 and {SourceOptions.LargestRow}, found {options.MaxRow}",
                hint: $"In dataset '{dataset}'."
            );
        string root = Path.GetFullPath(folder);
        string[] excluded =
        [
            .. options.Exclude.Select(pattern => pattern.Contains('/') ? Expand(pattern, root) : pattern),
        ];
        Dictionary<string, string> names = [], // by full path
            addresses = []; // of what came from elsewhere
        Dictionary<string, List<string>?> members = []; // patterns of members of archives, by full path; null is all
        bool isLaidOut = false;
        foreach (string pattern in options.Path)
        {
            if (Downloads.IsRemote(pattern))
            {
                isLaidOut |= pattern.StartsWith("hf:", StringComparison.OrdinalIgnoreCase);
                foreach ((string name, string file) in (downloads ?? throw NeedsStore(pattern)).Fetch(pattern, options))
                    if (!excluded.Any(exclude => Glob.Matches(exclude, name)) && names.TryAdd(file, name))
                        addresses[file] = pattern;
                continue;
            }
            (string full, string? within) = SplitArchive(Expand(pattern, root));
            string relativeTo =
                pattern.StartsWith(DotnetPlaceholder, StringComparison.Ordinal) ? DotnetFolder()
                : Path.IsPathRooted(pattern) ? Glob.RootOf(full)
                : root;
            int before = names.Count,
                known = 0;
            if (CroissantFile.Is(full))
            {
                string described = Path.GetRelativePath(relativeTo, full).Replace('\\', '/');
                isLaidOut = true;
                names[
                    new CroissantRecords(CroissantFile.Read(full, full), downloads ?? throw NeedsStore(pattern)).Make(
                        options
                    )
                ] = described;
                continue;
            }
            IEnumerable<string>? laidOut = Directory.Exists(full) ? HubLayout.Find(full, options) : null;
            isLaidOut |= laidOut is not null;
            foreach (string file in laidOut ?? Glob.Find(full))
            {
                if (excluded.Any(exclude => Glob.Matches(exclude, file)))
                    continue;
                bool isNew = names.TryAdd(file, Path.GetRelativePath(relativeTo, file).Replace('\\', '/'));
                known += isNew ? 0 : 1;
                if (within is null)
                    members[file] = null;
                else if (isNew)
                    members[file] = [within];
                else
                    members.GetValueOrDefault(file)?.Add(within);
            }
            if (names.Count == before && known == 0)
                throw NoMatch(dataset, pattern, full, options);
        }
        if (!isLaidOut && (options.Config is not null || options.Split.Count > 0))
            throw new AssayException(
                $"'config' and 'split' of dataset '{dataset}' are about folders and datasets of the Hub, and its path names neither",
                hint: "Name the folder itself, without '*'."
            );
        // Files of the same name under different roots are told apart by their full paths.
        HashSet<string> ambiguous =
        [
            .. names.Values.GroupBy(name => name).Where(same => same.Count() > 1).Select(same => same.Key),
        ];
        SourceFile[] files =
        [
            .. names
                .Select(file =>
                    (
                        Path: file.Key,
                        Name: ambiguous.Contains(file.Value)
                            ? addresses.GetValueOrDefault(file.Key, file.Key)
                            : file.Value
                    )
                )
                .OrderBy(file => file.Name, StringComparer.Ordinal)
                .Select(file =>
                    SourceFile.Inspect(file.Name, file.Path, options.Format) with
                    {
                        Members = members.GetValueOrDefault(file.Path) ?? [],
                        Excluded = excluded,
                    }
                ),
        ];
        HashSet<string> labels = [.. files.Select(ArrayParser.LabelsBeside).OfType<string>()];
        files = [.. files.Where(file => !labels.Contains(file.FullPath))];
        if (Array.Find(files, file => file.Members.Count > 0 && !FormatTraits.Of(file.Format).IsArchive) is { } plain)
            throw new AssayException(
                "expected a ZIP or TAR archive, as the path goes on behind it",
                new(plain.FullPath)
            );
        if (
            options.Columns.Count > 0
            && Array.Find(files, file => file.Format is not (SourceFormat.Parquet or SourceFormat.Arrow)) is { } other
        )
            throw new AssayException(
                $"'columns' of dataset '{dataset}' is about Parquet and Arrow files, and this is {other.Format}",
                new(other.FullPath),
                "Leave 'columns' out, or name such files only."
            );
        return new(dataset, options, files, blockSize);
    }

    /// <summary>
    /// The content hash of each file, in the order of <see cref="Files"/>, then of those that they name; reads the files whose hash is not known.
    /// </summary>
    /// <param name="work">Threads, progress in bytes, cancellation.</param>
    /// <param name="known">The hash of a file by path, size and time of change, from an earlier run; or null.</param>
    /// <exception cref="AssayException">A file cannot be read.</exception>
    public IReadOnlyList<string> HashFiles(Work work, Func<SourceFile, string?>? known = null)
    {
        Companions =
        [
            .. Files
                .Where(file => file.Format == SourceFormat.Dsdl)
                .SelectMany(file => DsdlDataset.Open(file.FullPath).Companions)
                .Concat(Files.Select(ArrayParser.LabelsBeside).OfType<string>())
                .Select(path => SourceFile.Inspect(path, path, SourceFormat.Text)),
        ];
        string[] hashes = new string[Files.Count + Companions.Count];
        long done = 0,
            total = TotalBytes;
        work.Each(
            Files.Count,
            i =>
            {
                hashes[i] = known?.Invoke(Files[i]) ?? Files[i].ContentHash(work.Cancellation);
                work.Progress?.Report(
                    new($"check {Dataset}", Interlocked.Add(ref done, Files[i].Size), total, "bytes")
                );
            }
        );
        for (int i = 0; i < Companions.Count; i++)
            hashes[Files.Count + i] = Companions[i].ContentHash(work.Cancellation);
        return hashes;
    }

    /// <summary>The dataset's fingerprint: a hash of the files' names and contents and of the options that matter for rows.</summary>
    /// <param name="hashes">From <see cref="HashFiles"/>.</param>
    public string Fingerprint(IReadOnlyList<string> hashes)
    {
        // Raised when the same bytes would give other rows than before.
        const string revision = "assay sources 1";
        StringBuilder text = new(revision);
        text.Append('\n')
            .Append(Options.Text)
            .Append('\n')
            .Append(Options.Rows)
            .Append('\n')
            .Append(Options.MaxRow.Bytes);
        foreach (string column in Options.Columns)
            text.Append("\ncolumn ").Append(column);
        if (Options.Html != HtmlText.Main)
            text.Append("\nhtml ").Append(Options.Html);
        foreach (ColumnCondition condition in Options.Where)
            text.Append("\nwhere ").Append(condition);
        foreach (SourceFile archive in Files.Where(file => FormatTraits.Of(file.Format).IsArchive))
            text.Append("\nmembers ")
                .Append(archive.MemberFormat)
                .AppendJoin('\0', archive.Members)
                .Append("\nwithout ")
                .AppendJoin('\0', archive.Excluded);
        for (int i = 0; i < Files.Count; i++)
            text.Append('\n').Append(Files[i].Name).Append('\0').Append(Files[i].Format).Append(' ').Append(hashes[i]);
        foreach (string hash in hashes.Skip(Files.Count))
            text.Append("\nbeside ").Append(hash);
        return Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>
    /// Blocks of big files, which can be read independently; everything else in runs of files read one after the other: small
    /// files of one format together, so that many of them make few tables.
    /// </summary>
    private IEnumerable<SourceUnit> PlanUnits()
    {
        int first = 0;
        long size = 0;
        for (int i = 0; i < Files.Count; i++)
        {
            SourceFile file = Files[i];
            SourceUnit[] groups =
                FormatTraits.Of(file.Format).IsGrouped && file.Size > _blockSize ? [.. GroupUnits(i)] : [];
            bool split =
                groups.Length > 1
                || file.Compression == SourceCompression.None
                    && file.Size > _blockSize
                    && Framing.Of(file.Format, Options.Rows).CanSplit;
            bool joins =
                !split
                && size + file.Size <= _blockSize
                && file.Format == Files[first].Format
                && file.Compression == Files[first].Compression;
            if (i > first && !joins)
            {
                yield return new(first, i - first, 0, -1);
                first = i;
                size = 0;
            }
            size += file.Size;
            if (!split)
                continue;
            foreach (SourceUnit group in groups)
                yield return group;
            for (long start = 0; start < file.Size && groups.Length == 0; start += _blockSize)
                yield return new(i, 1, start, Math.Min(file.Size, start + _blockSize));
            first = i + 1;
            size = 0;
        }
        if (first < Files.Count)
            yield return new(first, Files.Count - first, 0, -1);
    }

    /// <summary>Runs of groups of a block or more; none where the file is damaged, which reading it will tell.</summary>
    private IEnumerable<SourceUnit> GroupUnits(int index)
    {
        SourceFile file = Files[index];
        IGroupedRows rows;
        try
        {
            rows = IGroupedRows.Open(file, Options, default);
        }
        catch (DamagedFileException)
        {
            yield break;
        }
        using (rows)
        {
            int count = rows.Count;
            long held = 0;
            for (int group = 0, first = 0; group < count; group++)
            {
                held += rows.BytesOf(group);
                if (held < _blockSize && group + 1 < count)
                    continue;
                long share = file.Size * (group + 1) / count - file.Size * first / count;
                yield return new(index, 1, first, -1, group + 1 - first, share);
                first = group + 1;
                held = 0;
            }
        }
    }

    private static AssayException NeedsStore(string path) =>
        new(
            $"'{SourceText.Printable(path, 200)}' is elsewhere or is to be put together, and this command reads files that are here",
            hint: "Name files of data, downloaded beforehand."
        );

    /// <summary>Where a path goes on behind the name of an archive: the path of it, and the pattern of its members.</summary>
    private static (string Path, string? Within) SplitArchive(string path)
    {
        for (int end = path.IndexOf('/', 1); end > 0; end = path.IndexOf('/', end + 1))
        {
            string prefix = path[..end];
            if (IsArchive(prefix) && !Directory.Exists(prefix))
                return (prefix, path[(end + 1)..]);
        }
        return (path, null);
    }

    private static bool IsArchive(string path) =>
        FormatTraits.Of(SourceFile.Unpacked(path), []).IsArchive && !path.EndsWith("**", StringComparison.Ordinal);

    private static string Expand(string pattern, string folder) =>
        Path.GetFullPath(
            pattern.StartsWith(DotnetPlaceholder, StringComparison.Ordinal)
                ? DotnetFolder() + "/" + pattern[DotnetPlaceholder.Length..].TrimStart('/')
                : Path.Combine(folder, pattern)
        );

    private static string DotnetFolder()
    {
        string? set = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        return Path.GetFullPath(
            !string.IsNullOrEmpty(set) && Directory.Exists(Path.Combine(set, "packs"))
                ? set
                : Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")
        );
    }

    private static AssayException NoMatch(string dataset, string pattern, string full, SourceOptions options)
    {
        string root = Glob.RootOf(full);
        string searched =
            full == root ? "no files lie in it"
            : !Directory.Exists(root) ? $"there is no folder {root}"
            : $"searched {root} for {Path.GetRelativePath(root, full)}";
        string excluded = options.Exclude.Count == 0 ? "" : $", leaving out {string.Join(", ", options.Exclude)}";
        return new(
            $"no file matches '{pattern}' of dataset '{dataset}': {searched}{excluded}",
            new(full),
            pattern.StartsWith(DotnetPlaceholder, StringComparison.Ordinal)
                ? "This .NET SDK ships without those files. Any text will do instead: give it with --data PATH."
                : "Relative paths start from the folder of the recipe, or the current one where there is none; '*' stays within a folder, '**' does not."
        );
    }
}

/// <summary>What is read in one go: a range of one file, or a run of files from beginning to end.</summary>
/// <param name="FirstFile">Index of the first file.</param>
/// <param name="FileCount">Number of files.</param>
/// <param name="Start">Where the range starts.</param>
/// <param name="End">Where the range ends, or -1 for whole files and groups.</param>
/// <param name="Groups">Number of groups of a file (<see cref="IGroupedRows"/>), of which <paramref name="Start"/> is the first; 0 if it is not read by parts.</param>
/// <param name="Share">Bytes of the file that these groups stand for.</param>
internal readonly record struct SourceUnit(
    int FirstFile,
    int FileCount,
    long Start,
    long End,
    int Groups = 0,
    long Share = 0
)
{
    public bool IsRange => End >= 0;
}
