namespace Assay.Data;

/// <summary>Reads <c>configs</c> of a card, and finds the files that it names.</summary>
/// <param name="files">Paths of all files.</param>
internal sealed class CardConfigs(IReadOnlyList<string> files)
{
    private readonly DocumentProblems _problems = new();

    /// <summary>The datasets that the card names.</summary>
    /// <exception cref="DocumentException">Something is not what it should be; all of it is told.</exception>
    public IReadOnlyList<HubConfig> Read(YamlNode node)
    {
        List<HubConfig> configs = [];
        if (node is not ListNode list)
            throw _problems.Fatal(
                node.Mark,
                "configs",
                $"{node.Noun} stands here",
                "a list of maps, each with 'config_name'"
            );
        for (int i = 0; i < list.Items.Count; i++)
            if (Config(list.Items[i], $"configs[{i}]") is { } config)
            {
                if (configs.Exists(other => other.Name == config.Name))
                    _problems.Add(
                        list.Items[i].Mark,
                        $"configs[{i}]",
                        $"the configuration '{config.Name}' is there twice"
                    );
                configs.Add(config);
            }
        if (configs.Count(config => config.IsDefault) > 1)
            _problems.Add(node.Mark, "configs", "several configurations are the default", "one at most");
        if (configs.Count == 0)
            _problems.Add(node.Mark, "configs", "no configuration is named", "at least one");
        _problems.ThrowIfAny();
        return configs;
    }

    private HubConfig? Config(YamlNode node, string key)
    {
        if (node is not MapNode map)
        {
            _problems.Add(node.Mark, key, $"{node.Noun} stands here", "a map with 'config_name' and 'data_files'");
            return null;
        }
        string name = Text(map, "config_name", key) ?? "default";
        string folder = Folder(map, key);
        bool isDefault = map.Find("default")?.Value is ScalarNode { Plain: true, Text: "true" or "True" };
        IReadOnlyList<HubSplit> splits = map.Find("data_files") is { } data
            ? DataFiles(data.Value, folder, key + ".data_files")
            : HubLayout.ByName(files, folder);
        return new(name, isDefault, splits) { Separator = Text(map, "sep", key) ?? Text(map, "delimiter", key) };
    }

    private string Folder(MapNode map, string key)
    {
        string? folder = Text(map, "data_dir", key)?.Trim('/');
        if (string.IsNullOrEmpty(folder) || folder == ".")
            return "";
        if (HubTree.IsPlain(folder))
            return folder + "/";
        _problems.Add(
            map.Find("data_dir")!.Value.Mark,
            key + ".data_dir",
            $"'{SourceText.Printable(folder)}' leads out of the repository"
        );
        return "";
    }

    /// <summary>A path, a list of paths, a map from splits to paths, or a list of maps with <c>split</c> and <c>path</c>.</summary>
    private IReadOnlyList<HubSplit> DataFiles(YamlNode node, string folder, string key)
    {
        List<HubSplit> splits = [];
        void Add(string split, TextMark mark, YamlNode paths, string at)
        {
            if (splits.Exists(other => other.Name == split))
                _problems.Add(mark, at, $"the split '{SourceText.Printable(split)}' is there twice");
            splits.Add(new(split, [.. Find(paths, folder, at)], mark));
        }
        switch (node)
        {
            case ListNode { Items: [MapNode, ..] } list:
                for (int i = 0; i < list.Items.Count; i++)
                {
                    string at = $"{key}[{i}]";
                    if (
                        list.Items[i] is MapNode item
                        && item.Find("split")?.Value is ScalarNode split
                        && item.Find("path")?.Value is { } path
                    )
                        Add(split.Text, item.Mark, path, at + ".path");
                    else
                        _problems.Add(
                            list.Items[i].Mark,
                            at,
                            $"{list.Items[i].Noun} stands here",
                            "a map with 'split' and 'path'"
                        );
                }
                break;
            case MapNode map:
                foreach (YamlEntry entry in map.Entries)
                    Add(entry.Key.Text, entry.Key.Mark, entry.Value, $"{key}.{entry.Key.Text}");
                break;
            default:
                Add("train", node.Mark, node, key);
                break;
        }
        return splits;
    }

    private IEnumerable<string> Find(YamlNode node, string folder, string key)
    {
        SortedSet<string> found = new(StringComparer.Ordinal);
        foreach (YamlNode item in node is ListNode list ? list.Items : [node])
            if (item is not ScalarNode { IsNull: false } path)
                _problems.Add(item.Mark, key, $"{item.Noun} stands here", "a path or a pattern");
            else if (Downloads.IsRemote(path.Text) || path.Text.Contains("::"))
                _problems.Add(
                    item.Mark,
                    key,
                    $"'{SourceText.Printable(path.Text)}' is not a file of this repository",
                    "a path within it"
                );
            else if (
                !HubTree.IsPlain(path.Text.StartsWith("./", StringComparison.Ordinal) ? path.Text[2..] : path.Text)
            )
                _problems.Add(
                    item.Mark,
                    key,
                    $"'{SourceText.Printable(path.Text)}' leads out of the repository",
                    "a path within it"
                );
            else
                found.UnionWith(
                    HubLayout.Matching(
                        files,
                        folder + (path.Text.StartsWith("./", StringComparison.Ordinal) ? path.Text[2..] : path.Text)
                    )
                );
        return found;
    }

    private string? Text(MapNode map, string name, string key)
    {
        if (map.Find(name) is not { } entry || entry.Value.IsNull)
            return null;
        if (entry.Value is ScalarNode scalar)
            return scalar.Text;
        _problems.Add(entry.Value.Mark, $"{key}.{name}", $"{entry.Value.Noun} stands here", "text");
        return null;
    }
}
