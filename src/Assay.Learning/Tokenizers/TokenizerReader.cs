using System.Text.Json;

namespace Assay.Learning;

/// <summary>Turns the JSON of a tokenizer into a definition, and checks everything on the way.</summary>
internal static class TokenizerReader
{
    private const int MaxId = (1 << 22) - 1;

    public static TokenizerDefinition Read(JsonView root)
    {
        root.Expect(JsonValueKind.Object, "an object");
        root.AllowOnly(
            "version",
            "truncation",
            "padding",
            "added_tokens",
            "normalizer",
            "pre_tokenizer",
            "post_processor",
            "decoder",
            "model"
        );
        JsonView model = root["model"];
        // Files older than the member leave it out.
        if (model.Find("type") is { } type && type.String() != "BPE")
            throw type.Bad($"models of type BPE can be read, this is {JsonView.Excerpt(type.String())}");
        model.AllowOnly(
            "type",
            "dropout",
            "unk_token",
            "continuing_subword_prefix",
            "end_of_word_suffix",
            "fuse_unk",
            "byte_fallback",
            "ignore_merges",
            "vocab",
            "merges"
        );
        if (
            model.Find("dropout") is { } dropout
            && !(dropout.Element.ValueKind == JsonValueKind.Number && dropout.Element.GetRawText() is "0" or "0.0")
        )
            throw dropout.Bad("dropout makes encoding random; expected null");
        foreach (string affix in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
            if (model.Find(affix) is { } found && found.String().Length > 0)
                throw found.Bad("marks within words are not implemented; expected null");

        Dictionary<string, int> ids = ReadVocabulary(model["vocab"]);
        List<AddedToken> added = ReadAdded(root, ids);
        string?[] vocabulary = Invert(ids, model["vocab"]);
        (int, int, int)[] merges = ReadMerges(model["merges"], ids);
        int? unknown = model.Find("unk_token") is { } name
            ? ids.TryGetValue(name.String(), out int id)
                ? id
                : throw name.Bad($"the vocabulary has no token \"{JsonView.Excerpt(name.String())}\"")
            : null;
        List<NormalizerStep> normalizer = [];
        if (root.Find("normalizer") is { } normalizers)
            ReadNormalizer(normalizers, normalizer);
        List<PreTokenizerStep> preTokenizer = [];
        if (root.Find("pre_tokenizer") is { } preTokenizers)
            ReadPreTokenizer(preTokenizers, preTokenizer);
        Template template = new();
        if (root.Find("post_processor") is { } postProcessor)
            ReadPostProcessor(postProcessor, template, vocabulary);
        List<DecoderStep> decoder = [];
        ReadDecoder(root["decoder"], decoder);
        CheckTogether(root, normalizer, preTokenizer, decoder);
        return new()
        {
            Vocabulary = vocabulary,
            Merges = merges,
            Unknown = unknown,
            FuseUnknown = model.Flag("fuse_unk"),
            ByteFallback = model.Flag("byte_fallback"),
            IgnoreMerges = model.Flag("ignore_merges"),
            Added = added,
            Normalizer = normalizer,
            PreTokenizer = preTokenizer,
            Before = template.Before,
            After = template.After,
            HasByteLevelPostProcessor = template.HasByteLevel,
            Decoder = decoder,
        };
    }

    private static Dictionary<string, int> ReadVocabulary(JsonView vocab)
    {
        Dictionary<string, int> ids = [];
        HashSet<int> seen = [];
        foreach ((string spelling, JsonView value) in vocab.Members())
        {
            int id = value.Integer(MaxId);
            if (!ids.TryAdd(spelling, id))
                throw value.Bad("the token is there twice");
            if (!seen.Add(id))
                throw value.Bad($"the id {id} is that of another token too");
        }
        return ids.Count > 0 ? ids : throw vocab.Bad("the vocabulary is empty");
    }

    private static List<AddedToken> ReadAdded(JsonView root, Dictionary<string, int> ids)
    {
        List<AddedToken> added = [];
        HashSet<int> seen = [.. ids.Values];
        HashSet<string> contents = [];
        foreach (JsonView item in root.Find("added_tokens")?.Items() ?? [])
        {
            item.AllowOnly("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
            AddedToken token = new(
                item["id"].Integer(MaxId),
                item["content"].String(),
                item.Flag("special"),
                item.Flag("single_word"),
                item.Flag("lstrip"),
                item.Flag("rstrip"),
                item.Flag("normalized", missing: !item.Flag("special"))
            );
            if (token.Content.Length == 0)
                throw item["content"].Bad("an added token has at least one character");
            if (!contents.Add(token.Content))
                throw item["content"].Bad("the token is added twice");
            if (ids.TryGetValue(token.Content, out int id))
            {
                if (id != token.Id)
                    throw item["id"].Bad($"the vocabulary gives this token the id {id}");
            }
            else if (!seen.Add(token.Id))
                throw item["id"].Bad($"the id {token.Id} is that of another token too");
            ids[token.Content] = token.Id;
            added.Add(token);
        }
        return added;
    }

    private static string?[] Invert(Dictionary<string, int> ids, JsonView vocab)
    {
        int most = ids.Values.Max();
        // Rows of an embedding that nothing uses are normal, but not mostly.
        if (most >= 2L * ids.Count + 65536)
            throw vocab.Bad($"there are {ids.Count} tokens, and ids up to {most}: expected ids without such gaps");
        string?[] spellings = new string?[most + 1];
        foreach ((string spelling, int id) in ids)
            spellings[id] = spelling;
        return spellings;
    }

    private static (int, int, int)[] ReadMerges(JsonView merges, Dictionary<string, int> ids)
    {
        List<(int, int, int)> found = [];
        foreach (JsonView item in merges.Items())
        {
            string left,
                right;
            if (item.Element.ValueKind == JsonValueKind.Array)
            {
                if (item.Element.GetArrayLength() != 2)
                    throw item.Bad("a merge is of two tokens");
                JsonView[] two = [.. item.Items()];
                (left, right) = (two[0].String(), two[1].String());
            }
            else
            {
                string pair = item.String();
                int space = pair.IndexOf(' ');
                if (space <= 0 || space == pair.Length - 1 || pair.IndexOf(' ', space + 1) >= 0)
                    throw item.Bad($"expected two tokens with a space between, found \"{JsonView.Excerpt(pair)}\"");
                (left, right) = (pair[..space], pair[(space + 1)..]);
            }
            found.Add((IdOf(left), IdOf(right), IdOf(left + right)));

            int IdOf(string spelling) =>
                ids.TryGetValue(spelling, out int id)
                    ? id
                    : throw item.Bad($"the vocabulary has no token \"{JsonView.Excerpt(spelling)}\"");
        }
        return [.. found];
    }

    private static void ReadNormalizer(JsonView normalizer, List<NormalizerStep> steps)
    {
        JsonView type = normalizer["type"];
        switch (type.String())
        {
            case "Sequence":
                normalizer.AllowOnly("type", "normalizers");
                foreach (JsonView item in normalizer["normalizers"].Items())
                    ReadNormalizer(item, steps);
                break;
            case "NFC":
                normalizer.AllowOnly("type");
                steps.Add(new(NormalizerKind.Nfc));
                break;
            case "Prepend":
                normalizer.AllowOnly("type", "prepend");
                steps.Add(new(NormalizerKind.Prepend, Content: normalizer["prepend"].String()));
                break;
            case "Replace":
                normalizer.AllowOnly("type", "pattern", "content");
                steps.Add(new(NormalizerKind.Replace, Literal(normalizer["pattern"]), normalizer["content"].String()));
                break;
            default:
                throw Unknown(type, "normalizer", "NFC, Prepend, Replace, Sequence");
        }
    }

    private static void ReadPreTokenizer(JsonView preTokenizer, List<PreTokenizerStep> steps)
    {
        JsonView type = preTokenizer["type"];
        switch (type.String())
        {
            case "Sequence":
                preTokenizer.AllowOnly("type", "pretokenizers");
                foreach (JsonView item in preTokenizer["pretokenizers"].Items())
                    ReadPreTokenizer(item, steps);
                break;
            case "ByteLevel":
                preTokenizer.AllowOnly("type", "add_prefix_space", "trim_offsets", "use_regex");
                steps.Add(
                    new(
                        PreTokenizerKind.ByteLevel,
                        preTokenizer.Flag("use_regex", missing: true) ? WordPattern.Gpt2 : WordPattern.Whole,
                        AddPrefixSpace: preTokenizer.Flag("add_prefix_space", missing: true),
                        TrimOffsets: preTokenizer.Flag("trim_offsets", missing: true)
                    )
                );
                break;
            case "Digits":
                preTokenizer.AllowOnly("type", "individual_digits");
                steps.Add(
                    new(
                        PreTokenizerKind.Digits,
                        preTokenizer.Flag("individual_digits") ? WordPattern.SingleDigits : WordPattern.Digits
                    )
                );
                break;
            case "Metaspace":
                preTokenizer.AllowOnly("type", "replacement", "add_prefix_space", "prepend_scheme", "split");
                ExpectMetaspace(preTokenizer);
                steps.Add(
                    new(
                        PreTokenizerKind.Metaspace,
                        preTokenizer.Flag("split", missing: true) ? WordPattern.Metaspace : WordPattern.Whole,
                        Prepend: Scheme(preTokenizer)
                    )
                );
                break;
            case "Split":
                steps.Add(new(PreTokenizerKind.Split, ReadSplit(preTokenizer)));
                break;
            default:
                throw Unknown(type, "pre-tokenizer", "ByteLevel, Metaspace, Digits, Split, Sequence");
        }
    }

    private static WordPattern ReadSplit(JsonView split)
    {
        split.AllowOnly("type", "pattern", "behavior", "invert");
        if (split["behavior"].String() is var behaviour && behaviour != "Isolated")
            throw split["behavior"].Bad($"expected \"Isolated\", found \"{JsonView.Excerpt(behaviour)}\"");
        if (split.Flag("invert"))
            throw split["invert"].Bad("inverted patterns are not implemented; expected false");
        JsonView regex = split["pattern"]["Regex"];
        return regex.String() switch
        {
            WordPatterns.Gpt2Regex => WordPattern.Gpt2,
            WordPatterns.Llama3Regex => WordPattern.Llama3,
            WordPatterns.Qwen2Regex => WordPattern.Qwen2,
            _ => throw regex.Bad(
                "known are the regular expressions of GPT-2, Llama 3 and Qwen 2, character by character"
            ),
        };
    }

    private sealed class Template
    {
        public List<int> Before { get; } = [];
        public List<int> After { get; } = [];
        public bool HasByteLevel { get; set; }
        public bool IsRead { get; set; }
    }

    private static void ReadPostProcessor(JsonView processor, Template template, string?[] vocabulary)
    {
        JsonView type = processor["type"];
        switch (type.String())
        {
            case "Sequence":
                processor.AllowOnly("type", "processors");
                foreach (JsonView item in processor["processors"].Items())
                    ReadPostProcessor(item, template, vocabulary);
                break;
            case "ByteLevel":
                processor.AllowOnly("type", "add_prefix_space", "trim_offsets", "use_regex");
                template.HasByteLevel = true;
                break;
            case "TemplateProcessing":
                processor.AllowOnly("type", "single", "pair", "special_tokens");
                if (template.IsRead)
                    throw processor.Bad("there is more than one template");
                template.IsRead = true;
                ReadTemplate(processor, template, vocabulary);
                break;
            default:
                throw Unknown(type, "post-processor", "ByteLevel, TemplateProcessing, Sequence");
        }
    }

    private static void ReadTemplate(JsonView processor, Template template, string?[] vocabulary)
    {
        Dictionary<string, int[]> special = [];
        foreach ((string name, JsonView token) in processor.Find("special_tokens")?.Members() ?? [])
        {
            token.AllowOnly("id", "ids", "tokens");
            List<int> ids = [];
            foreach (JsonView item in token["ids"].Items())
            {
                int id = item.Integer(vocabulary.Length - 1);
                ids.Add(vocabulary[id] is not null ? id : throw item.Bad($"no token has the id {id}"));
            }
            special[name] = [.. ids];
        }
        bool isAfter = false;
        foreach (JsonView piece in processor["single"].Items())
        {
            piece.AllowOnly("SpecialToken", "Sequence");
            if (piece.Find("SpecialToken") is { } token)
            {
                JsonView id = token["id"];
                if (!special.TryGetValue(id.String(), out int[]? ids))
                    throw id.Bad($"the template has no special token \"{JsonView.Excerpt(id.String())}\"");
                (isAfter ? template.After : template.Before).AddRange(ids);
            }
            else
            {
                if (isAfter)
                    throw piece.Bad("the text is in the template twice");
                piece["Sequence"]["id"].String();
                isAfter = true;
            }
        }
        if (!isAfter)
            throw processor["single"].Bad("the text is not in the template: expected a \"Sequence\"");
    }

    private static void ReadDecoder(JsonView decoder, List<DecoderStep> steps)
    {
        JsonView type = decoder["type"];
        switch (type.String())
        {
            case "Sequence":
                decoder.AllowOnly("type", "decoders");
                foreach (JsonView item in decoder["decoders"].Items())
                    ReadDecoder(item, steps);
                break;
            case "ByteLevel":
                decoder.AllowOnly("type", "add_prefix_space", "trim_offsets", "use_regex");
                steps.Add(new(DecoderKind.ByteLevel));
                break;
            case "ByteFallback":
                decoder.AllowOnly("type");
                steps.Add(new(DecoderKind.ByteFallback));
                break;
            case "Fuse":
                decoder.AllowOnly("type");
                steps.Add(new(DecoderKind.Fuse));
                break;
            case "Replace":
                decoder.AllowOnly("type", "pattern", "content");
                if (steps.Any(step => step.Kind is DecoderKind.Fuse or DecoderKind.ByteFallback))
                    throw decoder.Bad("Replace after Fuse or ByteFallback is not implemented");
                steps.Add(new(DecoderKind.Replace, Literal(decoder["pattern"]), Content: decoder["content"].String()));
                break;
            case "Strip":
                decoder.AllowOnly("type", "content", "start", "stop");
                steps.Add(ReadStrip(decoder, steps));
                break;
            case "Metaspace":
                decoder.AllowOnly("type", "replacement", "add_prefix_space", "prepend_scheme", "split");
                ExpectMetaspace(decoder);
                steps.Add(new(DecoderKind.Metaspace, Prepend: Scheme(decoder)));
                break;
            default:
                throw Unknown(type, "decoder", "ByteLevel, ByteFallback, Fuse, Replace, Strip, Metaspace, Sequence");
        }
    }

    private static DecoderStep ReadStrip(JsonView strip, List<DecoderStep> before)
    {
        string content = strip["content"].String();
        if (content.Length != 1 || content[0] >= 128)
            throw strip["content"].Bad("one ASCII character can be stripped");
        if (strip["stop"].Integer(int.MaxValue) != 0)
            throw strip["stop"].Bad("stripping the end of a text is not implemented; expected 0");
        if (before.All(step => step.Kind != DecoderKind.Fuse))
            throw strip.Bad("Strip before Fuse, of every token, is not implemented");
        if (before.Any(step => step.Kind == DecoderKind.Strip))
            throw strip.Bad("there is more than one Strip");
        return new(DecoderKind.Strip, Content: content, Start: strip["start"].Integer(int.MaxValue));
    }

    private static void CheckTogether(
        JsonView root,
        List<NormalizerStep> normalizer,
        List<PreTokenizerStep> preTokenizer,
        List<DecoderStep> decoder
    )
    {
        foreach (NormalizerStep step in normalizer)
            if (step.Kind == NormalizerKind.Replace && step.Pattern.Length == 0)
                throw root["normalizer"].Bad("an empty text cannot be replaced");
        foreach (DecoderStep step in decoder)
            if (step.Kind == DecoderKind.Replace && step.Pattern.Length == 0)
                throw root["decoder"].Bad("an empty text cannot be replaced");
        bool isByteLevel = preTokenizer.Any(step => step.Kind == PreTokenizerKind.ByteLevel);
        if (isByteLevel != decoder.Any(step => step.Kind == DecoderKind.ByteLevel))
            throw root["decoder"].Bad("either both the pre-tokenizer and the decoder are ByteLevel, or none");
        if (isByteLevel && decoder.Count > 1)
            throw root["decoder"].Bad("a ByteLevel decoder is expected to be alone");
        if (decoder.Any(step => step.Kind == DecoderKind.Metaspace) && decoder.Count > 1)
            throw root["decoder"].Bad("a Metaspace decoder is expected to be alone");
        if (isByteLevel && preTokenizer.Any(step => step.Kind == PreTokenizerKind.Metaspace))
            throw root["pre_tokenizer"].Bad("Metaspace together with ByteLevel is not implemented");
        if (preTokenizer.Count(step => step.Kind == PreTokenizerKind.Metaspace) > 1)
            throw root["pre_tokenizer"].Bad("there is more than one Metaspace");
        int last = preTokenizer.FindIndex(step =>
            step.Kind is PreTokenizerKind.ByteLevel or PreTokenizerKind.Metaspace
        );
        if (last >= 0 && last != preTokenizer.Count - 1)
            throw root["pre_tokenizer"].Bad("ByteLevel and Metaspace are expected last");
        if (
            preTokenizer.Count > 1
            && preTokenizer.Any(step => step.AddPrefixSpace || step.Kind == PreTokenizerKind.Metaspace)
        )
            throw root["pre_tokenizer"].Bad("a prefix space in a sequence, of every piece, is not implemented");
    }

    private static string Literal(JsonView pattern)
    {
        pattern.AllowOnly("String", "Regex");
        return pattern.Find("String") is { } text
            ? text.String()
            : throw pattern.Bad("replacing by a regular expression is not implemented; expected a \"String\"");
    }

    private static void ExpectMetaspace(JsonView step)
    {
        if (step["replacement"].String() != "▁")
            throw step["replacement"].Bad("expected \"▁\"");
    }

    private static PrependScheme Scheme(JsonView step)
    {
        if (step.Find("prepend_scheme") is not { } scheme)
            return step.Flag("add_prefix_space", missing: true) ? PrependScheme.Always : PrependScheme.Never;
        return scheme.String() switch
        {
            "always" => PrependScheme.Always,
            "never" => PrependScheme.Never,
            "first" => PrependScheme.First,
            _ => throw scheme.Bad("expected \"always\", \"never\" or \"first\""),
        };
    }

    private static TokenizerException Unknown(JsonView type, string what, string known) =>
        type.Bad($"the {what} \"{JsonView.Excerpt(type.String())}\" is not implemented; known are {known}");
}
