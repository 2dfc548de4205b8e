using System.Globalization;
using Assay.Data;
using Assay.Studies;

namespace Assay.Describe;

/// <summary>What a <see cref="DiffStudy"/> found, as an answer, figures, plots and tables.</summary>
internal static class DiffPanels
{
    private const int MostPlots = 4,
        MostShares = 12,
        MostFoundRows = 100_000;

    public static Study Study(DiffFindings found, DiffOptions options, CancellationToken cancellation)
    {
        SchemaChange[] schema = SchemaChanges(found.A.Dataset.Schema, found.B.Dataset.Schema);
        ColumnDrift[] drifted = [.. found.Drifts.Where(drift => drift.IsDrift)];
        FoundRow[] contaminated = [.. found.Contamination.Found.Where(row => row.Covered >= options.Contaminated)];
        return new()
        {
            Title = "How two datasets differ",
            Answer = Answer(found, schema, drifted, contaminated),
            Facts = [.. Facts(found, schema, drifted, contaminated, options)],
            Panels = [.. Panels(found, schema, drifted, contaminated, options, cancellation)],
            Notes = [.. Notes(found, options)],
        };
    }

    private static string Answer(
        DiffFindings found,
        SchemaChange[] schema,
        ColumnDrift[] drifted,
        FoundRow[] contaminated
    )
    {
        List<string> points =
        [
            schema.Length == 0
                ? "Both have the same columns"
                : $"{schema.Length} column{(schema.Length == 1 ? " differs" : "s differ")} in name or type",
            drifted.Length == 0
                ? "no distribution differs beyond chance by 0.05 or more"
                : Text(
                    $"{drifted[0].Column} ({drifted[0].Measure}) lies furthest apart, at {drifted[0].Distance:0.00} of 1"
                ),
        ];
        if (found.ToldApart is { } areas)
            points.Add(
                Text($"by their words rows are told apart {Degree(areas.Average())} (AUC {areas.Average():0.00})")
            );
        points.Add(
            contaminated.Length == 0
                ? "no row of b is in a"
                : Text(
                    $"{contaminated.Length:N0} of {found.Contamination.Tested:N0} rows of b ({(double)contaminated.Length / found.Contamination.Tested:P1}) stand in a: drop them, or do not believe what is measured on them"
                )
        );
        return string.Join("; ", points) + ".";
    }

    private static string Degree(double area) =>
        area switch
        {
            < 0.55 => "no better than by chance",
            < 0.7 => "a little",
            < 0.85 => "often",
            < 0.97 => "well",
            _ => "almost always",
        };

    private static IEnumerable<Fact> Facts(
        DiffFindings found,
        SchemaChange[] schema,
        ColumnDrift[] drifted,
        FoundRow[] contaminated,
        DiffOptions options
    )
    {
        yield return new(
            "Rows",
            Text($"{found.A.DistinctRows.Length:N0} and {found.B.DistinctRows.Length:N0}"),
            "a and b"
        );
        yield return new(
            "Columns that differ",
            Text($"{schema.Length}"),
            schema.Length == 0 ? "in name or type" : string.Join(", ", schema.Take(3).Select(change => change.Column))
        );
        yield return new(
            "Drifts",
            Text($"{drifted.Length} of {found.Drifts.Count}"),
            "comparisons beyond chance and 0.05 or more apart"
        );
        if (found.ToldApart is { } areas)
            yield return new("Told apart", Text($"{areas.Average():0.000}"), "AUC of words; 0.5 is chance");
        yield return new(
            "Rows of b in a",
            Text($"{contaminated.Length:N0}"),
            Text(
                $"{contaminated.Count(row => row.IsWhole):N0} whole, the others by {options.Contaminated:P0} or more of their words"
            )
        );
        yield return new(
            "Rows of a to look at",
            Text($"{found.Contamination.Touching.Count:N0}"),
            Text($"hold a row of b, or {options.Ngram} of its words in a row")
        );
    }

    private static IEnumerable<Panel> Panels(
        DiffFindings found,
        SchemaChange[] schema,
        ColumnDrift[] drifted,
        FoundRow[] contaminated,
        DiffOptions options,
        CancellationToken cancellation
    )
    {
        if (schema.Length > 0)
            yield return new TablePanel
            {
                Title = "Columns that differ",
                Columns =
                [
                    TableColumn.Of("column", schema.Select(change => change.Column)),
                    TableColumn.Of("type in a", schema.Select(change => change.A)),
                    TableColumn.Of("type in b", schema.Select(change => change.B)),
                ],
            };
        if (found.Contamination.Found.Count > 0)
        {
            yield return Rows(found, cancellation);
            if (found.HasTexts)
                yield return Covered(found.Contamination);
            yield return Touching(found, options, cancellation);
        }
        if (found.Drifts.Count > 0)
            yield return Distributions(found);
        foreach (ColumnDrift drift in drifted.Take(MostPlots))
            yield return drift.Quantiles is { } quantiles ? Plot(drift, quantiles) : Shares(drift);
        if (found.Words.Count > 0)
            yield return Words(found.Words);
    }

