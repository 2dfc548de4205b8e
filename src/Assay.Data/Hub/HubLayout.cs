using System.Text;
using System.Text.RegularExpressions;

namespace Assay.Data;

/// <summary>One of the datasets that a repository holds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsDefault">Whether it is the one that is meant where none is named.</param>
/// <param name="Splits">Its splits, in the order of the card.</param>
public sealed record HubConfig(string Name, bool IsDefault, IReadOnlyList<HubSplit> Splits)
{
    /// <summary>What stands between the values of its CSV files, if the card says so.</summary>
    public string? Separator { get; init; }
}

/// <summary>A split and its files.</summary>
/// <param name="Name">Such as <c>train</c>.</param>
/// <param name="Files">Paths relative to the repository.</param>
/// <param name="Mark">Where the card names it; null where it does not.</param>
public sealed record HubSplit(string Name, IReadOnlyList<string> Files, TextMark? Mark = null);

/// <summary>
/// Which files of a folder or repository are which split of which dataset: as the card's <c>configs</c> say, or else by the
/// conventions for names.
/// </summary>
/// <remarks>
/// Rules: the Hugging Face documentation, "Structure your repository" and "Data files configuration", and what the library
/// datasets 4 does where they are silent: files or folders whose names begin with a dot or two underscores are left out, and so are
/// README.md, config.json, dataset_info.json, dataset_infos.json and dataset_dict.json.
/// </remarks>
public static partial class HubLayout
{
    private const string Separators = "-._ 0-9";
    private const string DefaultConfig = "default";
    private const string AllSplits = "all";

    private static readonly (string Split, string Words)[] Keywords =
    [
        ("train", "train|training"),
        ("validation", "validation|valid|dev|val"),
        ("test", "test|testing|eval|evaluation"),
    ];

    private static readonly string[] Ignored =
    [
        CardHeader.FileName,
        "config.json",
        "dataset_info.json",
        "dataset_infos.json",
        "dataset_dict.json",
        "manifest.json",
        "croissant.json",
    ];

    /// <summary>The files of a folder that are asked for; null where the folder is none of this kind, and nobody asked as if it were.</summary>
    /// <exception cref="AssayException">The card is wrong, or there is no such configuration or split.</exception>
    internal static IEnumerable<string>? Find(string folder, SourceOptions source)
    {
        string readme = Path.Combine(folder, CardHeader.FileName);
        bool hasCard = File.Exists(readme) && CardHeader.Mentions(readme, "configs");
        if (!hasCard && source.Config is null && source.Split.Count == 0)
            return null;
        string[] files = [.. Glob.Find(folder).Select(file => Path.GetRelativePath(folder, file))];
        CardHeader? card = hasCard ? CardHeader.Read(readme, readme) : null;
        return Choose(folder, Read(files, card), source).Select(file => Path.Combine(folder, file));
    }

    /// <summary>The datasets of a repository.</summary>
    /// <param name="files">Paths of its files, with forward slashes.</param>
    /// <param name="card">Its card, or null.</param>
    /// <exception cref="DocumentException">The card's <c>configs</c> are not what they should be.</exception>
    /// <exception cref="AssayException">Names leave open what a file is.</exception>
    public static IReadOnlyList<HubConfig> Read(IReadOnlyList<string> files, CardHeader? card) =>
        card is not null && card.Root.Find("configs") is { } configs
            ? new CardConfigs(files).Read(configs.Value)
            : [new(DefaultConfig, IsDefault: true, ByName(files, ""))];

    /// <summary>The files of the configuration and the splits that are asked for, in the order of splits and then of names.</summary>
    internal static IReadOnlyList<string> Choose(string where, IReadOnlyList<HubConfig> configs, SourceOptions source)
    {
        HubConfig config = Config(where, configs, source.Config);
        List<string> chosen = [];
        foreach (HubSplit split in Splits(where, config, source.Split))
        {
            if (split.Files.Count == 0)
                throw new AssayException(
                    $"no file is there for split '{split.Name}' of '{config.Name}'",
                    split.Mark is { } mark ? new(mark.Source.Path, mark.Line, mark.Column) : new(where),
                    "The card's pattern matches nothing."
                );
            CheckShards(where, split);
            chosen.AddRange(split.Files);
        }
        if (config.Separator is { } separator && separator != (source.Format == SourceFormat.Tsv ? "\t" : ","))
            throw new AssayException(
                $"the card says that '{SourceText.Printable(separator)}' stands between the values of '{config.Name}'",
                new(where),
                separator == "\t" ? "Add 'format: tsv'." : "Only commas and tabs are read."
            );
        return [.. chosen.Distinct()];
    }

