using System.Text.Json;
using Assay.Data;
using Assay.Describe;

namespace Assay.Evidence;

/// <summary>The label that the authors published of 500 payments of Dollars for Docs, beside ours of the same rows.</summary>
internal sealed class PublishedLabel
{
    /// <summary>The folder of the data.</summary>
    public const string Folder = "nutrition-label";

    /// <summary>The rows.</summary>
    public const string Rows = "dollars_for_docs_sample_missing.csv.gz";

    /// <summary>The label.</summary>
    public const string Document = "prototype_label.json";

    private readonly JsonElement _published;

    /// <summary>Reads the published label.</summary>
    public PublishedLabel(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        _published = document.RootElement.Clone();
    }

    /// <summary>The published statistics, table by table.</summary>
    public IEnumerable<(VariableKind Kind, JsonElement Row)> Statistics =>
        Enum.GetValues<VariableKind>()
            .SelectMany(kind =>
                _published
                    .GetProperty("statistics")
                    .GetProperty(kind.ToString().ToLowerInvariant())
                    .EnumerateArray()
                    .Select(row => (kind, row))
            );

    /// <summary>The share of missing values that the published metadata give: <c>5.2%</c>.</summary>
    public string Missing => _published.GetProperty("metadata").GetProperty("missing").GetString()!;

    /// <summary>Rows and columns of the published metadata.</summary>
    public (int Rows, int Columns) Size =>
        (
            _published.GetProperty("metadata").GetProperty("rows").GetInt32(),
            _published.GetProperty("metadata").GetProperty("columns").GetInt32()
        );

    /// <summary>The published distributions of states, by drug.</summary>
    public IEnumerable<(string Drug, double[] Shares)> Distributions =>
        _published
            .GetProperty("probabilistic")
            .EnumerateObject()
            .Select(drug =>
                (drug.Name, drug.Value.EnumerateObject().Select(state => state.Value.GetDouble()).ToArray())
            );

    /// <summary>The published correlation of a column with a reference column.</summary>
    public double Correlation(string variable, string with) =>
        _published.GetProperty("groundtruth").GetProperty(variable).GetProperty(with).GetDouble();

    /// <summary>Our label of the rows, with the kinds of columns that the authors gave.</summary>
    public Label Label(View rows, LabelOptions options, Work work) =>
        new Describe.NutritionLabel(
            options with
            {
                Columns = [.. Statistics.Select(row => row.Row.GetProperty("name").GetString()!)],
                About = new()
                {
                    Kinds = new OrderedDictionary<string, VariableKind>(
                        Statistics.Select(row =>
                            KeyValuePair.Create(row.Row.GetProperty("name").GetString()!, row.Kind)
                        )
                    ),
                },
            }
        ).Describe(rows, work);

    /// <summary>For each published row of the statistics its name, and what of ours is not the same to the letter.</summary>
    public IEnumerable<(string Name, IReadOnlyList<string> Differences)> Compare(Label label)
    {
        foreach ((VariableKind kind, JsonElement row) in Statistics)
        {
            string name = row.GetProperty("name").GetString()!;
            JsonElement ours = kind is VariableKind.Nominal or VariableKind.Ordinal
                ? JsonSerializer.SerializeToElement(
                    LabelTables.Names(label, kind).First(ours => ours.Name == name),
                    JsonSerializerOptions.Web
                )
                : JsonSerializer.SerializeToElement(
                    LabelTables.Numbers(label, kind).First(ours => ours.Name == name),
                    JsonSerializerOptions.Web
                );
            yield return (
                name,
                [
                    .. row.EnumerateObject()
                        .Where(figure => ours.GetProperty(figure.Name).GetRawText() != figure.Value.GetRawText())
                        .Select(figure => $"{figure.Name}: {ours.GetProperty(figure.Name)}, not {figure.Value}"),
                ]
            );
        }
    }
}
