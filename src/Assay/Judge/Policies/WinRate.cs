using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Preferences;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>How often one policy's answers are preferred to another's: by judgements on record, a reward model or a chat model; also at equal length.</summary>
/// <remarks>
/// Source: "Learning to summarize from human feedback", arXiv 2009.01325, section 4.3 and appendix F. Judges favour long answers and, if they are models, the answer that stands first: the one is
/// taken out by regression, the other by asking in both orders, and both are reported.
/// </remarks>
[Method("judge/win-rate", Paper = "summarize-feedback")]
public sealed class WinRate : IStudy
{
    private const int PairsPerPiece = 32;
    private readonly WinRateOptions _options;
    private readonly IAnswerJudge? _judge;

    /// <summary>Checks that what is asked for fits together.</summary>
    /// <exception cref="AssayException">A chat judge has no model, or one of two policies is missing.</exception>
    public WinRate(WinRateOptions options)
        : this(options, null) { }

    // With a judge that is already there, whatever the options say.
    internal WinRate(WinRateOptions options, IAnswerJudge? judge)
    {
        (_options, _judge) = (options, judge);
        if (judge is null && IsAddress(options.Judge) && options.JudgeModel.Length == 0)
            throw new AssayException(
                "a chat judge needs the name of its model",
                hint: "Give it with 'judge-model', as the endpoint knows it."
            );
        if (options.Policy.Length > 0 && options.BaselinePolicy.Length == 0 && options.Against.Length == 0)
            throw new AssayException(
                "there is nothing to compare the policy with",
                hint: "Name the other model with 'baseline-policy', or its answers with 'against'."
            );
        if (options.BaselinePolicy.Length > 0 && options.Policy.Length == 0)
            throw new AssayException(
                "there is a baseline and no policy",
                hint: "Name the folder of the model that it is compared with as 'policy'."
            );
    }

    /// <summary>Counts, and judges first where the rows are not judged yet.</summary>
    /// <exception cref="AssayException">The rows do not suit, or the judge cannot be asked.</exception>
    public Study Run(View data, Work work)
    {
        StudyTable table = StudyTable.Of(data, work.Cancellation);
        List<string> notes = [];
        List<PolicyComparison> comparisons;
        string? baseline = null;
        using Workers.LimitScope limit = Workers.Limit(work.Threads);
        if (_judge is not null || _options.Judge.Length > 0)
        {
            comparisons = Judged(data, table, notes, work);
            baseline = comparisons[0].B;
        }
        else
        {
            ComparisonRows rows = ComparisonRows.Read(
                table,
                _options.Lengths.Length > 0 ? StudyTable.Of(work.Dataset(_options.Lengths), work.Cancellation) : null,
                _options
            );
            (comparisons, baseline) = (rows.Comparisons, rows.Baseline);
            if (rows.Missing > 0)
                notes.Add($"{rows.Missing:N0} judgements are missing and left out.");
        }
        string against =
            _options.Baseline.Length > 0
                ? _options.Baseline
                : baseline
                    ?? comparisons
                        .SelectMany(one => (string[])[one.B, one.A])
                        .GroupBy(name => name)
                        .MaxBy(group => group.Count())!
                        .Key;
        string[] policies =
        [
            .. comparisons.SelectMany(one => (string[])[one.A, one.B]).Distinct().Where(name => name != against),
        ];
        WinShare[] shares =
        [
            .. policies
                .Select(policy => WinShare.Of(policy, against, comparisons, _options.Confidence))
                .Where(share => share is not null)
                .Select(share => share!)
                .OrderByDescending(share => share.Rate.Mean)
                .ThenBy(share => share.Policy, StringComparer.Ordinal),
        ];
        if (shares.Length == 0)
            throw new AssayException(
                $"'{against}' is compared with nobody",
                hint: "There are: " + string.Join(", ", policies) + "."
            );
        if (shares.Length < policies.Length)
            notes.Add(
                $"Never compared with '{against}' directly, and without a win rate: {string.Join(", ", policies.Except(shares.Select(share => share.Policy)))}."
            );
        return WinRateStudy.Of(shares, comparisons, Controlled(comparisons, against, notes, work), notes, _options);
    }

