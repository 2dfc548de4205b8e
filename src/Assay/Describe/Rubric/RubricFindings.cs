using System.Globalization;
using Assay.Data;
using Assay.Studies;

namespace Assay.Describe;

/// <summary>Private data of one kind in one column.</summary>
/// <param name="Column">The column.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Items">How many items.</param>
/// <param name="Rows">Rows with any.</param>
/// <param name="First">The first such row, from 1.</param>
internal sealed record PiiFinding(string Column, PiiKind Kind, long Items, long Rows, long First);

/// <summary>Everything that the rubric knows of a dataset.</summary>
internal sealed record RubricFindings
{
    private const int MostMeasured = 60;

    /// <summary>What the dataset is called.</summary>
    public required string Name { get; init; }

    /// <summary>Rows; of a table of counts the largest sum of an axis.</summary>
    public required long Rows { get; init; }

    /// <summary>The scores.</summary>
    public required Rubric Rubric { get; init; }

    /// <summary>The answered datasheet.</summary>
    public required Datasheet Sheet { get; init; }

    /// <summary>True if the rows were counts, so that nothing else is known.</summary>
    public required bool IsCounts { get; init; }

    /// <summary>Private data that were found.</summary>
    public IReadOnlyList<PiiFinding> Private { get; init; } = [];

    /// <summary>Columns that narrow down who somebody is.</summary>
    public IReadOnlyList<string> QuasiColumns { get; init; } = [];

    /// <summary>Rows by those columns, or null without any.</summary>
    public EquivalenceClasses? Quasi { get; init; }

    /// <summary>Rows that repeat an earlier one.</summary>
    public long Duplicates { get; init; }

    /// <summary>What is in the columns.</summary>
    public Label? Label { get; init; }

    /// <summary>Values that a spreadsheet has turned into dates, with their columns.</summary>
    public IReadOnlyList<(string Column, DamagedValue Value)> Damaged { get; init; } = [];

    /// <summary>Columns whose names sound protected and that nobody declared.</summary>
    public IReadOnlyList<string> Undeclared { get; init; } = [];

    /// <summary>Rows by licence, where a column says so.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Licences { get; init; } = [];

    /// <summary>Columns whose names speak of consent: rows that say yes.</summary>
    public IReadOnlyList<(string Column, long Yes)> Consents { get; init; } = [];

    /// <summary>Answered questions over all, 0 to 1: those that people are asked, and the seven that the data answer.</summary>
    public double Completeness =>
        (Sheet.Answered + Measured.Select(figure => figure.Topic).Distinct().Intersect(DatasheetFigure.Topics).Count())
        / (double)(DatasheetQuestions.All.Count + DatasheetFigure.Topics.Count);

    /// <summary>What goes into the datasheet.</summary>
    public IReadOnlyList<DatasheetFigure> Measured
    {
        get
        {
            List<DatasheetFigure> figures = [new("rows", Whole(Rows))];
            if (Label is not null)
            {
                figures.Add(new("columns", Whole(Label.Columns.Count)));
                figures.Add(new("missing values", Whole(Label.Columns.Sum(column => column.Missing))));
                figures.Add(new("repeated rows", Whole(Duplicates)));
                foreach (ColumnLabel column in Label.Columns.Take(MostMeasured))
                    figures.Add(
                        new(
                            $"column: {column.Name}",
                            $"{column.Type.ToString().ToLowerInvariant()}, {Whole(column.Missing)} missing, {Whole(column.Distinct.Value)} distinct"
                        )
                    );
            }
            foreach (AxisScore axis in Rubric.Fairness.Axes.Where(axis => axis.Present > 0))
                figures.Add(
                    new(
                        $"subgroups: {axis.Counts.Axis}",
                        string.Join(", ", axis.Counts.Counts.Select(one => $"{one.Key}: {Whole(one.Value)}"))
                    )
                );
            figures.Add(
                new(
                    "scores",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"fairness {Rubric.Fairness.Score:0.000} of {Rubric.Fairness.Most:0}, privacy {Rubric.Privacy.Score:0.0} of 6, regulation {Rubric.Regulation.Score:0} of 3"
                    )
                )
            );
            if (!IsCounts)
                figures.Add(
                    new(
                        "private data",
                        Private.Count == 0
                            ? "none found"
                            : string.Join(
                                ", ",
                                Private.Select(one =>
                                    $"{RubricPanels.KindOf(one.Kind)} in {one.Column} ({Whole(one.Rows)} rows)"
                                )
                            )
                    )
                );
            if (Quasi is not null)
                figures.Add(
                    new("smallest group of equals", $"{Whole(Quasi.Smallest)} by {string.Join(", ", QuasiColumns)}")
                );
            return figures;
        }
    }

    private static string Whole(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
