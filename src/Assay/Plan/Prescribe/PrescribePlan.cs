using System.Globalization;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Plan.Prescribe;

/// <summary>Says which few feasible changes of a row's modifiable columns would move a model's score most, or over a target with the least effort.</summary>
/// <remarks>
/// Source: "Integrating Explainable Machine Learning and Mixed-Integer Optimization for Personalized Sleep Quality Intervention", arXiv 2603.16937; its
/// formulas are not public, so the programme is a reconstruction (<see cref="ChangeProgramme"/>). Advice is scored anew on the model, and by models of
/// another kind that did not see the row. It is about the model, never about causes.
/// </remarks>
[Method("plan/prescribe", Paper = "sleep-prescriptive")]
public sealed class PrescribePlan : IStudy
{
    private const int SweptRows = 60,
        FrontRows = 30;
    private const double DefaultLambda = 0.05;
    private const double Confidence = 0.95;

    private readonly PrescribeOptions _options;

    /// <summary>Takes the options.</summary>
    /// <exception cref="AssayException">A rule or a coupling is not written as one.</exception>
    public PrescribePlan(PrescribeOptions options)
    {
        _options = options;
        foreach ((string column, string rule) in options.Change)
            ChangeRule.Parse(column, rule);
    }

    /// <inheritdoc/>
    public Study Run(View data, Work work)
    {
        FeatureTable table = FeatureTable.Of(data, _options, work.Cancellation);
        Prescriber prescriber = Prescriber.Fit(
            table,
            _options.Model,
            _options.Gain,
            [.. Enumerable.Range(0, table.Rows)],
            work.Random.Child("model")
        );
        ScoreKind other = _options.Model == ScoreKind.Logistic ? ScoreKind.Boosting : ScoreKind.Logistic;
        HeldOutFolds? own = HeldOutFolds.Of(table, _options.Model, work.Random.Child("quality")),
            second = HeldOutFolds.Of(table, other, work.Random.Child("second"));
        double target = prescriber.Model.ScoreOf(_options.Target);
        int[] rows = Rows(prescriber, target);
        var allowed = new IReadOnlyList<(CandidateChange Change, double Value)>[rows.Length];
        work.Each(rows.Length, at => allowed[at] = prescriber.Options(rows[at]));
        double largest = allowed.SelectMany(one => one).Select(one => one.Change.Gain).Append(0).Max(),
            lambda = _options.Lambda ?? DefaultLambda * largest;
        ChangeLimits limits = new()
        {
            MaxChanges = _options.MaxChanges,
            Budget = _options.Budget,
            Couplings = Couplings(table),
        };
        Prescription[] advice = new Prescription[rows.Length];
        int done = 0;
        work.Each(
            rows.Length,
            at =>
            {
                advice[at] = prescriber.Choose(
                    rows[at],
                    allowed[at],
                    limits,
                    lambda,
                    _options.Goal == PrescribeGoal.Target ? target - prescriber.Scores[rows[at]] : null
                );
                work.Progress?.Report(new("rows", Interlocked.Increment(ref done), rows.Length, "rows"));
            }
        );
        bool[] reached = [.. advice.Select(one => one.After >= target)];
        bool[]? agreed = second is null
            ? null
            :
            [
                .. advice.Select(one =>
                    second.Score(one.Row, table.With(one.Row, one.Values)) >= second.Models[0].ScoreOf(_options.Target)
                ),
            ];
        List<Panel> panels = [];
        if (advice.Length > 0)
            panels.AddRange([Sheets(prescriber, advice), Table(prescriber, advice, reached, agreed, lambda)]);
        if (largest > 0)
            panels.AddRange(Sweeps(prescriber, rows, allowed, limits, lambda, work));
        panels.AddRange([Importance(prescriber), Parts(prescriber, rows)]);
        return new()
        {
            Title = "What to change",
            Answer = Answer(table, advice, reached),
            Facts = Facts(table, own, advice, reached, agreed),
            Panels = panels,
            Notes = [.. Notes(table, prescriber, advice, other, second is not null, lambda)],
        };
    }

    private int[] Rows(Prescriber prescriber, double target)
    {
        int count = prescriber.Table.Rows;
        if (_options.Rows.FirstOrDefault(place => place < 1 || place > count) is not 0 and int wrong)
            throw new AssayException(
                $"plan/prescribe: there is no row {wrong}",
                hint: $"Rows are numbered from 1 to {count}."
            );
        return _options.Rows.Count > 0
            ? [.. _options.Rows.Distinct().Select(place => place - 1)]
            : [.. Enumerable.Range(0, count).Where(i => prescriber.Scores[i] < target)];
    }

