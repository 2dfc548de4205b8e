using System.Buffers;
using System.Text;
using Assay.Data;

namespace Assay.Select;

/// <summary>C4's list of bad words: a document with one of them goes.</summary>
/// <remarks>
/// Source: Raffel et al. (JMLR 21, 2020), section 2.2, as datatrove computes it: the text in lower case holds a word of the list between two
/// characters that are no letters, digits or underscores (or an end of the text). The list is the user's.
/// </remarks>
internal sealed class C4BadWords : IFilter
{
    // A trie over code points: from a node and a character to the next node; -1 marks the end of a word.
    private const int End = -1;
    private readonly Dictionary<(int Node, int Rune), int> _next = [];

    public C4BadWords(C4BadWordsOptions options)
    {
        foreach (string word in options.Words.Where(word => word.Length > 0))
        {
            int node = 0;
            foreach (Rune rune in word.EnumerateRunes())
            {
                (int, int) step = (node, Rune.ToLowerInvariant(rune).Value);
                if (!_next.TryGetValue(step, out node))
                    _next[step] = node = _next.Count + 1;
            }
            _next[(node, End)] = 0;
        }
        if (_next.Count == 0)
            throw new AssayException(
                "select/heuristics: the preset c4-bad-words has no words",
                hint: "Give the list: c4-bad-words: { words: [first, second phrase] }."
            );
    }

    public IReadOnlyList<string> Reasons { get; } = ["c4_bad_words.bad_word"];

    public string? Reject(ScannedText text)
    {
        ReadOnlySpan<byte> bytes = text.Bytes;
        bool afterWord = false;
        for (int at = 0; at < bytes.Length; )
        {
            if (!afterWord && StartsWithBadWord(bytes[at..]))
                return "c4_bad_words.bad_word";
            at += Decode(bytes[at..], out Rune rune);
            afterWord = IsWord(rune);
        }
        return null;
    }

    private bool StartsWithBadWord(ReadOnlySpan<byte> text)
    {
        int node = 0;
        while (!text.IsEmpty)
        {
            int length = Decode(text, out Rune rune);
            if (!_next.TryGetValue((node, Rune.ToLowerInvariant(rune).Value), out node))
                return false;
            text = text[length..];
            if (_next.ContainsKey((node, End)) && (text.IsEmpty || !StartsWithWord(text)))
                return true;
        }
        return false;
    }

    private static bool StartsWithWord(ReadOnlySpan<byte> text)
    {
        Decode(text, out Rune rune);
        return IsWord(rune);
    }

    private static bool IsWord(Rune rune) => (Characters.Of(rune) & CharacterKinds.Word) != 0;

    private static int Decode(ReadOnlySpan<byte> text, out Rune rune)
    {
        if (text[0] < 0x80)
        {
            rune = new(text[0]);
            return 1;
        }
        Rune.DecodeFromUtf8(text, out rune, out int length);
        return length;
    }
}
