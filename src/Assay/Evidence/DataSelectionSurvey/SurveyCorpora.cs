using System.IO.Compression;
using System.Text.Json;
using Assay.Data;
using Assay.Select;
using Assay.Value;

namespace Assay.Evidence;

/// <summary>A thousand documents of the Pile with their domains, and 499 web pages with what people thought of them.</summary>
internal sealed class SurveyCorpora : IDisposable
{
    /// <summary>The folder of the data.</summary>
    public const string Folder = "data-selection-survey";

    /// <summary>The dataset that methods know as what is wanted.</summary>
    public const string Target = "target";

    /// <summary>The dataset that methods know as what is not.</summary>
    public const string Other = "other";

    private readonly Trial _trial;
    private readonly List<Pieces> _pieces = []; // edited texts are read from them later

    /// <summary>Reads them.</summary>
    public SurveyCorpora(Trial trial)
    {
        _trial = trial;
        Pile = Read(
            "toy_pile.jsonl.gz",
            json => (json.GetProperty("domain").GetString()!, json.GetProperty("text").GetString()!)
        );
        Pages = Read(
            "human_quality.jsonl.gz",
            json => (json.GetProperty("label").GetInt32() == 1, json.GetProperty("text").GetString()!)
        );
    }

    /// <summary>Documents of the Pile.</summary>
    public (string Domain, string Text)[] Pile { get; }

    /// <summary>Web pages, and whether most annotators found them good.</summary>
    public (bool IsGood, string Text)[] Pages { get; }

    /// <summary>Texts as a dataset.</summary>
    public static View ViewOf(IEnumerable<string> texts) => new(Dataset.OfTexts(texts));

    /// <summary>The values of a method for every row.</summary>
    public double[] Value(
        string name,
        IValuer valuer,
        View view,
        View? target = null,
        View? other = null,
        int signal = 0
    )
    {
        return valuer.Value(view, WorkOn(name, target, other))[signal].Values;
    }

    /// <summary>What a method selects.</summary>
    public Selected Select(string name, ISelector selector, View view, View? target = null)
    {
        return selector.Select(view, WorkOn(name, target, null));
    }

    /// <summary>Deletes what methods have written.</summary>
    public void Dispose()
    {
        foreach (Pieces pieces in _pieces)
            pieces.Dispose();
    }

    private Work WorkOn(string name, View? target, View? other)
    {
        Pieces pieces = Pieces.Temporary();
        _pieces.Add(pieces);
        Dictionary<string, View> datasets = [];
        if (target is not null)
            datasets.Add(Target, target);
        if (other is not null)
            datasets.Add(Other, other);
        return new(pieces)
        {
            Random = _trial.Random.Child(name),
            Threads = _trial.Threads,
            Cancellation = _trial.Cancellation,
            Datasets = datasets,
        };
    }

    private T[] Read<T>(string file, Func<JsonElement, T> document)
    {
        using FileStream packed = File.OpenRead(_trial.Path(Folder, file));
        using StreamReader lines = new(new GZipStream(packed, CompressionMode.Decompress));
        List<T> documents = [];
        while (lines.ReadLine() is { } line)
        {
            using JsonDocument json = JsonDocument.Parse(line);
            documents.Add(document(json.RootElement));
        }
        return [.. documents];
    }
}
