using System.Buffers;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Assay.Learning;

/// <summary>One thread's encoder: a cache of words and room to work in. What it gives does not depend on what it has seen.</summary>
internal sealed class BpeEncoder
{
    private const int CacheBits = 15;
    private const int LongestInKey = 15; // bytes, so that a word and its length are two 64-bit numbers
    private const int LongestCached = 128; // bytes
    private const int MostInSlot = 3; // tokens
    private const int MostKept = 1 << 20; // tokens beside the slots, and bytes
    private const ulong LongMark = 0xFFUL << 56;

    private readonly TokenizerDefinition _definition;
    private readonly BpeVocabulary _vocabulary;
    private readonly AddedTokens _raw;
    private readonly AddedTokens _normalized;
    private readonly BpeMerger _merger;
    private readonly WordPattern[] _patterns; // each cuts the pieces of the one before
    private readonly bool _addPrefixSpace;
    private readonly PreTokenizerStep? _metaspace;
    private readonly bool _isByteLevel;

    private readonly CachedWord[] _cache = new CachedWord[1 << CacheBits];
    private int[] _keptTokens = new int[256];
    private byte[] _keptBytes = new byte[256];
    private int _keptTokenCount,
        _keptByteCount;
    private readonly ByteBuffer _normal = new();
    private readonly ByteBuffer _other = new();
    private readonly ByteBuffer _prefixed = new();
    private int[] _tokens = new int[64];
    private readonly int[] _found = new int[1024]; // on the way to the caller's list
    private int _foundCount;

    /// <summary>
    /// A word of 1 to 15 bytes and up to three tokens: 32 bytes, half a cache line. Of longer words the key is a hash and the
    /// mark, and Third tells where the bytes are kept; of more tokens, First tells where they are.
    /// </summary>
    private struct CachedWord
    {
        public ulong Low;
        public ulong High; // the length or the mark is its highest byte, so that an empty slot equals no word
        public int Count;
        public int First;
        public int Second;
        public int Third;
    }

    public BpeEncoder(TokenizerDefinition definition, BpeVocabulary vocabulary, AddedTokens raw, AddedTokens normalized)
    {
        (_definition, _vocabulary, _raw, _normalized) = (definition, vocabulary, raw, normalized);
        _merger = new(vocabulary.Merges);
        _isByteLevel = definition.IsByteLevel;
        _addPrefixSpace = definition.PreTokenizer.Any(step => step.AddPrefixSpace);
        _metaspace = definition.PreTokenizer.FirstOrDefault(step => step.Kind == PreTokenizerKind.Metaspace);
        List<WordPattern> patterns =
        [
            .. definition.PreTokenizer.Select(step => step.Pattern).Where(pattern => pattern != WordPattern.Whole),
        ];
        if (patterns.Count == 0 && CanCutBeforeMetaspace(definition))
            patterns.Add(WordPattern.MetaspaceRuns);
        _patterns = patterns.Count == 0 ? [WordPattern.Whole] : [.. patterns];
    }

    /// <summary>Appends the tokens of a text.</summary>
    public void Encode(ReadOnlySpan<byte> text, List<int> ids, bool withSpecial)
    {
        _foundCount = 0;
        for (int at = 0; at < text.Length; )
        {
            AddedToken? token = _raw.Find(text, at, withSpecial, out int start, out int end);
            if (start > at)
                EncodeRaw(text[at..start], isFirst: at == 0, withSpecial, ids);
            if (token is not null)
                Give(token.Id, ids);
            at = end;
        }
        ids.AddRange(_found.AsSpan(0, _foundCount));
    }

    private void EncodeRaw(ReadOnlySpan<byte> text, bool isFirst, bool withSpecial, List<int> ids)
    {
        text = TextNormalizer.Apply(_definition.Normalizer, text, _normal, _other);
        for (int at = 0; at < text.Length; )
        {
            AddedToken? token = _normalized.Find(text, at, withSpecial, out int start, out int end);
            if (start > at)
                EncodeNormal(text[at..start], isFirst && at == 0, ids);
            if (token is not null)
                Give(token.Id, ids);
            at = end;
        }
    }

    private void EncodeNormal(ReadOnlySpan<byte> text, bool isFirst, List<int> ids)
    {
        if (_addPrefixSpace && text[0] != ' ')
        {
            _prefixed.Clear();
            _prefixed.Write(" "u8);
            _prefixed.Write(text);
            text = _prefixed.Written;
        }
        if (_metaspace is not null)
            text = WithMetaspace(_metaspace, text, isFirst);
        Cut(0, text, ids);
    }

