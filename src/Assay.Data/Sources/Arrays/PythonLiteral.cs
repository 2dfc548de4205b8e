using System.Globalization;

namespace Assay.Data;

/// <summary>Reads what a header of NumPy is written in: a dictionary of Python with texts, whole numbers, truth values, tuples and lists.</summary>
internal ref struct PythonLiteral(string text)
{
    private const int Deepest = 16;
    private int _at;

    /// <summary>The value: a text, a number, a truth value, a list (of a tuple too), a dictionary, or null.</summary>
    /// <exception cref="DamagedFileException">It is none.</exception>
    public object? Read(int depth = 0)
    {
        char c = Peek();
        if (depth > Deepest)
            throw Unexpected();
        return c switch
        {
            '{' => ReadDictionary(depth),
            '(' => ReadList(')', depth),
            '[' => ReadList(']', depth),
            '\'' or '"' => ReadText(),
            '-' or (>= '0' and <= '9') => ReadNumber(),
            _ => ReadWord(),
        };
    }

    private Dictionary<string, object?> ReadDictionary(int depth)
    {
        Dictionary<string, object?> values = [];
        for (_at++; Peek() != '}'; )
        {
            string key = ReadText();
            Expect(':');
            values[key] = Read(depth + 1);
            if (Peek() != '}')
                Expect(',');
        }
        _at++;
        return values;
    }

    private List<object?> ReadList(char end, int depth)
    {
        List<object?> values = [];
        for (_at++; Peek() != end; )
        {
            values.Add(Read(depth + 1));
            if (Peek() != end)
                Expect(',');
        }
        _at++;
        return values;
    }

    private string ReadText()
    {
        char quote = Peek();
        int end = quote is '\'' or '"' ? text.IndexOf(quote, _at + 1) : -1;
        if (end < 0)
            throw Unexpected();
        string value = text[(_at + 1)..end];
        _at = end + 1;
        return value;
    }

    private long ReadNumber()
    {
        int start = _at++;
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            _at++;
        if (!long.TryParse(text.AsSpan(start, _at - start), CultureInfo.InvariantCulture, out long value))
            throw Unexpected();
        if (_at < text.Length && text[_at] == 'L') // of Python 2
            _at++;
        return value;
    }

    private object? ReadWord()
    {
        foreach (
            (string word, object? value) in ((string, object?)[])[("True", true), ("False", false), ("None", null)]
        )
            if (text.AsSpan(_at).StartsWith(word))
            {
                _at += word.Length;
                return value;
            }
        throw Unexpected();
    }

    private void Expect(char c)
    {
        if (Peek() != c)
            throw Unexpected();
        _at++;
    }

    private char Peek()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
        return _at < text.Length ? text[_at] : '\0';
    }

    private readonly DamagedFileException Unexpected() =>
        new($"its header is not written as NumPy does, at character {_at}");
}
