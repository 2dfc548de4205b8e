using System.Text;
using System.Xml;

namespace Assay.Data;

/// <summary>Turns the elements of one documented member into prose: tags resolved, white space collapsed, paragraphs kept.</summary>
internal static class DotnetXmlProse
{
    /// <summary>Reads the children of a member element; parts without text are left out.</summary>
    public static List<(string Heading, string Text)> Read(XmlReader member)
    {
        List<(string, string)> parts = [];
        int depth = member.Depth;
        bool more = member.Read();
        while (more && member.Depth > depth)
        {
            if (member.NodeType != XmlNodeType.Element)
            {
                more = member.Read();
                continue;
            }
            string heading = Heading(member);
            StringBuilder text = new();
            Append(member, text);
            string prose = text.ToString().Trim();
            if (prose.Length > 0 && member.Name is not ("seealso" or "inheritdoc"))
                parts.Add((heading, prose));
            more = member.Read();
        }
        return parts;
    }

    private static string Heading(XmlReader element)
    {
        string name = element.GetAttribute("name") ?? "";
        string about = DotnetXmlName.Short(WithoutKind(element.GetAttribute("cref") ?? ""));
        return element.Name switch
        {
            "param" => "Parameter " + name,
            "typeparam" => "Type parameter " + name,
            "returns" => "Returns",
            "value" => "Value",
            "exception" => "Throws " + about,
            "remarks" => "Remarks",
            "example" => "Example",
            _ => "",
        };
    }

    /// <summary>Appends the text of the current element; afterwards the reader stands on its end.</summary>
    private static void Append(XmlReader reader, StringBuilder text)
    {
        if (reader.IsEmptyElement)
        {
            AppendReference(reader, text);
            return;
        }
        int depth = reader.Depth,
            before = text.Length;
        bool isBlock = IsBlock(reader.Name);
        string? reference = Reference(reader);
        if (isBlock)
            EndParagraph(text);
        while (reader.Read() && reader.Depth > depth)
        {
            if (reader.NodeType == XmlNodeType.Element)
                Append(reader, text);
            else if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
                AppendCollapsed(reader.Value, text);
            else if (reader.NodeType is XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
                AppendCollapsed(" ", text);
        }
        if (text.Length == before && reference is not null)
            text.Append(reference);
        if (isBlock)
            EndParagraph(text);
    }

    private static bool IsBlock(string element) =>
        element is "para" or "p" or "list" or "item" or "listheader" or "code" or "table" or "tr" or "br";

    private static void AppendReference(XmlReader reader, StringBuilder text)
    {
        if (IsBlock(reader.Name))
            EndParagraph(text);
        else
            text.Append(Reference(reader));
    }

    private static string? Reference(XmlReader reader) =>
        reader.GetAttribute("cref") is { } cref ? DotnetXmlName.Short(WithoutKind(cref))
        : reader.Name is "paramref" or "typeparamref" ? reader.GetAttribute("name")
        : reader.GetAttribute("langword") ?? reader.GetAttribute("href");

    private static void AppendCollapsed(string value, StringBuilder text)
    {
        foreach (char c in value)
            if (c is not (' ' or '\t' or '\r' or '\n'))
                text.Append(c);
            else if (text.Length > 0 && text[^1] is not (' ' or '\n'))
                text.Append(' ');
    }

    private static void EndParagraph(StringBuilder text)
    {
        while (text.Length > 0 && text[^1] == ' ')
            text.Length--;
        if (text.Length > 0 && text[^1] != '\n')
            text.Append('\n');
    }

    private static string WithoutKind(string cref) => cref.Length > 2 && cref[1] == ':' ? cref[2..] : cref;
}
