using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Assay.Learning;

/// <summary>Unicode normalization form C of UTF-8 text. Bytes that are not UTF-8 stay as they are.</summary>
/// <remarks>
/// Unicode Standard Annex 15, with the decompositions of Unicode 14 (later versions only add to them). The runtime's own is not
/// there in invariant mode. Text without a code point from U+0300 on, or without a composing one, is passed through untouched.
/// </remarks>
internal static class Nfc
{
    private const int HangulS = 0xAC00,
        HangulL = 0x1100,
        HangulV = 0x1161,
        HangulT = 0x11A7,
        VCount = 21,
        TCount = 28,
        SCount = 11172;

    private static readonly Lazy<Tables> Canonical = new(Tables.Load);

    /// <summary>Appends the normal form to <paramref name="normal"/>, unless the text is surely normal already.</summary>
    /// <returns>Whether anything was appended; if not, the text is its own normal form.</returns>
    public static bool TryNormalize(ReadOnlySpan<byte> text, IBufferWriter<byte> normal)
    {
        // Nothing below U+0300 (0xCC 0x80) composes or is reordered.
        if (text.IndexOfAnyInRange((byte)0xCC, (byte)0xF4) < 0 || IsSurelyNormal(text))
            return false;
        Tables tables = Canonical.Value;
        List<int> run = []; // code points from a starter to before the next one that nothing composes with
        for (int at = 0; at < text.Length; )
        {
            if (Rune.DecodeFromUtf8(text[at..], out Rune rune, out int used) != OperationStatus.Done)
            {
                Flush(tables, run, normal);
                normal.Write(text.Slice(at, used));
                at += used;
                continue;
            }
            at += used;
            // ASCII ends whatever came before, but marks may follow it.
            if (rune.Value < 0x80)
                Flush(tables, run, normal);
            Decompose(tables, rune.Value, run);
        }
        Flush(tables, run, normal);
        return true;
    }

    private static bool IsSurelyNormal(ReadOnlySpan<byte> text)
    {
        Tables tables = Canonical.Value;
        for (int at = 0; at < text.Length; )
        {
            if (text[at] < 0xCC)
            {
                at++;
                continue;
            }
            OperationStatus status = Rune.DecodeFromUtf8(text[at..], out Rune rune, out int used);
            if (status == OperationStatus.Done && tables.MayChange.Contains(rune.Value))
                return false;
            at += used;
        }
        return true;
    }

    private static void Decompose(Tables tables, int code, List<int> run)
    {
        int syllable = code - HangulS;
        if ((uint)syllable < SCount)
        {
            run.Add(HangulL + syllable / (VCount * TCount));
            run.Add(HangulV + syllable % (VCount * TCount) / TCount);
            if (syllable % TCount != 0)
                run.Add(HangulT + syllable % TCount);
        }
        else if (tables.Decompositions.TryGetValue(code, out (int First, int Second) parts))
        {
            Decompose(tables, parts.First, run);
            if (parts.Second != 0)
                run.Add(parts.Second); // the second part of no decomposition decomposes further
        }
        else
            run.Add(code);
    }

    private static void Flush(Tables tables, List<int> run, IBufferWriter<byte> normal)
    {
        Reorder(tables, run);
        Compose(tables, run);
        Span<byte> buffer = stackalloc byte[4];
        foreach (int code in run)
            normal.Write(buffer[..new Rune(code).EncodeToUtf8(buffer)]);
        run.Clear();
    }

    /// <summary>Sorts each run of marks by class, stably. Insertion would be quadratic on a hostile text, so long runs are sorted.</summary>
    private static void Reorder(Tables tables, List<int> run)
    {
        for (int start = 0; start < run.Count; )
        {
            int end = start;
            while (end < run.Count && tables.ClassOf(run[end]) > 0)
                end++;
            if (end - start > 1)
            {
                int[] sorted = [.. run[start..end].OrderBy(tables.ClassOf)];
                for (int i = 0; i < sorted.Length; i++)
                    run[start + i] = sorted[i];
            }
            start = end + 1;
        }
    }

    private static void Compose(Tables tables, List<int> run)
    {
        int written = 0;
        int starter = -1; // where the last starter was written
        int lastClass = -1; // class of what was last kept after the starter; -1: nothing
        for (int i = 0; i < run.Count; i++)
        {
            int code = run[i];
            int mark = tables.ClassOf(code);
            bool isBlocked = lastClass >= mark; // a mark of the same class, or any starter, stands between
            if (starter >= 0 && !isBlocked && Composed(tables, run[starter], code) is int composed)
            {
                run[starter] = composed;
                continue;
            }
            if (mark == 0)
                (starter, lastClass) = (written, -1);
            else
                lastClass = mark;
            run[written++] = code;
        }
        run.RemoveRange(written, run.Count - written);
    }

    private static int? Composed(Tables tables, int first, int second)
    {
        int l = first - HangulL,
            v = second - HangulV;
        if ((uint)l < 19 && (uint)v < VCount)
            return HangulS + (l * VCount + v) * TCount;
        int s = first - HangulS,
            t = second - HangulT;
        if ((uint)s < SCount && s % TCount == 0 && t is > 0 and < TCount)
            return first + t;
        return tables.Compositions.TryGetValue(((long)first << 32) | (uint)second, out int composed) ? composed : null;
    }

    private sealed record Tables(
        FrozenDictionary<int, (int First, int Second)> Decompositions,
        FrozenDictionary<long, int> Compositions,
        FrozenDictionary<int, int> Classes,
        FrozenSet<int> MayChange
    )
    {
        public int ClassOf(int code) => code < 0x300 ? 0 : Classes.GetValueOrDefault(code);

        public static Tables Load()
        {
            Dictionary<int, (int, int)> decompositions = [];
            Dictionary<long, int> compositions = [];
            Dictionary<int, int> classes = [];
            HashSet<int> mayChange = [];
            using Stream stream = typeof(Nfc).Assembly.GetManifestResourceStream("Assay.Learning.canonical.txt")!;
            using StreamReader reader = new(stream);
            while (reader.ReadLine() is { } line)
            {
                if (line.StartsWith('#'))
                    continue;
                string[] fields = line.Split(' ');
                int[] codes =
                [
                    .. fields[1..]
                        .Select(
                            (field, i) =>
                                fields[0] == "C" && i == 2 ? int.Parse(field) : int.Parse(field, NumberStyles.HexNumber)
                        ),
                ];
                if (fields[0] == "C")
                    for (int code = codes[0]; code <= codes[1]; code++)
                    {
                        classes.Add(code, codes[2]);
                        mayChange.Add(code); // out of order, perhaps
                    }
                else
                {
                    int second = codes.Length > 2 ? codes[2] : 0;
                    decompositions.Add(codes[0], (codes[1], second));
                    if (fields[0] == "D")
                    {
                        compositions.Add(((long)codes[1] << 32) | (uint)second, codes[0]);
                        mayChange.Add(second); // may compose with what stands before it
                    }
                    else
                        mayChange.Add(codes[0]);
                }
            }
            for (int v = 0; v < VCount; v++)
                mayChange.Add(HangulV + v);
            for (int t = 1; t < TCount; t++)
                mayChange.Add(HangulT + t);
            return new(
                decompositions.ToFrozenDictionary(),
                compositions.ToFrozenDictionary(),
                classes.ToFrozenDictionary(),
                mayChange.ToFrozenSet()
            );
        }
    }
}
