using System.Text;
using System.Xml;

namespace Assay.Data;

/// <summary>The types of one file of .NET XML documentation, in the order in which they are first mentioned.</summary>
/// <remarks>Format: "Recommended XML tags for C# documentation comments" and annex D of the C# standard (ids of members).</remarks>
internal sealed class DotnetXmlFile
{
    private readonly Dictionary<string, DotnetXmlType> _byName = [];

    public string Assembly { get; private set; } = "";

    public List<DotnetXmlType> Types { get; } = [];

    /// <summary>The namespace of a type: what is before its name and those of the types around it.</summary>
    public string NamespaceOf(string type)
    {
        int dot;
        do
        {
            dot = type.LastIndexOf('.');
            type = dot < 0 ? "" : type[..dot];
        } while (dot >= 0 && _byName.ContainsKey(type));
        return type;
    }

    /// <exception cref="XmlException">It is not XML, or not documentation.</exception>
    public static DotnetXmlFile Read(XmlReader reader)
    {
        DotnetXmlFile file = new();
        reader.MoveToContent();
        if (reader.NodeType != XmlNodeType.Element || reader.Name != "doc")
            throw Unexpected(reader, $"the root is <{reader.Name}>, not <doc>");
        string parent = "";
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            if (reader.Depth == 1)
                parent = reader.Name;
            else if (reader is { Depth: 2, Name: "name" } && parent == "assembly")
                file.Assembly = reader.ReadElementContentAsString().Trim();
            else if (reader is { Depth: 2, Name: "member" } && parent == "members")
                file.Add(reader);
        }
        return file;
    }

    private void Add(XmlReader reader)
    {
        string id = reader.GetAttribute("name") ?? throw Unexpected(reader, "a <member> has no name");
        if (id.Length < 3 || id[1] != ':' || id[0] is 'N' or '!')
            return;
        string name = id[2..];
        bool isType = id[0] == 'T';
        string typeName = isType ? name : DotnetXmlName.TypeOf(name);
        if (typeName.Length == 0)
            return;
        if (!_byName.TryGetValue(typeName, out DotnetXmlType? type))
        {
            type = new(typeName);
            _byName.Add(typeName, type);
            Types.Add(type);
        }
        using XmlReader inner = reader.ReadSubtree();
        inner.Read();
        List<(string Heading, string Text)> parts = DotnetXmlProse.Read(inner);
        if (isType)
            type.Describe(parts);
        else
            type.AddMember(name, parts);
    }

    private static XmlException Unexpected(XmlReader reader, string what)
    {
        IXmlLineInfo? place = reader as IXmlLineInfo;
        return new(what, null, place?.LineNumber ?? 0, place?.LinePosition ?? 0);
    }
}

/// <summary>What is said of one type and its members.</summary>
internal sealed class DotnetXmlType(string fullName)
{
    private readonly StringBuilder _members = new();
    private string _about = "";

    public string FullName => fullName;

    public int Members { get; private set; }

    public void Describe(List<(string Heading, string Text)> parts) => _about = Join(parts);

    public void AddMember(string name, List<(string Heading, string Text)> parts)
    {
        Members++;
        _members.Append("\n\n").Append(DotnetXmlName.Signature(name)).Append('\n').Append(Join(parts));
        while (_members[^1] == '\n')
            _members.Length--;
    }

    /// <summary>The type's name, what is said of it, then each member, separated by blank lines.</summary>
    public string ToText() => (DotnetXmlName.Short(fullName) + "\n" + _about).TrimEnd('\n') + _members;

    private static string Join(List<(string Heading, string Text)> parts) =>
        string.Join('\n', parts.Select(part => part.Heading.Length == 0 ? part.Text : $"{part.Heading}: {part.Text}"));
}
