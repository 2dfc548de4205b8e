using System.Globalization;
using Assay.Data;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Reads judgements of two policies' answers from the tables in which they are kept.</summary>
internal sealed class ComparisonRows
{
    private const string BaselineLength = "baseline";
    private readonly StudyTable _table;
    private readonly WinRateOptions _options;

    private ComparisonRows(StudyTable table, WinRateOptions options) => (_table, _options) = (table, options);

    /// <summary>The judgements.</summary>
    public List<PolicyComparison> Comparisons { get; } = [];

    /// <summary>Rows without a judgement.</summary>
    public int Missing { get; private set; }

    /// <summary>The baseline, where the form of the table says which it is.</summary>
    public string? Baseline { get; private set; }

    /// <summary>Whether a table holds answers in AlpacaEval's form: <c>output_1</c> of the baseline, <c>output_2</c> of the policy.</summary>
    public static bool AreAnnotations(StudyTable table) => table.Has("output_1") && table.Has("output_2");

    /// <summary>Reads a table of judgements.</summary>
    /// <exception cref="AssayException">The table has no such form, or a value does not fit.</exception>
    public static ComparisonRows Read(StudyTable table, StudyTable? lengths, WinRateOptions options)
    {
        ComparisonRows rows = new(table, options);
        if (AreAnnotations(table))
            rows.ReadAnnotations();
        else if (table.Has(options.A) && table.Has(options.B))
            rows.ReadPairs();
        else
            rows.ReadColumns(lengths);
        return rows.Comparisons.Count > 0
            ? rows
            : throw new AssayException("no row has a judgement", hint: "Are the preferences empty?");
    }

    /// <summary>The column of prompts, by either of its names.</summary>
    public static string PromptColumn(StudyTable table, WinRateOptions options) =>
        !table.Has(options.Prompt) && table.Has("instruction") ? "instruction" : options.Prompt;

    /// <summary>The length of a text in characters.</summary>
    public static double LengthOf(string text) => text.EnumerateRunes().Count();

    // AlpacaEval: 1 prefers output_1, of the baseline; 2 prefers output_2.
    private void ReadAnnotations()
    {
        string[] prompts = _table.Words(PromptColumn(_table, _options)),
            baseline = _table.Words("output_1"),
            policy = _table.Words("output_2"),
            baselines = Names("generator_1", "output_1"),
            policies = Names("generator_2", "output_2");
        double[] preferences = _table.NumbersOrNaN(_options.Preference);
        bool?[] first = Order("2");
        for (int row = 0; row < _table.Rows; row++)
        {
            if (Skips(preferences[row]))
                continue;
            if (preferences[row] is < 1 or > 2)
                throw _table.Wrong(
                    row,
                    _options.Preference,
                    $"the preference is {preferences[row].ToString(CultureInfo.InvariantCulture)}",
                    "Beside output_1 and output_2 it runs from 1 (the first) to 2 (the second)."
                );
            Comparisons.Add(
                new(
                    prompts[row],
                    policies[row],
                    baselines[row],
                    preferences[row] - 1,
                    LengthOf(policy[row]),
                    LengthOf(baseline[row]),
                    first[row]
                )
            );
        }
        if (baselines.Distinct().Count() == 1)
            Baseline = baselines[0];
    }

    private void ReadPairs()
    {
        string[] prompts = _table.Words(PromptColumn(_table, _options)),
            a = _table.Words(_options.A),
            b = _table.Words(_options.B);
        double[] preferences = _table.Has(_options.Preference) ? _table.NumbersOrNaN(_options.Preference) : Choices(),
            lengthA = Lengths(_options.LengthA, "answer_a"),
            lengthB = Lengths(_options.LengthB, "answer_b");
        bool?[] first = Order("a");
        for (int row = 0; row < _table.Rows; row++)
        {
            if (a[row].Length == 0 || b[row].Length == 0 || a[row] == b[row])
                throw _table.Wrong(
                    row,
                    a[row].Length == 0 ? _options.A : _options.B,
                    $"'{a[row]}' and '{b[row]}' are not two policies",
                    "Each row names two."
                );
            if (Skips(preferences[row]))
                continue;
            if (preferences[row] is < 0 or > 1)
                throw _table.Wrong(
                    row,
                    _options.Preference,
                    $"the preference is {preferences[row].ToString(CultureInfo.InvariantCulture)}",
                    "It is the share that prefers a, from 0 to 1."
                );
            Comparisons.Add(
                new(prompts[row], a[row], b[row], preferences[row], lengthA[row], lengthB[row], first[row])
            );
        }
    }

