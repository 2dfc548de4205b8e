namespace Assay.Select;

/// <summary>Reads an expression by recursive descent.</summary>
/// <remarks>
/// <code>
/// or         = and { "or" and }
/// and        = not { "and" not }
/// not        = "not" not | comparison
/// comparison = sum [ ("==" | "!=" | "&lt;" | "&lt;=" | "&gt;" | "&gt;=") sum | ["not"] "in" "[" or { "," or } "]" ]
/// sum        = product { ("+" | "-") product }
/// product    = unary { ("*" | "/" | "%") unary }
/// unary      = "-" unary | primary
/// primary    = number | text | "true" | "false" | "null" | name [ "(" [ or { "," or } ] ")" ] | "(" or ")"
/// </code>
/// </remarks>
internal sealed class Parser
{
    /// <summary>How deep expressions may nest, a chain of sums or products counted as nesting too.</summary>
    public const int MaxDepth = 200;

    private static readonly string[] Keywords = ["and", "or", "not", "in", "true", "false", "null"];
    private readonly Source _source;
    private readonly List<Token> _tokens;
    private int _at;
    private int _depth;

    private Parser(Source source)
    {
        _source = source;
        _tokens = Lexer.Tokens(source);
    }

    private Token Current => _tokens[_at];

    /// <summary>Reads the whole source as one expression.</summary>
    /// <exception cref="Assay.Data.AssayException">It is not one; says where and what was expected.</exception>
    public static Syntax Parse(Source source)
    {
        Parser parser = new(source);
        if (parser.Current.Kind == TokenKind.End)
            throw source.Error(0, "the expression is empty", "Write for instance: words(text) >= 50.");
        Syntax syntax = parser.Or();
        if (parser.Current.Kind != TokenKind.End)
            throw parser.Unexpected("an operator or the end");
        return syntax;
    }

    private Syntax Or() => Logic("or", isAnd: false, And);

    private Syntax And() => Logic("and", isAnd: true, Not);

    private Syntax Logic(string word, bool isAnd, Func<Syntax> term)
    {
        int at = Current.At;
        Syntax first = Deeper(term);
        if (!Current.Is(word))
            return first;
        List<Syntax> terms = [first];
        while (Take(word))
            terms.Add(Deeper(term));
        return new LogicSyntax(at, isAnd, terms);
    }

    private Syntax Not()
    {
        int at = Current.At;
        return Take("not") ? new NotSyntax(at, Deeper(Not)) : Comparison();
    }

    private Syntax Comparison()
    {
        Syntax left = Sum();
        Token token = Current;
        bool negated = token.Is("not") && _tokens[_at + 1].Is("in");
        if (negated)
            _at++;
        if (Take("in"))
            return new MembershipSyntax(token.At, left, List("[", "]"), negated);
        if (!IsComparison(token))
            return left;
        _at++;
        Syntax comparison = new BinarySyntax(token.At, token.Text, left, Sum());
        if (IsComparison(Current))
            throw _source.Error(Current.At, "comparisons cannot be chained", "Join them with 'and': 1 < x and x < 5.");
        return comparison;
    }

    private Syntax Sum() => Chain(Product, "+", "-");

    private Syntax Product() => Chain(Unary, "*", "/", "%");

    private Syntax Chain(Func<Syntax> operand, params string[] operators)
    {
        Syntax left = operand();
        while (Array.Exists(operators, Current.Is))
        {
            if (left.Depth >= MaxDepth)
                throw TooDeep();
            Token token = Current;
            _at++;
            left = new BinarySyntax(token.At, token.Text, left, operand());
        }
        return left;
    }

    private Syntax Unary()
    {
        int at = Current.At;
        return Take("-") ? new MinusSyntax(at, Deeper(Unary)) : Primary();
    }

    private Syntax Primary()
    {
        Token token = Current;
        switch (token.Kind)
        {
            case TokenKind.Number:
                _at++;
                return new NumberSyntax(token.At, token.Number);
            case TokenKind.Text:
                _at++;
                return new TextSyntax(token.At, token.Text);
            case TokenKind.Name when token.Text is "true" or "false":
                _at++;
                return new TruthSyntax(token.At, token.Text == "true");
            case TokenKind.Name when token.Text == "null":
                _at++;
                return new NullSyntax(token.At);
            case TokenKind.Name when !Keywords.Contains(token.Text):
                _at++;
                return Current.Is("(")
                    ? new CallSyntax(token.At, token.Text, List("(", ")"))
                    : new NameSyntax(token.At, token.Text);
            case TokenKind.Symbol when token.Text == "(":
                _at++;
                Syntax inner = Deeper(Or);
                Expect(")");
                return inner;
            default:
                throw Unexpected("a value");
        }
    }

    private List<Syntax> List(string open, string close)
    {
        Expect(open);
        List<Syntax> items = [];
        if (Take(close))
            return items;
        do items.Add(Deeper(Or));
        while (Take(","));
        Expect(close);
        return items;
    }

    private Syntax Deeper(Func<Syntax> rule)
    {
        if (++_depth > MaxDepth)
            throw TooDeep();
        Syntax syntax = rule();
        _depth--;
        return syntax;
    }

    private bool Take(string word)
    {
        if (!Current.Is(word))
            return false;
        _at++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!Take(symbol))
            throw Unexpected($"'{symbol}'");
    }

    private static bool IsComparison(Token token) =>
        token.Kind == TokenKind.Symbol && token.Text is "==" or "!=" or "<" or "<=" or ">" or ">=";

    private Assay.Data.AssayException Unexpected(string expected) =>
        _source.Error(
            Current.At,
            $"expected {expected}, found {Current}",
            Current.Kind == TokenKind.Name
            && Keywords.FirstOrDefault(word => word == Current.Text.ToLowerInvariant()) is { } meant
            && meant != Current.Text
                ? $"Keywords are in lower case: {meant}."
                : null
        );

    private Assay.Data.AssayException TooDeep() =>
        _source.Error(
            Current.At,
            $"the expression nests deeper than {MaxDepth} levels",
            "Split it over several select/where steps."
        );
}
