using System.Text.Json.Serialization;
using Assay.Numerics;

namespace Assay.Studies;

/// <summary>A plot or a table of a <see cref="Study"/>.</summary>
[JsonDerivedType(typeof(CurvePanel), "curves")]
[JsonDerivedType(typeof(PointsPanel), "points")]
[JsonDerivedType(typeof(IntervalPanel), "intervals")]
[JsonDerivedType(typeof(TablePanel), "table")]
[JsonDerivedType(typeof(ChangesPanel), "changes")]
public abstract record Panel
{
    /// <summary>What it shows: <c>Error by budget</c>. Also the name of a table's CSV file, in lower case with dashes.</summary>
    public required string Title { get; init; }

    /// <summary>How to read it, in a sentence or two; may be empty.</summary>
    public string Note { get; init; } = "";
}

/// <summary>An axis of a plot.</summary>
/// <param name="Name">What it measures: <c>samples seen</c>.</param>
/// <param name="Unit"><c>share</c> (0.5 is written 50 %), <c>bytes</c>, or any other word; may be empty.</param>
/// <param name="Better">Which direction is better.</param>
/// <param name="IsLogarithmic">Whether equal distances are equal ratios; the values are then positive.</param>
public sealed record PlotAxis(
    string Name,
    string Unit = "",
    Better Better = Better.Neither,
    bool IsLogarithmic = false
);

/// <summary>Which direction of an axis is better.</summary>
public enum Better
{
    /// <summary>None is.</summary>
    Neither,

    /// <summary>Less is.</summary>
    Less,

    /// <summary>More is.</summary>
    More,
}

/// <summary>How much a line or a cloud of points is to be seen.</summary>
public enum Emphasis
{
    /// <summary>One of several equals: each gets a colour of its own.</summary>
    Plain,

    /// <summary>What the study is about.</summary>
    Main,

    /// <summary>A background: data, chance, a reference.</summary>
    Faded,
}

/// <summary>Lines over an axis, with bands, measured points, and marks.</summary>
public sealed record CurvePanel : Panel
{
    /// <summary>The horizontal axis.</summary>
    public required PlotAxis X { get; init; }

    /// <summary>The vertical axis.</summary>
    public required PlotAxis Y { get; init; }

    /// <summary>The lines, at most eight that are not faded; the most important one last.</summary>
    public required IReadOnlyList<Curve> Curves { get; init; }

    /// <summary>Places on the horizontal axis to mark: where two choices cross.</summary>
    public IReadOnlyList<Mark> Marks { get; init; } = [];

    /// <summary>Heights to mark: an asymptote, chance, a target.</summary>
    public IReadOnlyList<Mark> Levels { get; init; } = [];
}

/// <summary>A line, or points without one.</summary>
/// <param name="Name">What it is called in the legend.</param>
/// <param name="X">Positions, ascending, finite.</param>
/// <param name="Y">As many heights, finite.</param>
public sealed record Curve(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>Lower ends of a band or of the points' intervals, or null.</summary>
    public IReadOnlyList<double>? Low { get; init; }

    /// <summary>Upper ends, or null.</summary>
    public IReadOnlyList<double>? High { get; init; }

    /// <summary>How it is drawn.</summary>
    public CurveForm Form { get; init; } = CurveForm.Line;

    /// <summary>How much it is to be seen.</summary>
    public Emphasis Emphasis { get; init; }

    /// <summary>What curves of one thing share: a colour and an entry in the legend, such as a fit and what was measured. Its name where it stands alone.</summary>
    public string? Group { get; init; }
}

/// <summary>How a <see cref="Curve"/> is drawn.</summary>
public enum CurveForm
{
    /// <summary>From point to point.</summary>
    Line,

    /// <summary>The same, dashed: a prediction beside what was measured, or a rival.</summary>
    Dashed,

    /// <summary>Level from each point to the next: a share of what has happened up to there.</summary>
    Step,

    /// <summary>Points without a line, with their intervals where there are any.</summary>
    Points,
}

/// <summary>A place on an axis.</summary>
/// <param name="At">Where.</param>
/// <param name="Name">What is there, in a few words.</param>
public sealed record Mark(double At, string Name);

/// <summary>Things in the plane of two objectives, with the front of those that none dominates.</summary>
public sealed record PointsPanel : Panel
{
    /// <summary>The horizontal objective.</summary>
    public required PlotAxis X { get; init; }

    /// <summary>The vertical objective.</summary>
    public required PlotAxis Y { get; init; }

    /// <summary>Named points, each with its standing; there may be none.</summary>
    public IReadOnlyList<PlotPoint> Points { get; init; } = [];

    /// <summary>Many points without names: data, proposals, a true front.</summary>
    public IReadOnlyList<Cloud> Clouds { get; init; } = [];

    /// <summary>Whether the front through the points that none dominates is drawn: right only if these two are all objectives.</summary>
    public bool Staircase { get; init; } = true;
}

