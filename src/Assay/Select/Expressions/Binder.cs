using System.Text;
using System.Text.RegularExpressions;
using Assay.Data;

namespace Assay.Select;

/// <summary>Resolves the names and types of an expression against a dataset's columns and the signals computed so far.</summary>
internal sealed class Binder
{
    private static readonly string[] Functions =
    [
        "abs",
        "bytes",
        "chars",
        "col",
        "contains",
        "ends_with",
        "is_null",
        "lines",
        "log",
        "lower",
        "matches",
        "max",
        "min",
        "signal",
        "starts_with",
        "words",
    ];

    private readonly Source _source;
    private readonly View _view;
    private readonly List<string> _columns = [];
    private int _buffers;

    private Binder(Source source, View view) => (_source, _view) = (source, view);

    /// <summary>Names of the columns that the expression reads, by slot.</summary>
    public IReadOnlyList<string> Columns => _columns;

    /// <summary>Number of text buffers that it needs.</summary>
    public int Buffers => _buffers;

    /// <summary>Resolves an expression that must be true or false.</summary>
    /// <exception cref="AssayException">A name is not known, or types do not fit; says where.</exception>
    public static (TruthOf Keep, Binder Needs) Bind(Source source, Syntax syntax, View view)
    {
        Binder binder = new(source, view);
        return (binder.Truth(syntax, "the whole expression").Truth, binder);
    }

    private Bound Of(Syntax syntax) =>
        syntax switch
        {
            NumberSyntax number => Bound.Of(_ => number.Value),
            TextSyntax text => Constant(Encoding.UTF8.GetBytes(text.Value)),
            TruthSyntax truth => Bound.Of(_ => truth.Value),
            NullSyntax => Bound.Nothing,
            NameSyntax name => Name(name),
            CallSyntax call => Call(call),
            MinusSyntax minus => Minus(Number(minus.Operand, "'-'").Number),
            NotSyntax not => Not(Truth(not.Operand, "'not'").Truth),
            LogicSyntax logic => Bound.Of(
                Operators.Logic(
                    logic.IsAnd,
                    [.. logic.Terms.Select(term => Truth(term, logic.IsAnd ? "'and'" : "'or'").Truth)]
                )
            ),
            MembershipSyntax membership => Membership(membership),
            BinarySyntax { Operator: "+" or "-" or "*" or "/" or "%" } sum => Bound.Of(
                Operators.Arithmetic(
                    sum.Operator,
                    Number(sum.Left, $"'{sum.Operator}'").Number,
                    Number(sum.Right, $"'{sum.Operator}'").Number
                )
            ),
            BinarySyntax comparison => Comparison(comparison),
            _ => throw new InvalidOperationException($"No rule binds {syntax.GetType().Name}."),
        };

    private static Bound Constant(byte[] text) =>
        Bound.Of(
            (RowReader _, out bool isNull) =>
            {
                isNull = false;
                return text;
            }
        );

    private static Bound Minus(NumberOf operand) => Bound.Of(row => -operand(row));

    private static Bound Not(TruthOf operand) => Bound.Of(row => !operand(row));

