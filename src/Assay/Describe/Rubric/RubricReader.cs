using Assay.Data;
using Assay.Studies;

namespace Assay.Describe;

/// <summary>Gathers what the rubric needs: from rows or a table of counts, and from the datasheet.</summary>
internal sealed class RubricReader(View view, RubricOptions options, Work work)
{
    private const string AxisColumn = "axis",
        SubgroupColumn = "subgroup",
        PredefinedColumn = "predefined";

    /// <summary>Everything that is known.</summary>
    public RubricFindings Read()
    {
        foreach ((string axis, IReadOnlyList<double> cuts) in options.Cuts)
            if (cuts.Count == 0 || !cuts.SequenceEqual(cuts.Distinct().Order()))
                throw new AssayException(
                    $"the cuts of '{axis}' do not ascend",
                    hint: "Give the ends of its bands from the lowest to the highest: cuts: { age: [20, 40, 60] }."
                );
        Datasheet sheet = Sheet();
        return options.Count.Length > 0 ? OfCounts(sheet) : OfRows(sheet);
    }

    private Datasheet Sheet()
    {
        if (options.Datasheet.Length == 0)
            return Datasheet.Empty;
        View file = work.Dataset(options.Datasheet);
        if (file.Selection.Count != 1)
            throw new AssayException(
                $"the datasheet '{file.Dataset.Name}' has {file.Selection.Count} rows",
                hint: "It is one YAML file, read whole: { path: datasheet.yaml, rows: file }."
            );
        Datasheet sheet = Datasheet.Empty;
        file.ForEach(
            file.Selection.Rows,
            (batch, row) =>
                sheet = Datasheet.Read(
                    batch.Table.SourceOf(batch.Local(row)),
                    System.Text.Encoding.UTF8.GetString(batch.Text(row))
                ),
            work.Cancellation
        );
        return sheet;
    }

    private RubricFindings OfCounts(Datasheet sheet)
    {
        StudyTable table = StudyTable.Of(view, work.Cancellation);
        string[] axes = table.Words(AxisColumn),
            subgroups = table.Words(SubgroupColumn);
        double[] counts = table.Numbers(options.Count);
        double[]? predefined = table.Has(PredefinedColumn) ? table.NumbersOrNaN(PredefinedColumn) : null;
        for (int row = 0; row < counts.Length; row++)
        {
            if (axes[row].Length == 0)
                throw table.Wrong(
                    row,
                    AxisColumn,
                    "the row names no axis",
                    "Give every row of counts an axis and a subgroup."
                );
            if (counts[row] < 0 || counts[row] != Math.Floor(counts[row]) || counts[row] > long.MaxValue / 1024)
                throw table.Wrong(
                    row,
                    options.Count,
                    "the count is no number of rows",
                    "Expected a whole number, 0 or more."
                );
            if (predefined is not null && !(double.IsNaN(predefined[row]) || predefined[row] is >= 1 and <= 1e6))
                throw table.Wrong(
                    row,
                    PredefinedColumn,
                    "the size of the list is none",
                    "Expected a whole number, 1 or more, or nothing."
                );
        }
        AxisCounts[] read =
        [
            .. axes.Index()
                .GroupBy(one => one.Item, one => one.Index)
                .Select(rows =>
                {
                    int[] sizes =
                    [
                        .. rows.Where(row => predefined is not null && !double.IsNaN(predefined[row]))
                            .Select(row => (int)predefined![row])
                            .Distinct(),
                    ];
                    if (sizes.Length > 1)
                        throw table.Wrong(
                            rows.Last(),
                            PredefinedColumn,
                            $"the axis '{rows.Key}' has lists of {sizes[0]} and of {sizes[1]} subgroups",
                            "Give all rows of an axis the same size."
                        );
                    AxisCounts counted = CountsOf(
                        rows.Key,
                        "the table of counts",
                        rows.Select(row => KeyValuePair.Create(subgroups[row], (long)counts[row])),
                        isBanded: false
                    );
                    return sizes.Length == 0 ? counted : counted with { Predefined = sizes[0], List = null };
                }),
        ];
        return new()
        {
            Name = NameOf(sheet),
            Rows = read.Max(axis => axis.Unknown + axis.Counts.Sum(one => one.Value)),
            Rubric = new(
                FairnessOf(read, sheet),
                new([
                    .. Privacy.All.Select(kind =>
                        Declared(DatasheetQuestions.Annotations, kind, sheet)
                        ?? (
                            kind == Privacy.Attributes ? new(kind, Known.Yes, "the table of counts")
                            : options.NotApplicable.Contains(kind) ? new(kind, Known.NotApplicable, "options")
                            : new DeclaredFact(kind, Known.Unknown)
                        )
                    ),
                ]),
                RegulationOf(sheet, [], 0)
            ),
            Sheet = sheet,
            IsCounts = true,
        };
    }

