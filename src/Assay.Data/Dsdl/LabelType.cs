using System.Globalization;
using System.Text.Json;

namespace Assay.Data;

/// <summary><c>Label</c>: a class of one domain, or of several.</summary>
/// <remarks>
/// A text names a class; hierarchical ones by their whole path. <c>Domain::name</c> and <c>Domain::2</c> say of which domain; with several domains
/// they have to. A whole number is a place among the classes of the one domain, from 1.
/// </remarks>
/// <param name="domains">The domains, one at least.</param>
public sealed class LabelType(IReadOnlyList<ClassDomain> domains) : FieldType("Label")
{
    /// <summary>The domains.</summary>
    public IReadOnlyList<ClassDomain> Domains { get; } = domains;

    private string Names => string.Join(", ", Domains.Select(domain => $"'{domain.Name}'"));

    internal override string Expected =>
        Domains.Count == 1
            ? $"a class of {Names} by name, or by its number from 1 to {Domains[0].Classes.Count}"
            : $"a class as domain::name, the domain one of {Names}";

    internal override DsdlValue? Read(DsdlNode node, DsdlReading reading)
    {
        if (node is not DsdlScalar scalar)
            return reading.Expected(this, node);
        if (scalar.IsText)
            return Named(scalar, reading);
        if (scalar.Number is null || scalar.Text.AsSpan().ContainsAny('.', 'e', 'E') || Domains.Count > 1)
            return reading.Expected(this, node);
        ClassDomain domain = Domains[0];
        return scalar.Whole is { } place && place >= 1 && place <= domain.Classes.Count
            ? new LabelValue(domain, (int)place, Domains.Count > 1)
            : reading.Error(
                node.Place,
                $"expected a number from 1 to {domain.Classes.Count}, the classes of '{domain.Name}', found {scalar.Text}"
            );
    }

    private DsdlValue? Named(DsdlScalar scalar, DsdlReading reading)
    {
        string text = scalar.Text;
        if (Domains.Count == 1 && Domains[0].IndexOf(text) is > 0 and var plain)
            return new LabelValue(Domains[0], plain, false);
        int colons = text.IndexOf("::", StringComparison.Ordinal);
        if (colons < 0)
            return Domains.Count > 1
                ? reading.Error(
                    scalar.Place,
                    $"expected domain::name, since the field has several domains ({Names}), found '{SourceText.Printable(text)}'"
                )
                : Unknown(Domains[0], text, scalar, reading);
        string name = text[..colons],
            label = text[(colons + 2)..];
        if (Domains.FirstOrDefault(domain => domain.Name == name) is not { } found)
            return reading.Error(
                scalar.Place,
                $"expected a domain of this field ({Names}), found '{SourceText.Printable(name)}'{Hint(name, Domains.Select(domain => domain.Name))}"
            );
        int index = found.IndexOf(label);
        if (
            index == 0
            && int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out int place)
            && place <= found.Classes.Count
        )
            index = place;
        return index > 0 ? new LabelValue(found, index, Domains.Count > 1) : Unknown(found, label, scalar, reading);
    }

    private static DsdlValue? Unknown(ClassDomain domain, string label, DsdlScalar scalar, DsdlReading reading) =>
        reading.Error(
            scalar.Place,
            $"expected a class of '{domain.Name}', found '{SourceText.Printable(label)}'{Hint(label, domain.Classes)}"
        );

    private static string Hint(string word, IEnumerable<string> known) =>
        Nearest.Hint(word, known) is { } hint ? "; " + hint : "";
}

/// <summary>A class of a domain.</summary>
/// <param name="Domain">The domain.</param>
/// <param name="Index">Its place among the classes, from 1.</param>
/// <param name="IsQualified">Whether it has to be written with its domain, since its field has several.</param>
public sealed record LabelValue(ClassDomain Domain, int Index, bool IsQualified) : DsdlValue
{
    /// <summary>Its name, with the whole path where it has one.</summary>
    public string Name => Domain.Classes[Index - 1];

    /// <summary>Its name, as <c>domain::name</c> where it has to be.</summary>
    public string Text => IsQualified ? $"{Domain.Name}::{Name}" : Name;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json) => json.WriteStringValue(Text);
}
