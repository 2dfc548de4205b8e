using System.Text;

namespace Assay.Describe;

/// <summary>What a stream of texts consists of, in bounded memory.</summary>
internal sealed class TextSketch
{
    private readonly TextScan _scan = new();
    private readonly NumberSketch _bytes,
        _words,
        _lines;
    private long _totalBytes,
        _totalWords,
        _totalLines;

    public TextSketch(double rankError, ulong seed)
        : this(new(rankError, seed), new(rankError, seed + 1), new(rankError, seed + 2)) { }

    private TextSketch(NumberSketch bytes, NumberSketch words, NumberSketch lines)
    {
        _bytes = bytes;
        _words = words;
        _lines = lines;
    }

    public void Add(ReadOnlySpan<byte> utf8)
    {
        (long words, long lines) = _scan.Add(utf8);
        _bytes.Add(utf8.Length);
        _words.Add(words);
        _lines.Add(lines);
        _totalBytes += utf8.Length;
        _totalWords += words;
        _totalLines += lines;
    }

    public void Merge(TextSketch other)
    {
        for (int i = 0; i < _scan.Codes.Length; i++)
            _scan.Codes[i] += other._scan.Codes[i];
        _scan.NonAscii += other._scan.NonAscii;
        _bytes.Merge(other._bytes);
        _words.Merge(other._words);
        _lines.Merge(other._lines);
        _totalBytes += other._totalBytes;
        _totalWords += other._totalWords;
        _totalLines += other._totalLines;
    }

    public TextLabel? Label(long fewest)
    {
        long[] classes = _scan.Classes,
            scripts = _scan.Scripts;
        long characters = classes.Sum(),
            letters = scripts.Sum();
        if (
            _bytes.Distribution(fewest) is not { } bytesPerValue
            || _words.Distribution(fewest) is not { } wordsPerValue
            || _lines.Distribution(fewest) is not { } linesPerValue
        )
            return null;
        return new()
        {
            Bytes = bytesPerValue,
            Words = wordsPerValue,
            Lines = linesPerValue,
            TotalBytes = _totalBytes,
            TotalWords = _totalWords,
            TotalLines = _totalLines,
            TotalCharacters = characters,
            Characters =
                characters == 0
                    ? []
                    : [.. Enum.GetValues<CharacterClass>().Select(kind => Part(kind, classes[(int)kind], characters))],
            Scripts =
            [
                .. Enum.GetValues<Script>()
                    .Select(script => Part(script, scripts[(int)script], letters))
                    .Where(share => share.Count > 0)
                    .OrderByDescending(share => share.Count)
                    .ThenBy(share => share.Name, StringComparer.Ordinal),
            ],
            NonAsciiShare = characters == 0 ? null : (double)_scan.NonAscii / characters,
        };
    }

    public void Write(Stream stream)
    {
        _bytes.Write(stream);
        _words.Write(stream);
        _lines.Write(stream);
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        foreach (long count in _scan.Codes)
            writer.Write(count);
        writer.Write(_scan.NonAscii);
        writer.Write(_totalBytes);
        writer.Write(_totalWords);
        writer.Write(_totalLines);
    }

    public static TextSketch Read(Stream stream)
    {
        TextSketch sketch = new(NumberSketch.Read(stream), NumberSketch.Read(stream), NumberSketch.Read(stream));
        using BinaryReader reader = new(stream, Encoding.UTF8, leaveOpen: true);
        for (int i = 0; i < sketch._scan.Codes.Length; i++)
            sketch._scan.Codes[i] = reader.ReadInt64();
        sketch._scan.NonAscii = reader.ReadInt64();
        sketch._totalBytes = reader.ReadInt64();
        sketch._totalWords = reader.ReadInt64();
        sketch._totalLines = reader.ReadInt64();
        return sketch;
    }

    private static Share Part<T>(T what, long count, long of)
        where T : struct, Enum =>
        new(
            what is CharacterClass.WhiteSpace ? "white-space" : what.ToString().ToLowerInvariant(),
            count,
            of == 0 ? 0 : (double)count / of
        );
}
