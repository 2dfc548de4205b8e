using Assay.Data;

namespace Assay.Recipes;

/// <summary>Changes to a recipe made on the command line, before it is bound.</summary>
/// <param name="problems">Where problems go.</param>
/// <param name="written">What stands before a change on the command line.</param>
internal sealed class Overrides(DocumentProblems problems, string written = "--set ")
{
    /// <summary>Applies <c>--set key=value</c>.</summary>
    /// <remarks>
    /// The key is a dotted path: <c>judge.seeds</c>, <c>steps[1].threshold</c>, <c>steps.select/dedup.threshold</c>. All but
    /// its last part must exist; whether the last part is a key that Assay knows is for the binder to say.
    /// </remarks>
    public MapNode Set(MapNode root, string assignment)
    {
        int equals = assignment.IndexOf('=');
        SourceText source = new(written + SourceText.Printable(assignment, 200), "");
        TextMark mark = new(source, 0, 0);
        string name = equals < 0 ? assignment : assignment[..equals].Trim();
        if (equals < 0 || !TryParse(name, out List<Part> path))
            problems.Add(
                mark,
                "",
                $"'{SourceText.Printable(name)}' is not a change",
                "key=value, such as judge.seeds=5"
            );
        else if (path[0].Name == RecipeFiles.Extends)
            problems.Add(
                mark,
                RecipeFiles.Extends,
                "'extends' cannot be set",
                hint: "write it in a recipe of your own"
            );
        else if (Parse(assignment[(equals + 1)..].Trim(), mark, name) is { } value)
            return (MapNode)new Change(path, value, problems).In(root, 0, "");
        return root;
    }

    /// <summary>Applies <c>--data path</c>: the recipe's first dataset is read from there, in whatever format it has.</summary>
    public MapNode Data(MapNode root, string path)
    {
        TextMark mark = new(new("--data " + SourceText.Printable(path, 200), ""), 0, 0);
        if (root.Find("data") is not { Value: MapNode { Entries: [YamlEntry first, ..] } data } section)
        {
            problems.Add(
                mark,
                "data",
                "the recipe has no dataset that this could replace",
                "a recipe with a 'data:' section"
            );
            return root;
        }
        // What describes the old files does not describe the new ones; what describes their rows may well.
        string[] stale = ["path", "config", "split", "format", "exclude", "rows"];
        IEnumerable<YamlEntry> kept = first.Value is MapNode old
            ? old.Entries.Where(entry => !stale.Contains(entry.Key.Text))
            : [];
        MapNode changed = new(
            first.Value.Mark,
            [new(new(mark, "path", true), new ScalarNode(mark, path, plain: false)), .. kept]
        );
        return root.With(section.Key, data.With(first.Key, changed));
    }

    /// <summary>Lists, maps and quoted text are YAML; anything else is taken as it is, so that <c>*.jsonl</c> needs no quotes.</summary>
    private YamlNode? Parse(string value, TextMark mark, string key)
    {
        if (value.Length == 0 || value[0] is not ('[' or '{' or '"' or '\''))
            return new ScalarNode(mark, value, plain: true);
        DocumentProblems inside = new();
        try
        {
            YamlNode? node = YamlReader.Read(new(mark.Source.Path, value), inside);
            inside.ThrowIfAny();
            return node is null ? null : Moved(node, mark);
        }
        catch (DocumentException failure)
        {
            foreach (DocumentProblem problem in failure.Problems)
                problems.Add(mark, key, problem.What, problem.Expected, problem.Hint);
            return null;
        }
    }

    /// <summary>The node with every place in it being the whole change, for it has no lines to point at.</summary>
    private static YamlNode Moved(YamlNode node, TextMark mark) =>
        node switch
        {
            ScalarNode scalar => new ScalarNode(mark, scalar.Text, scalar.Plain),
            ListNode list => new ListNode(mark, [.. list.Items.Select(item => Moved(item, mark))]),
            MapNode map => new MapNode(
                mark,
                [
                    .. map.Entries.Select(entry => new YamlEntry(
                        (ScalarNode)Moved(entry.Key, mark),
                        Moved(entry.Value, mark)
                    )),
                ]
            ),
            _ => node,
        };

    /// <summary>One part of a path: a key, or an index from 0.</summary>
    private readonly record struct Part(string? Name, int Index);

