using System.Text.Json;
using Assay.Data;
using Assay.Models;
using Microsoft.Extensions.AI;

namespace Assay.Judge;

/// <summary>What a chat model thinks of texts, whatever their length: six ratings from 1 to 5.</summary>
/// <remarks>
/// Source: the quality score of LongBench-Write (arXiv 2408.07055) as arXiv 2410.10210 uses it: S_Q is the mean over six dimensions of 25 times (mean rating - 1). The prompt is ours. A rating that a reply does not give is left
/// out and counted; evalscope takes it for a 3, which hides that the judge failed.
/// </remarks>
internal static class WritingQuality
{
    /// <summary>What is rated.</summary>
    public static readonly string[] Dimensions =
    [
        "Relevance",
        "Accuracy",
        "Coherence",
        "Clarity",
        "Breadth and Depth",
        "Reading Experience",
    ];

    private const string Instructions =
        "You rate what was written to a request. Ignore its length altogether: whether it is as long as was asked for is judged elsewhere. Be strict; 5 is for what a good professional would hand in. Reply with one JSON object: "
        + "first \"Analysis\", a short text, then \"Relevance\" (does it do what was asked), \"Accuracy\" (is it true, and true to itself), \"Coherence\" (is its structure clear and its thread unbroken), \"Clarity\" (is its language exact), "
        + "\"Breadth and Depth\" (does it cover the matter, and go into it), \"Reading Experience\" (is it a pleasure to read), each a whole number from 1 to 5.";

    /// <summary>Asks for ratings of all texts.</summary>
    /// <returns>For each text six ratings, NaN where there is none.</returns>
    public static double[][] Rate(
        ChatPartner judge,
        IChatClient client,
        IReadOnlyList<(string Prompt, string Text)> written,
        int parallel,
        Work work
    ) =>
        [
            .. judge
                .Ask(
                    client,
                    written.Count,
                    i =>
                        [
                            new(ChatRole.System, Instructions),
                            new(
                                ChatRole.User,
                                $"<request>\n{written[i].Prompt}\n</request>\n\n<text>\n{written[i].Text}\n</text>"
                            ),
                        ],
                    new() { Temperature = 0.5f, MaxOutputTokens = 1024 },
                    parallel,
                    "ratings",
                    work
                )
                .Select(Parse),
        ];

    /// <summary>The ratings of a reply.</summary>
    public static double[] Parse(string reply)
    {
        double[] ratings = new double[Dimensions.Length];
        Array.Fill(ratings, double.NaN);
        int start = reply.IndexOf('{'),
            end = reply.LastIndexOf('}');
        if (start < 0 || end < start)
            return ratings;
        try
        {
            using JsonDocument document = JsonDocument.Parse(reply.AsMemory(start, end + 1 - start));
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
                if (
                    Array.FindIndex(Dimensions, dimension => Letters(dimension) == Letters(property.Name))
                        is >= 0
                            and int at
                    && property.Value.ValueKind == JsonValueKind.Number
                    && property.Value.GetDouble() is >= 1 and <= 5 and double rating
                )
                    ratings[at] = rating;
        }
        catch (JsonException)
        {
            // Counted as missing.
        }
        return ratings;

        static string Letters(string name) => string.Concat(name.Where(char.IsLetter)).ToLowerInvariant();
    }

    /// <summary>The score of each dimension, from 0 to 100; NaN where nobody was rated.</summary>
    public static double[] Scores(IReadOnlyList<double[]> ratings) =>
        [
            .. Dimensions.Select(
                (_, at) =>
                    25
                    * (
                        ratings
                            .Select(of => of[at])
                            .Where(rating => !double.IsNaN(rating))
                            .DefaultIfEmpty(double.NaN)
                            .Average() - 1
                    )
            ),
        ];
}
