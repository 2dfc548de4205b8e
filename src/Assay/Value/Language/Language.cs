using System.ComponentModel.DataAnnotations;
using Assay.Data;

namespace Assay.Value;

/// <summary>Options of <see cref="Language"/>.</summary>
public sealed record LanguageShareOptions : LanguageOptions
{
    /// <summary>The languages whose shares are wanted; each becomes a signal <c>language-</c> and its name.</summary>
    [Required]
    public IReadOnlyList<string> Of { get; init; } = ["en"];
}

/// <summary>How much of each row is in some languages: signals such as <c>language-en</c>, shares from 0 to 1.</summary>
/// <remarks>See <see cref="LanguageIdentifier"/>. A row without letters is in no language: its share is 0 of each.</remarks>
[Method("value/language", Paper = "data-selection-survey")]
public sealed class Language(LanguageShareOptions options) : IValuer
{
    /// <inheritdoc/>
    /// <exception cref="AssayException">A language is not known, or there is nothing to learn it from.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work)
    {
        LanguageIdentifier identifier = options.Identifier(work);
        int[] places = LanguageOptions.PlacesOf(identifier, options.Of);
        return RowSignals.Make(
            view,
            work,
            "languages",
            [.. options.Of.Select(language => "language-" + language)],
            () =>
            {
                LanguageIdentifier.TextReader reader = identifier.Reader();
                return (batch, row, values) =>
                {
                    reader.Read(batch.Text(row));
                    for (int i = 0; i < places.Length; i++)
                        values[i] = reader.Shares[places[i]];
                };
            }
        );
    }
}
