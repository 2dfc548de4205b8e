using System.Text.RegularExpressions;
using Assay.Data;
using Assay.Learning;
using Microsoft.Extensions.AI;

namespace Assay.Judge;

/// <summary>A chat model as a judge: it sees the prompt and two answers, and says which is better, or that neither is.</summary>
/// <remarks>
/// It is asked at temperature 0. A reply without a verdict counts as a tie and is counted in <see cref="Unclear"/>. Models favour an answer for where it stands; ask in both orders.
/// </remarks>
/// <param name="client">The chat model, as a rule a <see cref="ChatPipeline"/> with a cache.</param>
/// <param name="parallel">Requests at a time, at least 1.</param>
public sealed partial class ChatJudge(IChatClient client, int parallel = 8) : IAnswerJudge
{
    private const string Instructions =
        "You compare two answers to a request. Judge how well each does what was asked: whether it is right, complete and to the point. "
        + "Neither length, nor the order in which they stand, nor the tone counts for itself. "
        + "Reply with one line that reads 'Verdict: 1' if the first answer is better, 'Verdict: 2' if the second is, or 'Verdict: tie'.";

    private int _unclear;

    /// <summary>Replies that held no verdict.</summary>
    public int Unclear => _unclear;

    /// <inheritdoc/>
    public bool SeesOrder => true;

    /// <inheritdoc/>
    public IReadOnlyList<double> Preferences(
        IReadOnlyList<AnsweredPrompt> pairs,
        bool aFirst,
        CancellationToken cancellation
    )
    {
        double[] preferences = new double[pairs.Count];
        try
        {
            Parallel
                .ForAsync(
                    0,
                    pairs.Count,
                    new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation },
                    async (i, stop) =>
                    {
                        double first = await FirstIsBetter(
                            pairs[i].Prompt,
                            aFirst ? pairs[i].A : pairs[i].B,
                            aFirst ? pairs[i].B : pairs[i].A,
                            stop
                        );
                        preferences[i] = aFirst ? first : 1 - first;
                    }
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
        return preferences;
    }

    private async Task<double> FirstIsBetter(string prompt, string first, string second, CancellationToken stop)
    {
        ChatResponse reply = await client.GetResponseAsync(
            [
                new(ChatRole.System, Instructions),
                new(
                    ChatRole.User,
                    $"<request>\n{prompt}\n</request>\n\n<answer 1>\n{first}\n</answer 1>\n\n<answer 2>\n{second}\n</answer 2>"
                ),
            ],
            new() { Temperature = 0, MaxOutputTokens = 500 },
            stop
        );
        switch (Verdicts().Matches(reply.Text).LastOrDefault()?.Groups[1].Value.ToLowerInvariant())
        {
            case "1":
                return 1;
            case "2":
                return 0;
            case "tie":
                return 0.5;
            default:
                Interlocked.Increment(ref _unclear);
                return 0.5;
        }
    }

    [GeneratedRegex(@"verdict\W*(1|2|tie)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Verdicts();
}