    private RubricFindings OfRows(Datasheet sheet)
    {
        if (view.Selection.Count == 0)
            throw new AssayException($"'{view.Dataset.Name}' has no rows", hint: "The rubric needs one at least.");
        Schema schema = view.Dataset.Schema;
        IReadOnlyList<ProtectedColumn> columns = ProtectedColumns(schema);
        (string Column, IReadOnlyList<double>? Cuts)[] counted =
        [
            .. columns.Select(column => (column.Column, CutsOf(column, schema))),
            .. schema
                .Where(field => PersonalColumn.IsConsent(field.Name) || PersonalColumn.IsLicence(field.Name))
                .Select(field => (field.Name, (IReadOnlyList<double>?)null)),
        ];
        string[] texts =
            [.. schema.Where(field => field.Type is ColumnType.Text or ColumnType.Json).Select(field => field.Name)],
            quasi = QuasiColumns(columns, schema);
        Label label = new NutritionLabel(new() { Top = 100, Modules = [LabelModule.Statistics] }).Describe(view, work);
        RubricTally tally = RubricTally.Of(view, counted, texts, options.Pii, quasi, work);
        AxisCounts[] axes =
        [
            .. columns.Select(
                (column, i) =>
                    CountsOf(
                        column.Axis,
                        $"column '{column.Column}'" + (options.Protected.Count == 0 ? ", by its name" : ""),
                        tally.Values[i],
                        isBanded: counted[i].Cuts is not null
                    )
            ),
        ];
        PiiFinding[] found = [.. FindingsOf(tally, texts)];
        (string, long)[] consents =
        [
            .. counted
                .Index()
                .Skip(columns.Count)
                .Where(one => PersonalColumn.IsConsent(one.Item.Column))
                .Select(one =>
                    (
                        one.Item.Column,
                        tally.Values[one.Index].Where(value => IsYes(value.Key)).Sum(value => value.Value)
                    )
                ),
        ];
        return new()
        {
            Name = NameOf(sheet),
            Rows = tally.Rows,
            Rubric = new(
                FairnessOf(axes, sheet),
                new([.. Privacy.All.Select(kind => AnnotationOf(kind, columns, schema, found, sheet))]),
                RegulationOf(sheet, consents, tally.Rows)
            ),
            Sheet = sheet,
            IsCounts = false,
            Private = found,
            QuasiColumns = quasi,
            Quasi = quasi.Length == 0 ? null : tally.Quasi,
            Duplicates = Math.Max(0, tally.Rows - tally.Duplicates.Classes),
            Label = label,
            Damaged = DamagedOf(label, columns, tally),
            Undeclared =
            [
                .. schema
                    .Select(field => field.Name)
                    .Where(name => PersonalColumn.IsProtected(name) && !columns.Any(column => column.Column == name)),
            ],
            Licences =
            [
                .. counted
                    .Index()
                    .Skip(columns.Count)
                    .Where(one => PersonalColumn.IsLicence(one.Item.Column))
                    .Take(1)
                    .SelectMany(one => AxisCounts.Ordered(tally.Values[one.Index])),
            ],
            Consents = consents,
        };
    }

    private IReadOnlyList<ProtectedColumn> ProtectedColumns(Schema schema)
    {
        if (options.Protected.Count == 0)
            return
            [
                .. schema
                    .Where(field => field.Type != ColumnType.Null && PersonalColumn.AxisOf(field.Name) is not null)
                    .Select(field => new ProtectedColumn(PersonalColumn.AxisOf(field.Name)!, field.Name))
                    .DistinctBy(column => column.Axis),
            ];
        foreach (ProtectedColumn column in options.Protected)
            _ = FieldOf(schema, column.Column);
        if (
            options.Protected.GroupBy(column => column.Axis).FirstOrDefault(columns => columns.Count() > 1) is { } twice
        )
            throw new AssayException(
                $"the axis '{twice.Key}' has {twice.Count()} columns: {string.Join(", ", twice.Select(column => column.Column))}",
                hint: "Name one column for each axis, or give them axes of their own: 'age-at-arrest=age'."
            );
        return options.Protected;
    }

    private Field FieldOf(Schema schema, string column) =>
        schema.Find(column)
        ?? throw new AssayException(
            $"'{view.Dataset.Name}' has no column '{column}'",
            hint: Nearest.Hint(column, schema.Select(field => field.Name))
                ?? "It has: " + string.Join(", ", schema.Select(field => field.Name)) + "."
        );