    private Coupling[] Couplings(FeatureTable table)
    {
        return [.. _options.Couplings.Select(Parse)];

        Coupling Parse(string text)
        {
            const string always = "always ";
            if (text.StartsWith(always, StringComparison.Ordinal))
                return new(CouplingKind.Always, Column(text[always.Length..]), Column(text[always.Length..]), text);
            foreach (CouplingKind kind in (CouplingKind[])[CouplingKind.Needs, CouplingKind.Excludes])
                if (text.Split(kind == CouplingKind.Needs ? " needs " : " excludes ") is [var a, var b])
                    return new(kind, Column(a), Column(b), text);
            throw new AssayException(
                $"plan/prescribe: '{text}' is no coupling",
                hint: "Write 'A needs B', 'A excludes B' or 'always A', with names of columns under 'change'."
            );
        }

        int Column(string name)
        {
            for (int j = 0; j < table.Columns.Count; j++)
                if (table.Columns[j].Name == name.Trim() && table.Columns[j].Rule is not null)
                    return j;
            throw new AssayException(
                $"plan/prescribe: a coupling names '{name.Trim()}', which does not change",
                hint: "Under 'change' are: " + string.Join(", ", _options.Change.Keys) + "."
            );
        }
    }

    private string Answer(FeatureTable table, Prescription[] advice, bool[] reached)
    {
        string bar = _options.Target.ToString("P0", CultureInfo.InvariantCulture);
        if (advice.Length == 0)
            return $"Nothing to change: the model gives every row at least {bar}.";
        int[] changed = [.. Enumerable.Range(0, advice.Length).Where(i => advice[i].Chosen.Changes.Count > 0)];
        if (changed.Length == 0)
            return $"No change is advised for any of {advice.Length} rows: none is feasible, or none is worth its effort.";
        (int Column, int Count)[] usual =
        [
            .. advice
                .SelectMany(one => one.Chosen.Changes)
                .CountBy(change => change.Column)
                .OrderByDescending(pair => pair.Value)
                .ThenBy(pair => pair.Key)
                .Take(3)
                .Select(pair => (pair.Key, pair.Value)),
        ];
        return FormattableString.Invariant(
                $"{changed.Count(i => reached[i])} of {advice.Length} rows come to {bar} on the model with {advice.Average(one => one.Chosen.Changes.Count):0.0} changes each; most often of "
            )
            + string.Join(", ", usual.Select(one => $"'{table.Columns[one.Column].Name}' ({one.Count} rows)"))
            + ".";
    }

    private static IReadOnlyList<Fact> Facts(
        FeatureTable table,
        HeldOutFolds? own,
        Prescription[] advice,
        bool[] reached,
        bool[]? agreed
    )
    {
        List<Fact> facts = [];
        if (own?.Measure(table) is { } quality)
            facts.Add(
                new(
                    "Accuracy of the model",
                    Percent(quality.Accuracy),
                    FormattableString.Invariant($"on unseen rows, alike ones kept together; F1 {quality.F1:0.000}")
                )
            );
        if (advice.Length == 0)
            return facts;
        int none = advice.Count(one => one.Chosen.Changes.Count == 0);
        facts.AddRange([
            new(
                "Reach the target",
                Percent(reached.Count(yes => yes) / (double)advice.Length),
                $"of {advice.Length} rows, scored anew"
            ),
            new(
                "By other models",
                agreed is null ? "unknown" : Percent(agreed.Count(yes => yes) / (double)advice.Length),
                "of another kind, that did not see the row"
            ),
            new("Changes a row", Digits(advice.Average(one => one.Chosen.Changes.Count)), $"{none} rows without any"),
            new(
                "Gain",
                Digits(advice.Average(one => one.After - one.Before)),
                $"of the score, scored anew; {Digits(advice.Average(one => one.Chosen.Gain))} expected"
            ),
            new("Effort", Digits(advice.Average(one => one.Chosen.Effort)), "mean of rows"),
        ]);
        return facts;
    }

