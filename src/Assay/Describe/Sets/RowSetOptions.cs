using System.ComponentModel.DataAnnotations;

namespace Assay.Describe;

/// <summary>What descriptions of single rows have in common: which rows, which model looks at them, who judges.</summary>
public abstract record RowSetOptions
{
    /// <summary>Datasets to describe beside the rows, each on as many rows: what a step of generation started from, or made of them.</summary>
    [DatasetName]
    public IReadOnlyList<string> Beside { get; init; } = [];

    /// <summary>Rows of each dataset, at most, drawn at random; the same number of each.</summary>
    [Range(2, 1_000_000)]
    public int Sample { get; init; } = 2000;

    /// <summary>The column with the prompt that each text answers. Empty: texts stand alone.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>
    /// A language model that reads the texts: a folder with one, written with a slash (<c>./model</c>), or <c>gpt-250k</c>, <c>gpt-1m</c>, <c>gpt-4m</c>, <c>gpt-10m</c>, trained on the rows first. Empty:
    /// none.
    /// </summary>
    [ModelFolder, RegularExpression("(gpt-(250k|1m|4m|10m)|.*/.*)?")]
    public string Model { get; init; } = "";

    /// <summary>For gpt models: how often the text is gone through in training. Above 0.</summary>
    [Range(0.001, 1000)]
    public double ModelEpochs { get; init; } = 1;

    /// <summary>The address of a chat endpoint that judges rows (http://localhost:8000/v1). Empty: nobody does.</summary>
    public string Judge { get; init; } = "";

    /// <summary>The name of the model at the endpoint.</summary>
    public string JudgeModel { get; init; } = "";

    /// <summary>Rows of each dataset that are judged, at most.</summary>
    [Range(1, 1_000_000)]
    public int Judged { get; init; } = 200;

    /// <summary>How often each of them is; the mean counts. Beyond 1 at temperature 1.</summary>
    [Range(1, 100)]
    public int Calls { get; init; } = 1;

    /// <summary>The environment variable that holds the endpoint's key; it may be unset.</summary>
    public string KeyVariable { get; init; } = "OPENAI_API_KEY";

    /// <summary>Where the judge's replies are kept, so that a second run asks nothing; empty: nowhere.</summary>
    public string Cache { get; init; } = ".assay/replies";
}
