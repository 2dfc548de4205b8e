using System.ComponentModel.DataAnnotations;
using Assay.Features;
using Assay.Models;

namespace Assay.Describe;

/// <summary>Options of <see cref="DiversityStudy"/>.</summary>
public sealed record DiversityOptions : ModelEmbeddingOptions
{
    /// <summary>
    /// The defaults: hashed n-grams of words in 256 numbers. Nothing is learned from the rows, so that the space is the same for every dataset and every run.
    /// </summary>
    public DiversityOptions()
    {
        Embed = EmbeddingKind.Hashed;
        Dimensions = 256;
    }

    /// <summary>Datasets to describe beside the rows, each on as many rows: what a step of generation started from, or made of them.</summary>
    [DatasetName]
    public IReadOnlyList<string> Beside { get; init; } = [];

    /// <summary>Rows of each dataset, at most, drawn at random; the same number of each.</summary>
    [Range(2, 5000)]
    public int Sample { get; init; } = 1000;

    /// <summary>Rows that are compared with each other word by word (ROUGE-L), at most.</summary>
    [Range(2, 5000)]
    public int Pairs { get; init; } = 300;

    /// <summary>Words that every text is cut to, shorter ones left out: most measures of words depend on the length. 0 takes texts whole.</summary>
    [Range(0, 100_000)]
    public int Words { get; init; }

    /// <summary>The column that says which input a row answers: then diversity within an input and across inputs are told apart. Empty: none.</summary>
    public string Input { get; init; } = "";

    /// <summary>A column of tags: a JSON list, or words between commas or semicolons. Empty: none.</summary>
    public string Tags { get; init; } = "";

    /// <summary>One to three columns that describe rows, as the cells of an archive: numbers are cut into <see cref="Bins"/>, words are taken as they are.</summary>
    [MaxLength(3)]
    public IReadOnlyList<string> Cells { get; init; } = [];

    /// <summary>Equal parts that the range of a column of numbers is cut into.</summary>
    [Range(2, 1000)]
    public int Bins { get; init; } = 10;

    /// <summary>For an archive: the column with each row's quality. Empty: no QD-score.</summary>
    public string Score { get; init; } = "";
}