    private ChangesPanel Sheets(Prescriber prescriber, Prescription[] advice)
    {
        FeatureTable table = prescriber.Table;
        string Outcome(Prescription one) =>
            FormattableString.Invariant(
                $"probability {prescriber.Model.ProbabilityOf(one.Before):P0} -> {prescriber.Model.ProbabilityOf(one.After):P0}"
            );
        string[] locked = [.. table.Columns.Where(column => column.Rule is null).Select(column => column.Name)];
        string Note(Prescription one)
        {
            List<string> notes = [];
            if (!one.Chosen.IsFeasible)
                notes.Add("No set of changes will do; these conflict: " + string.Join("; ", one.Chosen.Conflict) + ".");
            else if (one.Options.Count == 0)
                notes.Add("Every column that may change is at its end.");
            else if (one.Chosen.Changes.Count == 0)
                notes.Add("No change is worth its effort.");
            string[] kept =
            [
                .. table
                    .Columns.Where(
                        (column, j) => column.Rule is not null && one.Options.All(option => option.Change.Column != j)
                    )
                    .Select(column => column.Name),
            ];
            if (kept.Length > 0)
                notes.Add("At the end of its range: " + string.Join(", ", kept) + ".");
            if (locked.Length > 0)
                notes.Add("Locked: " + string.Join(", ", locked) + ".");
            return string.Join(" ", notes);
        }
        return new()
        {
            Title = "Changes",
            Note =
                "What to change in single rows, for the model's score. A gain is what the change is expected to add; the score after all changes is computed anew.",
            Score = $"{prescriber.Model.Unit} of '{_options.Label}' {Wanted()}",
            Better = Better.More,
            Sheets =
            [
                .. advice
                    .Take(_options.Sheets)
                    .Select(one => new ChangeSheet(
                        table.Names[one.Row],
                        one.Before,
                        one.After,
                        [
                            .. one.Chosen.Changes.Zip(
                                one.Values,
                                (change, to) =>
                                    new Change(
                                        table.Columns[change.Column].Name,
                                        table.Columns[change.Column].Show(table.Columns[change.Column].Values[one.Row]),
                                        table.Columns[change.Column].Show(to.Value),
                                        change.Gain,
                                        change.Effort
                                    )
                            ),
                        ]
                    )
                    {
                        Outcome = Outcome(one),
                        Note = Note(one),
                    }),
            ],
        };
    }

    private TablePanel Table(
        Prescriber prescriber,
        Prescription[] advice,
        bool[] reached,
        bool[]? agreed,
        double lambda
    )
    {
        FeatureTable table = prescriber.Table;
        List<TableColumn> columns =
        [
            TableColumn.Of("row", advice.Select(one => table.Names[one.Row])),
            TableColumn.Of(
                "changes",
                advice.Select(one =>
                    !one.Chosen.IsFeasible ? "infeasible: " + string.Join("; ", one.Chosen.Conflict)
                    : one.Chosen.Changes.Count == 0 ? "none"
                    : string.Join(
                        "; ",
                        one.Values.Select(to =>
                            $"{table.Columns[to.Column].Name}: {table.Columns[to.Column].Show(table.Columns[to.Column].Values[one.Row])} -> {table.Columns[to.Column].Show(to.Value)}"
                        )
                    )
                )
            ),
            TableColumn.Of("before", advice.Select(one => one.Before), 2),
            TableColumn.Of("after", advice.Select(one => one.After), 2),
            TableColumn.Of("gain expected", advice.Select(one => one.Chosen.Gain), 2),
            TableColumn.Of("gain", advice.Select(one => one.After - one.Before), 2),
            TableColumn.Of("effort", advice.Select(one => one.Chosen.Effort), 1),
            TableColumn.Of("probability", advice.Select(one => prescriber.Model.ProbabilityOf(one.After)), 2),
            TableColumn.Of("reached", reached.Select(yes => yes ? "yes" : "no")),
        ];
        if (agreed is not null)
            columns.Add(TableColumn.Of("by other models", agreed.Select(yes => yes ? "yes" : "no")));
        return new()
        {
            Title = "All rows",
            Note =
                $"Scores are {prescriber.Model.Unit} of what is wanted. "
                + (
                    _options.Goal == PrescribeGoal.Gain
                        ? $"A unit of effort must gain {Digits(lambda)}."
                        : "The least effort that is expected to reach the target."
                ),
            Columns = columns,
        };
    }

