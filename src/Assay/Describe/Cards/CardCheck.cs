using System.Text.RegularExpressions;
using Assay.Data;

namespace Assay.Describe;

/// <summary>
/// Checks the descriptions that lie beside data: a dataset card (<c>README.md</c>) by the rules of the Hugging Face Hub, a Croissant
/// description by those of its specification, both against the files that they speak of.
/// </summary>
/// <remarks>
/// Sources: the Hub's documentation (dataset cards; dataset card metadata; data files configuration) and what the library
/// datasets writes as <c>dataset_info</c>. Which of the Hub's hints are errors here: a licence, a category of size or a
/// code of language that does not exist, files and splits that are not there, and numbers that are not true.
/// </remarks>
public sealed partial class CardCheck
{
    private readonly CardFindings _findings;
    private readonly string _folder;
    private readonly Work? _data;
    private readonly CardHeader _card;
    private readonly MapNode _root;

    private CardCheck(string folder, CardHeader card, CardFindings findings, Work? data)
    {
        _folder = folder;
        _findings = findings;
        _data = data;
        _card = card;
        _root = card.Root;
    }

    /// <summary>Checks a folder, a card, or a Croissant description.</summary>
    /// <param name="path">A folder with either, or the file.</param>
    /// <param name="data">For reading the data, to compare them with what is said of them; null to believe it.</param>
    /// <exception cref="AssayException">There is nothing to check.</exception>
    public static CardReport Run(string path, Work? data)
    {
        string[] files = Directory.Exists(path)
            ?
            [
                .. ((string[])[CardHeader.FileName, CroissantFile.FileName, "metadata.json"])
                    .Select(name => Path.Combine(path, name))
                    .Where(file =>
                        File.Exists(file) && (file.EndsWith(".md", StringComparison.Ordinal) || CroissantFile.Is(file))
                    ),
            ]
            : [path];
        if (files.Length == 0)
            throw new AssayException(
                $"neither {CardHeader.FileName} nor {CroissantFile.FileName} is here",
                new(path),
                "Name a folder with a dataset card or a Croissant description, or one of these files."
            );
        CardFindings findings = new();
        foreach (string file in files)
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
            TextMark start = new(new(file, ""), 0, 0);
            if (file.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
                findings.Try(start, "", () => new CroissantCheck(CroissantFile.Read(file, file), findings, data).Run());
            else
                findings.Try(
                    start,
                    "",
                    () =>
                    {
                        if (CardHeader.Read(file, file) is { } card)
                            new CardCheck(folder, card, findings, data).Check();
                        else
                            findings.Error(
                                new(new(file, ""), 1, 1),
                                "",
                                "there is no front matter",
                                "YAML between two lines '---' at the head of the card"
                            );
                    }
                );
        }
        return findings.Report(files);
    }

