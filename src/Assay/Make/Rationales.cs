using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Preferences;
using Assay.Studies;
using Microsoft.Extensions.AI;

namespace Assay.Make;

/// <summary>Why the preferred answer of each pair is better, written by a chat model: column <c>rationale</c> for <c>train/rdpo</c>.</summary>
/// <remarks>
/// Source: "Data-Centric Human Preference with Rationales for Direct Preference Alignment", arXiv 2407.14477, whose prompts are not public; these are our own. Which answer
/// comes first is drawn for each row and kept in <c>rationale_first</c>, so that neither the writer nor the policy learns the place. Every reply ends with a verdict; one that contradicts the label
/// is left out and counted.
/// </remarks>
[Method("make/rationales", Paper = "rationales")]
public sealed partial class Rationales : IMaker
{
    private const int Examples = 20;
    private const string General =
            "In two or three sentences about the answers as wholes, say why the better one does better what was asked.",
        Specific =
            "In a few sentences, say why the better one does better what was asked: quote the words or places of both answers that decide, and say what is right or wrong with them.",
        Closing =
            " Speak of them as 'the first answer' and 'the second answer'. Length, order and tone do not count for themselves. End with one line that reads 'Better: 1' or 'Better: 2'.";
    private readonly RationalesOptions _options;
    private readonly IChatClient? _client;

    /// <summary>A maker of rationales.</summary>
    public Rationales(RationalesOptions options) => _options = options;

    internal Rationales(RationalesOptions options, IChatClient client)
        : this(options) => _client = client;

    /// <inheritdoc/>
    /// <exception cref="AssayException">The rows hold no pairs, the writer cannot be asked, or no rationale is left.</exception>
    public Made Make(View view, Work work)
    {
        IReadOnlyList<PreferencePair> pairs = PreferenceRows.Read(view, work.Cancellation).Both("make/rationales");
        bool[] chosenFirst = new bool[pairs.Count];
        RandomStream order = work.Random.Child("order");
        for (int i = 0; i < pairs.Count; i++)
            chosenFirst[i] = order.UniformOf((UInt128)(uint)i) < 0.5;
        string[] replies = Ask(pairs, chosenFirst, work);
        MadeRows rows = new();
        int without = 0,
            against = 0,
            empty = 0,
            firstOfVerdicts = 0,
            verdicts = 0;
        List<(int Row, string Rationale)> written = [];
        double words = 0;
        for (int i = 0; i < pairs.Count; i++)
        {
            (string rationale, int? verdict) = Parse(replies[i]);
            if (verdict is { } said)
            {
                verdicts++;
                firstOfVerdicts += said == 1 ? 1 : 0;
            }
            bool contradicts = verdict is { } which && which == 1 != chosenFirst[i];
            bool blindWithout = verdict is null && _options.Blind;
            without += verdict is null ? 1 : 0;
            against += contradicts ? 1 : 0;
            empty += rationale.Length == 0 ? 1 : 0;
            bool usable = rationale.Length > 0 && !contradicts && !blindWithout;
            if (!usable && !_options.KeepPairs)
                continue;
            rows.Set("prompt", pairs[i].Prompt);
            rows.Set("chosen", pairs[i].Chosen!);
            rows.Set("rejected", pairs[i].Rejected!);
            rows.Set("rationale", usable ? rationale : "");
            rows.Set("rationale_first", chosenFirst[i] ? "chosen" : "rejected");
            if (pairs[i].Margin is { } margin)
                rows.Set("margin", margin);
            if (pairs[i].Agreement is { } agreement)
                rows.Set("agreement", agreement);
            rows.EndRow();
            if (usable)
            {
                written.Add((i, rationale));
                words += Words.Count(Encoding.UTF8.GetBytes(rationale));
            }
        }
        if (written.Count == 0)
            throw new AssayException(
                $"none of {pairs.Count:N0} replies is a rationale: {empty:N0} are empty, {against:N0} contradict the label, {without:N0} have no verdict",
                hint: "The writer may be too small to follow instructions; look at its replies in the cache, or name another."
            );
        string share = Text($"{(double)against / pairs.Count:P1}");
        return new(
            rows.ToDataset(),
            new()
            {
                Title = "Why the preferred answers are better",
                Answer = Text(
                    $"{written.Count:N0} of {pairs.Count:N0} pairs have a rationale; {against:N0} ({share}) contradicted the label and were left out."
                ),
                Facts =
                [
                    new("Rationales", Text($"{written.Count:N0}"), Text($"of {pairs.Count:N0} pairs")),
                    new(
                        _options.Blind ? "Judged otherwise" : "Contradict the label",
                        share,
                        _options.Blind ? "than the label, without being told it" : "although they were told it"
                    ),
                    new("Without verdict", Text($"{without:N0}"), _options.Blind ? "left out" : "kept"),
                    new(
                        "First answer wins",
                        verdicts > 0 ? Text($"{(double)firstOfVerdicts / verdicts:P0}") : "-",
                        "of the verdicts; half without a bias for the place"
                    ),
                    new("Mean length", Text($"{words / written.Count:0} words"), "of a rationale"),
                ],
                Panels =
                [
                    new TablePanel
                    {
                        Title = "First rationales",
                        Note = "The rows that were made are in rows.jsonl.",
                        Columns =
                        [
                            TableColumn.Of("prompt", First(row => Utf8(pairs[row].Prompt))),
                            TableColumn.Of("first answer", First(row => chosenFirst[row] ? "chosen" : "rejected")),
                            TableColumn.Of("rationale", written.Take(Examples).Select(one => one.Rationale)),
                        ],
                    },
                ],
                Notes =
                [
                    "Train on them with 'assay train rdpo'. A rationale is a text of a machine: read some before you believe them.",
                    .. _options.Blind
                        ? Array.Empty<string>()
                        :
                        [
                            "The writer was told which answer was preferred, and explains wrong labels as readily as right ones; 'blind' shows how often it would have judged otherwise.",
                        ],
                ],
            }
        );

        IEnumerable<string> First(Func<int, string> of) => written.Take(Examples).Select(one => of(one.Row));
    }