    private Bound Comparison(BinarySyntax syntax)
    {
        string symbol = syntax.Operator;
        foreach (Syntax side in (Syntax[])[syntax.Left, syntax.Right])
            if (side is NullSyntax)
                throw _source.Error(
                    side.At,
                    "a comparison with null is never true",
                    symbol == "!=" ? "Write not is_null(x)." : "Write is_null(x)."
                );
        Bound left = Of(syntax.Left),
            right = Of(syntax.Right);
        foreach ((Bound bound, Syntax side) in ((Bound, Syntax)[])[(left, syntax.Left), (right, syntax.Right)])
            if (bound.Kind == Kind.Json)
                throw JsonValue(side);
        if (left.Kind == Kind.Null || right.Kind == Kind.Null)
            return Bound.Of(_ => (bool?)null);
        if (left.Kind != right.Kind)
            throw _source.Error(
                syntax.At,
                $"'{symbol}' compares {Named(left.Kind)} with {Named(right.Kind)}",
                (left.Kind, right.Kind) is (Kind.Number, Kind.Text) or (Kind.Text, Kind.Number)
                    ? "Text is quoted and numbers are not; for the length of a text write bytes(x), chars(x) or words(x)."
                    : "Both sides must be of one type."
            );
        if (left.Kind == Kind.Truth && symbol is not ("==" or "!="))
            throw _source.Error(syntax.At, $"'{symbol}' cannot order truth values", "Only == and != apply to them.");
        return Bound.Of(
            left.Kind switch
            {
                Kind.Number => Operators.Compare(symbol, left.Number, right.Number),
                Kind.Text => Operators.Compare(symbol, left.Text, right.Text),
                _ => Operators.Same(symbol == "==", left.Truth, right.Truth),
            }
        );
    }

    private Bound Membership(MembershipSyntax syntax)
    {
        Bound operand = Of(syntax.Operand);
        if (operand.Kind == Kind.Json)
            throw JsonValue(syntax.Operand);
        if (operand.Kind == Kind.Truth)
            throw _source.Error(syntax.At, "'in' takes a number or text on its left", "Compare truth values with ==.");
        List<double> numbers = [];
        List<byte[]> texts = [];
        foreach (Syntax item in syntax.Items)
        {
            Kind kind = Literal(item, numbers, texts);
            if (operand.Kind != Kind.Null && kind != operand.Kind)
                throw _source.Error(
                    item.At,
                    $"{Named(operand.Kind)} is looked for in the list, and this is {Named(kind)}",
                    "All items must be of the type on the left of 'in'."
                );
        }
        return Bound.Of(
            operand.Kind == Kind.Number
                ? Operators.In(operand.Number, [.. numbers], syntax.Negated)
                : Operators.In(operand.Text, [.. texts], syntax.Negated)
        );
    }

    private Kind Literal(Syntax item, List<double> numbers, List<byte[]> texts)
    {
        switch (item)
        {
            case NumberSyntax number:
                numbers.Add(number.Value);
                return Kind.Number;
            case MinusSyntax { Operand: NumberSyntax number }:
                numbers.Add(-number.Value);
                return Kind.Number;
            case TextSyntax text:
                texts.Add(Encoding.UTF8.GetBytes(text.Value));
                return Kind.Text;
            default:
                throw _source.Error(
                    item.At,
                    "a list holds numbers or quoted text only",
                    "Write for instance: x in ['a', 'b']."
                );
        }
    }

    private Bound Name(NameSyntax syntax)
    {
        Field? field = _view.Dataset.Schema.Find(syntax.Name);
        bool isSignal = _view.Signals.ContainsKey(syntax.Name);
        if (field is not null && isSignal)
            throw _source.Error(
                syntax.At,
                $"'{syntax.Name}' is a column and a signal",
                $"Write col('{syntax.Name}') or signal('{syntax.Name}')."
            );
        if (field is null && !isSignal)
            throw Unknown(syntax.At, "column or signal", syntax.Name, [.. ColumnNames, .. SignalNames]);
        return field is not null ? Column(field) : Signal(syntax.Name);
    }

    private Bound Column(Field field)
    {
        int slot = _columns.IndexOf(field.Name);
        if (slot < 0)
        {
            slot = _columns.Count;
            _columns.Add(field.Name);
        }
        return field.Type switch
        {
            ColumnType.Null => Bound.Nothing,
            ColumnType.Bool => Bound.Of(row => row.Truth(slot)),
            ColumnType.Int64 or ColumnType.Float64 => Bound.Of(row => row.Number(slot)),
            ColumnType.Json => new(Kind.Json) { IsNull = row => row.IsNull(slot) },
            _ when field.Name == _view.Dataset.TextColumn => Bound.Of(
                (RowReader row, out bool isNull) => row.CurrentText(slot, out isNull)
            ),
            _ => Bound.Of((RowReader row, out bool isNull) => row.Text(slot, out isNull)),
        };
    }

