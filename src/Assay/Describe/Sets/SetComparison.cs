using System.Globalization;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Describe;

/// <summary>A measure of one set.</summary>
/// <param name="Value">The value; NaN where there is none.</param>
/// <param name="Error">Its standard error as an estimate of rows like these.</param>
/// <param name="Rows">Rows that it is of.</param>
internal readonly record struct SetEstimate(double Value, double Error, int Rows)
{
    /// <summary>The mean of values of single rows; NaN among them are missing.</summary>
    public static SetEstimate OfRows(IReadOnlyList<double> values)
    {
        double[] known = [.. values.Where(value => !double.IsNaN(value))];
        double mean = known.Length == 0 ? double.NaN : known.Average();
        return new(
            mean,
            known.Length < 2
                ? 0
                : Math.Sqrt(known.Sum(value => (value - mean) * (value - mean)) / (known.Length - 1) / known.Length),
            known.Length
        );
    }
}

/// <summary>Measures of several sets side by side, as the tables and plots of a study.</summary>
/// <param name="sets">Names of the sets; the others are compared with the first.</param>
/// <param name="more">What a larger value of a measure means: <c>more diverse</c>.</param>
internal sealed class SetComparison(IReadOnlyList<string> sets, string more)
{
    private const double Certain = 1.96; // standard errors of a difference that chance exceeds once in twenty
    private readonly List<(string Group, string Name, Better Better, string About, SetEstimate[] Of)> _measures = [];

    /// <summary>Adds a measure; one that no set has a value of is left out.</summary>
    /// <param name="group">The table that it stands in.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="better">Whether larger values mean what the comparison is about, or smaller ones, or neither.</param>
    /// <param name="about">What it is, in a few words, with its unit.</param>
    /// <param name="of">Its value of each set.</param>
    public void Add(string group, string name, Better better, string about, SetEstimate[] of)
    {
        if (of.Any(one => double.IsFinite(one.Value)))
            _measures.Add((group, name, better, about, of));
    }

    /// <summary>Adds the mean of values of single rows.</summary>
    public void AddRows(string group, string name, Better better, string about, IReadOnlyList<double[]> of) =>
        Add(group, name, better, about, [.. of.Select(SetEstimate.OfRows)]);

    /// <summary>The value of a measure, or null if it was left out.</summary>
    public SetEstimate? Of(string name, int set = 0)
    {
        int at = _measures.FindIndex(measure => measure.Name == name);
        return at < 0 || double.IsNaN(_measures[at].Of[set].Value) ? null : _measures[at].Of[set];
    }

    /// <summary>How the other sets compare with the first, a sentence each.</summary>
    public IEnumerable<string> Sentences()
    {
        for (int set = 1; set < sets.Count; set++)
        {
            double[] signs =
            [
                .. _measures
                    .Where(measure => measure.Better != Better.Neither)
                    .Select(measure => Change(measure.Better, measure.Of, set))
                    .Where(change => change.IsKnown)
                    .Select(change => Math.Abs(change.Mean) > Certain * change.Error ? Math.Sign(change.Mean) : 0.0),
            ];
            yield return Text(
                $"'{sets[set]}' is {more} than '{sets[0]}' by {signs.Count(sign => sign > 0)} of {signs.Length} measures beyond chance, less by {signs.Count(sign => sign < 0)}."
            );
        }
    }

    /// <summary>A table for each group, and how the other sets differ from the first.</summary>
    public IReadOnlyList<Panel> Panels()
    {
        List<Panel> panels = [];
        for (int set = 1; set < sets.Count; set++)
        {
            List<IntervalLine> lines = [];
            foreach ((_, string name, Better better, _, SetEstimate[] of) in _measures)
                if (better != Better.Neither && Change(better, of, set) is { IsKnown: true } change)
                    lines.Add(
                        new(
                            name,
                            new(
                                change.Mean,
                                change.Mean - Certain * change.Error,
                                change.Mean + Certain * change.Error,
                                0.95
                            )
                        )
                    );
            if (lines.Count > 0)
                panels.Add(
                    new IntervalPanel
                    {
                        Title = $"How much {more}: {sets[set]} against {sets[0]}",
                        Note =
                            $"By each measure, as a share of its value of '{sets[0]}', with 95 % intervals; to the right is {more}, also where the measure itself falls.",
                        Axis = new($"{more} by", "share", Better.More),
                        Lines = lines,
                        IsDifference = true,
                    }
                );
        }
        foreach (var group in _measures.GroupBy(measure => measure.Group))
        {
            bool directed = group.Any(measure => measure.Better != Better.Neither);
            panels.Add(
                new TablePanel
                {
                    Title = group.Key,
                    Note = "± is one standard error" + (directed ? $"; up or down is the direction of {more}." : "."),
                    Columns =
                    [
                        TableColumn.Of("measure", group.Select(measure => measure.Name + Arrow(measure.Better))),
                        .. sets.SelectMany(
                            (set, i) =>
                                (TableColumn[])
                                    [
                                        TableColumn.Of(set, group.Select(measure => measure.Of[i].Value)),
                                        TableColumn.Of("±", group.Select(measure => measure.Of[i].Error)),
                                    ]
                        ),
                        TableColumn.Of("rows", group.Select(measure => (double)measure.Of.Max(of => of.Rows)), 0),
                        TableColumn.Of("what", group.Select(measure => measure.About)),
                    ],
                }
            );
        }
        return panels;
    }

    // Towards what is better; as a share of the first set's value.
    private static (double Mean, double Error, bool IsKnown) Change(Better better, SetEstimate[] of, int set)
    {
        double size = Math.Abs(of[0].Value),
            sign = better == Better.Less ? -1 : 1;
        return !double.IsFinite(of[set].Value) || !(size > 0) || !double.IsFinite(size)
            ? (0, 0, false)
            : (sign * (of[set].Value - of[0].Value) / size, double.Hypot(of[0].Error, of[set].Error) / size, true);
    }

    private static string Arrow(Better better) =>
        better switch
        {
            Better.More => " ↑",
            Better.Less => " ↓",
            _ => "",
        };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