    private static TablePanel Distributions(DiffFindings found)
    {
        IReadOnlyList<ColumnDrift> drifts = found.Drifts;
        return new()
        {
            Title = "Distributions",
            Note = Text(
                $"Distance: 0 the same, 1 nothing in common (numbers: Kolmogorov-Smirnov; categories: total variation). Effect: of numbers how many standard deviations b's mean lies above a's, of categories Cramér's V. p: how probable so large a distance is without a difference, adjusted for {drifts.Count} comparisons (Holm)."
            ),
            Columns =
            [
                TableColumn.Of("column", drifts.Select(drift => drift.Column)),
                TableColumn.Of("of", drifts.Select(drift => drift.Measure)),
                TableColumn.Of("distance", drifts.Select(drift => drift.Distance), 3),
                TableColumn.Of("effect", drifts.Select(drift => drift.Effect ?? double.NaN), 3),
                TableColumn.Of("p", drifts.Select(drift => drift.Adjusted), 4),
                TableColumn.Of("a", drifts.Select(drift => Middle(drift, isB: false))),
                TableColumn.Of("b", drifts.Select(drift => Middle(drift, isB: true))),
                TableColumn.Of("drift", drifts.Select(drift => drift.IsDrift ? "yes" : "no")),
            ],
        };
    }

    /// <summary>The median and the middle nine tenths of numbers, or the share of the category that differs most.</summary>
    private static string Middle(ColumnDrift drift, bool isB)
    {
        if (drift.Quantiles is { } quantiles)
        {
            double[] values = isB ? quantiles.B : quantiles.A;
            return Text($"{values[50]:G4} ({values[5]:G4} to {values[95]:G4})");
        }
        return drift.Shares.Count == 0
            ? ""
            : Text($"{drift.Shares[0].Value} {(isB ? drift.Shares[0].B : drift.Shares[0].A):P1}");
    }

    private static CurvePanel Plot(ColumnDrift drift, (double[] A, double[] B) quantiles)
    {
        bool isLogarithmic =
            Math.Min(quantiles.A[0], quantiles.B[0]) > 0
            && Math.Max(quantiles.A[^1], quantiles.B[^1]) > 50 * Math.Min(quantiles.A[0], quantiles.B[0]);
        return new()
        {
            Title = $"{drift.Column}: {drift.Measure}",
            Note = "The share of rows up to a value. Where the lines part, the datasets do.",
            X = new(
                drift.Measure == "values" ? drift.Column : $"{drift.Measure} of {drift.Column}",
                IsLogarithmic: isLogarithmic
            ),
            Y = new("share of rows", "share"),
            Curves = [Cumulative("a", quantiles.A), Cumulative("b", quantiles.B)],
        };
    }

    // At a value that takes up many percentiles, the line goes up to the last of them.
    private static Curve Cumulative(string name, double[] quantiles)
    {
        List<double> x = [],
            y = [];
        for (int i = 0; i < quantiles.Length; i++)
        {
            if (x.Count > 0 && x[^1] == quantiles[i])
                y[^1] = i / 100.0;
            else
            {
                x.Add(quantiles[i]);
                y.Add(i / 100.0);
            }
        }
        return new(name, x, y) { Form = CurveForm.Step };
    }

    private static TablePanel Shares(ColumnDrift drift) =>
        new()
        {
            Title = $"{drift.Column}: {drift.Measure}",
            Shown = MostShares,
            Columns =
            [
                TableColumn.Of("value", drift.Shares.Select(share => share.Value)),
                TableColumn.Of("a", drift.Shares.Select(share => share.A), unit: "share"),
                TableColumn.Of("b", drift.Shares.Select(share => share.B), unit: "share"),
                TableColumn.Of("difference", drift.Shares.Select(share => share.B - share.A), unit: "share"),
            ],
        };

    private static TablePanel Words(IReadOnlyList<TypicalWord> words)
    {
        TypicalWord[] ofB = [.. words.Where(word => word.Score > 0)],
            ofA = [.. words.Where(word => word.Score < 0).Reverse()];
        return new()
        {
            Title = "Typical words",
            Note =
                "Words that one side uses more than the other beyond chance, the surest first, and how often of a million words. sd: the log-odds in standard deviations.",
            Columns = [.. Side("a", ofA, word => (word.A, word.B)), .. Side("b", ofB, word => (word.B, word.A))],
        };

        IEnumerable<TableColumn> Side(
            string name,
            TypicalWord[] side,
            Func<TypicalWord, (double Own, double Other)> rates
        )
        {
            IEnumerable<T> Padded<T>(Func<TypicalWord, T> of, T none) =>
                Enumerable.Range(0, Math.Max(ofA.Length, ofB.Length)).Select(i => i < side.Length ? of(side[i]) : none);
            return
            [
                TableColumn.Of($"typical of {name}", Padded(word => word.Word, "")),
                TableColumn.Of($"per million in {name}", Padded(word => rates(word).Own, double.NaN), 0),
                TableColumn.Of("in the other", Padded(word => rates(word).Other, double.NaN), 0),
                TableColumn.Of("sd", Padded(word => Math.Abs(word.Score), double.NaN), 1),
            ];
        }
    }

