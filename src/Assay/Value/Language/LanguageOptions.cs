using System.ComponentModel.DataAnnotations;
using Assay.Data;
using Assay.Features;

namespace Assay.Value;

/// <summary>Which languages are told apart: those that Assay knows, or those of labelled rows.</summary>
public record LanguageOptions
{
    private const int MostLanguages = 250;

    /// <summary>
    /// A dataset of texts whose languages are known. Without it, 25 languages are known by ISO 639-1 code: ar, cs, da, de, el,
    /// en, es, fi, fr, he, hi, hu, it, ja, ko, nl, pl, pt, ro, ru, sv, th, tr, uk, zh.
    /// </summary>
    [DatasetName]
    public string? Train { get; init; }

    /// <summary>The column of that dataset that names the language.</summary>
    [Required]
    public string Label { get; init; } = "language";

    /// <summary>Bytes of text of each language that are learned from at most: rows drawn at random.</summary>
    public ByteSize TrainBytes { get; init; } = new(1 << 20);

    /// <summary>The model that these options ask for.</summary>
    internal LanguageIdentifier Identifier(Work work)
    {
        if (Train is null)
            return LanguageIdentifier.Bundled;
        View from = work.Dataset(Train);
        int[] rows = from.DistinctRows.ToArray();
        List<string> labels = LabelledRows.KeysOf(from, rows, Label, work.Cancellation);
        int languages = labels.Distinct().Count();
        if (languages > MostLanguages)
            throw new AssayException(
                $"the column '{Label}' of '{Train}' has {languages} values; languages are {MostLanguages} at most",
                hint: "Name the column that holds the language with 'label:'."
            );
        if (languages < 2)
            throw new AssayException(
                $"all rows of '{Train}' have the same '{Label}'",
                hint: "Two languages are needed at least; what is to be told apart must be there too."
            );
        RowSizes sizes = RowSizes.Read(from, work);
        LanguageIdentifier.Trainer trainer = new();
        foreach (IGrouping<string, int> language in rows.Zip(labels).GroupBy(pair => pair.Second, pair => pair.First))
            sizes
                .Draw(new([.. language]), TrainBytes.Bytes, work.Random.Child("training").Child(language.Key))
                .ForEach(from, text => trainer.Add(language.Key, text), work.Cancellation);
        try
        {
            return trainer.Build();
        }
        catch (ArgumentException failure)
        {
            throw new AssayException(
                $"'{Train}' teaches no languages: {failure.Message}",
                hint: "Leave rows without text out (select/where), or name another column with 'label:'.",
                cause: failure
            );
        }
    }

    /// <summary>The places of languages in a model.</summary>
    /// <exception cref="AssayException">It does not know one of them.</exception>
    internal static int[] PlacesOf(LanguageIdentifier identifier, IReadOnlyList<string> languages) =>
        [
            .. languages.Select(language =>
                identifier.PlaceOf(language) is >= 0 and int place
                    ? place
                    : throw new AssayException(
                        $"the language '{language}' is not known",
                        hint: $"Known: {string.Join(", ", identifier.Languages)}. Others are learned from texts: 'train: dataset'."
                    )
            ),
        ];
}
