using System.Text.RegularExpressions;

namespace Assay.Make;

/// <summary>What a writer's reply holds between its tags.</summary>
/// <param name="Texts">The texts; none where the reply has no tags, or says that there is nothing.</param>
/// <param name="Problem">The problem of <see cref="RefinedTask.Qa"/>, else empty.</param>
/// <param name="Solution">Its solution, else empty.</param>
/// <param name="Failure">Why there is no text: <c>no_tags</c>, <c>no_result</c>; empty where there is.</param>
/// <remarks>
/// The tags of UltraData-Math's generator. The first match counts, over any lines. Two things differ from its script: a reply without tags is a failure there too, not a success, and "no result" empties the list of
/// points only where there are none.
/// </remarks>
internal sealed partial record RefinedReply(
    IReadOnlyList<string> Texts,
    string Problem = "",
    string Solution = "",
    string Failure = ""
)
{
    /// <summary>Reads a reply.</summary>
    public static RefinedReply Of(RefinedTask task, string reply)
    {
        switch (task)
        {
            case RefinedTask.Qa:
                string problem = Between(reply, "problem"),
                    solution = Between(reply, "solution");
                return problem.Length > 0 && solution.Length > 0
                    ? new([problem + "\n\n" + solution], problem, solution)
                    : new([], Failure: "no_tags");
            case RefinedTask.Conversation:
                return Only(
                    ((string[])["discussions", "conversation", "interaction"])
                        .Select(tag => Between(reply, tag))
                        .FirstOrDefault(text => text.Length > 0, "")
                );
            case RefinedTask.Rewrite:
                return Only(Between(reply, "rewritten content"));
            case RefinedTask.Textbook:
                return Only(Between(reply, "material"));
            default:
                string[] points =
                [
                    .. Points()
                        .Matches(reply)
                        .Select(match => match.Groups[2].Value.Trim())
                        .Where(text => text.Length > 0),
                ];
                bool says = reply.Contains("no result", StringComparison.OrdinalIgnoreCase);
                return new(
                    points,
                    Failure: points.Length > 0 ? ""
                        : says ? "no_result"
                        : "no_tags"
                );
        }
    }

    private static RefinedReply Only(string text) => text.Length > 0 ? new([text]) : new([], Failure: "no_tags");

    private static string Between(string reply, string tag)
    {
        string open = $"<{tag}>",
            close = $"</{tag}>";
        int start = reply.IndexOf(open, StringComparison.Ordinal);
        int end = start < 0 ? -1 : reply.IndexOf(close, start, StringComparison.Ordinal);
        return end < 0 ? "" : reply[(start + open.Length)..end].Trim();
    }

    [GeneratedRegex(
        @"<mathematical knowledge point(\d+)>(.*?)</mathematical knowledge point\1>",
        RegexOptions.Singleline
    )]
    private static partial Regex Points();
}
