using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Preferences;
using Assay.Studies;
using Microsoft.Extensions.AI;

namespace Assay.Make;

/// <summary>Refines texts through a chat model: problems with solutions, conversations, rewritings, points of knowledge, textbook passages. Every row names the row that it was made from.</summary>
/// <remarks>
/// Source: the L3 generator of "Data Science and Technology Towards AGI Part I: Tiered Data Management", arXiv 2602.09003 (UltraData-Math): tasks, styles, tags and sampling are its own, the prompts are ours. Left out
/// and counted: replies without tags, and rewritings that copy their source.
/// </remarks>
[Method("make/refined", Paper = "tiered-data")]
public sealed class Refined : IMaker
{
    private const int Run = 5,
        Examples = 10;

    private static readonly Dictionary<RefinedTask, string[]> s_styles = new() // the default first
    {
        [RefinedTask.Qa] = ["high-school", "grade-school", "middle-school", "college"],
        [RefinedTask.Conversation] =
        [
            "teacher-student",
            "two-professors",
            "two-students",
            "interview",
            "problem-solving",
            "layman-expert",
            "debate",
        ],
        [RefinedTask.Rewrite] =
        [
            "textbook",
            "wikipedia",
            "blog",
            "popular-science",
            "academic-paper",
            "learning-note",
            "lecture-note",
        ],
        [RefinedTask.Knowledge] = [],
        [RefinedTask.Textbook] = ["easy", "medium", "hard"],
    };

    private readonly RefinedOptions _options;
    private readonly string _style;
    private readonly IChatClient? _client;

    /// <summary>Takes the options.</summary>
    /// <exception cref="AssayException">The task has no such style.</exception>
    public Refined(RefinedOptions options)
    {
        string[] styles = s_styles[options.Task];
        if (options.Style.Length > 0 && !styles.Contains(options.Style))
            throw new AssayException(
                $"make/refined: the task {Name(options.Task)} has no style '{options.Style}'",
                hint: styles.Length == 0 ? "It has none; leave 'style' out." : $"It has: {string.Join(", ", styles)}."
            );
        _options = options;
        _style =
            options.Style.Length > 0 ? options.Style
            : styles.Length > 0 ? styles[0]
            : "";
    }

    internal Refined(RefinedOptions options, IChatClient client)
        : this(options) => _client = client;

    /// <inheritdoc/>
    /// <exception cref="AssayException">The rows have no text, the writer cannot be asked, or no text is left.</exception>
    public Made Make(View view, Work work)
    {
        List<(RowId Id, string Text)> sources = [];
        view.ForEach(
            view.Selection.Rows,
            (batch, row) => sources.Add((batch.Id(row), Encoding.UTF8.GetString(batch.Text(row)))),
            work.Cancellation
        );
        if (sources.All(source => string.IsNullOrWhiteSpace(source.Text)))
            throw new AssayException(
                $"make/refined: the rows have no text in their column '{view.Dataset.TextColumn}'",
                hint: "Name the column that holds the text."
            );
        UsageMeter meter = new(new ChatPrices((decimal)_options.InputPrice, (decimal)_options.OutputPrice));
        ChatPartner writer = new("writer", _options.Writer, _options.WriterModel, _options.KeyVariable, _options.Cache);
        string[] replies = writer.Ask(
            _client ?? writer.Connect(work, meter),
            sources.Count,
            i => [new(ChatRole.User, Prompt(sources[i].Text))],
            new() { Temperature = (float)_options.Temperature, MaxOutputTokens = _options.MaxTokens },
            _options.Parallel,
            "replies",
            work
        );
        return Collect(sources, replies, meter.Used);
    }

    /// <summary>The one message of a request.</summary>
    internal string Prompt(string text)
    {
        const string faithful =
            "Keep every fact, value and proof of the text as it is, and add none. Write formulas in LaTeX. Reply with nothing but what stands between the tags, and the tags.";
        string style = _style.Replace('-', ' ');
        string task = _options.Task switch
        {
            RefinedTask.Qa =>
                $"You set exercises for students of {style} level. Make one problem of the text below that can be understood without the text and without figures, and solve it in full, step by step.\n{faithful}\n<problem>...</problem>\n<solution>...</solution>",
            RefinedTask.Conversation =>
                $"You write dialogues that teach. Turn the text below into a {style} conversation in which its content is explained and questioned step by step.\n{faithful}\n<conversation>...</conversation>",
            RefinedTask.Rewrite =>
                $"You are an editor. Write the text below anew in the form of a {style}: clear, complete, in good order, in your own words.\n{faithful}\n<rewritten content>...</rewritten content>",
            RefinedTask.Knowledge =>
                $"You make an index of knowledge. List the definitions, theorems, methods and facts of the text below, each so that it can be understood by itself. If there are none, reply 'no result'.\n{faithful}\n<mathematical knowledge point1>...</mathematical knowledge point1>\n<mathematical knowledge point2>...</mathematical knowledge point2>",
            _ =>
                $"You write textbooks. Write a passage of {style} difficulty that teaches the point of knowledge below, with an explanation and worked examples.\n{faithful}\n<material>...</material>",
        };
        return $"{task}\n\n<text>\n{text}\n</text>";
    }