    private string[] QuasiColumns(IReadOnlyList<ProtectedColumn> columns, Schema schema)
    {
        foreach (string column in options.QuasiIdentifiers)
            _ = FieldOf(schema, column);
        return options.QuasiIdentifiers.Count > 0
            ? [.. options.QuasiIdentifiers.Distinct()]
            :
            [
                .. columns
                    .Select(column => column.Column)
                    .Concat(schema.Select(field => field.Name).Where(PersonalColumn.IsQuasiIdentifier))
                    .Distinct(),
            ];
    }

    private IReadOnlyList<double>? CutsOf(ProtectedColumn column, Schema schema) =>
        schema.Find(column.Column)!.Type is not (ColumnType.Int64 or ColumnType.Float64) ? null
        : options.Cuts.TryGetValue(column.Axis, out IReadOnlyList<double>? cuts) ? cuts
        : column.Axis == SubgroupLists.Age ? SubgroupLists.AgeCuts
        : null;

    private AxisCounts CountsOf(
        string axis,
        string source,
        IEnumerable<KeyValuePair<string, long>> counts,
        bool isBanded
    )
    {
        bool IsUnknown(string value) =>
            value.Length == 0 || options.Unknown.Contains(value, StringComparer.OrdinalIgnoreCase);
        KeyValuePair<string, long>[] all =
        [
            .. counts.GroupBy(one => one.Key, one => one.Value).Select(one => KeyValuePair.Create(one.Key, one.Sum())),
        ];
        IReadOnlyList<KeyValuePair<string, long>> known = AxisCounts.Ordered(all.Where(one => !IsUnknown(one.Key)));
        IReadOnlyList<string>? list =
            options.Subgroups.TryGetValue(axis, out IReadOnlyList<string>? given) ? given
            : isBanded ? SubgroupLists.Bands(options.Cuts.GetValueOrDefault(axis, SubgroupLists.AgeCuts))
            : SubgroupLists.Of(axis);
        return new(axis, source, known)
        {
            Unknown = all.Where(one => IsUnknown(one.Key)).Sum(one => one.Value),
            List = list,
            Predefined = list?.Count is > 0 and int size ? size : null,
            Reference = ReferenceOf(axis, known),
        };
    }

    private IReadOnlyList<double>? ReferenceOf(string axis, IReadOnlyList<KeyValuePair<string, long>> counts)
    {
        if (!options.Reference.TryGetValue(axis, out IReadOnlyDictionary<string, double>? population))
            return null;
        double all = population.Values.Sum();
        if (population.Values.Any(share => !(share >= 0)) || !(all > 0) || !double.IsFinite(all))
            throw new AssayException(
                $"the reference of '{axis}' has shares below 0, or no share above it",
                hint: "Give each subgroup its share of the population, or its number of people."
            );
        return
        [
            .. counts.Select(one =>
                population.TryGetValue(one.Key, out double share) && share > 0
                    ? share / all
                    : throw new AssayException(
                        $"the reference of '{axis}' has no share for '{one.Key}', which occurs",
                        hint: $"It has: {string.Join(", ", population.Keys)}. Name subgroups as the data do."
                    )
            ),
        ];
    }

    private Fairness FairnessOf(IReadOnlyList<AxisCounts> axes, Datasheet sheet)
    {
        IReadOnlyList<LabelOrigin> origins =
            options.Labels.Count > 0
                ? options.Labels
                :
                [
                    .. sheet
                        .Answers("composition", DatasheetQuestions.LabelOrigins)
                        .Where(answer => answer != "none")
                        .Select(answer =>
                            answer switch
                            {
                                "self-reported" => LabelOrigin.SelfReported,
                                "classifier" => LabelOrigin.Classifier,
                                _ => LabelOrigin.Apparent,
                            }
                        ),
                ];
        return Fairness.Of(axes, options.Axes, origins, options.Evenness);
    }

    private static DeclaredFact? Declared(string section, string key, Datasheet sheet) =>
        sheet.Fact(section, key) is not Known.Unknown and Known known ? new(key, known, "datasheet") : null;