    private Bound Signal(string name)
    {
        double[] values = _view.Signal(name).Values;
        return Bound.Of(row => values[row.Row]);
    }

    private Bound Call(CallSyntax call)
    {
        switch (call.Name)
        {
            case "col":
                string column = Quoted(call);
                return Column(
                    _view.Dataset.Schema.Find(column)
                        ?? throw Unknown(call.Arguments[0].At, "column", column, ColumnNames)
                );
            case "signal":
                string signal = Quoted(call);
                return _view.Signals.ContainsKey(signal)
                    ? Signal(signal)
                    : throw Unknown(call.Arguments[0].At, "signal", signal, SignalNames);
            case "is_null":
                Arity(call, 1, 1);
                Func<RowReader, bool> isNull = Of(call.Arguments[0]).IsNull;
                return Bound.Of(row => (bool?)isNull(row));
            case "bytes":
                return Length(call, static text => text.Length);
            case "chars":
                return Length(call, TextLength.Chars);
            case "words":
                return Length(call, TextLength.Words);
            case "lines":
                return Length(call, TextLength.Lines);
            case "lower":
                Arity(call, 1, 1);
                return Lower(Text(call.Arguments[0], "lower(...)").Text);
            case "contains":
                return TextTest(call, static (text, part) => text.IndexOf(part) >= 0);
            case "starts_with":
                return TextTest(call, static (text, part) => text.StartsWith(part));
            case "ends_with":
                return TextTest(call, static (text, part) => text.EndsWith(part));
            case "matches":
                return Matches(call);
            case "abs":
                Arity(call, 1, 1);
                NumberOf size = Numbers(call)[0];
                return Bound.Of(row => Math.Abs(size(row)));
            case "log":
                Arity(call, 1, 1);
                NumberOf power = Numbers(call)[0];
                return Bound.Of(row => Math.Log(power(row)));
            case "min":
                return Fold(call, Math.Min);
            case "max":
                return Fold(call, Math.Max);
            default:
                throw Unknown(call.At, "function", call.Name, Functions);
        }
    }

    private Bound Length(CallSyntax call, Func<ReadOnlySpan<byte>, int> length)
    {
        Arity(call, 1, 1);
        TextOf text = Text(call.Arguments[0], $"{call.Name}(...)").Text;
        return Bound.Of(row =>
        {
            ReadOnlySpan<byte> value = text(row, out bool isNull);
            return isNull ? double.NaN : length(value);
        });
    }

    private Bound Lower(TextOf text)
    {
        int buffer = _buffers++;
        return Bound.Of(
            (RowReader row, out bool isNull) =>
            {
                ReadOnlySpan<byte> value = text(row, out isNull);
                return isNull ? [] : row.Lower(value, buffer);
            }
        );
    }

    private Bound TextTest(CallSyntax call, Func<ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool> test)
    {
        Arity(call, 2, 2);
        string where = $"{call.Name}(...)";
        return Bound.Of(Operators.Test(Text(call.Arguments[0], where).Text, Text(call.Arguments[1], where).Text, test));
    }

