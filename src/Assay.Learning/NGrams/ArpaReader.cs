using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Assay.Learning;

internal sealed class ArpaReader(Stream stream)
{
    private const double LogOfMissing = -100; // to base 10, as KenLM has it
    private const int MaxLineBytes = 1 << 20;

    private readonly NGramVocabulary _vocabulary = new();
    private readonly NGramTable _table = new();
    private readonly List<long> _claimed = [];
    private byte[] _buffer = new byte[1 << 16];
    private int _start,
        _end;
    private long _line;

    public NGramModel Read(CancellationToken cancellation)
    {
        ReadHeader();
        int order = _claimed.Count;
        for (int n = 1; n <= order; n++)
            ReadSection(n, order, cancellation);
        return new(order, UnitOfWords(), _vocabulary, _table, []);
    }

    private void ReadHeader()
    {
        ReadOnlySpan<byte> line;
        do line = Next(@"the line '\data\'");
        while (!line.SequenceEqual(@"\data\"u8));
        while (!(line = NextNotEmpty(@"'ngram 1=...' or '\1-grams:'")).StartsWith("\\"u8))
        {
            string text = Encoding.UTF8.GetString(line);
            string[] parts = text.StartsWith("ngram ", StringComparison.Ordinal) ? text[6..].Split('=') : [];
            int expected = _claimed.Count + 1;
            if (
                parts.Length != 2
                || !int.TryParse(
                    parts[0],
                    NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
                    null,
                    out int n
                )
                || n != expected
                || !long.TryParse(
                    parts[1],
                    NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
                    null,
                    out long claimed
                )
            )
                throw Bad($"expected 'ngram {expected}=<count>', found '{Excerpt(line)}'");
            if (n > NGramModel.MaxOrder)
                throw Bad($"n-grams of up to {NGramModel.MaxOrder} words can be read, this file has longer ones");
            _claimed.Add(claimed);
        }
        if (_claimed.Count == 0)
            throw Bad(@"expected 'ngram 1=<count>' after '\data\'");
        ExpectHeading(line, 1);
    }

    private void ReadSection(int n, int order, CancellationToken cancellation)
    {
        long found = 0;
        ReadOnlySpan<byte> line;
        while (!(line = NextNotEmpty($"{n}-grams or the next section")).StartsWith("\\"u8))
        {
            if ((++found & 0xFFFF) == 0)
                cancellation.ThrowIfCancellationRequested();
            if (found > _claimed[n - 1])
                throw Bad($@"the header claims {_claimed[n - 1]} {n}-grams, and here is one more");
            ReadNGram(line, n, order);
        }
        if (found < _claimed[n - 1])
            throw Bad($"the header claims {_claimed[n - 1]} {n}-grams, and there are {found}");
        if (n == 1)
            AddMissing();
        if (n < order)
            ExpectHeading(line, n + 1);
        else if (!line.SequenceEqual(@"\end\"u8))
            throw Bad($@"expected '\end\', found '{Excerpt(line)}'");
    }

    private void ReadNGram(ReadOnlySpan<byte> line, int n, int order)
    {
        Span<Range> fields = stackalloc Range[NGramModel.MaxOrder + 3];
        int count = Split(line, fields);
        if (count != n + 1 && (count != n + 2 || n == order))
            throw Bad(
                $"expected a logarithm, {n} word{(n == 1 ? "" : "s")}{(n == order ? "" : " and perhaps a backoff weight")}, "
                    + $"found '{Excerpt(line)}'"
            );
        double logProbability = Number(line[fields[0]]);
        if (logProbability > 0)
            throw Bad($"the logarithm of a probability is not positive, found '{Excerpt(line[fields[0]])}'");
        double logBackoff = count == n + 2 ? Number(line[fields[n + 1]]) : 0;

        int context = NGramTable.Root;
        for (int i = 1; i < n; i++)
        {
            int step = _table.Find(context, Word(line[fields[i]]));
            if (step == NGramTable.Root)
                throw Bad($"the first {n - 1} words of '{Excerpt(line)}' are not among the {n - 1}-grams");
            context = step;
        }
        ReadOnlySpan<byte> last = line[fields[n]];
        int word = n == 1 ? _vocabulary.FindOrAdd(last) : Word(last);
        if (_table.Find(context, word) != NGramTable.Root)
            throw Bad($"'{Excerpt(line)}' is there twice");
        Add(context, word, logProbability, logBackoff);
    }

    private int Word(ReadOnlySpan<byte> word)
    {
        int found = _vocabulary.Find(word);
        return found >= 0 && _table.Find(NGramTable.Root, found) != NGramTable.Root
            ? found
            : throw Bad($"the word '{Excerpt(word)}' is not among the 1-grams");
    }

    private void Add(int context, int word, double logProbability, double logBackoff)
    {
        int suffix = NGramTable.Root;
        for (int at = context; at != NGramTable.Root && suffix == NGramTable.Root; )
        {
            at = _table[at].Suffix;
            suffix = _table.Find(at, word);
        }
        int node = _table.Add(context, word, suffix);
        _table[node].Count = _table[context].Order + 1;
        _table[node].LogProbability = logProbability * Math.Log(10);
        _table[node].LogBackoff = logBackoff * Math.Log(10);
    }

    private void AddMissing()
    {
        foreach (int word in (int[])[NGramVocabulary.Unknown, NGramVocabulary.Begin, NGramVocabulary.End])
            if (_table.Find(NGramTable.Root, word) == NGramTable.Root)
                Add(NGramTable.Root, word, LogOfMissing, 0);
    }

    private NGramUnit UnitOfWords()
    {
        NGramVocabulary bytes = NGramVocabulary.OfBytes();
        bool allBytes = _vocabulary.Count > NGramVocabulary.FirstByte;
        for (int word = NGramVocabulary.FirstByte; allBytes && word < _vocabulary.Count; word++)
            allBytes = bytes.Find(_vocabulary[word]) >= 0;
        return allBytes ? NGramUnit.Bytes : NGramUnit.Words;
    }

    private void ExpectHeading(ReadOnlySpan<byte> line, int n)
    {
        if (!line.SequenceEqual(Encoding.ASCII.GetBytes($"\\{n}-grams:")))
            throw Bad($@"expected '\{n}-grams:', found '{Excerpt(line)}'");
    }

    private double Number(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out double value, out int used) && used == text.Length && double.IsFinite(value)
            ? value
            : throw Bad($"expected a finite number, found '{Excerpt(text)}'");

    private static int Split(ReadOnlySpan<byte> line, Span<Range> fields)
    {
        int count = 0;
        for (int at = 0; at < line.Length && count < fields.Length; )
        {
            int length = line[at..].IndexOfAny(" \t"u8);
            int end = length < 0 ? line.Length : at + length;
            if (end > at)
                fields[count++] = at..end;
            at = end + 1;
        }
        return count;
    }

    private ReadOnlySpan<byte> NextNotEmpty(string expected)
    {
        ReadOnlySpan<byte> line;
        do line = Next(expected);
        while (line.IsEmpty);
        return line;
    }

    /// <summary>The next line without white space around it; valid until the next call.</summary>
    private ReadOnlySpan<byte> Next(string expected)
    {
        _line++;
        int seen = 0;
        while (true)
        {
            int length = _buffer.AsSpan(_start + seen, _end - _start - seen).IndexOf((byte)'\n');
            if (length >= 0)
            {
                ReadOnlySpan<byte> line = _buffer.AsSpan(_start, seen + length);
                _start += seen + length + 1;
                return line.Trim(" \t\r"u8);
            }
            seen = _end - _start;
            if (seen > MaxLineBytes)
                throw Bad($"a line is longer than {MaxLineBytes} bytes");
            _buffer.AsSpan(_start, seen).CopyTo(_buffer);
            (_start, _end) = (0, seen);
            if (_end == _buffer.Length)
                Array.Resize(ref _buffer, 2 * _buffer.Length);
            int read = stream.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0 && seen == 0)
                throw Bad($"the file ends where {expected} should be");
            if (read == 0)
                _buffer[_end++] = (byte)'\n';
            _end += read;
        }
    }

    private ArpaException Bad(string message) => new(message, _line);

    private static string Excerpt(ReadOnlySpan<byte> text) =>
        Encoding.UTF8.GetString(text[..Math.Min(text.Length, 80)]) + (text.Length > 80 ? "..." : "");
}
