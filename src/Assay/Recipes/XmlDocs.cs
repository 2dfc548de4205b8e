using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;

namespace Assay.Recipes;

/// <summary>The doc comments of an assembly, from the XML file that the compiler writes beside it.</summary>
/// <remarks>So that what a comment says, what <c>assay methods</c> prints and what an editor shows are one text.</remarks>
internal sealed class XmlDocs
{
    private static readonly ConcurrentDictionary<Assembly, XmlDocs> Known = [];
    private readonly Dictionary<string, XElement> members = [];

    private XmlDocs(Assembly assembly)
    {
        string file = Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".xml");
        if (!File.Exists(file))
            return;
        try
        {
            foreach (XElement member in XDocument.Load(file).Descendants("member"))
                if (member.Attribute("name")?.Value is { } name)
                    members[name] = member;
        }
        catch (XmlException)
        {
            // A damaged file costs the descriptions, nothing else.
            members.Clear();
        }
    }

    public static XmlDocs Of(Assembly assembly) => Known.GetOrAdd(assembly, key => new(key));

    public string Summary(Type type) => Text($"T:{Id(type)}", "summary");

    public string Remarks(Type type) => Text($"T:{Id(type)}", "remarks");

    public string Summary(PropertyInfo property) => Text($"P:{Id(property.DeclaringType!)}.{property.Name}", "summary");

    public string Summary(FieldInfo field) => Text($"F:{Id(field.DeclaringType!)}.{field.Name}", "summary");

    /// <summary>The text up to the first full stop that ends a sentence.</summary>
    public static string FirstSentence(string text)
    {
        for (int i = 0; i + 2 < text.Length; i++)
            if (text[i] is '.' && text[i + 1] is ' ' && char.IsUpper(text[i + 2]))
                return text[..(i + 1)];
        return text;
    }

    private static string Id(Type type) => type.FullName!.Replace('+', '.');

    private string Text(string id, string part)
    {
        if (!members.TryGetValue(id, out XElement? member) || member.Element(part) is not { } element)
            return "";
        StringBuilder text = new();
        Append(text, element);
        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private static void Append(StringBuilder text, XElement element)
    {
        foreach (XNode node in element.Nodes())
            if (node is XText plain)
                text.Append(plain.Value);
            else if (
                node is XElement { Name.LocalName: "see" or "seealso" or "paramref" or "typeparamref" } reference
                && !reference.Nodes().Any()
            )
                text.Append(Named(reference));
            else if (node is XElement { Name.LocalName: "para" or "item" or "br" } block)
            {
                text.Append(' ');
                Append(text, block);
                text.Append(' ');
            }
            else if (node is XElement inner)
                Append(text, inner);
    }

    /// <summary>What a reference is called in a recipe: properties and enum members are written in kebab case there.</summary>
    private static string Named(XElement reference)
    {
        if (reference.Attribute("cref")?.Value is not { } id)
            return (
                    reference.Attribute("langword") ?? reference.Attribute("name") ?? reference.Attribute("href")
                )?.Value
                ?? "";
        string name = id.Split('(')[0].Split('.')[^1];
        return id[0] is 'P' or 'F' ? JsonNamingPolicy.KebabCaseLower.ConvertName(name) : name;
    }
}