    private IEnumerable<Panel> Sweeps(
        Prescriber prescriber,
        int[] rows,
        IReadOnlyList<(CandidateChange Change, double Value)>[] allowed,
        ChangeLimits limits,
        double lambda,
        Work work
    )
    {
        // What rows must do in any case is left out here, so that no change is always an answer.
        ChangeLimits free = limits with
        {
            Couplings = [.. limits.Couplings.Where(coupling => coupling.Kind != CouplingKind.Always)],
        };
        int swept = Math.Min(SweptRows, rows.Length),
            most = Math.Max(1, Math.Min(5, _options.Change.Count));
        double end = allowed
            .Take(swept)
            .SelectMany(one => one)
            .Where(one => one.Change.Effort > 0)
            .Select(one => one.Change.Gain / one.Change.Effort)
            .Append(0)
            .Max();
        double[] lambdas =
            end > 0 ? [.. ((double[])[0, .02, .05, .1, .2, .35, .5, .7, .85, 1.01]).Select(share => share * end)] : [0];
        Prescription[][,] all = new Prescription[swept][,];
        int done = 0;
        work.Each(
            swept,
            at =>
            {
                all[at] = new Prescription[lambdas.Length, most + 1];
                for (int l = 0; l < lambdas.Length; l++)
                for (int k = 1; k <= most; k++)
                    all[at][l, k] = prescriber.Choose(rows[at], allowed[at], free with { MaxChanges = k }, lambdas[l]);
                work.Progress?.Report(new("sensitivity", Interlocked.Increment(ref done), swept, "rows"));
            }
        );
        double Mean(int l, int k, Func<Prescription, double> of) => k == 0 ? 0 : all.Average(one => of(one[l, k]));
        string note = swept < rows.Length ? $" Of the first {swept} rows." : "";
        double[] numbers = [.. Enumerable.Range(0, most + 1).Select(k => (double)k)];
        yield return new CurvePanel
        {
            Title = "Gain by number of changes",
            Note = "Mean over rows where effort counts nothing: expected, and scored anew on the model." + note,
            X = new("changes at most"),
            Y = new($"gain, {prescriber.Model.Unit}", Better: Better.More),
            Curves =
            [
                new("expected", numbers, [.. numbers.Select(k => Mean(0, (int)k, one => one.Chosen.Gain))])
                {
                    Form = CurveForm.Dashed,
                },
                new("scored anew", numbers, [.. numbers.Select(k => Mean(0, (int)k, one => one.After - one.Before))])
                {
                    Emphasis = Emphasis.Main,
                },
            ],
            Marks = [new(_options.MaxChanges <= most ? _options.MaxChanges : most, "chosen")],
        };
        if (lambdas.Length > 1)
            yield return new CurvePanel
            {
                Title = "Changes by the price of effort",
                Note =
                    "How many changes a row is advised, by what a unit of effort must gain. At the right end no change is worth its effort."
                    + note,
                X = new("gain that a unit of effort must bring (lambda)"),
                Y = new("changes"),
                Curves =
                [
                    .. Enumerable
                        .Range(1, most)
                        .Select(k => new Curve(
                            k == 1 ? "1 change at most" : $"{k} changes at most",
                            lambdas,
                            [.. lambdas.Select((_, l) => Mean(l, k, one => one.Chosen.Changes.Count))]
                        )
                        {
                            Emphasis = k == _options.MaxChanges ? Emphasis.Main : Emphasis.Plain,
                        }),
                ],
                Marks = lambda <= lambdas[^1] ? [new(lambda, "chosen")] : [],
            };
        yield return Front(prescriber, rows, allowed, free, work);
    }

    private CurvePanel Front(
        Prescriber prescriber,
        int[] rows,
        IReadOnlyList<(CandidateChange Change, double Value)>[] allowed,
        ChangeLimits limits,
        Work work
    )
    {
        int count = Math.Min(FrontRows, rows.Length);
        (double Effort, double Expected, double Anew)[][] fronts = new (double, double, double)[count][];
        work.Each(
            count,
            at =>
            {
                Prescription of = new(rows[at], allowed[at], new([], 0, []), prescriber.Scores[rows[at]], 0);
                fronts[at] =
                [
                    .. ChangeProgramme
                        .Front([.. allowed[at].Select(one => one.Change)], limits)
                        .Select(point => (point.Effort, point.Gain, prescriber.Rescore(of, point) - of.Before)),
                ];
            }
        );
        double[] efforts =
        [
            .. fronts
                .SelectMany(front => front)
                .Select(point => Math.Round(point.Effort, 9))
                .Append(0)
                .Distinct()
                .Order(),
        ];
        double[] Means(Func<(double Effort, double Expected, double Anew), double> of) =>
            [
                .. efforts.Select(effort =>
                    fronts.Average(front =>
                        front.Where(point => point.Effort <= effort + 1e-9).Select(of).LastOrDefault()
                    )
                ),
            ];
        return new()
        {
            Title = "Gain by effort",
            Note =
                $"The most that can be gained with so much effort in a row: the Pareto front of effort and gain, mean of {count} rows, at most {limits.MaxChanges} changes each.",
            X = new("effort", Better: Better.Less),
            Y = new($"gain, {prescriber.Model.Unit}", Better: Better.More),
            Curves =
            [
                new("expected", efforts, Means(point => point.Expected)) { Form = CurveForm.Step },
                new("scored anew", efforts, Means(point => point.Anew))
                {
                    Form = CurveForm.Step,
                    Emphasis = Emphasis.Main,
                },
            ],
        };
    }