    private static bool TryParse(string text, out List<Part> path)
    {
        path = [];
        foreach (string piece in text.Split('.'))
        {
            string[] indexed = piece.Split('[');
            if (indexed[0].Length == 0)
                return false;
            path.Add(new(indexed[0], -1));
            foreach (string index in indexed.Skip(1))
            {
                if (
                    !index.EndsWith(']')
                    || !int.TryParse(index.AsSpan(0, index.Length - 1), out int number)
                    || number < 0
                )
                    return false;
                path.Add(new(null, number));
            }
        }
        return true;
    }

    /// <summary>Puts a value at a path, leaving the tree as it is (and saying why) if the path leads nowhere.</summary>
    private sealed class Change(List<Part> path, YamlNode value, DocumentProblems problems)
    {
        public YamlNode In(YamlNode node, int at, string key)
        {
            if (at == path.Count)
                return value;
            Part part = path[at];
            return node switch
            {
                ListNode list when part.Name is null => InItem(list, part.Index, at, key),
                ListNode list => InStepNamed(list, part.Name, at, key),
                MapNode map when part.Name is not null => InEntry(map, part.Name, at, key),
                MapNode => Refuse(node, key, $"'{key}' is a map, so '[{part.Index}]' leads nowhere", "one of its keys"),
                _ when node.IsNull && part.Name is not null => InEntry(new(node.Mark, []), part.Name, at, key),
                _ => Refuse(node, key, $"'{key}' is the single value {node.Noun}, which has nothing inside"),
            };
        }

        private YamlNode InEntry(MapNode map, string name, int at, string key)
        {
            if (map.Find(name) is { } entry)
                return map.With(entry.Key, In(entry.Value, at + 1, YamlReader.Join(key, name)));
            if (at == path.Count - 1)
                return map.With(new(value.Mark, name, true), value);
            string[] keys = [.. map.Entries.Select(known => known.Key.Text)];
            return Refuse(
                map,
                key,
                key.Length == 0 ? $"the recipe has no '{name}'" : $"'{key}' has no '{name}'",
                keys.Length == 0 ? null : Wording.OneOf(keys),
                Nearest.Hint(name, keys)
            );
        }

        private YamlNode InItem(ListNode list, int index, int at, string key)
        {
            if (index >= list.Items.Count)
                return Refuse(
                    list,
                    key,
                    $"'{key}' has no entry [{index}]",
                    list.Items.Count == 0 ? null : $"an index from 0 to {list.Items.Count - 1}"
                );
            return With(list, index, InStep(list.Items[index], at + 1, $"{key}[{index}]"));
        }

        private YamlNode InStepNamed(ListNode list, string name, int at, string key)
        {
            string[] steps = [.. list.Items.Select(item => StepName(item)?.Text ?? "")];
            int[] found = [.. Enumerable.Range(0, steps.Length).Where(i => steps[i] == name)];
            if (found.Length == 1)
                return With(list, found[0], InStep(list.Items[found[0]], at + 1, $"{key}[{found[0]}]"));
            if (found.Length == 0)
                return Refuse(
                    list,
                    key,
                    $"'{key}' has no step '{name}'",
                    steps.Length == 0 ? null : Wording.OneOf(steps.Where(step => step.Length > 0).Distinct()),
                    Nearest.Hint(name, steps)
                );
            return Refuse(
                list,
                key,
                $"'{key}' has {found.Length} steps '{name}'",
                string.Join(" or ", found.Select(i => $"{key}[{i}]"))
            );
        }

        /// <summary>The options of a step are reached with or without its name: <c>steps[1].threshold</c>.</summary>
        private YamlNode InStep(YamlNode item, int at, string key)
        {
            if (at == path.Count || StepName(item) is not { } step)
                return In(item, at, key);
            if (path[at].Name == step.Text)
                at++;
            YamlNode options = item is MapNode map ? map.Entries[0].Value : new ScalarNode(item.Mark, "", true);
            return new MapNode(item.Mark, [new(step, In(options, at, $"{key}.{step.Text}"))]);
        }

        /// <summary>The method's name, if the node looks like a step.</summary>
        private static ScalarNode? StepName(YamlNode item) =>
            item switch
            {
                ScalarNode scalar when scalar.Text.Contains('/') => scalar,
                MapNode { Entries: [{ Key: var name }] } when name.Text.Contains('/') => name,
                _ => null,
            };

        private static ListNode With(ListNode list, int index, YamlNode item) =>
            new(list.Mark, [.. list.Items.Select((old, i) => i == index ? item : old)]);

        private YamlNode Refuse(
            YamlNode unchanged,
            string key,
            string what,
            string? expected = null,
            string? hint = null
        )
        {
            problems.Add(value.Mark, key, SourceText.Printable(what, 300), expected, hint);
            return unchanged;
        }
    }
}
