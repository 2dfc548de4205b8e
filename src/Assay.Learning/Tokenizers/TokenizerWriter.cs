using System.Text.Encodings.Web;
using System.Text.Json;

namespace Assay.Learning;

/// <summary>Writes a definition as JSON.</summary>
internal static class TokenizerWriter
{
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(TokenizerDefinition definition, Stream stream)
    {
        using Utf8JsonWriter json = new(stream, Options);
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        WriteAdded(json, definition);
        WriteSteps(json, "normalizer", "normalizers", definition.Normalizer, WriteNormalizer);
        WriteSteps(json, "pre_tokenizer", "pretokenizers", definition.PreTokenizer, WritePreTokenizer);
        WritePostProcessor(json, definition);
        WriteSteps(json, "decoder", "decoders", definition.Decoder, WriteDecoder);
        WriteModel(json, definition);
        json.WriteEndObject();
    }

    private static void WriteAdded(Utf8JsonWriter json, TokenizerDefinition definition)
    {
        json.WriteStartArray("added_tokens");
        foreach (AddedToken token in definition.Added)
        {
            json.WriteStartObject();
            json.WriteNumber("id", token.Id);
            json.WriteString("content", token.Content);
            json.WriteBoolean("single_word", token.SingleWord);
            json.WriteBoolean("lstrip", token.StripLeft);
            json.WriteBoolean("rstrip", token.StripRight);
            json.WriteBoolean("normalized", token.IsNormalized);
            json.WriteBoolean("special", token.IsSpecial);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteSteps<T>(
        Utf8JsonWriter json,
        string name,
        string plural,
        IReadOnlyList<T> steps,
        Action<Utf8JsonWriter, T> write
    )
    {
        json.WritePropertyName(name);
        if (steps.Count == 0)
            json.WriteNullValue();
        else if (steps.Count == 1)
            write(json, steps[0]);
        else
        {
            json.WriteStartObject();
            json.WriteString("type", "Sequence");
            json.WriteStartArray(plural);
            foreach (T step in steps)
                write(json, step);
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    private static void WriteNormalizer(Utf8JsonWriter json, NormalizerStep step)
    {
        json.WriteStartObject();
        json.WriteString("type", step.Kind == NormalizerKind.Nfc ? "NFC" : step.Kind.ToString());
        if (step.Kind == NormalizerKind.Prepend)
            json.WriteString("prepend", step.Content);
        else if (step.Kind == NormalizerKind.Replace)
            WriteReplacement(json, step.Pattern, step.Content);
        json.WriteEndObject();
    }

    private static void WriteReplacement(Utf8JsonWriter json, string pattern, string content)
    {
        json.WriteStartObject("pattern");
        json.WriteString("String", pattern);
        json.WriteEndObject();
        json.WriteString("content", content);
    }

    private static void WritePreTokenizer(Utf8JsonWriter json, PreTokenizerStep step)
    {
        json.WriteStartObject();
        json.WriteString("type", step.Kind.ToString());
        switch (step.Kind)
        {
            case PreTokenizerKind.ByteLevel:
                json.WriteBoolean("add_prefix_space", step.AddPrefixSpace);
                json.WriteBoolean("trim_offsets", step.TrimOffsets);
                json.WriteBoolean("use_regex", step.Pattern == WordPattern.Gpt2);
                break;
            case PreTokenizerKind.Metaspace:
                WriteMetaspace(json, step.Prepend, step.Pattern == WordPattern.Metaspace);
                break;
            case PreTokenizerKind.Digits:
                json.WriteBoolean("individual_digits", step.Pattern == WordPattern.SingleDigits);
                break;
            case PreTokenizerKind.Split:
                json.WriteStartObject("pattern");
                json.WriteString(
                    "Regex",
                    step.Pattern switch
                    {
                        WordPattern.Gpt2 => WordPatterns.Gpt2Regex,
                        WordPattern.Llama3 => WordPatterns.Llama3Regex,
                        _ => WordPatterns.Qwen2Regex,
                    }
                );
                json.WriteEndObject();
                json.WriteString("behavior", "Isolated");
                json.WriteBoolean("invert", false);
                break;
        }
        json.WriteEndObject();
    }

    private static void WriteMetaspace(Utf8JsonWriter json, PrependScheme prepend, bool split)
    {
        json.WriteString("replacement", "▁");
        json.WriteString("prepend_scheme", prepend.ToString().ToLowerInvariant());
        json.WriteBoolean("split", split);
    }

    private static void WritePostProcessor(Utf8JsonWriter json, TokenizerDefinition definition)
    {
        List<Action<Utf8JsonWriter, TokenizerDefinition>> steps = [];
        if (definition.HasByteLevelPostProcessor)
            steps.Add(WriteByteLevel);
        if (definition.Before.Count + definition.After.Count > 0)
            steps.Add(WriteTemplate);
        WriteSteps(json, "post_processor", "processors", steps, (writer, step) => step(writer, definition));
    }

    private static void WriteByteLevel(Utf8JsonWriter json, TokenizerDefinition definition)
    {
        json.WriteStartObject();
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", definition.PreTokenizer.Any(step => step.AddPrefixSpace));
        json.WriteBoolean("trim_offsets", true);
        json.WriteBoolean("use_regex", true);
        json.WriteEndObject();
    }

    private static void WriteTemplate(Utf8JsonWriter json, TokenizerDefinition definition)
    {
        json.WriteStartObject();
        json.WriteString("type", "TemplateProcessing");
        json.WriteStartArray("single");
        WriteTemplateOf(json, definition, "A", type: 0);
        json.WriteEndArray();
        json.WriteStartArray("pair");
        WriteTemplateOf(json, definition, "A", type: 0);
        WriteTemplateOf(json, definition, "B", type: 1);
        json.WriteEndArray();
        json.WriteStartObject("special_tokens");
        foreach (int id in definition.Before.Concat(definition.After).Distinct())
        {
            string spelling = definition.Vocabulary[id]!;
            json.WriteStartObject(spelling);
            json.WriteString("id", spelling);
            json.WriteStartArray("ids");
            json.WriteNumberValue(id);
            json.WriteEndArray();
            json.WriteStartArray("tokens");
            json.WriteStringValue(spelling);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteTemplateOf(Utf8JsonWriter json, TokenizerDefinition definition, string sequence, int type)
    {
        foreach (int id in definition.Before)
            WritePiece("SpecialToken", definition.Vocabulary[id]!);
        WritePiece("Sequence", sequence);
        foreach (int id in definition.After)
            WritePiece("SpecialToken", definition.Vocabulary[id]!);

        void WritePiece(string kind, string id)
        {
            json.WriteStartObject();
            json.WriteStartObject(kind);
            json.WriteString("id", id);
            json.WriteNumber("type_id", type);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    private static void WriteDecoder(Utf8JsonWriter json, DecoderStep step)
    {
        json.WriteStartObject();
        json.WriteString("type", step.Kind.ToString());
        switch (step.Kind)
        {
            case DecoderKind.ByteLevel:
                json.WriteBoolean("add_prefix_space", false);
                json.WriteBoolean("trim_offsets", true);
                json.WriteBoolean("use_regex", true);
                break;
            case DecoderKind.Replace:
                WriteReplacement(json, step.Pattern, step.Content);
                break;
            case DecoderKind.Strip:
                json.WriteString("content", step.Content);
                json.WriteNumber("start", step.Start);
                json.WriteNumber("stop", 0);
                break;
            case DecoderKind.Metaspace:
                WriteMetaspace(json, step.Prepend, split: true);
                break;
        }
        json.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter json, TokenizerDefinition definition)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        if (definition.Unknown is int unknown)
            json.WriteString("unk_token", definition.Vocabulary[unknown]);
        else
            json.WriteNull("unk_token");
        json.WriteNull("continuing_subword_prefix");
        json.WriteNull("end_of_word_suffix");
        json.WriteBoolean("fuse_unk", definition.FuseUnknown);
        json.WriteBoolean("byte_fallback", definition.ByteFallback);
        json.WriteBoolean("ignore_merges", definition.IgnoreMerges);
        json.WriteStartObject("vocab");
        for (int id = 0; id < definition.Vocabulary.Length; id++)
            if (definition.Vocabulary[id] is { } spelling)
                json.WriteNumber(spelling, id);
        json.WriteEndObject();
        // Older readers know "left right" only, newer ones pairs too, which alone can hold tokens with a space in them.
        bool hasSpaces = definition.Merges.Any(merge => definition.Vocabulary[merge.Merged]!.Contains(' '));
        json.WriteStartArray("merges");
        foreach ((int left, int right, _) in definition.Merges)
        {
            string first = definition.Vocabulary[left]!,
                second = definition.Vocabulary[right]!;
            if (!hasSpaces)
            {
                json.WriteStringValue($"{first} {second}");
                continue;
            }
            json.WriteStartArray();
            json.WriteStringValue(first);
            json.WriteStringValue(second);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
