namespace Assay.Judge;

/// <summary>For every submission the share of workloads that it trains within a factor of the fastest, and the area below: its score.</summary>
/// <remarks>
/// Dolan and More, "Benchmarking optimization software with performance profiles" (2002); the score and the rules about variants are
/// AlgoPerf's: a workload whose variant is missed counts as missed, and a variant as missed where its base is, and both where another
/// submission is four times as fast. Scores depend on who takes part.
/// </remarks>
public sealed class PerformanceProfiles
{
    /// <summary>Points at which the published scores sample the profile.</summary>
    public const int Points = 100;

    private readonly double[,] _ratios;

    /// <summary>The profiles of times.</summary>
    /// <param name="times">Times to target of all submissions, variants included.</param>
    /// <param name="largest">The factor at which profiles end, above 1; also how much slower than the fastest still counts.</param>
    public PerformanceProfiles(TargetTimes times, double largest = 4)
    {
        if (!(largest > 1 && double.IsFinite(largest)))
            throw new ArgumentOutOfRangeException(nameof(largest), largest, "Expected a finite number above 1.");
        Submissions = times.Submissions;
        Workloads = [.. times.Workloads.Where(workload => workload.IsBase)];
        Largest = largest;
        double[,] kept = Filter(times, largest);
        _ratios = new double[Submissions.Count, Workloads.Count];
        for (int w = 0; w < Workloads.Count; w++)
        {
            int column = times.Place(Workloads[w].Name);
            double least = Least(kept, column);
            for (int s = 0; s < Submissions.Count; s++)
                _ratios[s, w] = double.IsFinite(kept[s, column]) ? kept[s, column] / least : double.PositiveInfinity;
        }
    }

    /// <summary>The submissions.</summary>
    public IReadOnlyList<string> Submissions { get; }

    /// <summary>The workloads that are scored.</summary>
    public IReadOnlyList<Workload> Workloads { get; }

    /// <summary>The factor at which profiles end.</summary>
    public double Largest { get; }

    /// <summary>Time of a submission over that of the fastest; infinite if it missed the target, the variant, or four times the fastest.</summary>
    public double Ratio(int submission, int workload) => _ratios[submission, workload];

    /// <summary>Share of the workloads that a submission trains within a factor of the fastest.</summary>
    public double At(int submission, double factor)
    {
        int within = 0;
        for (int w = 0; w < Workloads.Count; w++)
            if (_ratios[submission, w] <= factor)
                within++;
        return Workloads.Count == 0 ? 0 : (double)within / Workloads.Count;
    }

    /// <summary>
    /// The published score: the mean height of the profile by the trapezoid rule on 100 factors from 1 on, from 0 to 1; up to about
    /// 0.003 off the exact one.
    /// </summary>
    public double Score(int submission)
    {
        double sum = 0,
            before = At(submission, 1);
        for (int i = 1; i < Points; i++)
        {
            double here = At(submission, Factor(i));
            sum += (Factor(i) - Factor(i - 1)) * (before + here) / 2;
            before = here;
        }
        return sum / (Largest - 1);
    }

    /// <summary>The mean height of the profile, exactly.</summary>
    public double ExactScore(int submission)
    {
        double sum = 0;
        for (int w = 0; w < Workloads.Count; w++)
            sum += Math.Max(0, Largest - _ratios[submission, w]) / (Largest - 1);
        return Workloads.Count == 0 ? 0 : sum / Workloads.Count;
    }

    /// <summary>One of the factors at which published profiles are given.</summary>
    /// <param name="point">0 to 99.</param>
    public double Factor(int point) => point == Points - 1 ? Largest : 1 + point * ((Largest - 1) / (Points - 1));

    // The order of the rules is the scoring code's: variants, the factor on every column, bases.
    private static double[,] Filter(TargetTimes times, double largest)
    {
        int submissions = times.Submissions.Count;
        double[,] kept = new double[submissions, times.Workloads.Count];
        (int Variant, int Base)[] variants =
        [
            .. times
                .Workloads.Index()
                .Where(workload => !workload.Item.IsBase)
                .Select(workload => (workload.Index, times.Place(workload.Item.VariantOf))),
        ];
        for (int s = 0; s < submissions; s++)
        {
            for (int w = 0; w < times.Workloads.Count; w++)
                kept[s, w] = times[s, w];
            foreach ((int variant, int @base) in variants)
                if (double.IsInfinity(kept[s, @base]))
                    kept[s, variant] = double.PositiveInfinity;
        }
        for (int w = 0; w < times.Workloads.Count; w++)
        {
            double least = Least(kept, w);
            for (int s = 0; s < submissions; s++)
                if (kept[s, w] > largest * least)
                    kept[s, w] = double.PositiveInfinity;
        }
        for (int s = 0; s < submissions; s++)
            foreach ((int variant, int @base) in variants)
                if (double.IsInfinity(kept[s, variant]))
                    kept[s, @base] = double.PositiveInfinity;
        return kept;
    }

    private static double Least(double[,] times, int column)
    {
        double least = double.PositiveInfinity;
        for (int s = 0; s < times.GetLength(0); s++)
            least = Math.Min(least, times[s, column]);
        return least;
    }
}
