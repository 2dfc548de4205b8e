namespace Assay.Data;

/// <summary>Builds nodes of tokens, within bounds that no dataset needs and that a hostile one cannot pass.</summary>
/// <param name="tokens">The file.</param>
internal sealed class NodeReader(DsdlTokens tokens) : IDisposable
{
    /// <summary>Most nodes of one value (a sample, a definition), aliases written out; also of all anchors together.</summary>
    private const long NodeLimit = 4_000_000;

    private readonly KeyPath _keys = new();
    private readonly Dictionary<string, DsdlNode?> _anchors = [];
    private DsdlToken _token;
    private long _read, // nodes in the file so far
        _written, // nodes that aliases stand for so far
        _nodes, // of the value that is being read
        _anchored;

    /// <summary>The whole file.</summary>
    /// <param name="dropped">Keys from the root to a list whose items are read and dropped; they come with <see cref="Items"/>.</param>
    /// <exception cref="AssayException">It cannot be read.</exception>
    public DsdlNode Read(params ReadOnlySpan<string> dropped)
    {
        Next();
        if (_token.Kind == DsdlTokenKind.End)
            throw new AssayException("expected a map, found an empty file", new(tokens.File));
        DsdlNode root = ReadNode(1, dropped);
        Next();
        return root;
    }

    /// <summary>The items of the list at the end of these keys, one at a time; none if there is no such list.</summary>
    /// <exception cref="AssayException">The file cannot be read.</exception>
    public IEnumerable<DsdlNode> Items(params string[] path)
    {
        Next();
        if (_token.Kind != DsdlTokenKind.StartMap)
            yield break;
        for (int level = 0; ; )
        {
            Next();
            if (_token.Kind == DsdlTokenKind.EndMap)
            {
                if (level-- == 0)
                    yield break;
                _keys.Pop();
                continue;
            }
            _nodes = 0;
            Place at = _token.Place;
            string key = KeyOf(ReadNode(2 + level, []), at).Text;
            bool isNext = key == path[level];
            Next();
            _keys.Push(key);
            if (isNext && level < path.Length - 1 && _token.Kind == DsdlTokenKind.StartMap)
            {
                level++;
                continue;
            }
            if (isNext && level == path.Length - 1 && _token.Kind == DsdlTokenKind.StartList)
            {
                HasItems = true;
                Next();
                for (long index = 0; _token.Kind != DsdlTokenKind.EndList; index++)
                {
                    _nodes = 0;
                    _keys.Push(index);
                    DsdlNode item = ReadNode(3 + level, []);
                    _keys.Pop();
                    Next();
                    yield return item;
                }
            }
            else
                ReadNode(2 + level, []);
            _keys.Pop();
        }
    }

    /// <summary>Whether <see cref="Items"/> has come upon its list.</summary>
    public bool HasItems { get; private set; }

    public void Dispose() => tokens.Dispose();

    private void Next() => _token = tokens.Read();

    /// <summary>Reads the node that starts at the current token, and stays on its last token.</summary>
    private DsdlNode ReadNode(int depth, ReadOnlySpan<string> dropped)
    {
        DsdlToken start = _token;
        if (depth > DsdlTokens.DepthLimit)
            throw TooDeep(start.Place);
        Count(1, start.Place);
        _read++;
        if (start.Kind == DsdlTokenKind.Alias)
            return Resolve(start, depth);
        if (start.Anchor is { } open)
            _anchors[open] = null;
        DsdlNode read = start.Kind switch
        {
            DsdlTokenKind.Scalar => new DsdlScalar(start.Place, start.Text, start.IsPlain),
            DsdlTokenKind.StartList => ReadList(start.Place, depth, dropped),
            DsdlTokenKind.StartMap => ReadMap(start.Place, depth, dropped),
            _ => throw new AssayException("expected a value, found the end of the file", start.Place.At(_keys)),
        };
        if (start.Anchor is { } anchor)
        {
            if ((_anchored += read.Size) > NodeLimit)
                throw TooMany(start.Place);
            _anchors[anchor] = read;
        }
        return read;
    }

