namespace Assay.Select;

/// <summary>What an expression gives.</summary>
internal enum Kind
{
    /// <summary>Never a value.</summary>
    Null,

    /// <summary>True, false or unknown.</summary>
    Truth,

    /// <summary>A number or null.</summary>
    Number,

    /// <summary>Text or null.</summary>
    Text,

    /// <summary>Nested or mixed JSON, which can only be asked whether it is null.</summary>
    Json,
}

/// <summary>Gives a number for the row; NaN is null.</summary>
internal delegate double NumberOf(RowReader row);

/// <summary>Gives text for the row.</summary>
internal delegate ReadOnlySpan<byte> TextOf(RowReader row, out bool isNull);

/// <summary>Gives true or false for the row; null is unknown.</summary>
internal delegate bool? TruthOf(RowReader row);

/// <summary>An expression with its names and types resolved: the delegates that evaluate it, those that fit its kind.</summary>
internal sealed record Bound(Kind Kind)
{
    /// <summary>Evaluates a number.</summary>
    public NumberOf Number { get; init; } = static _ => double.NaN;

    /// <summary>Evaluates text.</summary>
    public TextOf Text { get; init; } =
        static (RowReader _, out bool isNull) =>
        {
            isNull = true;
            return [];
        };

    /// <summary>Evaluates a truth value.</summary>
    public TruthOf Truth { get; init; } = static _ => null;

    /// <summary>True where there is no value.</summary>
    public required Func<RowReader, bool> IsNull { get; init; }

    /// <summary>An expression that is never a value.</summary>
    public static Bound Nothing { get; } = new(Kind.Null) { IsNull = static _ => true };

    /// <summary>A number; results that are not finite become null.</summary>
    public static Bound Of(NumberOf number)
    {
        NumberOf finite = row => number(row) is var value && double.IsFinite(value) ? value : double.NaN;
        return new(Kind.Number) { Number = finite, IsNull = row => double.IsNaN(finite(row)) };
    }

    /// <summary>Text.</summary>
    public static Bound Of(TextOf text) =>
        new(Kind.Text)
        {
            Text = text,
            IsNull = row =>
            {
                text(row, out bool isNull);
                return isNull;
            },
        };

    /// <summary>A truth value.</summary>
    public static Bound Of(TruthOf truth) => new(Kind.Truth) { Truth = truth, IsNull = row => truth(row) is null };
}
