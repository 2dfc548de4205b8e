using System.Text;
using System.Xml;

namespace Assay.Data;

/// <summary>
/// XML documentation as .NET compilers write it: a row per type, with what is said of the type and its members as plain
/// text. A row's offset is the ordinal of its type in the file.
/// </summary>
internal sealed class DotnetXmlParser(SourceOptions options) : RowParser(options)
{
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    public override void Parse(Segment segment, TableBuilder table, BadRows bad)
    {
        ReadOnlySpan<byte> content = segment.Block.Rows;
        if (content.IsEmpty || !IsReadable(segment, content, 0, known: true, bad))
            return;
        try
        {
            using MemoryStream stream = new(segment.Block.Buffer, 0, segment.Block.Length, writable: false);
            using XmlReader reader = XmlReader.Create(stream, Settings);
            DotnetXmlFile file = DotnetXmlFile.Read(reader);
            table.From(segment.File.Name);
            for (int i = 0; i < file.Types.Count; i++)
                Add(file.Types[i], file, segment, i, table);
        }
        catch (XmlException failure)
        {
            string message = failure.Message;
            int place = message.LastIndexOf(" Line ", StringComparison.Ordinal);
            bad.Add(
                BadRow.Of(
                    segment.File,
                    0,
                    content,
                    "expected XML documentation of .NET: " + (place < 0 ? message : message[..place]).TrimEnd('.')
                ) with
                {
                    Place = (failure.LineNumber, failure.LinePosition),
                }
            );
        }
    }

    private void Add(DotnetXmlType type, DotnetXmlFile file, Segment segment, int ordinal, TableBuilder table)
    {
        byte[] text = Encoding.UTF8.GetBytes(type.ToText());
        table.Column(Options.Text).Set(text);
        Set(table, "type", type.FullName);
        Set(table, "namespace", file.NamespaceOf(type.FullName));
        Set(table, "assembly", file.Assembly);
        if (Options.Text != "members")
            table.Column("members").Set(type.Members);
        table.EndRow(RowId.Of(text, segment.Source, ordinal), ordinal);
    }
}
