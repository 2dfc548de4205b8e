using System.Text;
using Assay.Learning;
using Assay.Models;

namespace Assay.Preferences;

/// <summary>A preference put as a question, both answers in it, and why one is better as the answer to it.</summary>
/// <remarks>
/// Source: the training prompt of arXiv 2407.14477, in our own words. Its code always names the chosen answer first, so that a model can learn the place instead of the reason; here the
/// caller says which comes first. The rationale does not stand before the answers themselves: that would be another method.
/// </remarks>
public static class RationaleTokens
{
    private const string AfterPrompt = "\n\nWhich of two answers is better, and why?\n\nFirst answer:",
        BetweenAnswers = "\n\nSecond answer:",
        AfterAnswers = "\n\nReason:";

    /// <summary>The question and its answer as tokens, cut to a context.</summary>
    /// <param name="pair">A pair with a rationale.</param>
    /// <param name="chosenFirst">Whether the chosen answer comes first.</param>
    /// <param name="sayWhich">Whether the answer begins by saying which of the two is better.</param>
    /// <param name="tokenizer">The model's tokenizer, with a begin or an end token.</param>
    /// <param name="context">Most tokens that the model is to see, at least 8. What is too long loses its end: first the prompt, then both answers; a rationale has half of the context at most.</param>
    /// <returns>The question, and the rationale with the mark of its end.</returns>
    public static (int[] Question, int[] Rationale) Of(
        PreferencePair pair,
        bool chosenFirst,
        bool sayWhich,
        ITokenizer tokenizer,
        int context
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(context, 8);
        int start = ModelFolder.StartOf(tokenizer) ?? throw new ArgumentException("The tokenizer has no begin or end.");
        string verdict = sayWhich ? $" The {(chosenFirst ? "first" : "second")} is better. " : " ";
        List<int> rationale = [.. Encode(verdict), .. tokenizer.Encode(pair.Rationale!)];
        if (tokenizer.Special.End is { } end)
            rationale.Add(end);
        if (rationale.Count > context / 2)
            rationale.RemoveRange(context / 2, rationale.Count - context / 2);
        byte[] first = chosenFirst ? pair.Chosen! : pair.Rejected!,
            second = chosenFirst ? pair.Rejected! : pair.Chosen!;
        int[] request = tokenizer.Encode(pair.Prompt),
            a = tokenizer.Encode(first),
            b = tokenizer.Encode(second),
            ask = Encode(AfterPrompt),
            between = Encode(BetweenAnswers),
            after = Encode(AfterAnswers);
        // The last token is predicted and not read.
        int room = context + 1 - rationale.Count - 1 - ask.Length - between.Length - after.Length;
        int left = Math.Max(0, room - a.Length - b.Length);
        if (request.Length > left)
            request = request[..left];
        int over = a.Length + b.Length + request.Length - Math.Max(0, room);
        if (over > 0)
        {
            int most = Math.Max(0, Math.Max(0, room) / 2),
                ofA = Math.Min(a.Length, Math.Max(most, Math.Max(0, room) - b.Length)),
                ofB = Math.Min(b.Length, Math.Max(0, Math.Max(0, room) - ofA));
            (a, b) = (a[..ofA], b[..ofB]);
        }
        List<int> question = [start, .. request, .. ask, .. a, .. between, .. b, .. after];
        // A context that has no room for the words between.
        int tooMany = question.Count + rationale.Count - (context + 1);
        if (tooMany > 0)
            question.RemoveRange(0, Math.Min(tooMany, question.Count - 1));
        return ([.. question], [.. rationale]);

        int[] Encode(string text) => tokenizer.Encode(Encoding.UTF8.GetBytes(text));
    }
}
