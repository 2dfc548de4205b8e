using Assay.Learning;
using Assay.Numerics;

namespace Assay.Plan.Prescribe;

/// <summary>The changes that rows allow, with what each is expected to gain.</summary>
internal sealed class ChangeGains
{
    private readonly FeatureTable _table;
    private readonly ScoreModel _model;
    private readonly GainKind _kind;
    private readonly Attributions? _attributions; // of the explained rows, by column
    private readonly (double[] Values, double[] Means)[] _profiles = [];
    private readonly double[] _weights = [],
        _signs = [];

    /// <summary>Takes a model and what it makes of the rows.</summary>
    /// <param name="kind">How gains are expected.</param>
    /// <param name="table">The rows.</param>
    /// <param name="model">The model.</param>
    /// <param name="explained">Rows that were explained.</param>
    /// <param name="attributions">Their attributions, by column.</param>
    public ChangeGains(GainKind kind, FeatureTable table, ScoreModel model, int[] explained, Attributions attributions)
    {
        (_kind, _table, _model, _attributions) = (kind, table, model, attributions);
        if (kind == GainKind.Model)
            return;
        _weights = attributions.MeanMagnitudes();
        _profiles = new (double[], double[])[table.Columns.Count];
        _signs = new double[table.Columns.Count];
        for (int j = 0; j < _profiles.Length; j++)
        {
            int column = j;
            (double Value, double Part)[] points =
            [
                .. explained.Select((row, at) => (table.Columns[column].Values[row], attributions[at, column])),
            ];
            var means = points
                .GroupBy(point => point.Value)
                .Select(group => (group.Key, Mean: group.Average(point => point.Part)))
                .OrderBy(group => group.Key)
                .ToArray();
            _profiles[j] = ([.. means.Select(mean => mean.Key)], [.. means.Select(mean => mean.Mean)]);
            double r =
                points.Length > 1
                    ? Correlation.Pearson(
                        [.. points.Select(point => point.Value)],
                        [.. points.Select(point => point.Part)]
                    )
                    : double.NaN;
            _signs[j] = double.IsNaN(r) ? 0 : Math.Sign(r);
        }
    }

    /// <summary>The changes that a row allows, by column and level, each with the value that it leads to.</summary>
    /// <param name="row">The row.</param>
    /// <param name="own">The row's attributions by column; only for the gain 'profile'.</param>
    public IReadOnlyList<(CandidateChange Change, double Value)> Of(int row, ReadOnlySpan<double> own)
    {
        List<(CandidateChange Change, double Value)> all = [];
        for (int j = 0; j < _table.Columns.Count; j++)
            foreach ((int level, double value, int steps) in _table.Columns[j].Levels(row))
            {
                ChangeRule rule = _table.Columns[j].Rule!;
                all.Add((new(j, level, 0, rule.Resistance, steps * rule.Cost, rule.Fixed), value));
            }
        if (all.Count == 0)
            return all;
        double[] scores =
            _kind == GainKind.Model
                ? _model.Scores(
                    Matrix.Of([
                        .. all.Select(one => _table.With(row, (one.Change.Column, one.Value))),
                        _table.With(row),
                    ])
                )
                : [];
        for (int at = 0; at < all.Count; at++)
        {
            (CandidateChange change, double value) = all[at];
            double gain = _kind switch
            {
                GainKind.Model => scores[at] - scores[^1],
                GainKind.Profile => Profile(change.Column, value) - own[change.Column],
                _ => Weight(row, change.Column, value),
            };
            all[at] = (change with { Gain = gain }, value);
        }
        return all;
    }

    private double Weight(int row, int column, double value)
    {
        FeatureColumn of = _table.Columns[column];
        double from = of.Values[row];
        if (!of.IsOrdered)
            return _weights[column] * Math.Sign(Profile(column, value) - Profile(column, from));
        return of.High > of.Low ? _signs[column] * _weights[column] * (value - from) / (of.High - of.Low) : 0;
    }

    private double Profile(int column, double value)
    {
        (double[] values, double[] means) = _profiles[column];
        int at = Array.BinarySearch(values, value);
        if (at >= 0)
            return means[at];
        at = ~at;
        if (at == 0 || at == values.Length)
            return means[at == 0 ? 0 : ^1];
        double share = (value - values[at - 1]) / (values[at] - values[at - 1]);
        return means[at - 1] + share * (means[at] - means[at - 1]);
    }
}