    private ControlledRates? Controlled(
        List<PolicyComparison> comparisons,
        string against,
        List<string> notes,
        Work work
    )
    {
        if (comparisons.Any(one => !one.HasLengths))
        {
            notes.Add("Lengths are not known, so that nothing is said of equal lengths. Judges favour long answers.");
            return null;
        }
        try
        {
            LengthControl control = LengthControl.Fit(comparisons, against);
            var intervals =
                _options.Resamples >= 20 ? control.Intervals(_options.Resamples, _options.Confidence, work) : default;
            return new(
                control,
                intervals.Rates ?? [.. control.Policies.Select(policy => MeanInterval.Exact(control.Rate(policy)))],
                intervals.Rates is null ? MeanInterval.Exact(control.Slope) : intervals.Slope
            );
        }
        catch (ArgumentException failure)
        {
            notes.Add(
                $"Nothing is said of equal lengths: they cannot be told from who answers, or a policy was never compared with the others. ({failure.Message})"
            );
            return null;
        }
    }

    private List<PolicyComparison> Judged(View data, StudyTable table, List<string> notes, Work work)
    {
        (string policy, string baseline, AnsweredPrompt[] pairs) = Answers(data, table, notes, work);
        ChatJudge? chat = null;
        IAnswerJudge judge = _judge ?? (IsAddress(_options.Judge) ? chat = Chat() : RewardJudge.Read(_options.Judge));
        bool[] orders = judge.SeesOrder && _options.Swap ? [true, false] : [true];
        // Without a second order each pair draws which answer stands first, so that neither policy always does.
        RandomStream random = work.Random.Child("order");
        bool[] drawn = [.. pairs.Select(_ => !judge.SeesOrder || _options.Swap || random.NextDouble() < 0.5)];
        int pieces = (pairs.Length + PairsPerPiece - 1) / PairsPerPiece;
        foreach (bool order in orders)
            work.Make(
                Stage(order),
                pieces,
                (piece, stream) =>
                {
                    using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
                    int first = piece * PairsPerPiece,
                        last = Math.Min(pairs.Length, first + PairsPerPiece);
                    // Each pair keeps its place, and pairs of one order are asked together.
                    double[] found = new double[last - first];
                    foreach (bool aFirst in (bool[])[true, false])
                    {
                        int[] those =
                        [
                            .. Enumerable.Range(first, last - first).Where(i => (drawn[i] == order) == aFirst),
                        ];
                        if (those.Length == 0)
                            continue;
                        IReadOnlyList<double> preferences = judge.Preferences(
                            [.. those.Select(i => pairs[i])],
                            aFirst,
                            work.Cancellation
                        );
                        for (int i = 0; i < those.Length; i++)
                            found[those[i] - first] = preferences[i];
                    }
                    foreach (double preference in found)
                        writer.Write(preference);
                },
                unit: "pieces"
            );
        List<PolicyComparison> comparisons = [];
        foreach (bool order in orders)
            for (int piece = 0; piece < pieces; piece++)
            {
                using BinaryReader reader = new(work.Pieces.Open(Stage(order), piece));
                for (int i = piece * PairsPerPiece; i < Math.Min(pairs.Length, (piece + 1) * PairsPerPiece); i++)
                    comparisons.Add(
                        new(
                            Invariant($"{i}"),
                            policy,
                            baseline,
                            reader.ReadDouble(),
                            ComparisonRows.LengthOf(pairs[i].A),
                            ComparisonRows.LengthOf(pairs[i].B),
                            judge.SeesOrder ? drawn[i] == order : null
                        )
                    );
            }
        if (chat is { Unclear: > 0 })
            notes.Add($"{chat.Unclear:N0} replies of the judge held no verdict and count as ties.");
        notes.Add(
            judge.SeesOrder
                ? "A chat model judged. It is no reader of yours: compare it with people on some pairs first (assay compare)."
                : "A reward model judged, by the sigmoid of the difference of its scores. A policy that was trained on the same reward model is judged too well by it."
        );
        return comparisons;

        static string Stage(bool order) => order ? "judge" : "judge in the other order";
    }

    private ChatJudge Chat()
    {
        if (!Uri.TryCreate(_options.Judge, UriKind.Absolute, out Uri? address))
            throw new AssayException(
                $"'{_options.Judge}' is no address",
                hint: "An endpoint's looks like http://localhost:8000/v1."
            );
        return new(
            new ChatPipeline { Cache = _options.Cache.Length > 0 ? new ReplyCache(_options.Cache) : null }.Connect(
                new()
                {
                    Address = address,
                    Model = _options.JudgeModel,
                    Key = Environment.GetEnvironmentVariable(_options.KeyVariable),
                }
            )
        );
    }