    private ReadOnlySpan<byte> WithMetaspace(PreTokenizerStep step, ReadOnlySpan<byte> text, bool isFirst)
    {
        bool prepends = step.Prepend == PrependScheme.Always || (step.Prepend == PrependScheme.First && isFirst);
        _prefixed.Clear();
        if (prepends && text[0] != ' ' && !text.StartsWith("▁"u8))
            _prefixed.Write("▁"u8);
        for (int space; (space = text.IndexOf((byte)' ')) >= 0; text = text[(space + 1)..])
        {
            _prefixed.Write(text[..space]);
            _prefixed.Write("▁"u8);
        }
        _prefixed.Write(text);
        return _prefixed.Written;
    }

    private void Cut(int depth, ReadOnlySpan<byte> text, List<int> ids)
    {
        WordPattern pattern = _patterns[depth];
        bool isLast = depth + 1 == _patterns.Length;
        for (int at = 0; at < text.Length; )
        {
            int end = pattern == WordPattern.Gpt2 ? WordPatterns.Gpt2(text, at) : WordPatterns.End(pattern, text, at);
            if (!isLast)
                Cut(depth + 1, text[at..end], ids);
            else if (end - at <= LongestCached)
                EncodeWord(text, at, end - at, ids);
            else
                Give(Merge(text[at..end]), ids);
            at = end;
        }
    }

    private void EncodeWord(ReadOnlySpan<byte> text, int at, int length, List<int> ids)
    {
        bool isShort = length <= LongestInKey;
        (ulong low, ulong high) = isShort
            ? Key(text, at, length)
            : (XxHash3.HashToUInt64(text.Slice(at, length)), LongMark | (uint)length);
        ref CachedWord word = ref _cache[
            (int)(((low ^ (high * 0x9FB21C651E98DF25)) * 0x9E3779B97F4A7C15) >> (64 - CacheBits))
        ];
        if (
            word.Low != low
            || word.High != high
            || (!isShort && !_keptBytes.AsSpan(word.Third, length).SequenceEqual(text.Slice(at, length)))
        )
        {
            Span<int> tokens = Merge(text.Slice(at, length));
            Keep(ref word, low, high, tokens, isShort ? [] : text.Slice(at, length));
        }
        if (word.Count > MostInSlot || !isShort)
        {
            Give(_keptTokens.AsSpan(word.First, word.Count), ids);
            return;
        }
        if (_foundCount + MostInSlot > _found.Length)
            Hand(ids);
        // All three are written, only the valid ones counted: cheaper than telling the cases apart.
        ref int found = ref _found[_foundCount];
        found = word.First;
        Unsafe.Add(ref found, 1) = word.Second;
        Unsafe.Add(ref found, 2) = word.Third;
        _foundCount += word.Count;
    }

    /// <summary>Puts a word in its slot; a word that is long, or of many tokens, keeps its tokens, and itself, beside the slots.</summary>
    private void Keep(ref CachedWord word, ulong low, ulong high, ReadOnlySpan<int> tokens, ReadOnlySpan<byte> bytes)
    {
        bool isInSlot = tokens.Length <= MostInSlot && bytes.IsEmpty;
        if (!isInSlot && (_keptTokenCount + tokens.Length > MostKept || _keptByteCount + bytes.Length > MostKept))
        {
            // All that is beside the slots goes at once, and so do the slots that point there.
            _cache.AsSpan().Clear();
            (_keptTokenCount, _keptByteCount) = (0, 0);
        }
        word = new()
        {
            Low = low,
            High = high,
            Count = tokens.Length,
        };
        if (isInSlot)
        {
            word.First = tokens.Length > 0 ? tokens[0] : 0;
            word.Second = tokens.Length > 1 ? tokens[1] : 0;
            word.Third = tokens.Length > 2 ? tokens[2] : 0;
            return;
        }
        (word.First, word.Third) = (_keptTokenCount, _keptByteCount);
        if (_keptTokenCount + tokens.Length > _keptTokens.Length)
            Array.Resize(ref _keptTokens, 2 * (_keptTokens.Length + tokens.Length));
        tokens.CopyTo(_keptTokens.AsSpan(_keptTokenCount));
        _keptTokenCount += tokens.Length;
        if (_keptByteCount + bytes.Length > _keptBytes.Length)
            Array.Resize(ref _keptBytes, 2 * (_keptBytes.Length + bytes.Length));
        bytes.CopyTo(_keptBytes.AsSpan(_keptByteCount));
        _keptByteCount += bytes.Length;
    }

