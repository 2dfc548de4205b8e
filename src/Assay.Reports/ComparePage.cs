using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Judge;

namespace Assay.Reports;

/// <summary>A page on which people compare answers in a browser: one HTML file that needs no network and sends nothing.</summary>
/// <remarks>
/// It has the tasks in it, shows each with its answers in an order drawn for the rater and the task, keeps choices in the browser, and gives them out as the lines that <c>assay compare</c>
/// writes, to be saved. Who wrote an answer is in the file, and not shown.
/// </remarks>
public static class ComparePage
{
    private const string Resource = "compare.html",
        Place = "/*TASKS*/";

    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        // Its default writes < and & as escapes, so that no text can end the script that it stands in.
        Encoder = JavaScriptEncoder.Default,
    };

    /// <summary>Writes the page.</summary>
    /// <param name="tasks">The tasks, at least one.</param>
    /// <param name="rater">The name to begin with; may be empty, and be changed on the page.</param>
    /// <param name="batch">The batch that is written to each choice, or null.</param>
    /// <param name="output">Receives the HTML; write it to the file as UTF-8.</param>
    public static void Write(IReadOnlyList<ComparisonTask> tasks, string rater, string? batch, TextWriter output)
    {
        using Stream stream = typeof(ComparePage).Assembly.GetManifestResourceStream(Resource)!;
        using StreamReader reader = new(stream);
        string template = reader.ReadToEnd();
        var page = new
        {
            Id = tasks
                .Aggregate(0UL, (sum, task) => unchecked(sum * 31 + Convert.ToUInt64(task.Id, 16)))
                .ToString("x16"),
            Rater = rater,
            Batch = batch,
            Tasks = tasks.Select(task => new
            {
                Task = task.Id,
                task.Prompt,
                task.A,
                task.B,
                task.AnswerA,
                task.AnswerB,
            }),
        };
        output.Write(template.Replace(Place, JsonSerializer.Serialize(page, Format), StringComparison.Ordinal));
    }
}