    private (string Policy, string Baseline, AnsweredPrompt[] Pairs) Answers(
        View data,
        StudyTable table,
        List<string> notes,
        Work work
    )
    {
        bool writes = _options.Policy.Length > 0;
        if (!writes && ComparisonRows.AreAnnotations(table))
            return Columns(table, "output_2", "output_1", "generator_2", "generator_1");
        if (!writes && table.Has("chosen") && table.Has("rejected"))
            return Columns(table, "chosen", "rejected", "chosen_model", "rejected_model");
        // A model is asked each prompt once, whatever else stands in the rows.
        string[] prompts = writes
            ?
            [
                .. PromptRows
                    .Read(data, ComparisonRows.PromptColumn(table, _options), 0, work.Cancellation)
                    .Select(Encoding.UTF8.GetString)
                    .Distinct(),
            ]
            : table.Words(ComparisonRows.PromptColumn(table, _options));
        string[] answers = writes
            ? Written(_options.Policy, "policy", prompts, notes, work)
            : table.Words(_options.Answer);
        string?[] others;
        string baseline;
        if (_options.BaselinePolicy.Length > 0)
        {
            others = Written(_options.BaselinePolicy, "baseline", prompts, notes, work);
            baseline = Named(_options.BaselinePolicy);
        }
        else if (_options.Against.Length > 0)
        {
            StudyTable against = StudyTable.Of(work.Dataset(_options.Against), work.Cancellation);
            others = Joined(prompts, against, notes);
            baseline = "baseline";
        }
        else
            throw new AssayException(
                "there is one answer to each prompt, and nothing to compare it with",
                hint: "Give the other's answers with 'against', or a model's folder with 'baseline-policy'."
            );
        string policy = writes ? Named(_options.Policy) : "policy";
        if (policy == baseline)
            (policy, baseline) = ("policy", "baseline");
        AnsweredPrompt[] pairs =
        [
            .. prompts
                .Select((prompt, i) => others[i] is { } other ? new AnsweredPrompt(prompt, answers[i], other) : null)
                .Where(pair => pair is not null)
                .Select(pair => pair!),
        ];
        return pairs.Length > 0
            ? (policy, baseline, pairs)
            : throw new AssayException(
                "no prompt has answers of both",
                hint: "Prompts are matched by their text; are these the same prompts?"
            );
    }

    private (string, string, AnsweredPrompt[]) Columns(StudyTable table, string a, string b, string nameA, string nameB)
    {
        string[] prompts = table.Words(ComparisonRows.PromptColumn(table, _options)),
            answers = table.Words(a),
            others = table.Words(b);
        return (
            Name(nameA, a),
            Name(nameB, b),
            [.. prompts.Select((prompt, i) => new AnsweredPrompt(prompt, answers[i], others[i]))]
        );

        string Name(string column, string otherwise) =>
            table.Has(column) && table.Words(column).Distinct().ToArray() is [{ Length: > 0 } one] ? one : otherwise;
    }

    private string?[] Joined(string[] prompts, StudyTable against, List<string> notes)
    {
        Dictionary<string, string> others = [];
        foreach (
            (string prompt, string answer) in against
                .Words(ComparisonRows.PromptColumn(against, _options))
                .Zip(against.Words(_options.Answer))
        )
            others.TryAdd(prompt, answer);
        string?[] found = [.. prompts.Select(prompt => others.GetValueOrDefault(prompt))];
        int lost = found.Count(answer => answer is null);
        if (lost > 0)
            notes.Add($"{lost:N0} prompts have no answer of the baseline and are left out.");
        return found;
    }

    private string[] Written(string folder, string stage, string[] prompts, List<string> notes, Work work)
    {
        (byte[][] texts, int cut) = Continuations.Of(
            ModelFolder.Read(folder),
            [.. prompts.Select(Encoding.UTF8.GetBytes)],
            new()
            {
                Sampling = new() { Temperature = _options.Temperature },
                MaxTokens = _options.MaxTokens,
            },
            stage,
            work
        );
        if (cut > 0)
            notes.Add($"{cut:N0} prompts were too long for '{Named(folder)}' and lost their beginning.");
        return [.. texts.Select(Encoding.UTF8.GetString)];
    }

    private static bool IsAddress(string judge) =>
        judge.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        || judge.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static string Named(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}

/// <summary>Rates at equal length, with their intervals.</summary>
internal sealed record ControlledRates(LengthControl Control, IReadOnlyList<MeanInterval> Rates, MeanInterval Slope)
{
    /// <summary>The rate of a policy; null where it is not in the regression.</summary>
    public MeanInterval? Of(string policy) =>
        Control.Policies.ToList().IndexOf(policy) is >= 0 and int at ? Rates[at] : null;
}