/// <summary>A named point.</summary>
/// <param name="Name">Its name.</param>
/// <param name="X">Its first objective; <see cref="MeanInterval.Exact"/> where nothing is known of its error.</param>
/// <param name="Y">Its second objective.</param>
/// <param name="Standing">How it stands to the others.</param>
public sealed record PlotPoint(string Name, MeanInterval X, MeanInterval Y, Standing Standing)
{
    /// <summary>Whether it is the one to take.</summary>
    public bool IsChosen { get; init; }
}

/// <summary>How a thing stands to the others in all objectives.</summary>
public enum Standing
{
    /// <summary>No other dominates it.</summary>
    NonDominated,

    /// <summary>Another dominates it, but within the intervals.</summary>
    Undecided,

    /// <summary>Another dominates it.</summary>
    Dominated,
}

/// <summary>Points without names.</summary>
/// <param name="Name">What they are, for the legend.</param>
/// <param name="X">First objectives, finite.</param>
/// <param name="Y">As many second objectives, finite.</param>
/// <param name="Emphasis">How much they are to be seen.</param>
public sealed record Cloud(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y, Emphasis Emphasis);

/// <summary>Estimates with their intervals on one scale, a line each.</summary>
public sealed record IntervalPanel : Panel
{
    /// <summary>What is estimated.</summary>
    public required PlotAxis Axis { get; init; }

    /// <summary>The lines, in reading order.</summary>
    public required IReadOnlyList<IntervalLine> Lines { get; init; }

    /// <summary>Whether these are differences or effects: zero is marked, and what covers it is drawn hollow.</summary>
    public bool IsDifference { get; init; }
}

/// <summary>One estimate.</summary>
/// <param name="Name">Of what.</param>
/// <param name="Value">The estimate.</param>
/// <param name="IsChosen">Whether it is to be seen before the others.</param>
public sealed record IntervalLine(string Name, MeanInterval Value, bool IsChosen = false);

/// <summary>A table; also written as a CSV file, whole and with all digits.</summary>
public sealed record TablePanel : Panel
{
    /// <summary>The columns, all of one length.</summary>
    public required IReadOnlyList<TableColumn> Columns { get; init; }

    /// <summary>Rows that are shown, at most; the CSV file has all.</summary>
    public int Shown { get; init; } = 40;

    /// <summary>A row to be seen before the others, from 0, or null.</summary>
    public int? Chosen { get; init; }
}

/// <summary>A column of a table: words or numbers.</summary>
public sealed record TableColumn
{
    /// <summary>Its heading.</summary>
    public required string Name { get; init; }

    /// <summary>Its words, or null if it has numbers.</summary>
    public IReadOnlyList<string>? Words { get; init; }

    /// <summary>Its numbers, or null if it has words; null where there is none, infinity where that is meant (a target never met).</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
    public IReadOnlyList<double?>? Numbers { get; init; }

    /// <summary>Decimals to show, or null for as many as its numbers need.</summary>
    public int? Decimals { get; init; }

    /// <summary>Unit of its numbers, as for <see cref="PlotAxis"/>.</summary>
    public string Unit { get; init; } = "";

    /// <summary>Number of rows.</summary>
    [JsonIgnore]
    public int Length => Words?.Count ?? Numbers?.Count ?? 0;

    /// <summary>A column of words.</summary>
    public static TableColumn Of(string name, IEnumerable<string> words) => new() { Name = name, Words = [.. words] };

    /// <summary>A column of numbers.</summary>
    public static TableColumn Of(string name, IEnumerable<double> numbers, int? decimals = null, string unit = "") =>
        new()
        {
            Name = name,
            Numbers = [.. numbers.Select(number => double.IsNaN(number) ? null : (double?)number)],
            Decimals = decimals,
            Unit = unit,
        };
}

/// <summary>What to change in single rows: a sheet for each.</summary>
public sealed record ChangesPanel : Panel
{
    /// <summary>What the scores are: <c>log-odds of 'poor sleep'</c>.</summary>
    public required string Score { get; init; }

    /// <summary>Which direction of the score is better.</summary>
    public required Better Better { get; init; }

    /// <summary>The sheets.</summary>
    public required IReadOnlyList<ChangeSheet> Sheets { get; init; }
}

/// <summary>What to change in a row.</summary>
/// <param name="Row">Which row: its place, or a name.</param>
/// <param name="Before">The score as it is.</param>
/// <param name="After">The score after the changes, computed anew.</param>
/// <param name="Changes">The changes; none is an answer too.</param>
public sealed record ChangeSheet(string Row, double Before, double After, IReadOnlyList<Change> Changes)
{
    /// <summary>What the scores say in words: <c>poor -> good</c>; may be empty.</summary>
    public string Outcome { get; init; } = "";

    /// <summary>What to know of this row: why nothing is changed, what is locked; may be empty.</summary>
    public string Note { get; init; } = "";
}

/// <summary>One change.</summary>
/// <param name="Column">Of which column.</param>
/// <param name="From">What stands there.</param>
/// <param name="To">What is to stand there.</param>
/// <param name="Gain">What it is expected to add to the score, in the better direction.</param>
/// <param name="Effort">What it costs.</param>
public sealed record Change(string Column, string From, string To, double Gain, double Effort);
