using System.Text;

namespace Assay.Data;

/// <summary>Words and phrases to look for at a place in UTF-8 text, whatever the case of their ASCII letters.</summary>
internal sealed class PhraseList
{
    private readonly byte[][]?[] _byFirst = new byte[256][][];

    /// <summary>Takes the phrases; one that ends with a sign needs no end of a word behind it.</summary>
    public PhraseList(params IEnumerable<string> phrases)
    {
        foreach (
            IGrouping<byte, byte[]> group in phrases
                .Select(Encoding.UTF8.GetBytes)
                .OrderByDescending(phrase => phrase.Length)
                .GroupBy(phrase => TextPlace.Fold(phrase[0]))
        )
            _byFirst[group.Key] = [.. group];
    }

    /// <summary>The length of the longest phrase that stands at a place as whole words, or 0.</summary>
    public int Length(ReadOnlySpan<byte> text, int at)
    {
        if ((uint)at < (uint)text.Length && _byFirst[TextPlace.Fold(text[at])] is { } phrases)
            foreach (byte[] phrase in phrases)
                if (
                    TextPlace.StartsWith(text, at, phrase)
                    && (!TextPlace.IsWordAt(phrase, phrase.Length - 1) || !TextPlace.IsWordAt(text, at + phrase.Length))
                )
                    return phrase.Length;
        return 0;
    }

    /// <summary>The length of the longest phrase with which the text goes on at a place, be it the beginning of a longer word; or 0.</summary>
    public int LengthOfStart(ReadOnlySpan<byte> text, int at)
    {
        if ((uint)at < (uint)text.Length && _byFirst[TextPlace.Fold(text[at])] is { } phrases)
            foreach (byte[] phrase in phrases)
                if (TextPlace.StartsWith(text, at, phrase))
                    return phrase.Length;
        return 0;
    }

    /// <summary>Whether one of them stands in the bytes before a place.</summary>
    public bool IsBefore(ReadOnlySpan<byte> text, int at, int within)
    {
        for (int from = Math.Max(0, at - within); from < at; from++)
            if (!TextPlace.IsWordBefore(text, from) && Length(text, from) is > 0 and int length && from + length <= at)
                return true;
        return false;
    }
}
