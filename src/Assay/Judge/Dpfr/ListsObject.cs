using System.Text.Json;
using Assay.Data;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>
/// Reads one row that holds all: <c>history</c> and <c>test</c>, for each user a list of item ids, and <c>models</c>, for each name <c>top25</c> with <c>top25_scores</c>, or <c>rec_items_top10</c>; <c>n_items</c> where some
/// items occur in none of them.
/// </summary>
internal static class ListsObject
{
    public const string History = "history",
        Test = "test",
        Models = "models",
        Items = "n_items";

    /// <summary>Whether a table has that form.</summary>
    public static bool Is(StudyTable table) =>
        table.Rows == 1 && table.Has(History) && table.Has(Test) && table.Has(Models);

    /// <summary>Reads it from a table.</summary>
    public static RecommendationData Read(StudyTable table, DpfrOptions options, string source)
    {
        try
        {
            using JsonDocument history = JsonDocument.Parse(table.Words(History)[0]),
                test = JsonDocument.Parse(table.Words(Test)[0]),
                models = JsonDocument.Parse(table.Words(Models)[0]);
            int items = table.Has(Items) ? (int)table.Numbers(Items)[0] : 0;
            return Read(history.RootElement, test.RootElement, models.RootElement, items, options, source);
        }
        catch (Exception wrong)
            when (wrong is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw table.Wrong(
                0,
                Models,
                $"these are not recommendation lists: {wrong.Message}",
                "docs/methods/dpfr.md shows the form."
            );
        }
    }

    /// <summary>Reads it from a file of JSON.</summary>
    public static RecommendationData Read(Stream json, DpfrOptions options)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        return Read(
            root.GetProperty(History),
            root.GetProperty(Test),
            root.GetProperty(Models),
            root.TryGetProperty(Items, out JsonElement items) ? items.GetInt32() : 0,
            options,
            Models
        );
    }

    private static RecommendationData Read(
        JsonElement historyLists,
        JsonElement testLists,
        JsonElement modelObjects,
        int leastItems,
        DpfrOptions options,
        string source
    )
    {
        long[][] history = Rows(historyLists, id => id.GetInt64()),
            test = Rows(testLists, id => id.GetInt64());
        List<(string Name, long[][] Lists, double[][]? Scores)> models =
        [
            .. modelObjects.EnumerateObject().Select(model => ModelOf(model.Name, model.Value)),
        ];
        if (history.Length != test.Length || models.Any(model => model.Lists.Length != test.Length))
            throw new FormatException($"'{History}', '{Test}' and the models have not as many users");
        Dictionary<long, int> itemOf = history
            .Concat(test)
            .Concat(models.SelectMany(model => model.Lists))
            .SelectMany(of => of)
            .Distinct()
            .Order()
            .Index()
            .ToDictionary(pair => pair.Item, pair => pair.Index);
        return RecommendationData.Of(
            Math.Max(itemOf.Count, leastItems),
            options.Length,
            [.. history.Select(of => of.Select(id => itemOf[id]).ToHashSet())],
            [.. test.Select(of => of.Select(id => itemOf[id]).ToHashSet())],
            [
                .. models.Select(model =>
                    (
                        model.Name,
                        (int[]?[])
                            [
                                .. model.Lists.Select(list =>
                                    list.Take(options.Depth).Select(id => itemOf[id]).ToArray()
                                ),
                            ],
                        (double[]?[]?)model.Scores?.Select(of => of.Take(options.Depth).ToArray()).ToArray()
                    )
                ),
            ],
            source
        );
    }

    private static (string, long[][], double[][]?) ModelOf(string name, JsonElement model)
    {
        bool isLong = model.TryGetProperty("top25", out JsonElement lists);
        long[][] items = Rows(isLong ? lists : model.GetProperty("rec_items_top10"), id => id.GetInt64());
        double[][]? scores =
            isLong && model.TryGetProperty("top25_scores", out JsonElement given)
                ? Rows(given, score => score.GetDouble())
                : null;
        if (scores is not null && !items.Select(of => of.Length).SequenceEqual(scores.Select(of => of.Length)))
            throw new FormatException($"the model '{name}' has not as many scores as items");
        return (name, items, scores);
    }

    private static T[][] Rows<T>(JsonElement rows, Func<JsonElement, T> value) =>
        [.. rows.EnumerateArray().Select(row => row.EnumerateArray().Select(value).ToArray())];
}