    private void Check()
    {
        foreach (YamlEntry entry in _root.Entries)
            if (!CardVocabulary.Keys.Contains(entry.Key.Text))
                _findings.Warn(
                    entry.Key.Mark,
                    entry.Key.Text,
                    $"the Hub does not know the key '{SourceText.Printable(entry.Key.Text)}'",
                    hint: Nearest.Hint(entry.Key.Text, CardVocabulary.Keys)
                );
        License();
        Language();
        foreach (ScalarNode size in Words("size_categories"))
            if (!CardVocabulary.SizeCategories.Contains(size.Text))
                _findings.Error(
                    size.Mark,
                    "size_categories",
                    $"there is no category {size.Noun}",
                    "one of " + string.Join(", ", CardVocabulary.SizeCategories)
                );
        foreach (ScalarNode task in Words("task_categories"))
            if (!CardVocabulary.Tasks.Contains(task.Text))
                _findings.Warn(
                    task.Mark,
                    "task_categories",
                    $"the Hub does not know the task {task.Noun}",
                    hint: Nearest.Hint(task.Text, CardVocabulary.Tasks)
                );
        foreach ((string key, IReadOnlySet<string> words) in CardVocabulary.Lists)
        foreach (ScalarNode word in Words(key))
            if (!words.Contains(word.Text))
                _findings.Warn(
                    word.Mark,
                    key,
                    $"{word.Noun} is none of the words for it",
                    "one of " + string.Join(", ", words)
                );
        foreach (string key in (string[])["tags", "task_ids", "source_datasets"])
            Words(key);
        if (_root.Find("pretty_name")?.Value is { IsNull: false } name and not ScalarNode)
            _findings.Error(name.Mark, "pretty_name", $"{name.Noun} stands here", "text");

        IReadOnlyList<HubConfig> configs = [];
        TextMark mark = _root.Find("configs")?.Key.Mark ?? new(new(_root.Mark.Source.Path, ""), 1, 1);
        string[] files =
        [
            .. Directory
                .EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(_folder, file).Replace('\\', '/')),
        ];
        if (!_findings.Try(mark, "configs", () => configs = HubLayout.Read(files, _card)))
            return;
        Dictionary<(string, string), Found> found = [];
        foreach (HubConfig config in configs)
            Config(config, mark, found);
        Info(configs, found);
        Size(found);
    }

    private void License()
    {
        ScalarNode[] licenses = [.. Words("license")];
        if (licenses.Length == 0)
            _findings.Warn(_root.Mark, "license", "no licence is named", hint: "without one nobody may use the data");
        foreach (ScalarNode license in licenses)
            if (!CardVocabulary.Licenses.Contains(license.Text))
                _findings.Error(
                    license.Mark,
                    "license",
                    $"there is no licence {license.Noun}",
                    "one of the Hub's identifiers, such as cc-by-4.0, or other",
                    Nearest.Hint(license.Text, CardVocabulary.Licenses)
                );
            else if (license.Text == "other" && _root.Find("license_name") is null)
                _findings.Warn(
                    license.Mark,
                    "license",
                    "which other licence is not said",
                    "keys license_name and license_link"
                );
    }

    private void Language()
    {
        foreach (ScalarNode language in Words("language"))
            if (
                language.Plain
                && language.Text.ToLowerInvariant() is "no" or "false" or "true" or "yes" or "off" or "on" or "y" or "n"
            )
                _findings.Error(
                    language.Mark,
                    "language",
                    $"{language.Noun} is a truth value of YAML",
                    hint: $"put it in quotes: \"{language.Text.ToLowerInvariant()}\""
                );
            else if (!CardVocabulary.IsLanguage(language.Text))
                _findings.Error(
                    language.Mark,
                    "language",
                    $"{language.Noun} has not the form of a code of a language",
                    CardVocabulary.LanguageForm,
                    language.Text.Contains('-') ? "codes with regions belong into language_bcp47" : null
                );
    }

    private void Config(HubConfig config, TextMark mark, Dictionary<(string, string), Found> found)
    {
        if (config.Name.AsSpan().ContainsAny("<>:/\\|?*"))
            _findings.Error(
                mark,
                "configs",
                $"'{SourceText.Printable(config.Name)}' is no name of a configuration",
                "a name without any of <>:/\\|?*"
            );
        if (config.Splits.Count == 0)
            _findings.Error(mark, "configs", $"no file of data is there for '{config.Name}'");
        foreach (HubSplit split in config.Splits)
        {
            TextMark at = split.Mark ?? mark;
            if (!SplitName().IsMatch(split.Name))
                _findings.Error(
                    at,
                    "configs",
                    $"'{SourceText.Printable(split.Name)}' is no name of a split",
                    "letters, digits, underscores, and dots between them"
                );
            if (split.Files.Count == 0)
                _findings.Error(at, "configs", $"no file is there for split '{split.Name}' of '{config.Name}'");
            else if (_findings.Try(at, "configs", () => HubLayout.CheckShards(_folder, split)))
                _findings.Try(at, "configs", () => found[(config.Name, split.Name)] = Look(config, split));
        }
    }

    /// <summary>What is in the files of a split.</summary>
    private Found Look(HubConfig config, HubSplit split)
    {
        string[] paths = [.. split.Files.Select(file => Path.Combine(_folder, file))];
        Found found = new(paths.Sum(path => new FileInfo(path).Length), null, null);
        if (_data is null)
            return found;
        using Pieces pieces = Pieces.Temporary();
        SourcePlan plan = SourcePlan.Find(
            split.Name,
            new()
            {
                Path = paths,
                Table = true,
                Format = config.Separator == "\t" ? SourceFormat.Tsv : SourceFormat.Auto,
            },
            _folder
        );
        IngestResult read = Ingest.Run(plan, BadRowPolicy.Fail, _data.With(pieces));
        return found with { Rows = read.Rows, Schema = read.Schema };
    }

    private void Info(IReadOnlyList<HubConfig> configs, Dictionary<(string, string), Found> found)
    {
        if (_root.Find("dataset_info") is not { Value: { IsNull: false } node })
            return;
        foreach (YamlNode item in node is ListNode list ? list.Items : [node])
        {
            if (item is not MapNode info)
            {
                _findings.Error(
                    item.Mark,
                    "dataset_info",
                    $"{item.Noun} stands here",
                    "a map with 'features' and 'splits'"
                );
                continue;
            }
            string name = (info.Find("config_name")?.Value as ScalarNode)?.Text ?? "default";
            if (configs.FirstOrDefault(config => config.Name == name) is not { } config)
            {
                if (_root.Find("configs") is not null)
                    _findings.Error(
                        info.Find("config_name")?.Value.Mark ?? info.Mark,
                        "dataset_info.config_name",
                        $"there is no configuration '{SourceText.Printable(name)}'",
                        "one of " + string.Join(", ", configs.Select(config => config.Name)),
                        Nearest.Hint(name, configs.Select(config => config.Name))
                    );
                continue;
            }
            Features(info, config, found);
            Splits(info, config, found);
        }
    }

    private void Features(MapNode info, HubConfig config, Dictionary<(string, string), Found> found)
    {
        const string key = "dataset_info.features";
        if (info.Find("features") is not { Value: { IsNull: false } node })
            return;
        if (node is not ListNode list)
        {
            _findings.Error(node.Mark, key, $"{node.Noun} stands here", "a list of maps with 'name' and 'dtype'");
            return;
        }
        Dictionary<string, YamlNode?> features = [];
        foreach (YamlNode item in list.Items)
        {
            if (item is not MapNode feature || feature.Find("name")?.Value is not ScalarNode { Text.Length: > 0 } name)
                _findings.Error(item.Mark, key, "a feature has no name", "a map with 'name' and 'dtype'");
            else if (!features.TryAdd(name.Text, feature.Find("dtype")?.Value))
                _findings.Error(name.Mark, key, $"the feature '{SourceText.Printable(name.Text)}' is there twice");
            else if (feature.Entries.Count < 2)
                _findings.Error(
                    name.Mark,
                    key,
                    $"the type of '{SourceText.Printable(name.Text)}' is not said",
                    "a key 'dtype', 'list', 'sequence' or 'struct'"
                );
            else if (feature.Find("dtype")?.Value is ScalarNode type && !IsDataType(type.Text))
                _findings.Error(
                    type.Mark,
                    key,
                    $"there is no type {type.Noun}",
                    "one such as string, int64, float32, bool",
                    Nearest.Hint(type.Text, CardVocabulary.DataTypes)
                );
        }
        Schema[] schemas =
        [
            .. config
                .Splits.Select(split => found.GetValueOrDefault((config.Name, split.Name))?.Schema)
                .OfType<Schema>(),
        ];
        if (schemas.Length < config.Splits.Count || schemas.Length == 0)
            return;
        foreach (string missing in schemas[0].Select(field => field.Name).Except(features.Keys))
            _findings.Error(
                list.Mark,
                key,
                $"the column '{SourceText.Printable(missing)}' of the data is not among the features"
            );
        foreach ((string name, YamlNode? type) in features)
            if (schemas[0].Find(name) is not { } field)
                _findings.Error(
                    list.Mark,
                    key,
                    $"no column '{SourceText.Printable(name)}' is in the data",
                    hint: Nearest.Hint(name, schemas[0].Select(field => field.Name))
                );
            else if (type is ScalarNode said && !Holds(said.Text, field.Type))
                _findings.Warn(
                    said.Mark,
                    key,
                    $"'{SourceText.Printable(name)}' is said to be {said.Text}, and reads as {field.Type.ToString().ToLowerInvariant()}"
                );
    }

    private void Splits(MapNode info, HubConfig config, Dictionary<(string, string), Found> found)
    {
        const string key = "dataset_info.splits";
        long bytes = 0;
        bool allBytes = true;
        if (info.Find("splits") is not { Value: ListNode list })
        {
            if (info.Find("splits") is { } other)
                _findings.Error(
                    other.Value.Mark,
                    key,
                    $"{other.Value.Noun} stands here",
                    "a list of maps with 'name' and 'num_examples'"
                );
            return;
        }
        foreach (YamlNode item in list.Items)
        {
            if (item is not MapNode split || split.Find("name")?.Value is not ScalarNode name)
            {
                _findings.Error(item.Mark, key, "a split has no name", "a map with 'name' and 'num_examples'");
                continue;
            }
            allBytes &= Count(split, "num_bytes", key) is { } size && (bytes += size) >= 0;
            long? rows = Count(split, "num_examples", key);
            if (config.Splits.All(other => other.Name != name.Text))
                _findings.Error(
                    name.Mark,
                    key,
                    $"there is no split '{SourceText.Printable(name.Text)}' of '{config.Name}'",
                    "one of " + string.Join(", ", config.Splits.Select(other => other.Name))
                );
            else if (
                rows is { } said
                && found.GetValueOrDefault((config.Name, name.Text))?.Rows is { } there
                && there != said
            )
                _findings.Error(
                    split.Find("num_examples")!.Value.Mark,
                    key,
                    $"split '{name.Text}' is said to have {said:N0} rows, and has {there:N0}"
                );
        }
        if (Count(info, "dataset_size", "dataset_info") is { } total && allBytes && total != bytes)
            _findings.Error(
                info.Find("dataset_size")!.Value.Mark,
                "dataset_info.dataset_size",
                $"the splits have {bytes:N0} bytes, not {total:N0}"
            );
        Found[] all =
        [
            .. config.Splits.Select(split => found.GetValueOrDefault((config.Name, split.Name))).OfType<Found>(),
        ];
        if (
            Count(info, "download_size", "dataset_info") is { } download
            && all.Length == config.Splits.Count
            && all.Sum(one => one.Bytes) != download
        )
            _findings.Warn(
                info.Find("download_size")!.Value.Mark,
                "dataset_info.download_size",
                $"the files have {all.Sum(one => one.Bytes):N0} bytes, not {download:N0}"
            );
    }

    private void Size(Dictionary<(string, string), Found> found)
    {
        if (
            Words("size_categories").FirstOrDefault() is not { } said
            || !CardVocabulary.SizeCategories.Contains(said.Text)
        )
            return;
        // What was dropped, or another view of the same rows, may be a configuration of its own.
        string[] fitting =
        [
            .. found
                .Where(one => one.Value.Rows is not null)
                .GroupBy(one => one.Key.Item1)
                .Select(config => CardVocabulary.SizeOf(config.Sum(one => one.Value.Rows!.Value))),
        ];
        if (fitting.Length == 0)
            return;
        string all = CardVocabulary.SizeOf(found.Sum(one => one.Value.Rows ?? 0));
        if (!fitting.Append(all).Contains(said.Text))
            _findings.Warn(
                said.Mark,
                "size_categories",
                $"the data have {found.Sum(one => one.Value.Rows ?? 0):N0} rows",
                all
            );
    }

    /// <summary>A count of something, from 0, or null if there is none.</summary>
    private long? Count(MapNode map, string name, string key)
    {
        if (map.Find(name) is not { Value: { IsNull: false } node })
            return null;
        if (node is ScalarNode scalar && long.TryParse(scalar.Text, out long count) && count >= 0)
            return count;
        _findings.Error(node.Mark, $"{key}.{name}", $"{node.Noun} stands here", "a whole number from 0");
        return null;
    }

    /// <summary>A word or a list of words.</summary>
    private IEnumerable<ScalarNode> Words(string key)
    {
        List<ScalarNode> words = [];
        if (_root.Find(key) is not { Value: { IsNull: false } node })
            return words;
        foreach (YamlNode item in node is ListNode list ? list.Items : [node])
            if (item is ScalarNode { IsNull: false } word)
                words.Add(word);
            else
                _findings.Error(item.Mark, key, $"{item.Noun} stands here", "a word or a list of words");
        return words;
    }

    private static bool IsDataType(string type) =>
        CardVocabulary.DataTypes.Contains(type) || ParametricType().IsMatch(type);

    private static bool Holds(string type, ColumnType column) =>
        column == ColumnType.Null
        || (
            type is "string" or "large_string" or "binary" or "json"
            || ParametricType().IsMatch(type)
            || type.StartsWith("date", StringComparison.Ordinal)
                ? column is ColumnType.Text or ColumnType.Json
            : type == "bool" ? column == ColumnType.Bool
            : type.Contains("int") ? column == ColumnType.Int64
            : type.StartsWith("float", StringComparison.Ordinal) ? column is ColumnType.Float64 or ColumnType.Int64
            : true
        );

    private sealed record Found(long Bytes, long? Rows, Schema? Schema);

    [GeneratedRegex(@"\A\w+(\.\w+)*\z")]
    private static partial Regex SplitName();

    [GeneratedRegex(
        @"\A(timestamp\[(s|ms|us|ns)(, ?tz=[\w/+:-]+)?\]|time(32|64)\[(s|ms|us|ns)\]|duration\[(s|ms|us|ns)\]|decimal(128|256)\(\d+, ?-?\d+\))\z"
    )]
    private static partial Regex ParametricType();
}
