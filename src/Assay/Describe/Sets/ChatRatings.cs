using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Data;
using Assay.Learning;
using Microsoft.Extensions.AI;

namespace Assay.Describe;

/// <summary>A chat model that gives texts a number.</summary>
/// <param name="client">The chat model.</param>
/// <param name="instructions">What the number is to say.</param>
/// <param name="least">The least number.</param>
/// <param name="most">The largest.</param>
/// <param name="calls">How often each text is asked for; the mean counts.</param>
/// <param name="parallel">Requests at a time.</param>
internal sealed partial class ChatRatings(
    IChatClient client,
    string instructions,
    double least,
    double most,
    int calls,
    int parallel = 8
)
{
    private int _unclear;

    /// <summary>Replies that held no number within the range; they do not count.</summary>
    public int Unclear => _unclear;

    /// <summary>The client that options name.</summary>
    /// <exception cref="AssayException">The address or the model is missing or wrong.</exception>
    public static IChatClient Connect(RowSetOptions options)
    {
        if (
            !Uri.TryCreate(options.Judge, UriKind.Absolute, out Uri? address)
            || address.Scheme is not ("http" or "https")
        )
            throw new AssayException(
                $"'{options.Judge}' is no address of a judge",
                hint: "An endpoint's looks like http://localhost:8000/v1."
            );
        if (options.JudgeModel.Length == 0)
            throw new AssayException(
                "a chat judge needs the name of its model",
                hint: "Give it with 'judge-model', as the endpoint knows it."
            );
        return new ChatPipeline { Cache = options.Cache.Length > 0 ? new ReplyCache(options.Cache) : null }.Connect(
            new()
            {
                Address = address,
                Model = options.JudgeModel,
                Key = Environment.GetEnvironmentVariable(options.KeyVariable),
            }
        );
    }

    /// <summary>Rates texts.</summary>
    /// <param name="texts">Each a request, and an answer or nothing.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <returns>The mean over the calls that held a number; NaN where none did.</returns>
    /// <exception cref="AssayException">The judge cannot be asked.</exception>
    public double[] Of(IReadOnlyList<(string? Prompt, string Text)> texts, CancellationToken cancellation)
    {
        double[] replies = new double[texts.Count * calls];
        try
        {
            Parallel
                .ForAsync(
                    0,
                    replies.Length,
                    new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation },
                    async (i, stop) => replies[i] = await Ask(texts[i / calls], i % calls, stop)
                )
                .GetAwaiter()
                .GetResult();
        }
        catch (ChatEndpointException failure)
        {
            throw new AssayException(
                $"the judge cannot be asked: {failure.Message}",
                hint: "Check 'judge', 'judge-model' and the key; replies so far are kept, run it again to go on.",
                cause: failure
            );
        }
        return
        [
            .. replies
                .Chunk(calls)
                .Select(of => of.Where(reply => !double.IsNaN(reply)).DefaultIfEmpty(double.NaN).Average()),
        ];
    }

    private async Task<double> Ask((string? Prompt, string Text) row, int call, CancellationToken stop)
    {
        ChatResponse reply = await client.GetResponseAsync(
            [
                new(
                    ChatRole.System,
                    instructions
                        + string.Create(
                            CultureInfo.InvariantCulture,
                            $" Reply with one line that reads 'Score: ' and a number from {least} to {most}."
                        )
                ),
                new(
                    ChatRole.User,
                    row.Prompt is null
                        ? $"<text>\n{row.Text}\n</text>"
                        : $"<request>\n{row.Prompt}\n</request>\n\n<answer>\n{row.Text}\n</answer>"
                ),
            ],
            new()
            {
                Temperature = calls == 1 ? 0 : 1,
                Seed = call, // also names the reply in the cache: each call is one of its own
                MaxOutputTokens = 300,
            },
            stop
        );
        if (
            Scores().Matches(reply.Text).LastOrDefault() is { } score
            && double.TryParse(
                score.Groups[1].Value,
                NumberStyles.Float,
                CultureInfo.InvariantCulture,
                out double number
            )
            && number >= least
            && number <= most
        )
            return number;
        Interlocked.Increment(ref _unclear);
        return double.NaN;
    }

    [GeneratedRegex(@"score\W*?(-?\d+(?:\.\d+)?)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Scores();
}
