using System.Text.Json;
using System.Text.Unicode;

namespace Assay.Learning;

/// <summary>Reads and writes <c>tokenizer.json</c>, the format of Hugging Face's <c>tokenizers</c>, for models of type BPE.</summary>
/// <remarks>
/// Understood: normalizers NFC, Prepend, Replace of a string; pre-tokenizers ByteLevel, Metaspace, Digits, Split by the
/// patterns of GPT-2, Llama 3 and Qwen 2; post-processors ByteLevel, TemplateProcessing; decoders ByteLevel, Metaspace,
/// Replace, ByteFallback, Fuse, Strip; sequences of these; added tokens with all their flags. Whatever else is asked for is a
/// <see cref="TokenizerException"/> that names its JSON path. Truncation and padding concern batches and are passed over, and
/// so is the template for pairs of texts.
/// </remarks>
public static class TokenizerFile
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const long MaxBytes = 256L << 20;

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="path">A <c>tokenizer.json</c>.</param>
    /// <exception cref="TokenizerException">The file is not valid, or asks for what is not implemented.</exception>
    public static BpeTokenizer Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Read(stream);
    }

    /// <summary>Reads a tokenizer up to the end of the stream.</summary>
    /// <param name="stream">The content of a <c>tokenizer.json</c>.</param>
    /// <exception cref="TokenizerException">The file is not valid, or asks for what is not implemented.</exception>
    public static BpeTokenizer Read(Stream stream)
    {
        using MemoryStream content = new();
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0; )
        {
            if (content.Length + read > MaxBytes)
                throw new TokenizerException($"the file is larger than {MaxBytes} bytes", "$");
            content.Write(buffer, 0, read);
        }
        return Read(content.GetBuffer().AsMemory(0, (int)content.Length));
    }

    /// <summary>Reads a tokenizer from the bytes of a <c>tokenizer.json</c>.</summary>
    /// <exception cref="TokenizerException">The file is not valid, or asks for what is not implemented.</exception>
    public static BpeTokenizer Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes)
            throw new TokenizerException($"the file is larger than {MaxBytes} bytes", "$");
        if (json.Span.StartsWith("\uFEFF"u8))
            json = json[3..];
        if (!Utf8.IsValid(json.Span))
            throw new TokenizerException("the file is not UTF-8", "$");
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw new TokenizerException($"the file is not JSON: {e.Message}", "$");
        }
        using (document)
            return new(TokenizerReader.Read(new(document.RootElement, "$")));
    }

    /// <summary>Writes a tokenizer so that Hugging Face's <c>tokenizers</c> and <see cref="Read(string)"/> read it; whole or not at all.</summary>
    public static void Write(BpeTokenizer tokenizer, string path)
    {
        string temporary = path + ".tmp";
        using (FileStream stream = File.Create(temporary))
        {
            Write(tokenizer, stream);
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Writes a tokenizer as <c>tokenizer.json</c>.</summary>
    public static void Write(BpeTokenizer tokenizer, Stream stream) =>
        TokenizerWriter.Write(tokenizer.Definition, stream);
}