    internal static IReadOnlyList<string> Choose(
        HubAddress address,
        IReadOnlyList<string> files,
        CardHeader? card,
        SourceOptions source
    )
    {
        if (address.Path.Length == 0)
            return Choose(address.Root, Read(files, card), source);
        if (files.Contains(address.Path))
            return [address.Path];
        bool isPattern = address.Path.AsSpan().ContainsAny("*?[");
        string[] found = isPattern
            ? [.. Matching(files, address.Path)]
            : [.. files.Where(file => file.StartsWith(address.Path + "/", StringComparison.Ordinal))];
        if (found.Length == 0)
            throw new AssayException(
                $"no file of {address.Root} matches '{address.Path}'",
                hint: Nearest.Hint(address.Path, files)
                    ?? $"There are {files.Count:N0} files, such as {string.Join(", ", files.Take(5))}."
            );
        return isPattern
            ? found
            : Choose(
                $"{address.Root}/{address.Path}",
                [new(DefaultConfig, true, ByName(found, address.Path + "/"))],
                source
            );
    }

    /// <summary>Files that a pattern of a card matches: <c>*</c>, <c>?</c> and <c>[...]</c> within a name, <c>**</c> over folders.</summary>
    internal static IEnumerable<string> Matching(IReadOnlyList<string> files, string pattern)
    {
        Regex regex = PatternOf(pattern);
        string last = pattern[(pattern.LastIndexOf('/') + 1)..];
        return files.Where(file =>
            regex.IsMatch(file)
            && Hidden(file) == Hidden(pattern)
            && (!Ignored.Contains(NameOf(file)) || NameOf(file) == last)
        );
    }

    /// <summary>Splits by the names of files and folders.</summary>
    /// <param name="files">All files.</param>
    /// <param name="folder">The folder that names are relative to, with a slash at its end, or empty.</param>
    internal static IReadOnlyList<HubSplit> ByName(IReadOnlyList<string> files, string folder)
    {
        string[] data =
        [
            .. files
                .Where(file =>
                    file.StartsWith(folder, StringComparison.Ordinal)
                    && Hidden(file) == Hidden(folder)
                    && !Ignored.Contains(NameOf(file))
                    && FormatTraits.Knows(file)
                )
                .Order(StringComparer.Ordinal),
        ];
        ILookup<string, string> shards = data.Select(file =>
                (Match: ShardOfSplit().Match(file[folder.Length..]), File: file)
            )
            .Where(found => found.Match.Success)
            .ToLookup(found => found.Match.Groups["split"].Value, found => found.File);
        if (shards.Count > 0)
            return InOrder(shards);
        foreach (bool inFolders in (bool[])[true, false])
        {
            List<(string Split, string File)> found = [];
            foreach (string file in data)
            {
                string relative = file[folder.Length..];
                int slash = relative.LastIndexOf('/') + 1;
                string looked = inFolders ? relative[..slash] : relative[slash..];
                (string Split, string Words)[] splits =
                [
                    .. Keywords.Where(keyword => Names(looked, keyword.Words, inFolders)),
                ];
                if (splits.Length > 1)
                    throw new AssayException(
                        $"by its name '{file}' is of the splits {string.Join(" and ", splits.Select(split => split.Split))}",
                        new(file),
                        "Say which files are what with 'configs:' in the card, or name the files that are wanted."
                    );
                if (splits.Length == 1)
                    found.Add((splits[0].Split, file));
            }
            if (found.Count > 0)
                return InOrder(found.ToLookup(one => one.Split, one => one.File));
        }
        return data.Length == 0 ? [] : [new("train", data)];
    }

    /// <summary>Stops if a file of several is not there: <c>train-00002-of-00004</c>.</summary>
    public static void CheckShards(string where, HubSplit split)
    {
        foreach (
            var shards in split
                .Files.Select(file => Shard().Match(file))
                .Where(match => match.Success)
                .GroupBy(match => (Before: match.Groups["before"].Value, Of: match.Groups["of"].Value))
        )
        {
            HashSet<int> there = [.. shards.Select(match => int.Parse(match.Groups["number"].ValueSpan))];
            int count = int.Parse(shards.Key.Of);
            string[] missing =
            [
                .. Enumerable
                    .Range(0, count)
                    .Where(number => !there.Contains(number))
                    .Select(number => $"{shards.Key.Before}{number:D5}-of-{shards.Key.Of}"),
            ];
            if (missing.Length > 0)
                throw new AssayException(
                    $"{missing.Length:N0} of {count:N0} files of split '{split.Name}' are missing: "
                        + string.Join(", ", missing.Take(5))
                        + (missing.Length > 5 ? " and so on" : ""),
                    new(where),
                    "Fetch them, or name the files that are wanted as 'path:'."
                );
        }
    }

