namespace Assay.Select;

/// <summary>An expression as it is written, before names and types are known.</summary>
/// <param name="At">The character that a message about it points to.</param>
internal abstract record Syntax(int At)
{
    /// <summary>Levels of nesting, itself included.</summary>
    public virtual int Depth => 1;

    private protected static int Above(params IEnumerable<Syntax> parts) =>
        1 + parts.Select(part => part.Depth).DefaultIfEmpty().Max();
}

internal sealed record NumberSyntax(int At, double Value) : Syntax(At);

internal sealed record TextSyntax(int At, string Value) : Syntax(At);

internal sealed record TruthSyntax(int At, bool Value) : Syntax(At);

internal sealed record NullSyntax(int At) : Syntax(At);

internal sealed record NameSyntax(int At, string Name) : Syntax(At);

internal sealed record CallSyntax(int At, string Name, IReadOnlyList<Syntax> Arguments) : Syntax(At)
{
    public override int Depth { get; } = Above(Arguments);
}

internal sealed record MinusSyntax(int At, Syntax Operand) : Syntax(At)
{
    public override int Depth { get; } = Above(Operand);
}

internal sealed record NotSyntax(int At, Syntax Operand) : Syntax(At)
{
    public override int Depth { get; } = Above(Operand);
}

/// <summary>Arithmetic or a comparison.</summary>
internal sealed record BinarySyntax(int At, string Operator, Syntax Left, Syntax Right) : Syntax(At)
{
    public override int Depth { get; } = Above(Left, Right);
}

/// <summary>Two or more terms joined by <c>and</c> or by <c>or</c>.</summary>
internal sealed record LogicSyntax(int At, bool IsAnd, IReadOnlyList<Syntax> Terms) : Syntax(At)
{
    public override int Depth { get; } = Above(Terms);
}

/// <summary><c>x in [...]</c> or <c>x not in [...]</c>.</summary>
internal sealed record MembershipSyntax(int At, Syntax Operand, IReadOnlyList<Syntax> Items, bool Negated) : Syntax(At)
{
    public override int Depth { get; } = Above(Operand);
}