    /// <summary>The share of a text's runs of five words that stand in a source, whatever their case; of a shorter text, whether all of it does.</summary>
    internal static double CopyRate(string text, string source)
    {
        string[] words = [.. LowerWords.Of(text)],
            from = [.. LowerWords.Of(source)];
        int run = Math.Min(Run, words.Length);
        if (run == 0)
            return 0;
        HashSet<string> known = [.. Runs(from)];
        return Runs(words).Average(words => known.Contains(words) ? 1.0 : 0);

        IEnumerable<string> Runs(string[] all) =>
            Enumerable.Range(0, Math.Max(0, all.Length - run + 1)).Select(i => string.Join(' ', all[i..(i + run)]));
    }

    private Made Collect(IReadOnlyList<(RowId Id, string Text)> sources, string[] replies, ChatUsage usage)
    {
        MadeRows rows = new();
        Dictionary<string, int> failures = [];
        List<(string Source, string Text)> shown = [];
        int refined = 0;
        long words = 0;
        for (int i = 0; i < sources.Count; i++)
        {
            RefinedReply reply = RefinedReply.Of(_options.Task, replies[i]);
            double copied =
                _options.Task == RefinedTask.Rewrite && reply.Texts.Count > 0
                    ? CopyRate(reply.Texts[0], sources[i].Text)
                    : 0;
            string failure = copied > _options.MaxCopy ? "copied" : reply.Failure;
            if (failure.Length > 0)
            {
                failures[failure] = failures.GetValueOrDefault(failure) + 1;
                continue;
            }
            refined++;
            foreach (string text in reply.Texts)
            {
                rows.Set("text", text);
                rows.Set("parents", sources[i].Id.ToString());
                rows.Set("task", Name(_options.Task));
                if (_style.Length > 0)
                    rows.Set("style", _style);
                if (_options.Task == RefinedTask.Qa)
                {
                    rows.Set("problem", reply.Problem);
                    rows.Set("solution", reply.Solution);
                }
                if (_options.Task == RefinedTask.Rewrite)
                    rows.Set("copied", copied);
                rows.EndRow();
                words += Words.Count(Encoding.UTF8.GetBytes(text));
                if (shown.Count < Examples)
                    shown.Add((sources[i].Text, text));
            }
        }
        if (rows.Count == 0)
            throw new AssayException(
                $"none of {sources.Count:N0} replies holds a text: {string.Join(", ", failures.Select(failure => $"{failure.Value:N0} {failure.Key}"))}",
                hint: "The writer may be too small to follow instructions; look at its replies in the cache, or name another."
            );
        return new(
            rows.ToDataset("text"),
            new()
            {
                Title = "Refined texts",
                Answer = Text(
                    $"{refined:N0} of {sources.Count:N0} texts gave {rows.Count:N0} rows; {sources.Count - refined:N0} replies were left out."
                ),
                Facts =
                [
                    new(
                        "Rows",
                        Text($"{rows.Count:N0}"),
                        Text($"of {refined:N0} texts; {(double)words / rows.Count:0} words each")
                    ),
                    new(
                        "Left out",
                        Text($"{sources.Count - refined:N0}"),
                        string.Join(", ", failures.Select(failure => Text($"{failure.Value:N0} {failure.Key}")))
                    ),
                    new(
                        "Tokens",
                        Text($"{usage.InputTokens + usage.OutputTokens:N0}"),
                        Text($"in {usage.Replies:N0} replies that were not in the cache; cost {usage.Cost:0.####}")
                    ),
                ],
                Panels =
                [
                    new TablePanel
                    {
                        Title = "First refined texts",
                        Note = "Every row names its source in the column parents.",
                        Columns =
                        [
                            TableColumn.Of("from", shown.Select(one => Start(one.Source))),
                            TableColumn.Of("text", shown.Select(one => Start(one.Text))),
                        ],
                    },
                ],
                Notes =
                [
                    "A refined text holds what the writer knows beside what the source says: compare with as many random texts, refined alike, before you praise the source.",
                    "Carry 'parents' into the check for text of tests: what was made from a test's document knows the test.",
                ],
            },
            usage
        );
    }

    private static string Start(string text) => text.Length <= 300 ? text : text[..300] + "…";

    private static string Name(RefinedTask task) => task.ToString().ToLowerInvariant();

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
