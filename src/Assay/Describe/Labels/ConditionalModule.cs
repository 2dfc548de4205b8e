using Assay.Data;
using Assay.Numerics;

namespace Assay.Describe;

/// <summary>How one column is distributed where another has a given value, by a mixture model and by smoothed frequencies.</summary>
public sealed record ConditionalModule
{
    /// <summary>The column whose distribution is shown.</summary>
    public required string Of { get; init; }

    /// <summary>The column that is given.</summary>
    public required string Given { get; init; }

    /// <summary>Rows that the model was fitted on.</summary>
    public required int Rows { get; init; }

    /// <summary>Columns that it was fitted on.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>Components of the mixture that hold rows, on average.</summary>
    public required double Components { get; init; }

    /// <summary>One entry for each of the most frequent values of <see cref="Given"/>.</summary>
    public required IReadOnlyList<Condition> Conditions { get; init; }

    /// <summary>How well each way predicts rows that it has not seen; null where there are too few.</summary>
    public HeldOutFit? HeldOut { get; init; }
}

/// <summary>A distribution under one condition.</summary>
/// <param name="Value">The given value.</param>
/// <param name="Rows">Rows of the sample that have it.</param>
/// <param name="Shares">The categories of the other column, the most frequent of all rows first.</param>
public sealed record Condition(string Value, int Rows, IReadOnlyList<ConditionalShare> Shares);

/// <summary>The probability of one category.</summary>
/// <param name="Value">The category.</param>
/// <param name="Model">By the mixture, 0 to 1.</param>
/// <param name="Frequency">By smoothed frequency, 0 to 1; null where too few rows have it to be told.</param>
/// <param name="Count">Rows of the sample that have it and the given value; 0 where they are too few to be told.</param>
public sealed record ConditionalShare(string Value, double Model, double? Frequency, long Count);

/// <summary>Mean log-likelihood of the column under its condition, in nats for each row that was held out: higher is better.</summary>
/// <param name="Rows">Rows held out.</param>
/// <param name="Mixture">By the mixture.</param>
/// <param name="Frequencies">By smoothed frequencies.</param>
/// <param name="Marginal">By frequencies that know no condition.</param>
public sealed record HeldOutFit(int Rows, double Mixture, double Frequencies, double Marginal);

/// <summary>Computes a <see cref="ConditionalModule"/>.</summary>
internal static class ConditionalModels
{
    private const int MostRows = 2000,
        MostColumns = 12,
        Conditions = 4,
        FewestRows = 50;
    private const double HeldOutShare = 0.2,
        TooStrong = 0.95;