    private DsdlNode Resolve(DsdlToken alias, int depth)
    {
        if (!_anchors.TryGetValue(alias.Text, out DsdlNode? target))
            throw new AssayException(
                $"there is no anchor '&{SourceText.Printable(alias.Text)}' above for this alias",
                alias.Place.At(_keys),
                "Put text that begins with '*' in quotes."
            );
        if (target is null)
            throw new AssayException(
                $"the alias '*{SourceText.Printable(alias.Text)}' refers to what it stands in",
                alias.Place.At(_keys)
            );
        if (depth + target.Depth - 1 > DsdlTokens.DepthLimit)
            throw TooDeep(alias.Place);
        Count(target.Size, alias.Place);
        // Over a whole file aliases may not stand for much more than what is written: time stays linear.
        if ((_written += target.Size) > NodeLimit + 16 * _read)
            throw TooMany(alias.Place);
        return target;
    }

    private void Count(long nodes, Place place)
    {
        if ((_nodes += nodes) > NodeLimit)
            throw TooMany(place);
    }

    private AssayException TooMany(Place place) =>
        new(
            $"expected at most {NodeLimit} values in one piece, with aliases written out; found more",
            place.At(_keys),
            "Put the samples into files of their own (sample-path)."
        );

    private AssayException TooDeep(Place place) =>
        new($"expected at most {DsdlTokens.DepthLimit} levels of nesting, found more", place.At(_keys));

    private DsdlList ReadList(Place place, int depth, ReadOnlySpan<string> dropped)
    {
        bool isDropped = dropped.Length > 0 && _keys.Is(dropped);
        List<DsdlNode> items = [];
        Next();
        for (long index = 0; _token.Kind != DsdlTokenKind.EndList; index++)
        {
            long before = _nodes;
            _keys.Push(index);
            DsdlNode item = ReadNode(depth + 1, dropped);
            _keys.Pop();
            if (isDropped)
                _nodes = before;
            else
                items.Add(item);
            Next();
        }
        return new(place, items);
    }

    private DsdlMap ReadMap(Place place, int depth, ReadOnlySpan<string> dropped)
    {
        List<DsdlEntry> entries = [];
        List<DsdlMap> merged = [];
        HashSet<string> seen = [];
        for (Next(); _token.Kind != DsdlTokenKind.EndMap; Next())
        {
            Place at = _token.Place;
            DsdlScalar key = KeyOf(ReadNode(depth + 1, []), at);
            Next();
            _keys.Push(key.Text);
            DsdlNode value = ReadNode(depth + 1, dropped);
            if (key is { IsPlain: true, Text: "<<" })
                merged.AddRange(Merged(value));
            else if (!seen.Add(key.Text))
                throw new AssayException(
                    $"expected each key once, found '{SourceText.Printable(key.Text)}' twice in one map",
                    at.At(_keys)
                );
            else
                entries.Add(new(key, value));
            _keys.Pop();
        }
        // What the map says itself wins over what it merges; of several merged maps the first wins.
        foreach (DsdlEntry entry in merged.SelectMany(map => map.Entries))
            if (seen.Add(entry.Key.Text))
                entries.Add(entry);
        return new(place, entries);
    }

    private DsdlScalar KeyOf(DsdlNode node, Place at) =>
        node as DsdlScalar ?? throw new AssayException($"expected a word as a key, found {node.Noun}", at.At(_keys));

    private IReadOnlyList<DsdlMap> Merged(DsdlNode value) =>
        value switch
        {
            DsdlMap map => [map],
            DsdlList list when list.Items.All(item => item is DsdlMap) => [.. list.Items.Cast<DsdlMap>()],
            _ => throw new AssayException(
                $"expected a map or a list of maps to merge, found {value.Noun}",
                value.Place.At(_keys)
            ),
        };
}
