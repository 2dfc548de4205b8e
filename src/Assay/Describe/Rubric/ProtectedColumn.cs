using System.Diagnostics.CodeAnalysis;

namespace Assay.Describe;

/// <summary>A column that says to which groups people belong, and what it is about: <c>race</c>, or <c>ethnicity=race</c>.</summary>
/// <param name="Axis">What the groups are groups of: sex, ethnicity, age.</param>
/// <param name="Column">The column.</param>
public readonly record struct ProtectedColumn(string Axis, string Column) : IParsable<ProtectedColumn>
{
    /// <inheritdoc/>
    public static ProtectedColumn Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out ProtectedColumn column) ? column : throw new FormatException($"'{s}' is no column.");

    /// <inheritdoc/>
    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out ProtectedColumn result
    )
    {
        result = default;
        if (string.IsNullOrWhiteSpace(s))
            return false;
        int equals = s.IndexOf('=');
        string axis = equals < 0 ? PersonalColumn.AxisOf(s.Trim()) ?? s.Trim() : s[..equals].Trim(),
            column = s[(equals + 1)..].Trim();
        result = new(axis, column);
        return axis.Length > 0 && column.Length > 0;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Axis}={Column}";
}
