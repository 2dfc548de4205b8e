using System.Text;

namespace Assay.Data;

/// <summary>A type as it is written, before its names are resolved: <c>List[etype=Local[cdom=$cdom], ordered=true]</c>.</summary>
/// <param name="Name">Name of a built-in type or a struct.</param>
/// <param name="Arguments">What stands in brackets.</param>
public sealed record TypeExpression(string Name, IReadOnlyList<TypeArgument> Arguments)
{
    /// <summary>Where it starts in the text that was parsed, in characters from 0.</summary>
    internal int At { get; init; }

    /// <summary>A type without arguments.</summary>
    public TypeExpression(string name)
        : this(name, []) { }

    /// <summary>Parses a type.</summary>
    /// <exception cref="AssayException">It is not one.</exception>
    public static TypeExpression Parse(string text)
    {
        try
        {
            return TypeParser.Parse(text);
        }
        catch (TypeParser.Fault fault)
        {
            throw new AssayException($"type '{SourceText.Printable(text)}', character {fault.At + 1}: {fault.Message}");
        }
    }

    /// <summary>In its usual writing, which parses to the same type.</summary>
    public override string ToString() =>
        Arguments.Count == 0 ? Name : $"{Name}[{string.Join(", ", Arguments.Select(argument => argument.ToString()))}]";

    /// <summary>This and the types of items within it; names that choose a mode or a domain are none.</summary>
    internal IEnumerable<TypeExpression> All() =>
        Arguments
            .Where(argument => Name == "List" && (argument.Key is null or "etype"))
            .Select(argument => argument.Value)
            .OfType<NestedType>()
            .SelectMany(nested => nested.Type.All())
            .Prepend(this);
}

/// <summary>An argument of a type.</summary>
/// <param name="Key">Its name, or null for the first of <c>List</c> or <c>Label</c> without one.</param>
/// <param name="Value">Its value.</param>
public sealed record TypeArgument(string? Key, ArgumentValue Value)
{
    internal int At { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Key is null ? $"{Value}" : $"{Key}={Value}";
}

/// <summary>The value of an argument; what a bare name means (a type, a domain, a choice) is for the argument to say.</summary>
public abstract record ArgumentValue;

/// <summary>A name, or a type with arguments of its own.</summary>
public sealed record NestedType(TypeExpression Type) : ArgumentValue
{
    /// <inheritdoc/>
    public override string ToString() => Type.ToString();
}

/// <summary>A parameter of the struct around it: <c>$cdom</c>.</summary>
/// <param name="Name">Without the dollar.</param>
public sealed record TypeParameter(string Name) : ArgumentValue
{
    /// <inheritdoc/>
    public override string ToString() => "$" + Name;
}

/// <summary>Text in quotes: <c>"%Y-%m-%d"</c>.</summary>
public sealed record QuotedText(string Text) : ArgumentValue
{
    /// <inheritdoc/>
    public override string ToString() => $"\"{Text}\"";
}

/// <summary>A whole number.</summary>
public sealed record WholeNumber(int Value) : ArgumentValue
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Names in brackets: <c>[AnimalDom, ColorDom]</c>.</summary>
public sealed record NameList(IReadOnlyList<string> Names) : ArgumentValue
{
    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", Names)}]";
}

/// <summary>
/// Reads types by recursive descent: <c>type := name [ '[' argument (',' argument)* ']' ]</c>, <c>argument := [key '='] value</c>,
/// <c>value := type | '"' text '"' | '$' name | number | '[' name (',' name)* ']'</c>. White space is free.
/// </summary>
internal sealed class TypeParser
{
    private const int DepthLimit = 32,
        LengthLimit = 10_000;
    private readonly string _text;
    private int _at;

    private TypeParser(string text) => _text = text;

    /// <exception cref="Fault">It is not a type.</exception>
    public static TypeExpression Parse(string text)
    {
        if (text.Length > LengthLimit)
            throw new Fault(0, $"expected a type of at most {LengthLimit} characters");
        TypeParser parser = new(text);
        TypeExpression type = parser.Type(1);
        if (parser.Peek() is not '\0' and var more)
            throw parser.Unexpected(
                more switch
                {
                    '/' => "the end of the type: the language has no unions of types",
                    ']' => "the end of the type: there is no '[' for this ']'",
                    _ => type.Arguments.Count == 0 ? "'[' or the end of the type" : "the end of the type",
                }
            );
        return type;
    }