    /// <summary>The module, or null where no two columns ask for one.</summary>
    public static ConditionalModule? Of(
        IReadOnlyList<LabelVariable> variables,
        PairModule? pairs,
        LabelOptions options,
        Work work
    )
    {
        if (Question(variables, pairs, options) is not var (of, given) || of.Cells.Count < FewestRows)
            return null;
        LabelVariable[] used =
        [
            of,
            given,
            .. variables
                .Where(variable => variable.IsShown && variable != of && variable != given)
                .Take(MostColumns - 2),
        ];
        // The sample is in the order of the file: an even part of it has rows of all parts.
        int rows = Math.Min(MostRows, of.Cells.Count);
        int[] taken = [.. Enumerable.Range(0, rows).Select(i => (int)((long)i * of.Cells.Count / rows))];
        (MixtureColumn columnOf, string[] namesOf) = Categories(of, options.Fewest);
        (MixtureColumn columnGiven, string[] namesGiven) = Categories(given, options.Fewest);
        MixtureColumn[] columns =
        [
            columnOf.Take(taken),
            columnGiven.Take(taken),
            .. used[2..]
                .Select(variable =>
                    (
                        variable.IsNumeric
                            ? MixtureColumn.Of(variable.Cells.Numbers.ToArray())
                            : MixtureColumn.Of(variable.Cells.Codes.ToArray(), variable.Cells.Distinct)
                    ).Take(taken)
                ),
        ];
        MixtureSettings settings = new() { Components = options.Components, Chains = options.Chains };
        RandomStream random = work.Random.Child("mixture");
        RowMixture mixture = RowMixture.Fit(columns, settings, random.Child("all"), work.Each);
        ConditionalFrequencies frequencies = new(columns[0], columns[1], settings.Smoothing);
        int[] frequent =
        [
            .. Enumerable
                .Range(0, namesGiven.Length)
                .Where(value => frequencies.RowsOf(value) >= Math.Max(1, options.Fewest))
                .OrderByDescending(frequencies.RowsOf)
                .ThenBy(value => namesGiven[value], StringComparer.Ordinal)
                .Take(Conditions),
        ];
        int[] order =
        [
            .. Enumerable
                .Range(0, namesOf.Length)
                .OrderByDescending(category => frequencies.Marginal[category])
                .ThenBy(category => namesOf[category], StringComparer.Ordinal),
        ];
        return new()
        {
            Of = of.Name,
            Given = given.Name,
            Rows = rows,
            Columns = [.. used.Select(variable => variable.Name)],
            Components = mixture.ComponentsUsed,
            Conditions =
            [
                .. frequent.Select(value =>
                {
                    double[] model = mixture.Conditional(0, 1, value),
                        table = frequencies.Conditional(value);
                    long Shown(int category) =>
                        frequencies.Count(value, category) is var count && count >= options.Fewest ? count : 0;
                    return new Condition(
                        namesGiven[value],
                        frequencies.RowsOf(value),
                        [
                            .. order.Select(category => new ConditionalShare(
                                namesOf[category],
                                model[category],
                                options.Fewest > 1 && Shown(category) == 0 ? null : table[category],
                                Shown(category)
                            )),
                        ]
                    );
                }),
            ],
            HeldOut = HeldOut(columns, settings, random.Child("held-out"), work.Each),
        };
    }

    /// <summary>Fits on four fifths of the rows and measures on the others; null with too few of them.</summary>
    /// <param name="columns">The column that is predicted, the given one, and others.</param>
    /// <param name="settings">Settings of the mixture.</param>
    /// <param name="random">Random numbers.</param>
    /// <param name="each">Runs the chains.</param>
    public static HeldOutFit? HeldOut(
        IReadOnlyList<MixtureColumn> columns,
        MixtureSettings settings,
        RandomStream random,
        Action<int, Action<int>> each
    )
    {
        int[] rows = [.. Enumerable.Range(0, columns[0].Rows)];
        random.Child("deal").Shuffle<int>(rows);
        int held = (int)(HeldOutShare * rows.Length);
        MixtureColumn[] seen = [.. columns.Select(column => column.Take(rows[held..]))];
        RowMixture mixture = RowMixture.Fit(seen, settings, random.Child("fit"), each);
        ConditionalFrequencies frequencies = new(seen[0], seen[1], settings.Smoothing);
        double[]?[] byValue = new double[]?[columns[1].Categories];
        double sumOfMixture = 0,
            sumOfTable = 0,
            sumOfMarginal = 0;
        int measured = 0;
        foreach (int row in rows[..held])
        {
            int category = columns[0].Codes![row],
                value = columns[1].Codes![row];
            if (category < 0 || value < 0)
                continue;
            sumOfMixture += Math.Log((byValue[value] ??= mixture.Conditional(0, 1, value))[category]);
            sumOfTable += Math.Log(frequencies.Conditional(value)[category]);
            sumOfMarginal += Math.Log(frequencies.Marginal[category]);
            measured++;
        }
        return measured < FewestRows / 5
            ? null
            : new(measured, sumOfMixture / measured, sumOfTable / measured, sumOfMarginal / measured);
    }