    // The datasheet has the last word; then names of columns; then what was found in texts.
    private DeclaredFact AnnotationOf(
        string kind,
        IReadOnlyList<ProtectedColumn> columns,
        Schema schema,
        IReadOnlyList<PiiFinding> found,
        Datasheet sheet
    )
    {
        if (Declared(DatasheetQuestions.Annotations, kind, sheet) is { } declared)
            return declared;
        if (options.NotApplicable.Contains(kind))
            return new(kind, Known.NotApplicable, "options");
        Func<string, bool> isNamed = kind switch
        {
            Privacy.Names => PersonalColumn.IsName,
            Privacy.Attributes => name =>
                PersonalColumn.IsProtected(name) || columns.Any(column => column.Column == name),
            Privacy.Location => PersonalColumn.IsPlace,
            Privacy.Medical => PersonalColumn.IsMedical,
            _ => _ => false,
        };
        PiiKind[] kinds = kind switch
        {
            Privacy.Names =>
            [
                PiiKind.Person,
                PiiKind.Email,
                PiiKind.Phone,
                PiiKind.NationalId,
                PiiKind.Card,
                PiiKind.Iban,
            ],
            Privacy.Attributes => [PiiKind.BirthDate],
            Privacy.Location => [PiiKind.Address, PiiKind.Coordinates, PiiKind.Ip],
            _ => [],
        };
        string[] named = [.. schema.Select(field => field.Name).Where(isNamed)];
        PiiFinding[] detected = [.. found.Where(one => kinds.Contains(one.Kind))];
        if (named.Length > 0)
            return new(
                kind,
                Known.Yes,
                $"column{(named.Length > 1 ? "s" : "")} {string.Join(", ", named.Take(4).Select(name => $"'{name}'"))}{(named.Length > 4 ? "..." : "")}"
            );
        if (detected.Length > 0)
            return new(
                kind,
                Known.Yes,
                "detector: "
                    + string.Join(
                        ", ",
                        detected.Take(3).Select(one => $"{RubricPanels.KindOf(one.Kind)} in '{one.Column}'")
                    )
            );
        return kind is Privacy.Accessories or Privacy.Objects
            ? new(kind, Known.Unknown)
            : new(
                kind,
                Known.No,
                kinds.Any(options.Pii.Contains) ? "no column named so, and no detector found any" : "no column named so"
            );
    }

    private static Regulation RegulationOf(
        Datasheet sheet,
        IReadOnlyList<(string Column, long Yes)> consents,
        long rows
    ) =>
        new([
            .. Regulation.All.Select(fact =>
            {
                if (Declared(DatasheetQuestions.Rights, fact, sheet) is { } declared)
                    return declared.State == Known.Yes
                        ? declared with
                        {
                            Source = sheet.Answer(DatasheetQuestions.Rights, fact + "-evidence") is { } evidence
                                ? $"datasheet: {evidence}"
                                : "datasheet, without evidence",
                        }
                        : declared;
                return fact == "consent" && consents.Count > 0
                    ? new(
                        fact,
                        consents[0].Yes == rows ? Known.Yes : Known.No,
                        FormattableString.Invariant(
                            $"column '{consents[0].Column}': {consents[0].Yes} of {rows} rows say yes"
                        )
                    )
                    : new DeclaredFact(fact, Known.Unknown);
            }),
        ]);

    private static IEnumerable<PiiFinding> FindingsOf(RubricTally tally, string[] texts)
    {
        for (int column = 0; column < texts.Length; column++)
            foreach (PiiKind kind in PiiFinder.AllKinds)
                if (tally.Pii[column, (int)kind, 0] > 0)
                    yield return new(
                        texts[column],
                        kind,
                        tally.Pii[column, (int)kind, 0],
                        tally.Pii[column, (int)kind, 1],
                        tally.Pii[column, (int)kind, 2]
                    );
    }

    private static IReadOnlyList<(string, DamagedValue)> DamagedOf(
        Label label,
        IReadOnlyList<ProtectedColumn> columns,
        RubricTally tally
    ) =>
        [
            .. label.Columns.SelectMany(column =>
            {
                int at = columns.ToList().FindIndex(one => one.Column == column.Name);
                IEnumerable<string> values =
                    at >= 0
                        ? tally.Values[at].Keys
                        : column.Frequent.Where(value => !value.IsCut).Select(value => value.Value);
                return SpreadsheetDamage.Of(values).Select(value => (column.Name, value));
            }),
        ];

    private string NameOf(Datasheet sheet) =>
        options.Name.Length > 0 ? options.Name : sheet.Answer("motivation", DatasheetQuestions.Name) ?? FileName();

    private string FileName()
    {
        string name = view.Dataset.Name;
        view.ForEach(
            view.Selection.Rows.Take(1),
            (batch, row) => name = Path.GetFileName(batch.Table.SourceOf(batch.Local(row))),
            work.Cancellation
        );
        return name;
    }

    private static bool IsYes(string value) =>
        value.ToLowerInvariant() is "yes" or "true" or "1" or "y" or "given" or "granted" or "consented";
}