    private TypeExpression Type(int depth)
    {
        if (depth > DepthLimit)
            throw new Fault(_at, $"expected at most {DepthLimit} levels of types, found more");
        Peek();
        int at = _at;
        string name = Name("the name of a type");
        List<TypeArgument> arguments = [];
        if (Peek() != '[')
            return new(name) { At = at };
        _at++;
        if (Peek() == ']')
            throw Unexpected("an argument");
        do
        {
            arguments.Add(Argument(depth));
        } while (Taken(','));
        if (!Taken(']'))
            throw Unexpected("',' or ']'");
        return new(name, arguments) { At = at };
    }

    private TypeArgument Argument(int depth)
    {
        Peek();
        int at = _at;
        if (IsNameStart(Peek()))
        {
            string key = Name("a name");
            if (Taken('='))
                return new(key, Value(depth)) { At = at };
            _at = at;
        }
        return new(null, Value(depth)) { At = at };
    }

    private ArgumentValue Value(int depth)
    {
        char first = Peek();
        if (first == '"')
            return Quoted();
        if (first == '$')
        {
            _at++;
            return IsNameStart(At(_at))
                ? new TypeParameter(Name("a name"))
                : throw Unexpected("the name of a parameter");
        }
        if (first == '[')
            return Names();
        if (char.IsAsciiDigit(first))
            return Number();
        if (Dashed() is { } word)
            return word;
        if (IsNameStart(first))
            return new NestedType(Type(depth + 1));
        throw Unexpected("a name, a text in double quotes, a parameter ($name) or a list of domains");
    }

    private QuotedText Quoted()
    {
        int end = _text.IndexOf('"', _at + 1);
        if (end < 0)
            throw new Fault(_at, "expected a second '\"', found none");
        QuotedText quoted = new(_text[(_at + 1)..end]);
        _at = end + 1;
        return quoted;
    }

    /// <summary>A word with dashes, which is no name but may be a choice: <c>auto-drive</c>.</summary>
    private QuotedText? Dashed()
    {
        int end = _at;
        while (IsNameStart(At(end)) || char.IsDigit(At(end)) || end > _at && At(end) == '-')
            end++;
        if (!_text.AsSpan(_at..end).Contains('-'))
            return null;
        QuotedText word = new(_text[_at..end]);
        _at = end;
        return word;
    }

    private NameList Names()
    {
        _at++;
        List<string> names = [];
        do
        {
            Peek();
            names.Add(Name("the name of a domain"));
        } while (Taken(','));
        return Taken(']') ? new(names) : throw Unexpected("',' or ']'");
    }

    private WholeNumber Number()
    {
        int start = _at;
        while (char.IsAsciiDigit(At(_at)))
            _at++;
        return int.TryParse(_text.AsSpan(start.._at), out int number)
            ? new(number)
            : throw new Fault(start, "expected a whole number of 32 bits");
    }

    private string Name(string expected)
    {
        if (!IsNameStart(Peek()))
            throw Unexpected(expected);
        int start = _at;
        while (IsNameStart(At(_at)) || char.IsDigit(At(_at)))
            _at++;
        return _text[start.._at];
    }

    private bool Taken(char wanted)
    {
        if (Peek() != wanted)
            return false;
        _at++;
        return true;
    }

    /// <summary>The next character that is no white space, or NUL at the end.</summary>
    private char Peek()
    {
        while (char.IsWhiteSpace(At(_at)))
            _at++;
        return At(_at);
    }

    private char At(int at) => at < _text.Length ? _text[at] : '\0';

    private Fault Unexpected(string expected) =>
        new(
            _at,
            $"expected {expected}, found {(_at < _text.Length ? $"'{SourceText.Printable(_text[_at..], 20)}'" : "the end")}"
        );

    private static bool IsNameStart(char letter) => char.IsLetter(letter) || letter == '_';

    /// <summary>What is wrong, and where in the text.</summary>
    internal sealed class Fault(int at, string message) : Exception(message)
    {
        public int At { get; } = at;
    }
}