    // A column for each policy, all against one baseline.
    private void ReadColumns(StudyTable? lengths)
    {
        string promptColumn = PromptColumn(_table, _options);
        string[] policies =
        [
            .. _table.Names.Where(name => name != promptColumn && (lengths is null || lengths.Has(name))),
        ];
        if (!_table.Has(promptColumn) || policies.Length == 0)
            throw new AssayException(
                "the rows hold no judgements",
                hint: $"Expected columns '{_options.A}', '{_options.B}' and '{_options.Preference}' or 'choice'; or 'output_1', 'output_2' and 'preference'; or 'prompt' and a column of preferences for each policy, with --lengths; "
                    + "or answers and someone to judge them (--judge). See docs/methods/win-rate.md."
            );
        string baseline = _options.Baseline.Length > 0 ? _options.Baseline : BaselineLength;
        string[] prompts = _table.Words(promptColumn);
        double[]? baselineLengths = null;
        if (lengths is not null)
        {
            if (lengths.Rows != _table.Rows || !lengths.Words(PromptColumn(lengths, _options)).SequenceEqual(prompts))
                throw new AssayException(
                    "the table of lengths has other prompts than that of preferences",
                    hint: "Both need the same prompts in the same order."
                );
            baselineLengths = lengths.Numbers(BaselineLength);
        }
        foreach (string policy in policies)
        {
            double[] preferences = _table.NumbersOrNaN(policy);
            double[]? own = lengths?.Numbers(policy);
            for (int row = 0; row < preferences.Length; row++)
            {
                if (Skips(preferences[row]))
                    continue;
                if (preferences[row] is < 0 or > 1)
                    throw _table.Wrong(
                        row,
                        policy,
                        $"the preference is {preferences[row].ToString(CultureInfo.InvariantCulture)}",
                        "In a column of a policy it is the share that prefers it, from 0 to 1."
                    );
                if (policy != baseline)
                    Comparisons.Add(
                        new(
                            prompts[row],
                            policy,
                            baseline,
                            preferences[row],
                            own?[row] ?? double.NaN,
                            baselineLengths?[row] ?? double.NaN
                        )
                    );
            }
        }
        Baseline = baseline;
    }

    private bool Skips(double preference)
    {
        if (!double.IsNaN(preference))
            return false;
        Missing++;
        return true;
    }

    private string[] Names(string column, string otherwise) =>
        _table.Has(column) ? _table.Words(column) : [.. Enumerable.Repeat(otherwise, _table.Rows)];

    private double[] Choices()
    {
        if (!_table.Has("choice"))
            throw new AssayException(
                $"the rows have neither a column '{_options.Preference}' nor 'choice'",
                hint: "A judgement is a share from 0 to 1, or one of a, b and tie."
            );
        return
        [
            .. _table
                .Words("choice")
                .Select(
                    (choice, row) =>
                        choice.ToLowerInvariant() switch
                        {
                            "a" => 1,
                            "b" => 0,
                            "tie" => 0.5,
                            "" => double.NaN,
                            _ => throw _table.Wrong(row, "choice", $"the choice is '{choice}'", "It is a, b or tie."),
                        }
                ),
        ];
    }

    private double[] Lengths(string column, string texts) =>
        _table.Has(column) ? _table.Numbers(column)
        : _table.Has(texts) ? [.. _table.Words(texts).Select(LengthOf)]
        : [.. Enumerable.Repeat(double.NaN, _table.Rows)];

    private bool?[] Order(string ofA)
    {
        if (!_table.Has(_options.First))
            return new bool?[_table.Rows];
        string ofB = ofA == "a" ? "b" : "1";
        return
        [
            .. _table
                .Words(_options.First)
                .Select(
                    (shown, row) =>
                        shown.Length == 0 ? (bool?)null
                        : shown == ofA ? true
                        : shown == ofB ? false
                        : throw _table.Wrong(
                            row,
                            _options.First,
                            $"'{shown}' was shown first",
                            $"Write {ofA} or {ofB}, or nothing."
                        )
                ),
        ];
    }
}
