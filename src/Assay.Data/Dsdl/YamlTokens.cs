using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Assay.Data;

/// <summary>The tokens of a YAML file.</summary>
/// <remarks>Built on the parser's events, which stream: nesting and aliases can be bounded before anything is built from them.</remarks>
internal sealed class YamlTokens : DsdlTokens
{
    private const string CoreTag = "tag:yaml.org,2002:";
    private static readonly string[] PlainTags = ["str", "int", "float", "bool", "null", "seq", "map"];
    private readonly BoundedText _text;
    private readonly Parser _parser;
    private bool _hadDocument;

    public YamlTokens(Stream stream, string file)
        : base(file)
    {
        _text = new(
            new(stream, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true)
        );
        _parser = new(_text);
    }

    public override DsdlToken Read()
    {
        while (true)
        {
            if (!Next())
                return new(DsdlTokenKind.End, At(_parser.Current?.End ?? Mark.Empty));
            ParsingEvent happened = _parser.Current!;
            Place place = At(happened.Start);
            switch (happened)
            {
                case DocumentStart when _hadDocument:
                    throw new AssayException("expected one YAML document, found another", place.At(""));
                case DocumentStart:
                    _hadDocument = true;
                    break;
                case StreamEnd:
                    return new(DsdlTokenKind.End, place);
                case MappingStart start:
                    return new(DsdlTokenKind.StartMap, place, Anchor: AnchorOf(start));
                case MappingEnd:
                    return new(DsdlTokenKind.EndMap, place);
                case SequenceStart start:
                    return new(DsdlTokenKind.StartList, place, Anchor: AnchorOf(start));
                case SequenceEnd:
                    return new(DsdlTokenKind.EndList, place);
                case AnchorAlias alias:
                    return new(DsdlTokenKind.Alias, place, alias.Value.Value);
                case Scalar scalar:
                    bool isPlain =
                        scalar.Style is ScalarStyle.Plain or ScalarStyle.Any
                        && (scalar.Tag.IsEmpty || scalar.Tag.Value != CoreTag + "str");
                    return new(DsdlTokenKind.Scalar, place, Checked(scalar.Value, place), isPlain, AnchorOf(scalar));
            }
        }
    }

    public override void Dispose() => _text.Dispose();

    private string? AnchorOf(NodeEvent node)
    {
        if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific && !PlainTags.Any(tag => node.Tag.Value == CoreTag + tag))
            throw new AssayException(
                $"expected a plain value, found one with the tag '{SourceText.Printable(node.Tag.Value)}'",
                At(node.Start).At("")
            );
        return node.Anchor.IsEmpty ? null : node.Anchor.Value;
    }

    private bool Next()
    {
        _text.Left = ScalarLimit;
        try
        {
            return _parser.MoveNext();
        }
        catch (BoundedText.LimitException)
        {
            throw TooLong(At(_parser.Current?.End ?? Mark.Empty));
        }
        catch (DecoderFallbackException failure)
        {
            throw new AssayException(
                "expected UTF-8, found other bytes behind this place",
                At(_parser.Current?.End ?? Mark.Empty).At(""),
                cause: failure
            );
        }
        catch (YamlException failure)
        {
            string message = failure.Message.TrimEnd('.', ' ');
            throw new AssayException(
                $"this is not YAML: {char.ToLowerInvariant(message[0])}{message[1..]}",
                At(failure.Start).At(""),
                message.Contains("tab", StringComparison.OrdinalIgnoreCase) ? "Indent with spaces." : null,
                failure
            );
        }
        catch (IOException failure)
        {
            throw SourceFile.Unreadable(File, failure);
        }
        catch (Exception failure)
        {
            // On some broken text the scanner fails with exceptions of .NET, which know no place.
            throw new AssayException(
                "this is not YAML: the text from here on cannot be read",
                At(_parser.Current?.End ?? Mark.Empty).At(""),
                "Is a quote, '[' or '{' left open?",
                failure
            );
        }
    }

    private Place At(Mark mark) => new(File, (int)Math.Max(mark.Line, 1), (int)Math.Max(mark.Column, 1));

    /// <summary>Text of which the scanner may take so much for one token.</summary>
    private sealed class BoundedText(StreamReader text) : TextReader
    {
        public int Left { get; set; }

        public override int Peek() => text.Peek();

        public override int Read()
        {
            if (Left-- <= 0)
                throw new LimitException();
            return text.Read();
        }

        public override int Read(char[] buffer, int index, int count)
        {
            int got = text.Read(buffer, index, Math.Min(count, Math.Max(Left, 1)));
            if ((Left -= got) < 0)
                throw new LimitException();
            return got;
        }

        protected override void Dispose(bool disposing) => text.Dispose();

        public sealed class LimitException : Exception;
    }
}
