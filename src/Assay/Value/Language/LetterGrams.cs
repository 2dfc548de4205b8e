using System.Text;
using Assay.Describe;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>The letters of a text in runs of 1 to 4, each as a hash of 64 bits. Marks count as letters, upper case as lower.</summary>
/// <remarks>
/// A word has a blank on either side, which counts as a letter of longer runs. The script of each letter is a run too, the
/// shortest, so that a character never seen before says something. Not thread-safe.
/// </remarks>
internal ref struct LetterGrams(ReadOnlySpan<byte> utf8)
{
    /// <summary>Kinds of runs: the script, and 1 to 4 letters.</summary>
    public const int Orders = 5;

    private const int Blank = ' ';
    private readonly ReadOnlySpan<byte> _text = utf8;
    private int _at;
    private uint _last,
        _second,
        _third; // the letters before, or 0

    /// <summary>Whether the last call came to the end of a word.</summary>
    public bool IsWordEnd { get; private set; }

    /// <summary>Reads one letter, or the end of a word, and gives the runs that end with it.</summary>
    /// <param name="hashes">Gets a hash for each order, 0 where there is no run of it; <see cref="Orders"/> numbers.</param>
    /// <returns>False at the end of the text.</returns>
    public bool Next(scoped Span<ulong> hashes)
    {
        IsWordEnd = false;
        while (_at < _text.Length)
        {
            int length = 1;
            Rune rune;
            if (_text[_at] < 0x80)
                rune = new(_text[_at]);
            else
                Rune.DecodeFromUtf8(_text[_at..], out rune, out length);
            _at += length;
            byte code = CodePointClasses.Of(rune.Value);
            if (
                CodePointClasses.ClassOf(code) is CharacterClass.Letters or CharacterClass.Marks
                && rune.Value != 0xFFFD
            )
            {
                if (_last == 0)
                    _last = Blank;
                uint letter = (uint)(rune.IsAscii ? rune.Value | 0x20 : Rune.ToLowerInvariant(rune).Value);
                Script script = CodePointClasses.ScriptOf(code);
                hashes[0] = script == Script.Other ? 0 : Hash(0, (uint)script);
                hashes[1] = Hash(1, letter);
                Longer(letter, hashes);
                return true;
            }
            if (_last != 0 && End(hashes))
                return true;
        }
        return _last != 0 && End(hashes);
    }

    private bool End(scoped Span<ulong> hashes)
    {
        hashes[0] = hashes[1] = 0;
        Longer(Blank, hashes);
        _last = _second = _third = 0;
        IsWordEnd = true;
        return true;
    }

    private void Longer(uint letter, scoped Span<ulong> hashes)
    {
        hashes[2] = Hash(2, letter, _last);
        hashes[3] = _second == 0 ? 0 : Hash(3, letter, _last, _second);
        hashes[4] = _third == 0 ? 0 : Hash(4, letter, _last, _second, _third);
        (_third, _second, _last) = (_second, _last, letter);
    }

    // Never 0, which stands for none.
    private static ulong Hash(uint order, uint first, uint second = 0, uint third = 0, uint fourth = 0)
    {
        ulong letters = first | (ulong)second << 21 | (ulong)third << 42;
        return RandomStream.SplitMix64(RandomStream.SplitMix64(letters, order + 1) ^ fourth, 1) | 1;
    }
}
