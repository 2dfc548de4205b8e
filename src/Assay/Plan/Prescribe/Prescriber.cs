using Assay.Learning;
using Assay.Numerics;

namespace Assay.Plan.Prescribe;

/// <summary>A table with its model: explains rows, says what they allow, and chooses.</summary>
internal sealed class Prescriber
{
    private const int BackgroundRows = 200,
        ExplainedRows = 2000;

    private readonly ChangeGains _gains;
    private readonly Matrix _background;
    private readonly GainKind _kind;

    private Prescriber(FeatureTable table, ScoreModel model, GainKind kind, int[] learned)
    {
        (Table, Model, _kind) = (table, model, kind);
        _background = table.Features.Take(Spread(learned, BackgroundRows));
        Explained = Spread(learned, ExplainedRows);
        Attributions = Explain(Explained);
        _gains = new(kind, table, model, Explained, Attributions);
        Scores = model.Scores(table.Features);
    }

    /// <summary>The rows.</summary>
    public FeatureTable Table { get; }

    /// <summary>The model.</summary>
    public ScoreModel Model { get; }

    /// <summary>Rows that stand for all in plots of attributions.</summary>
    public int[] Explained { get; }

    /// <summary>Their attributions, by column.</summary>
    public Attributions Attributions { get; }

    /// <summary>The score of every row.</summary>
    public double[] Scores { get; }

    /// <summary>Fits a model on some rows.</summary>
    public static Prescriber Fit(
        FeatureTable table,
        ScoreKind model,
        GainKind gain,
        int[] learned,
        RandomStream random
    ) =>
        new(
            table,
            ScoreModel.Fit(model, table.Features.Take(learned), [.. learned.Select(i => table.IsWanted[i])], random),
            gain,
            learned
        );

    /// <summary>Attributions of rows, by column.</summary>
    public Attributions Explain(int[] rows) => Table.ByColumn(Model.Explain(_background, Table.Features.Take(rows)));

    /// <summary>The changes that a row allows.</summary>
    public IReadOnlyList<(CandidateChange Change, double Value)> Options(int row) =>
        _gains.Of(row, _kind == GainKind.Profile ? Explain([row]).Values : []);

    /// <summary>What is advised for a row: with a need the least effort that covers it, else the most gain less lambda times effort.</summary>
    public Prescription Choose(
        int row,
        IReadOnlyList<(CandidateChange Change, double Value)> options,
        ChangeLimits limits,
        double lambda,
        double? need = null
    )
    {
        CandidateChange[] candidates = [.. options.Select(one => one.Change)];
        ChosenChanges chosen = need is { } gain
            ? ChangeProgramme.Cheapest(candidates, limits, gain)
            : ChangeProgramme.Best(candidates, limits, lambda);
        Prescription prescription = new(row, options, chosen, Scores[row], Scores[row]);
        return prescription with { After = Rescore(prescription, chosen) };
    }

    /// <summary>The score of a row with changes among its options, computed anew.</summary>
    public double Rescore(Prescription of, ChosenChanges chosen) =>
        chosen.Changes.Count == 0
            ? Scores[of.Row]
            : Model.Scores(Matrix.Of([Table.With(of.Row, of.ValuesOf(chosen))]))[0];

    private static int[] Spread(int[] rows, int most) =>
        rows.Length <= most
            ? rows
            : [.. Enumerable.Range(0, most).Select(i => rows[(int)((long)i * rows.Length / most)])];
}
