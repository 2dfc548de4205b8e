using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Studies;

namespace Assay.Value;

/// <summary>Rows with outcomes, read into memory: texts as hashed words and pairs of words of length 1, outcomes, context.</summary>
internal sealed class OutcomeRows
{
    private static readonly double[] Penalties = [0.3, 1, 3, 10, 30];
    private readonly OutcomeOptions _options;
    private readonly double[][] _context,
        _instrumented,
        _instruments;
    private readonly int[][] _groups;

    private OutcomeRows(
        OutcomeOptions options,
        View view,
        int[] rows,
        SparseMatrix? text,
        CancellationToken cancellation
    )
    {
        (_options, Rows, Text) = (options, rows, text);
        Table = StudyTable.Of(view.With(new Selection(rows)), cancellation);
        double[] outcomes = Table.Numbers(options.Outcome);
        if (options.Trials is { } trials)
        {
            Successes = outcomes;
            TrialCounts = Table.Numbers(trials);
            Outcomes = new double[rows.Length];
            for (int i = 0; i < rows.Length; i++)
                Outcomes[i] =
                    outcomes[i] >= 0 && outcomes[i] <= TrialCounts[i]
                        ? ObservedOutcomes.LogOdds(outcomes[i], TrialCounts[i])
                        : throw Table.Wrong(
                            i,
                            options.Outcome,
                            FormattableString.Invariant(
                                $"{outcomes[i]} successes of {TrialCounts[i]} trials are no rate"
                            ),
                            "Successes lie between 0 and the number of trials."
                        );
            Weights = options.Weigh ? [.. outcomes.Zip(TrialCounts, (k, n) => ObservedOutcomes.Precision(k, n))] : null;
        }
        else
            Outcomes = outcomes;
        _context = [.. options.Context.Select(Table.Numbers)];
        _instrumented = [.. options.Instrumented.Select(Table.Numbers)];
        _instruments = [.. options.Instruments.Select(Table.Numbers)];
        _groups = [.. options.Groups.Select(column => Numbered(Table.Words(column)))];
    }

    /// <summary>Reads the distinct rows in view.</summary>
    /// <param name="options">Which columns.</param>
    /// <param name="view">The rows.</param>
    /// <param name="withText">Whether texts are needed.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="AssayException">A column or a value is missing, or no text has a word.</exception>
    public static OutcomeRows Read(OutcomeOptions options, View view, bool withText, CancellationToken cancellation)
    {
        int[] rows = view.DistinctRows.ToArray();
        if (rows.Length == 0)
            throw new AssayException($"'{view.Dataset.Name}' has no rows");
        return new(options, view, rows, withText ? TextOf(view, rows, cancellation) : null, cancellation);
    }

    /// <summary>Ordinals of the rows in the dataset.</summary>
    public int[] Rows { get; }

    /// <summary>All columns.</summary>
    public StudyTable Table { get; }

    /// <summary>Features of the texts, or null where none were asked for.</summary>
    public SparseMatrix? Text { get; }

    /// <summary>Outcomes: as they are, or log-odds of rates.</summary>
    public double[] Outcomes { get; }

    /// <summary>Weights, or null.</summary>
    public double[]? Weights { get; }

    /// <summary>Successes, where there are trials.</summary>
    public double[]? Successes { get; }

    /// <summary>Trials, or null.</summary>
    public double[]? TrialCounts { get; }

    /// <summary>Whether anything is known of the circumstances.</summary>
    public bool HasContext => _context.Length + _groups.Length + _instrumented.Length > 0;

    /// <summary>Refuses more names than least squares take.</summary>
    /// <exception cref="AssayException">There are too many.</exception>
    public void CheckNames()
    {
        int names = _groups.Sum(group => group.Max() + 1);
        if (names + _context.Length > ContextDesign.MostColumns - 1)
            throw new AssayException(
                $"the groups have {names:N0} names, and {ContextDesign.MostColumns - 1:N0} columns of context are the most",
                hint: "Take coarser groups (a month for a day), or one column of groups with 'mode: fixed-effects', which takes any number."
            );
    }

    /// <summary>All rows, or some of them, as what can be adjusted.</summary>
    /// <param name="which">Places among <see cref="Rows"/>, or null for all.</param>
    public ObservedOutcomes Observed(int[]? which = null)
    {
        T[] Of<T>(T[] column) => which is null ? column : Array.ConvertAll(which, row => column[row]);
        return new(
            Of(Outcomes),
            ContextDesign.Of(
                which?.Length ?? Rows.Length,
                [.. _context.Select(Of)],
                // Numbered anew: names that occur in other rows only need no column.
                [.. _groups.Select(group => Numbered(Of(group)))]
            ),
            which is null || Text is null ? Text : Text.Take(which),
            Weights is null ? null : Of(Weights)
        )
        {
            Instrumented = [.. _instrumented.Select(Of)],
            Instruments = [.. _instruments.Select(Of)],
            TextInStages = _options.TextInStages,
        };
    }

    /// <summary>The penalty that was asked for, or the best one.</summary>
    public double Penalty(ObservedOutcomes observed, Work work)
    {
        if (_options.Penalty is { } asked)
            return asked;
        int done = 0;
        return observed.BestPenalty(
            Penalties,
            work.Random.Child("penalty"),
            _options.Folds,
            SameText(observed.Text!),
            () => work.Progress?.Report(new("penalties", ++done, Penalties.Length * _options.Folds, "fits")),
            work.Cancellation
        );
    }

    // Texts of the same words count as one.
    private static int[] SameText(SparseMatrix text) =>
        Numbered([
            .. Enumerable
                .Range(0, text.Rows)
                .Select(row =>
                    System.IO.Hashing.XxHash128.HashToUInt128(
                        System.Runtime.InteropServices.MemoryMarshal.AsBytes(text.ColumnsOf(row))
                    )
                ),
        ]);

    private static SparseMatrix TextOf(View view, int[] rows, CancellationToken cancellation)
    {
        SparseMatrix counts = new TextGrams(new()).Count(view, rows, cancellation);
        if (counts.Entries == 0)
            throw new AssayException(
                $"no row of '{view.Dataset.Name}' has a word in its column '{view.Dataset.TextColumn}'",
                hint: "Name the column of the text ('text:' in a recipe, --text on the command line), or use a mode that looks at none."
            );
        int[] occurring = counts.OccurringColumns(),
            place = new int[counts.Columns];
        for (int i = 0; i < occurring.Length; i++)
            place[occurring[i]] = i;
        SparseMatrixBuilder builder = new(occurring.Length);
        for (int row = 0; row < counts.Rows; row++)
        {
            ReadOnlySpan<int> columns = counts.ColumnsOf(row);
            for (int i = 0; i < columns.Length; i++)
                builder.Add(place[columns[i]], counts.ValuesOf(row)[i]);
            builder.EndRow(normalise: true);
        }
        return builder.Build();
    }

    /// <summary>Names as numbers from 0, in the order in which they come.</summary>
    internal static int[] Numbered<T>(T[] names)
        where T : notnull
    {
        Dictionary<T, int> known = [];
        return Array.ConvertAll(
            names,
            name =>
            {
                if (!known.TryGetValue(name, out int number))
                    known.Add(name, number = known.Count);
                return number;
            }
        );
    }
}
