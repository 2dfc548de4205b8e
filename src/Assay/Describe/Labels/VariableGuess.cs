using System.Text.RegularExpressions;
using Assay.Data;

namespace Assay.Describe;

/// <summary>Guesses what a column measures and what its values read as; people confirm it, or say better (<see cref="LabelAbout.Kinds"/>).</summary>
internal static partial class VariableGuess
{
    private const double Nearly = 0.95;

    /// <summary>The column with what it reads as and measures.</summary>
    public static ColumnLabel Of(ColumnLabel column)
    {
        string reads = Reads(column);
        return column with { Reads = reads, Variable = Kind(column, reads) };
    }

    private static string Reads(ColumnLabel column)
    {
        if (column.Type is ColumnType.Int64 or ColumnType.Float64)
            return "number";
        if (column.Type is ColumnType.Bool)
            return "boolean";
        long texts = column.Rows - column.Missing - column.Shapes.Placeholders;
        bool Are(long count) => texts > 0 && count >= Nearly * texts;
        return Are(column.Shapes.Numbers) ? "number"
            : Are(column.Shapes.Dates) ? "date"
            : Are(column.Shapes.Truths) ? "boolean"
            : "string";
    }

    private static VariableKind Kind(ColumnLabel column, string reads) =>
        reads switch
        {
            "date" => VariableKind.Ordinal,
            "boolean" or "string" => VariableKind.Nominal,
            _ when OrdinalName().IsMatch(column.Name) => VariableKind.Ordinal,
            // Numbers that name things have no mean.
            _ when IdentifierName().IsMatch(column.Name) || column.Numbers is null => VariableKind.Nominal,
            _ when column.Type is ColumnType.Float64 => VariableKind.Continuous,
            _ => VariableKind.Discrete,
        };

    [GeneratedRegex(
        "(^|[^a-z])(id|ids|uid|uuid|guid|key|code|zip|zipcode|postcode|npi|ndc|ccn|isbn|ssn|phone|hash|index)$|[a-z0-9](Id|ID|Key|Code)$|^(id|key|code)[^a-z]",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex IdentifierName();

    [GeneratedRegex(
        "(^|(?<!per)[^a-z])(year|month|week|day|date|rank|grade|level)$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
    )]
    private static partial Regex OrdinalName();
}
