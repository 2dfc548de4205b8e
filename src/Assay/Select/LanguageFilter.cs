using System.ComponentModel.DataAnnotations;
using Assay.Data;
using Assay.Value;

namespace Assay.Select;

/// <summary>Options of <see cref="LanguageFilter"/>.</summary>
public sealed record LanguageFilterOptions : LanguageOptions
{
    /// <summary>The languages that stay.</summary>
    [Required]
    public IReadOnlyList<string> Keep { get; init; } = ["en"];

    /// <summary>The least share of a row that must be in one of them. RefinedWeb, FineWeb and DCLM: 0.65.</summary>
    [Range(0.0, 1.0)]
    public double Threshold { get; init; } = 0.65;
}

/// <summary>Keeps the rows that are in given languages, told by their letters.</summary>
/// <remarks>
/// A row stays if the share of one of the languages reaches the threshold (see <see cref="LanguageIdentifier"/>). Others go
/// as <c>language.</c> and the language of the largest share, as <c>language.unsure</c> if that is one of those that
/// stay, or as <c>language.no_letters</c>.
/// </remarks>
[Method("select/language", Paper = "data-selection-survey")]
public sealed class LanguageFilter(LanguageFilterOptions options) : ISelector
{
    /// <inheritdoc/>
    /// <exception cref="AssayException">A language is not known, or there is nothing to learn it from.</exception>
    public Selected Select(View view, Work work)
    {
        const int Stays = -1;
        LanguageIdentifier identifier = options.Identifier(work);
        int[] wanted = LanguageOptions.PlacesOf(identifier, options.Keep);
        int noLetters = identifier.Languages.Count,
            unsure = noLetters + 1;
        Signal outcome = RowSignals.Make(
            view,
            work,
            "languages",
            ["outcome"],
            () =>
            {
                LanguageIdentifier.TextReader reader = identifier.Reader();
                return (batch, row, values) => values[0] = OutcomeOf(reader, batch.Text(row));
            }
        )[0];
        Verdicts verdicts = new(
            view,
            [.. identifier.Languages.Append("no_letters").Append("unsure").Select(reason => "language." + reason)]
        );
        for (int position = 0; position < view.DistinctRows.Length; position++)
            if (outcome.Values[view.DistinctRows[position]] is not Stays and double reason)
                verdicts.Drop(position, (int)reason);
        return verdicts.ToSelected();

        int OutcomeOf(LanguageIdentifier.TextReader reader, ReadOnlySpan<byte> text)
        {
            if (!reader.Read(text))
                return noLetters;
            foreach (int place in wanted)
                if (reader.Shares[place] >= options.Threshold)
                    return Stays;
            return wanted.Contains(reader.BestPlace) ? unsure : reader.BestPlace;
        }
    }
}