    private static CurvePanel Covered(ContaminationResult contamination)
    {
        double[] shares = [.. Enumerable.Range(1, 100).Select(percent => percent / 100.0)];
        return new()
        {
            Title = "How much of b stands in a",
            Note = "Rows of b of which at least so large a share of the words stands in a.",
            X = new("share of a row's words found", "share"),
            Y = new("rows of b", "share"),
            Curves =
            [
                new(
                    "rows of b",
                    shares,
                    [
                        .. shares.Select(share =>
                            (double)contamination.Found.Count(row => row.Covered >= share) / contamination.Tested
                        ),
                    ]
                )
                {
                    Emphasis = Emphasis.Main,
                },
            ],
        };
    }

    private static TablePanel Rows(DiffFindings found, CancellationToken cancellation)
    {
        FoundRow[] rows = [.. found.Contamination.Found.Take(MostFoundRows)];
        Dictionary<int, (string Place, string Begin)> b = Places(found.B, rows.Select(row => row.Row), cancellation),
            a = Places(found.A, rows.Select(row => row.In), cancellation);
        return new()
        {
            Title = "Rows of b found in a",
            Note =
                "The share of their words that stands in runs found, and the first row of a that has their first run.",
            Shown = 20,
            Columns =
            [
                TableColumn.Of("row of b", rows.Select(row => b[row.Row].Place)),
                TableColumn.Of("found", rows.Select(row => row.Covered), unit: "share"),
                TableColumn.Of("whole", rows.Select(row => row.IsWhole ? "yes" : "no")),
                TableColumn.Of("row of a", rows.Select(row => a[row.In].Place)),
                TableColumn.Of("b begins", rows.Select(row => b[row.Row].Begin)),
            ],
        };
    }

    private static TablePanel Touching(DiffFindings found, DiffOptions options, CancellationToken cancellation)
    {
        int[] rows = [.. found.Contamination.Touching.Take(MostFoundRows)];
        Dictionary<int, (string Place, string Begin)> places = Places(found.A, rows, cancellation);
        Dictionary<int, string> ids = [];
        found.A.ForEach(rows, (batch, row) => ids[row] = batch.Id(row).ToString(), cancellation);
        return new()
        {
            Title = "Rows of a that hold something of b",
            Note = Text(
                $"They are a row of b, or share {options.Ngram} words in a row with one. The table as a file has all of them, with the ids that 'assay explain' takes."
            ),
            Shown = 10,
            Columns =
            [
                TableColumn.Of("row of a", rows.Select(row => places[row].Place)),
                TableColumn.Of("id", rows.Select(row => ids[row])),
                TableColumn.Of("a begins", rows.Select(row => places[row].Begin)),
            ],
        };
    }

    private static Dictionary<int, (string Place, string Begin)> Places(
        View view,
        IEnumerable<int> rows,
        CancellationToken cancellation
    )
    {
        Dictionary<int, (string, string)> places = [];
        view.ForEach(
            rows.Distinct().Order(),
            (batch, row) =>
                places[row] = (
                    Text($"{batch.Table.SourceOf(batch.Local(row))}, row {row + 1:N0}"),
                    PairPanels.Begin(batch.Text(row))
                ),
            cancellation
        );
        return places;
    }

    private static IEnumerable<string> Notes(DiffFindings found, DiffOptions options)
    {
        yield return "a is the first dataset, b the second: as a rule what is trained on and what is measured on.";
        if (found.SampledA < found.A.DistinctRows.Length || found.SampledB < found.B.DistinctRows.Length)
            yield return Text(
                $"Distributions and words are those of {found.SampledA:N0} and {found.SampledB:N0} rows drawn at random; rows of b are looked for in all of a."
            );
        yield return found.HasTexts
            ? Text(
                $"A row with fewer than {options.Ngram} words is only found where a whole row is the same. Words count in lower case, without punctuation at their ends. Translations, paraphrases and reordered options are not found."
            )
            : "There is no column of text on both sides (--text names it): rows are the same where the columns are that both have.";
        if (found.ToldApart is null && found.HasTexts)
            yield return "There are too few rows to try to tell the sides apart by their words.";
    }

    private sealed record SchemaChange(string Column, string A, string B);

    private static SchemaChange[] SchemaChanges(Schema a, Schema b) =>
        [
            .. a.Select(field => new SchemaChange(field.Name, Name(field.Type), Name(b.Find(field.Name)?.Type)))
                .Concat(
                    b.Where(field => a.Find(field.Name) is null)
                        .Select(field => new SchemaChange(field.Name, Name(null), Name(field.Type)))
                )
                .Where(change => change.A != change.B),
        ];

    private static string Name(ColumnType? type) => type?.ToString().ToLowerInvariant() ?? "not there";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