    // The one function that needs UTF-16, because regular expressions do; without backtracking, so its time is linear.
    private Bound Matches(CallSyntax call)
    {
        Arity(call, 2, 2);
        TextOf text = Text(call.Arguments[0], "matches(...)").Text;
        if (call.Arguments[1] is not TextSyntax pattern)
            throw _source.Error(
                call.Arguments[1].At,
                "a regular expression is written as quoted text",
                "Write for instance: matches(url, '^https://')."
            );
        Regex regex;
        try
        {
            regex = new(pattern.Value, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            throw _source.Error(
                pattern.At,
                $"the regular expression cannot be used: {failure.Message}",
                failure is NotSupportedException ? "Look-around and back references are not supported." : null
            );
        }
        return Bound.Of(row =>
        {
            ReadOnlySpan<byte> value = text(row, out bool isNull);
            return isNull ? null : (bool?)regex.IsMatch(row.Chars(value));
        });
    }

    private Bound Fold(CallSyntax call, Func<double, double, double> fold)
    {
        Arity(call, 2, int.MaxValue);
        NumberOf[] numbers = Numbers(call);
        return Bound.Of(row =>
        {
            double result = numbers[0](row);
            for (int i = 1; i < numbers.Length; i++)
                result = fold(result, numbers[i](row)); // NaN, our null, stays NaN
            return result;
        });
    }

    private NumberOf[] Numbers(CallSyntax call) =>
        [.. call.Arguments.Select(argument => Number(argument, $"{call.Name}(...)").Number)];

    private void Arity(CallSyntax call, int least, int most)
    {
        int count = call.Arguments.Count;
        if (count < least || count > most)
            throw _source.Error(
                call.At,
                $"{call.Name}(...) takes {(most > least ? $"at least {least}" : least)} {(least == 1 ? "argument" : "arguments")}, got {count}"
            );
    }

    private string Quoted(CallSyntax call)
    {
        Arity(call, 1, 1);
        return call.Arguments[0] is TextSyntax text
            ? text.Value
            : throw _source.Error(
                call.Arguments[0].At,
                $"{call.Name}(...) takes a quoted name",
                $"Write for instance: {call.Name}(\"a name\")."
            );
    }

    private Bound Truth(Syntax syntax, string taker) => Typed(syntax, taker, Kind.Truth);

    private Bound Number(Syntax syntax, string taker) => Typed(syntax, taker, Kind.Number);

    private Bound Text(Syntax syntax, string taker) => Typed(syntax, taker, Kind.Text);

    private Bound Typed(Syntax syntax, string taker, Kind wanted)
    {
        Bound bound = Of(syntax);
        if (bound.Kind == Kind.Json)
            throw JsonValue(syntax);
        return bound.Kind == wanted || bound.Kind == Kind.Null
            ? bound
            : throw _source.Error(
                syntax.At,
                $"{taker} must be given {Named(wanted)}, and this is {Named(bound.Kind)}",
                (wanted, bound.Kind) switch
                {
                    (Kind.Truth, Kind.Number) => "Compare it with something: x > 0.",
                    (Kind.Truth, Kind.Text) => "Compare it with something: x == 'en'.",
                    (Kind.Number, Kind.Text) => "For the length of a text write bytes(x), chars(x) or words(x).",
                    _ => null,
                }
            );
    }

    private AssayException JsonValue(Syntax syntax) =>
        _source.Error(
            syntax.At,
            "this column holds nested values, or values of several types",
            "Only is_null(...) can be asked about it."
        );

    private AssayException Unknown(int at, string what, string name, IReadOnlyCollection<string> known)
    {
        string? meant =
            NearestName.Of(name, known)
            ?? known.FirstOrDefault(other => other.StartsWith(name + "-", StringComparison.Ordinal));
        string advice = meant is null ? "" : $"Did you mean {Written(meant)}? ";
        return _source.Error(
            at,
            $"there is no {what} '{name}'",
            advice
                + (what == "function" ? "Functions: " : "Known: ")
                + (known.Count == 0 ? "none" : string.Join(", ", known))
                + "."
        );
    }

    // A name that is not a word of the language has to be written in quotes.
    private string Written(string name) =>
        name.All(c => char.IsLetterOrDigit(c) || c is '_' or '.') ? $"'{name}'"
        : _view.Signals.ContainsKey(name) ? $"signal(\"{name}\")"
        : $"col(\"{name}\")";

    private string[] ColumnNames => [.. _view.Dataset.Schema.Select(column => column.Name)];

    private string[] SignalNames => [.. _view.Signals.Keys];

    private static string Named(Kind kind) =>
        kind switch
        {
            Kind.Truth => "true or false",
            Kind.Number => "a number",
            Kind.Text => "text",
            _ => "null",
        };
}