    private static HubConfig Config(string where, IReadOnlyList<HubConfig> configs, string? name)
    {
        string[] names = [.. configs.Select(config => config.Name)];
        if (name is not null)
            return configs.FirstOrDefault(config => config.Name == name) ?? throw Unknown(where, "config", name, names);
        if (configs.Count == 1)
            return configs[0];
        return configs.FirstOrDefault(config => config.IsDefault)
            ?? configs.FirstOrDefault(config => config.Name == DefaultConfig)
            ?? throw new AssayException(
                $"there are {configs.Count} configurations, and none is the default",
                new(where),
                $"Choose with 'config:' one of {Listed(names)}."
            );
    }

    private static IReadOnlyList<HubSplit> Splits(string where, HubConfig config, IReadOnlyList<string> wanted)
    {
        string[] names = [.. config.Splits.Select(split => split.Name)];
        if (names.Length == 0)
            throw new AssayException(
                "there are no files of data",
                new(where),
                "Expected files that end in "
                    + string.Join(", ", FormatTraits.All.SelectMany(traits => traits.Extensions))
                    + " or .txt."
            );
        if (wanted is [AllSplits])
            return config.Splits;
        if (wanted.Count > 0)
            return
            [
                .. wanted.Select(name =>
                    config.Splits.FirstOrDefault(split => split.Name == name)
                    ?? throw (
                        name.Contains('[')
                            ? new AssayException(
                                $"a part of a split, '{SourceText.Printable(name)}', is not read",
                                new(where),
                                "Name the split, and take a part of its rows with 'part: 1/10'."
                            )
                            : Unknown(where, "split", name, names)
                    )
                ),
            ];
        return names.Length == 1 ? config.Splits
            : config.Splits.FirstOrDefault(split => split.Name == "train") is { } train ? [train]
            : throw new AssayException(
                $"'{config.Name}' has {names.Length} splits, and none is called train",
                new(where),
                $"Choose with 'split:' one or several of {Listed(names)}; '{AllSplits}' takes them all."
            );
    }

    private static AssayException Unknown(string where, string what, string name, string[] known) =>
        new(
            $"there is no {what} '{SourceText.Printable(name)}'",
            new(where, Key: what),
            (Nearest.Hint(name, known) is { } near ? near + " " : "") + $"There is {Listed(known)}."
        );

    private static string Listed(string[] names) =>
        string.Join(", ", names.Take(30)) + (names.Length > 30 ? $" and {names.Length - 30} more" : "");

    private static IReadOnlyList<HubSplit> InOrder(ILookup<string, string> splits) =>
        [
            .. splits
                .OrderBy(split =>
                    Array.FindIndex(Keywords, keyword => keyword.Split == split.Key) is >= 0 and var known ? known : 3
                )
                .ThenBy(split => split.Key, StringComparer.Ordinal)
                .Select(split => new HubSplit(split.Key, [.. split])),
        ];

    private static bool Names(string looked, string words, bool inFolders) =>
        looked.Length > 0
        && Regex.IsMatch(
            looked,
            inFolders ? $"(^|[{Separators}/])({words})([{Separators}/])" : $"(^|[{Separators}])({words})[{Separators}]",
            RegexOptions.CultureInvariant
        );

    private static Regex PatternOf(string pattern)
    {
        try
        {
            return new(Translated(pattern), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (ArgumentException failure)
        {
            throw new AssayException($"'{SourceText.Printable(pattern)}' is no pattern of files", cause: failure);
        }
    }

    private static int Hidden(string path) =>
        path.Split('/').Count(segment => segment.StartsWith('.') || segment.StartsWith("__", StringComparison.Ordinal));

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string Translated(string pattern)
    {
        StringBuilder regex = new(@"\A");
        for (int i = 0; i < pattern.Length; i++)
            switch (pattern[i])
            {
                case '*' when pattern.AsSpan(i).StartsWith("**/"):
                    regex.Append("(.*/)?");
                    i += 2;
                    break;
                case '*' when pattern.AsSpan(i).StartsWith("**"):
                    regex.Append(".*");
                    i++;
                    break;
                case '*':
                    regex.Append("[^/]*");
                    break;
                case '?':
                    regex.Append("[^/]");
                    break;
                case '[' when pattern.IndexOf(']', i) is > 0 and var end && end > i + 1:
                    string within = pattern[(i + 1)..end].Replace(@"\", @"\\").Replace("[", @"\[");
                    regex.Append(within[0] is '!' ? $"[^{within[1..]}]" : $"[{within}]");
                    i = end;
                    break;
                default:
                    regex.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        return regex.Append(@"\z").ToString();
    }

    [GeneratedRegex(@"\Adata/(?<split>\w+(\.\w+)*)-[0-9]{5}-of-[0-9]{5}[^/]*\.[^/]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex ShardOfSplit();

    [GeneratedRegex(
        @"\A(?<before>.*-)(?<number>[0-9]{5})-of-(?<of>[0-9]{5})(?![0-9])[^/]*\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Shard();
}