    private static IntervalPanel Importance(Prescriber prescriber)
    {
        FeatureTable table = prescriber.Table;
        MeanInterval Magnitude(int j)
        {
            double[] sizes =
            [
                .. Enumerable
                    .Range(0, prescriber.Attributions.Rows)
                    .Select(i => Math.Abs(prescriber.Attributions[i, j])),
            ];
            return sizes.Length > 1 ? MeanInterval.Of(sizes, Confidence) : MeanInterval.Exact(sizes[0]);
        }
        return new()
        {
            Title = "What the model looks at",
            Note =
                "Mean magnitude of each column's attribution (Shapley values against the rows themselves); the interval is over rows. Marked: columns that may change.",
            Axis = new(prescriber.Model.Unit),
            Lines =
            [
                .. table
                    .Columns.Select((column, j) => new IntervalLine(column.Name, Magnitude(j), column.Rule is not null))
                    .OrderByDescending(line => line.Value.Mean),
            ],
        };
    }

    private static TablePanel Parts(Prescriber prescriber, int[] rows)
    {
        FeatureTable table = prescriber.Table;
        if (rows.Length == 0)
            rows = prescriber.Explained;
        Attributions parts = prescriber.Explain(rows);
        return new()
        {
            Title = "Attributions",
            Note =
                $"What each column adds to the score of a row; base plus all parts is the score ({prescriber.Model.Unit}). They speak of the model, not of causes.",
            Shown = 12,
            Columns =
            [
                TableColumn.Of("row", rows.Select(row => table.Names[row])),
                TableColumn.Of("score", rows.Select(row => prescriber.Scores[row]), 2),
                TableColumn.Of("base", rows.Select(_ => parts.Base), 2),
                .. table.Columns.Select(
                    (column, j) =>
                        TableColumn.Of(column.Name, Enumerable.Range(0, rows.Length).Select(i => parts[i, j]), 2)
                ),
            ],
        };
    }

    private IEnumerable<string> Notes(
        FeatureTable table,
        Prescriber prescriber,
        Prescription[] advice,
        ScoreKind other,
        bool hasSecond,
        double lambda
    )
    {
        yield return "This is about the model's score. Whether the thing itself follows is another question, which needs a trial: a column that goes along with the label may be its sign and not its source. Lock such columns.";
        yield return $"Gains are by '{Word(_options.Gain)}'; "
            + (
                _options.Goal == PrescribeGoal.Gain
                    ? $"lambda is {Digits(lambda)}" + (_options.Lambda is null ? " (0.05 of the largest gain)." : ".")
                    : "the effort is the least that covers the gap to the target by these gains."
            );
        double off = advice.Length > 0 ? advice.Max(one => Math.Abs(one.After - one.Before - one.Chosen.Gain)) : 0;
        if (off > 1e-6 * Math.Max(1, advice.Max(one => Math.Abs(one.Chosen.Gain))))
            yield return $"Gains of single changes do not add up on this model, or are no gains of its score: the score anew differs from what was expected by up to {Digits(off)}.";
        int worse = advice.Count(one => one.After < one.Before);
        if (worse > 0)
            yield return $"{worse} rows are advised changes that lower their score on the model. Take the gain 'model'.";
        if (hasSecond)
            yield return $"Other models are of the kind '{Word(other)}', each fitted on four fifths of the rows without the row itself and without rows of the same features.";
        else
            yield return "The rows are too few, or too alike, for models that did not see a row.";
        int distinct = table.Groups().Max() + 1;
        if (distinct < table.Rows)
            yield return $"Only {distinct} of {table.Rows} rows differ in what the model sees.";
    }

    private string Wanted() =>
        _options.Wanted.StartsWith("at ", StringComparison.Ordinal) ? _options.Wanted : $"'{_options.Wanted}'";

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static string Percent(double share) => share.ToString("P1", CultureInfo.InvariantCulture);

    private static string Digits(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
