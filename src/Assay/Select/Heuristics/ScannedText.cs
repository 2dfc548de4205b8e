using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using Assay.Data;

namespace Assay.Select;

/// <summary>
/// One row's text with what all rules need to know of it: which bytes are visible, letters, line breaks and so on, and
/// where its words are. Scanned 64 bytes at a time; reused from row to row. Not thread-safe.
/// </summary>
/// <param name="split">What a word is.</param>
internal sealed class ScannedText(WordSplit split)
{
    private const int BlockSize = 64;

    private byte[] _bytes = new byte[2 * BlockSize];
    private int[] _starts = new int[256],
        _ends = new int[256];
    private readonly Marks _leads = new(),
        _wide = new(),
        _wordCharacters = new(),
        _stops = new();

    /// <summary>The text. At least 64 bytes behind it can be read; they are blanks.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>A reference to byte <paramref name="at"/>, for reading up to 64 bytes past the end of the text.</summary>
    public ref byte At(int at) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_bytes), at);

    /// <summary>Length in bytes.</summary>
    public int Length { get; private set; }

    /// <summary>Length in code points.</summary>
    public int CodePoints { get; private set; }

    /// <summary>True if the text is ASCII only.</summary>
    public bool IsAscii { get; private set; }

    /// <summary>True if a filter replaced the text.</summary>
    public bool IsEdited { get; private set; }

    /// <summary>Bytes that are no part of a white-space character.</summary>
    public Marks Visible { get; } = new();

    /// <summary>Bytes of letters.</summary>
    public Marks Letters { get; } = new();

    /// <summary>Visible bytes of characters that are no punctuation.</summary>
    public Marks NonSymbols { get; } = new();

    /// <summary>Line feeds.</summary>
    public Marks LineFeeds { get; } = new();

    /// <summary>First bytes of line breaks of any kind.</summary>
    public Marks LineBreaks { get; } = new();

    /// <summary>Each <c>.</c>, <c>!</c> or <c>?</c> that white space or the end of the text follows.</summary>
    public Marks SentenceEnds { get; } = new();

    /// <summary>Number of words.</summary>
    public int WordCount { get; private set; }

    /// <summary>Where each word starts.</summary>
    public ReadOnlySpan<int> WordStarts => _starts.AsSpan(0, WordCount);

    /// <summary>Where each word ends, exclusive.</summary>
    public ReadOnlySpan<int> WordEnds => _ends.AsSpan(0, WordCount);

    /// <summary>Takes the text of a row.</summary>
    public void Load(ReadOnlySpan<byte> text)
    {
        Scan(text);
        IsEdited = false;
    }

    /// <summary>Replaces the text by an edited one.</summary>
    public void Replace(ReadOnlySpan<byte> text)
    {
        Scan(text);
        IsEdited = true;
    }

    /// <summary>Code points of [start, end).</summary>
    public int CodePointsIn(int start, int end) => IsAscii ? end - start : _leads.Count(start, end);

    private void Scan(ReadOnlySpan<byte> text)
    {
        Length = text.Length;
        if (_bytes.Length < Length + (2 * BlockSize))
            _bytes = new byte[(int)Math.Min(Array.MaxLength, Math.Max(Length + (2L * BlockSize), 2L * _bytes.Length))];
        text.CopyTo(_bytes);
        _bytes.AsSpan(Length, 2 * BlockSize).Fill((byte)' ');
        int blocks = (Length + BlockSize - 1) / BlockSize;
        foreach (
            Marks marks in (ReadOnlySpan<Marks>)
                [
                    Visible,
                    Letters,
                    NonSymbols,
                    LineFeeds,
                    LineBreaks,
                    SentenceEnds,
                    _leads,
                    _wide,
                    _wordCharacters,
                    _stops,
                ]
        )
            marks.Reserve(blocks);
        for (int block = 0; block < blocks; block++)
            if (Vector128.IsHardwareAccelerated)
                Classify(block);
            else
                ClassifyScalar(block);
        Finish(blocks);
    }

    /// <summary>The same by the scalar path, for comparison.</summary>
    internal void LoadScalar(ReadOnlySpan<byte> text)
    {
        Load(text);
        int blocks = (Length + BlockSize - 1) / BlockSize;
        for (int block = 0; block < blocks; block++)
            ClassifyScalar(block);
        Finish(blocks);
    }

    private void Finish(int blocks)
    {
        ulong wide = 0;
        for (int block = 0; block < blocks; block++)
            wide |= _wide.Blocks[block];
        IsAscii = wide == 0;
        CodePoints = Length;
        Visible.Blocks[blocks] = 0;
        if (!IsAscii)
        {
            CodePoints = _leads.Count(0, Length);
            for (int block = 0; block < blocks; block++)
                ClassifyWide(block);
        }
        CutWords(blocks);
    }

    // ASCII by comparisons; bytes of wide characters count as visible and as no letters until ClassifyWide has seen them.
    private void Classify(int block)
    {
        Vector512<byte> bytes = Vector512.LoadUnsafe(ref At(block * BlockSize));
        ulong letters = In(bytes | Vector512.Create((byte)0x20), (byte)'a', (byte)'z');
        ulong digits = In(bytes, (byte)'0', (byte)'9');
        ulong wide = bytes.ExtractMostSignificantBits();
        Visible.Blocks[block] = ~(In(bytes, 0x09, 0x0D) | In(bytes, 0x1C, 0x20));
        Letters.Blocks[block] = letters;
        NonSymbols.Blocks[block] = letters | digits | wide;
        _wordCharacters.Blocks[block] = letters | digits | Is(bytes, (byte)'_');
        LineFeeds.Blocks[block] = Is(bytes, (byte)'\n');
        LineBreaks.Blocks[block] = In(bytes, 0x0A, 0x0D) | In(bytes, 0x1C, 0x1E);
        _stops.Blocks[block] = Is(bytes, (byte)'.') | Is(bytes, (byte)'!') | Is(bytes, (byte)'?');
        _wide.Blocks[block] = wide;
        _leads.Blocks[block] = ~(wide & ~In(bytes, 0xC0, 0xFF));
    }

    private static ulong In(Vector512<byte> bytes, byte first, byte last) =>
        Vector512
            .LessThanOrEqual(bytes - Vector512.Create(first), Vector512.Create((byte)(last - first)))
            .ExtractMostSignificantBits();

    private static ulong Is(Vector512<byte> bytes, byte value) =>
        Vector512.Equals(bytes, Vector512.Create(value)).ExtractMostSignificantBits();

    private void ClassifyScalar(int block)
    {
        foreach (
            Marks marks in (ReadOnlySpan<Marks>)
                [Visible, Letters, NonSymbols, LineFeeds, LineBreaks, _leads, _wide, _wordCharacters, _stops]
        )
            marks.Blocks[block] = 0;
        for (int at = block * BlockSize; at < (block + 1) * BlockSize; at++)
        {
            byte value = _bytes[at];
            bool isWide = value >= 0x80;
            CharacterKinds kinds = isWide ? 0 : Characters.Of(new Rune(value));
            void Mark(Marks marks, bool set) => marks.Set(at, set ? 1 : 0);
            Mark(Visible, isWide || Words.WhiteSpaceLength(Bytes, Math.Min(at, Length - 1)) == 0 && at < Length);
            Mark(Letters, (kinds & CharacterKinds.Letter) != 0);
            Mark(NonSymbols, isWide || char.IsAsciiLetterOrDigit((char)value));
            Mark(_wordCharacters, (kinds & CharacterKinds.Word) != 0);
            Mark(LineFeeds, value == '\n');
            Mark(LineBreaks, value is (>= 0x0A and <= 0x0D) or (>= 0x1C and <= 0x1E));
            Mark(_stops, value is (byte)'.' or (byte)'!' or (byte)'?');
            Mark(_wide, isWide);
            Mark(_leads, Data.CodePoints.IsLead(value));
        }
    }

    private void ClassifyWide(int block)
    {
        for (ulong leads = _wide.Blocks[block] & _leads.Blocks[block]; leads != 0; leads &= leads - 1)
        {
            int at = (block * BlockSize) + BitOperations.TrailingZeroCount(leads);
            if (Rune.DecodeFromUtf8(Bytes[at..], out Rune rune, out int length) != OperationStatus.Done)
                continue;
            CharacterKinds kinds = Characters.Of(rune);
            bool isSpace = Words.WhiteSpaceLength(Bytes, at) > 0;
            if ((kinds & CharacterKinds.Letter) != 0)
                Letters.Set(at, length);
            if ((kinds & CharacterKinds.Word) != 0)
                _wordCharacters.Set(at, length);
            if (isSpace || (kinds & CharacterKinds.Punctuation) != 0)
                NonSymbols.Clear(at, length);
            if (!isSpace)
                continue;
            Visible.Clear(at, length);
            if (Lines.BreakLength(Bytes, at) > 0)
                LineBreaks.Set(at, 1);
        }
    }

    private void CutWords(int blocks)
    {
        int started = 0,
            ended = 0;
        ulong visibleBefore = 0,
            wordBefore = 0;
        for (int block = 0; block < blocks; block++)
        {
            ulong visible = Visible.Blocks[block];
            ulong starts;
            if (split == WordSplit.Whitespace)
                starts = visible & ~(visible << 1 | visibleBefore);
            else
            {
                ulong word = _wordCharacters.Blocks[block];
                starts = word & ~(word << 1 | wordBefore) | visible & ~word & _leads.Blocks[block];
                wordBefore = word >> 63;
            }
            // A word ends where the byte before was visible, and this one is white space or starts another word.
            ulong ends = (visible << 1 | visibleBefore) & (~visible | starts);
            visibleBefore = visible >> 63;
            SentenceEnds.Blocks[block] = _stops.Blocks[block] & ~(visible >> 1 | Visible.Blocks[block + 1] << 63);
            if (_starts.Length < started + BlockSize + 1)
            {
                Array.Resize(ref _starts, 2 * _starts.Length);
                Array.Resize(ref _ends, 2 * _ends.Length);
            }
            started = Write(_starts, started, block * BlockSize, starts);
            ended = Write(_ends, ended, block * BlockSize, ends);
        }
        if (ended < started)
            _ends[ended] = Length;
        WordCount = started;
    }

    private static int Write(int[] places, int count, int block, ulong bits)
    {
        for (; bits != 0; bits &= bits - 1)
            places[count++] = block + BitOperations.TrailingZeroCount(bits);
        return count;
    }
}