    /// <summary>The bytes of a word, filled up with zeros, and its length.</summary>
    private static (ulong Low, ulong High) Key(ReadOnlySpan<byte> text, int at, int length)
    {
        ulong low,
            high;
        if (at + 16 <= text.Length)
        {
            ref byte first = ref Unsafe.Add(ref MemoryMarshal.GetReference(text), at);
            low = Unsafe.ReadUnaligned<ulong>(ref first);
            high = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, 8));
            if (length < 8)
                (low, high) = (low & ((1UL << (8 * length)) - 1), 0);
            else
                high &= (1UL << (8 * (length - 8))) - 1;
        }
        else
        {
            Span<byte> copy = stackalloc byte[16];
            copy.Clear();
            text.Slice(at, length).CopyTo(copy);
            low = MemoryMarshal.Read<ulong>(copy);
            high = MemoryMarshal.Read<ulong>(copy[8..]);
        }
        return (low, high | ((ulong)length << 56));
    }

    private Span<int> Merge(ReadOnlySpan<byte> word)
    {
        if (_definition.IgnoreMerges && Whole(word) is int id)
        {
            _tokens[0] = id;
            return _tokens.AsSpan(0, 1);
        }
        if (_tokens.Length < word.Length)
            _tokens = new int[Math.Max(word.Length, 2 * _tokens.Length)];
        int count = _isByteLevel ? StartFromBytes(word) : StartFromCharacters(word);
        Span<int> tokens = _tokens.AsSpan(0, count);
        return tokens[.._merger.Merge(tokens)];
    }

    private int? Whole(ReadOnlySpan<byte> word) =>
        _vocabulary.IdOf(_isByteLevel ? ByteAlphabet.Spell(word) : Encoding.UTF8.GetString(word));

    private int StartFromBytes(ReadOnlySpan<byte> word)
    {
        int count = 0;
        bool afterUnknown = false;
        foreach (byte value in word)
            AddStart(_vocabulary.ByteIds[value], ref count, ref afterUnknown);
        return count;
    }

    private int StartFromCharacters(ReadOnlySpan<byte> word)
    {
        int count = 0;
        bool afterUnknown = false;
        while (!word.IsEmpty)
        {
            bool isCharacter = Rune.DecodeFromUtf8(word, out Rune rune, out int length) == OperationStatus.Done;
            if (isCharacter && _vocabulary.Characters.TryGetValue(rune.Value, out int id))
                AddStart(id, ref count, ref afterUnknown);
            else if (_definition.ByteFallback && HaveBytes(word[..length]))
                foreach (byte value in word[..length])
                    AddStart(_vocabulary.ByteIds[value], ref count, ref afterUnknown);
            else
                AddStart(-1, ref count, ref afterUnknown);
            word = word[length..];
        }
        return count;
    }

    private bool HaveBytes(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
            if (_vocabulary.ByteIds[value] < 0)
                return false;
        return true;
    }

    /// <summary>Adds a token to start merging from; what has none is the unknown token, or nothing where there is no such token.</summary>
    private void AddStart(int id, ref int count, ref bool afterUnknown)
    {
        bool isUnknown = id < 0;
        if (!isUnknown)
            _tokens[count++] = id;
        else if (_definition.Unknown is int unknown && !(afterUnknown && _definition.FuseUnknown))
            _tokens[count++] = unknown;
        afterUnknown = isUnknown;
    }

    private void Give(int id, List<int> ids)
    {
        if (_foundCount == _found.Length)
            Hand(ids);
        _found[_foundCount++] = id;
    }

    private void Give(ReadOnlySpan<int> tokens, List<int> ids)
    {
        if (_foundCount + tokens.Length > _found.Length)
        {
            Hand(ids);
            if (tokens.Length > _found.Length)
            {
                ids.AddRange(tokens);
                return;
            }
        }
        tokens.CopyTo(_found.AsSpan(_foundCount));
        _foundCount += tokens.Length;
    }

    private void Hand(List<int> ids)
    {
        ids.AddRange(_found.AsSpan(0, _foundCount));
        _foundCount = 0;
    }

    /// <summary>
    /// Whether no merge reaches from another character over a <c>▁</c> that follows it: then the text can be cut there without
    /// changing a token, and words can be cached although the tokenizer itself does not cut at all.
    /// </summary>
    private static bool CanCutBeforeMetaspace(TokenizerDefinition definition)
    {
        if (definition.IsByteLevel || definition.IgnoreMerges || !definition.Vocabulary.Contains("▁"))
            return false;
        foreach ((int left, int right, _) in definition.Merges)
            if (!definition.Vocabulary[left]!.EndsWith('▁') && definition.Vocabulary[right]!.StartsWith('▁'))
                return false;
        return true;
    }
}