    // What is asked for, or else the two most strongly associated columns of which neither gives the other away.
    private static (LabelVariable Of, LabelVariable Given)? Question(
        IReadOnlyList<LabelVariable> variables,
        PairModule? pairs,
        LabelOptions options
    )
    {
        if (options.Of.Length > 0 && options.Given.Length > 0)
            return (Named(options.Of, variables), Named(options.Given, variables));
        if (options.Of.Length + options.Given.Length > 0)
            throw new AssayException(
                "the model needs both 'of' and 'given', or neither",
                hint: "'of' is the column whose distribution is asked for, 'given' the one whose value is known."
            );
        if (pairs is null)
            return null;
        LabelVariable[] categorical =
        [
            .. variables.Where(variable => variable is { IsShown: true, IsCategorical: true, Cells.Distinct: > 1 }),
        ];
        LabelVariable? Find(string name) => Array.Find(categorical, variable => variable.Name == name);
        foreach (PairAssociation pair in pairs.Associations.OrderByDescending(pair => pair.Strength ?? 0))
            if (
                pair is { Measure: AssociationMeasure.CramersV, Strength: > 0 and < TooStrong }
                && Find(pair.A) is { } a
                && Find(pair.B) is { } b
            )
                return a.Cells.Distinct >= b.Cells.Distinct ? (a, b) : (b, a);
        return null;
    }

    private static LabelVariable Named(string name, IReadOnlyList<LabelVariable> variables)
    {
        LabelVariable? found = variables.FirstOrDefault(variable => variable.Column.Name == name);
        return found switch
        {
            null => throw new AssayException(
                $"the model is asked for a column '{name}' that the label does not have",
                hint: "It has: " + string.Join(", ", variables.Select(variable => variable.Column.Name)) + "."
            ),
            { IsShown: true, IsCategorical: true } => found,
            _ => throw new AssayException(
                $"the model is asked for '{name}', which is no column of at most 50 categories",
                hint: "Name columns of categories; a column of numbers that are names becomes one with 'about: {kinds: {"
                    + name
                    + ": nominal}}'."
            ),
        };
    }

    // The categories of a column; those of too few rows are one.
    private static (MixtureColumn Column, string[] Names) Categories(LabelVariable variable, int fewest)
    {
        int[] codes = variable.Cells.Codes.ToArray();
        int[] counts = new int[variable.Cells.Distinct];
        foreach (int code in codes)
            if (code >= 0)
                counts[code]++;
        int[] kept = [.. Enumerable.Range(0, counts.Length).Where(code => counts[code] >= fewest)];
        List<string> names = [.. kept.Select(variable.Cells.Text)];
        int[] placeOf = new int[counts.Length];
        Array.Fill(placeOf, names.Count);
        for (int i = 0; i < kept.Length; i++)
            placeOf[kept[i]] = i;
        if (kept.Length < counts.Length)
            names.Add("others");
        return (MixtureColumn.Of([.. codes.Select(code => code < 0 ? -1 : placeOf[code])], names.Count), [.. names]);
    }
}

/// <summary>The simplest rival of the mixture: frequencies with a pseudo-count for each category.</summary>
internal sealed class ConditionalFrequencies
{
    private readonly int[,] _counts;
    private readonly int[] _rows;
    private readonly double _smoothing;

    public ConditionalFrequencies(MixtureColumn of, MixtureColumn given, double smoothing)
    {
        _smoothing = smoothing;
        _counts = new int[given.Categories, of.Categories];
        _rows = new int[given.Categories];
        int[] all = new int[of.Categories];
        for (int row = 0; row < of.Rows; row++)
        {
            if (of.Codes![row] < 0)
                continue;
            all[of.Codes[row]]++;
            if (given.Codes![row] < 0)
                continue;
            _counts[given.Codes[row], of.Codes[row]]++;
            _rows[given.Codes[row]]++;
        }
        double total = all.Sum();
        Marginal = [.. all.Select(count => (count + smoothing) / (total + smoothing * all.Length))];
    }

    /// <summary>P(A), smoothed.</summary>
    public double[] Marginal { get; }

    /// <summary>Rows that have the value, and the other column too.</summary>
    public int RowsOf(int value) => _rows[value];

    /// <summary>Rows that have both.</summary>
    public int Count(int value, int category) => _counts[value, category];

    /// <summary>P(A | B = value), smoothed.</summary>
    public double[] Conditional(int value)
    {
        double[] shares = new double[Marginal.Length];
        for (int category = 0; category < shares.Length; category++)
            shares[category] = (_counts[value, category] + _smoothing) / (_rows[value] + _smoothing * shares.Length);
        return shares;
    }
}
