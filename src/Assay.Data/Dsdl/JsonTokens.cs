using System.Text;
using System.Text.Json;

namespace Assay.Data;

/// <summary>The tokens of a JSON file.</summary>
internal sealed class JsonTokens(Stream stream, string file) : DsdlTokens(file)
{
    private byte[] _buffer = new byte[1 << 16];
    private int _length;
    private int _at; // what the reader has taken of the buffer
    private int _seen; // what line and column have heard of
    private bool _isFinal;
    private int _line = 1,
        _column = 1;
    private JsonReaderState _state = new(new() { MaxDepth = DepthLimit + 8 });

    public override DsdlToken Read()
    {
        while (true)
        {
            Utf8JsonReader reader = new(_buffer.AsSpan(_at.._length), _isFinal, _state);
            try
            {
                if (reader.Read())
                    return Take(ref reader);
            }
            catch (JsonException failure)
            {
                throw NotJson(failure);
            }
            if (_isFinal)
                return new(DsdlTokenKind.End, Here());
            Fill();
        }
    }

    public override void Dispose() => stream.Dispose();

    private DsdlToken Take(ref Utf8JsonReader reader)
    {
        Advance(_at + (int)reader.TokenStartIndex);
        Place place = Here();
        DsdlToken token = reader.TokenType switch
        {
            JsonTokenType.StartObject => new(DsdlTokenKind.StartMap, place),
            JsonTokenType.EndObject => new(DsdlTokenKind.EndMap, place),
            JsonTokenType.StartArray => new(DsdlTokenKind.StartList, place),
            JsonTokenType.EndArray => new(DsdlTokenKind.EndList, place),
            JsonTokenType.String or JsonTokenType.PropertyName => new(
                DsdlTokenKind.Scalar,
                place,
                Checked(TextOf(ref reader, place), place)
            ),
            _ => new(DsdlTokenKind.Scalar, place, Encoding.ASCII.GetString(reader.ValueSpan), IsPlain: true),
        };
        _state = reader.CurrentState;
        _at += (int)reader.BytesConsumed;
        return token;
    }

    private static string TextOf(ref Utf8JsonReader reader, Place place)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new AssayException("expected text of whole characters in UTF-8, found something else", place.At(""));
        }
    }

    private void Fill()
    {
        Advance(_at);
        _buffer.AsSpan(_at.._length).CopyTo(_buffer);
        (_length, _at, _seen) = (_length - _at, 0, 0);
        if (_length == _buffer.Length)
        {
            if (_length > ScalarLimit)
                throw TooLong(Here());
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        try
        {
            int got = stream.Read(_buffer.AsSpan(_length..));
            _isFinal = got == 0;
            // A mark of the byte order is no JSON.
            if (_length == 0 && got >= 3 && (_line, _column) == (1, 1) && _buffer.AsSpan().StartsWith("\uFEFF"u8))
                (_at, _seen) = (3, 3);
            _length += got;
        }
        catch (IOException failure)
        {
            throw SourceFile.Unreadable(File, failure);
        }
    }

    private void Advance(int to)
    {
        ReadOnlySpan<byte> passed = _buffer.AsSpan(_seen..to);
        int lines = passed.Count((byte)'\n');
        if (lines > 0)
        {
            _line += lines;
            _column = 1;
            passed = passed[(passed.LastIndexOf((byte)'\n') + 1)..];
        }
        foreach (byte b in passed)
            _column += (b & 0xC0) == 0x80 ? 0 : 1;
        _seen = to;
    }

    private Place Here() => new(File, _line, _column);

    private AssayException NotJson(JsonException failure)
    {
        // The reader's messages end with a place of its own: "... LineNumber: 0 | BytePositionInLine: 5."
        int end = failure.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        string message = (end < 0 ? failure.Message : failure.Message[..end]).TrimEnd('.');
        return new(
            $"this is not JSON: {message}",
            new(
                File,
                (failure.LineNumber ?? 0) + 1,
                (int)Math.Min(failure.BytePositionInLine ?? 0, int.MaxValue - 1) + 1
            ),
            cause: failure
        );
    }
}
