using System.Globalization;
using System.Text;

namespace Assay.Select;

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    Number,
    Text,
    Name,
    Symbol,
    End,
}

/// <summary>A word of an expression.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="At">Where it starts.</param>
/// <param name="Text">The symbol or the name, or the content of quoted text.</param>
/// <param name="Number">The number.</param>
internal readonly record struct Token(TokenKind Kind, int At, string Text, double Number = 0)
{
    /// <summary>True if it is this symbol or keyword.</summary>
    public bool Is(string word) => Kind is TokenKind.Symbol or TokenKind.Name && Text == word;

    /// <summary>As messages call it.</summary>
    public override string ToString() =>
        Kind switch
        {
            TokenKind.End => "the end",
            TokenKind.Text => "quoted text",
            TokenKind.Number => "the number " + Text,
            _ => $"'{Text}'",
        };
}

/// <summary>Cuts an expression into tokens.</summary>
/// <remarks>
/// Text is quoted with ' or "; the quote itself is written twice, and a backslash is just a backslash, so that regular
/// expressions can be written as they are.
/// </remarks>
internal static class Lexer
{
    private static readonly string[] Symbols =
    [
        "==",
        "!=",
        "<=",
        ">=",
        "<",
        ">",
        "(",
        ")",
        "[",
        "]",
        ",",
        "+",
        "-",
        "*",
        "/",
        "%",
    ];

    private static readonly (string Written, string Meant)[] Foreign =
    [
        ("&&", "and"),
        ("||", "or"),
        ("<>", "!="),
        ("!", "not"),
        ("=", "=="),
        ("&", "and"),
        ("|", "or"),
    ];

    /// <summary>All tokens, ending with one of kind <see cref="TokenKind.End"/>.</summary>
    public static List<Token> Tokens(Source source)
    {
        string text = source.Text;
        List<Token> tokens = [];
        int at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            if (at == text.Length)
                break;
            Token token = Next(source, at, out int end);
            tokens.Add(token);
            at = end;
        }
        tokens.Add(new(TokenKind.End, text.Length, ""));
        return tokens;
    }

    private static Token Next(Source source, int at, out int end)
    {
        string text = source.Text;
        char first = text[at];
        end = at;
        if (char.IsAsciiDigit(first) || (first == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
            return Number(source, at, out end);
        if (IsNameStart(first))
        {
            while (end < text.Length && (IsNameStart(text[end]) || char.IsDigit(text[end]) || text[end] == '.'))
                end++;
            return new(TokenKind.Name, at, text[at..end]);
        }
        if (first is '\'' or '"')
            return Quoted(source, at, out end);
        foreach ((string written, string meant) in Foreign)
            if (Starts(text, at, written) && !Starts(text, at, "==") && !Starts(text, at, "!="))
                throw source.Error(at, $"'{written}' is not an operator here", $"Write '{meant}'.");
        foreach (string symbol in Symbols)
            if (Starts(text, at, symbol))
            {
                end = at + symbol.Length;
                return new(TokenKind.Symbol, at, symbol);
            }
        throw source.Error(
            at,
            $"the character '{first}' has no meaning here",
            "Quote text with '...' and odd column names with col(\"...\")."
        );
    }

    private static Token Number(Source source, int at, out int end)
    {
        string text = source.Text;
        end = at;
        while (
            end < text.Length
            && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '.' or '_' || IsExponentSign(end))
        )
            end++;
        string written = text[at..end];
        if (
            !double.TryParse(
                written.Replace("_", ""),
                NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture,
                out double number
            ) || !double.IsFinite(number)
        )
            throw source.Error(at, $"'{written}' is not a number", "Numbers look like 12, 0.5, 1_000 or 1e6.");
        return new(TokenKind.Number, at, written, number);

        bool IsExponentSign(int i) =>
            text[i] is '+' or '-' && text[i - 1] is 'e' or 'E' && char.IsAsciiDigit(text[i - 2]);
    }

    private static Token Quoted(Source source, int at, out int end)
    {
        string text = source.Text;
        StringBuilder content = new();
        for (end = at + 1; end < text.Length; end++)
        {
            if (text[end] != text[at])
                content.Append(text[end]);
            else if (end + 1 < text.Length && text[end + 1] == text[at])
                content.Append(text[end++]);
            else
            {
                end++;
                return new(TokenKind.Text, at, content.ToString());
            }
        }
        throw source.Error(
            at,
            "this quoted text does not end",
            $"Close it with {text[at]}; inside, write the quote twice."
        );
    }

    private static bool IsNameStart(char c) => char.IsLetter(c) || c == '_';

    private static bool Starts(string text, int at, string word) =>
        string.CompareOrdinal(text, at, word, 0, word.Length) == 0;
}
