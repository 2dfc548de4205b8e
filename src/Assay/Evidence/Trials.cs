using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>The figures of all seeds of an experiment.</summary>
/// <param name="seeds">One for each seed, in order; at least two, all with the same names.</param>
public sealed class Trials(IReadOnlyList<Figures> seeds)
{
    /// <summary>Confidence of the intervals.</summary>
    public const double Confidence = 0.95;

    /// <summary>Number of seeds.</summary>
    public int Count => seeds.Count;

    /// <summary>One figure of every seed, in the order of the seeds.</summary>
    public double[] this[string name] => [.. seeds.Select(figures => figures[name])];

    /// <summary>True if the seeds have a figure of that name.</summary>
    public bool Has(string name) => seeds[0].Has(name);

    /// <summary>The mean over seeds with Student's 95 % interval.</summary>
    public MeanInterval Mean(string name) => MeanInterval.Of(this[name], Confidence);

    /// <summary>One figure minus another, paired by seed.</summary>
    public MeanInterval Difference(string name, string minus) => Of(figures => figures[name] - figures[minus]);

    /// <summary>Anything computed from the figures of a seed.</summary>
    public MeanInterval Of(Func<Figures, double> number) => MeanInterval.Of([.. seeds.Select(number)], Confidence);

    /// <summary>In how many seeds something holds.</summary>
    public int Seeds(Func<Figures, bool> holds) => seeds.Count(holds);

    /// <summary>A mean with its interval, as findings write it: <c>0.954 [0.941, 0.967]</c>.</summary>
    public static string Text(MeanInterval interval, string format = "0.000") =>
        FormattableString.Invariant(
            $"{interval.Mean.ToString(format, System.Globalization.CultureInfo.InvariantCulture)} [{interval.Low.ToString(format, System.Globalization.CultureInfo.InvariantCulture)}, {interval.High.ToString(format, System.Globalization.CultureInfo.InvariantCulture)}]"
        );

    /// <summary>The same of one figure.</summary>
    public string Text(string name, string format = "0.000") => Text(Mean(name), format);
}