    /// <summary>The messages of a request.</summary>
    internal IList<ChatMessage> Messages(PreferencePair pair, bool chosenFirst)
    {
        string told = _options.Blind
            ? "Decide which of two answers to a request is better."
            : $"Of two answers to a request readers preferred the {(chosenFirst ? "first" : "second")}. Explain their choice; do not judge anew.";
        (byte[] first, byte[] second) = chosenFirst ? (pair.Chosen!, pair.Rejected!) : (pair.Rejected!, pair.Chosen!);
        return
        [
            new(ChatRole.System, $"{told} {(_options.Style == RationaleStyle.General ? General : Specific)}{Closing}"),
            new(
                ChatRole.User,
                $"<request>\n{Utf8(pair.Prompt)}\n</request>\n\n<answer 1>\n{Utf8(first)}\n</answer 1>\n\n<answer 2>\n{Utf8(second)}\n</answer 2>"
            ),
        ];
    }

    /// <summary>The reason and the verdict of a reply: of its last line, else of what it says of an answer.</summary>
    internal static (string Rationale, int? Verdict) Parse(string reply)
    {
        Match? line = Verdicts().Matches(reply).LastOrDefault();
        if (line is not null)
            return (reply.Remove(line.Index, line.Length).Trim(), line.Groups[1].Value == "1" ? 1 : 2);
        // In words, where they agree.
        HashSet<int> said =
        [
            .. InWords()
                .Matches(reply)
                .Select(match => match.Groups[1].Value.ToLowerInvariant() is "1" or "first" ? 1 : 2),
        ];
        return (reply.Trim(), said.Count == 1 ? said.First() : null);
    }

    private string[] Ask(IReadOnlyList<PreferencePair> pairs, bool[] chosenFirst, Work work)
    {
        ChatPartner writer = new("writer", _options.Writer, _options.WriterModel, _options.KeyVariable, _options.Cache);
        return writer.Ask(
            _client ?? writer.Connect(work),
            pairs.Count,
            i => Messages(pairs[i], chosenFirst[i]),
            new() { Temperature = (float)_options.Temperature, MaxOutputTokens = _options.MaxTokens },
            _options.Parallel,
            "rationales",
            work
        );
    }

    private static string Utf8(byte[] text) => Encoding.UTF8.GetString(text);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^\W*better\W*([12])\W*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Multiline
    )]
    private static partial Regex Verdicts();

    [GeneratedRegex(
        @"\b(?:the\s+)?(?:(?:answer|response)\s+)?(1|2|first|second)(?:\s+(?:answer|response|one))?\s+(?:is|was)\s+(?:clearly\s+|slightly\s+|much\s+|overall\s+)?(?:better|preferable|preferred)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex InWords();
}
