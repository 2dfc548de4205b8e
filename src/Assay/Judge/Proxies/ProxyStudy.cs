using System.Globalization;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Judge;

/// <summary>Compares what small runs at several learning rates say about candidates: do they rank them alike, and as a tuned larger model does?</summary>
/// <remarks>
/// Source: "Can Small Training Runs Reliably Guide Data Curation? Rethinking Proxy-Model Practice", arXiv 2512.24503. Every rate is a run of
/// <see cref="ProxyJudge"/>: the same rows, initial weights and orders for all, so that differences are those of the rate. The
/// target's loss of a candidate is the least over its rates, as a model team would tune it.
/// </remarks>
[Method("judge/proxies", Paper = "small-run-proxies")]
public sealed class ProxyStudy
{
    private readonly ProxyStudyOptions _options;

    /// <summary>Takes the options.</summary>
    /// <exception cref="AssayException">A rate is given twice.</exception>
    public ProxyStudy(ProxyStudyOptions options)
    {
        foreach (
            (string name, IReadOnlyList<double> reduce) in ((string, IReadOnlyList<double>)[])
                [("reduce", options.Reduce), ("target-reduce", options.TargetReduce)]
        )
            if (reduce.Distinct().Count() < reduce.Count)
                throw new AssayException($"judge/proxies: '{name}' has a number twice", hint: "Give each rate once.");
        _options = options;
    }

    /// <summary>Trains and compares.</summary>
    /// <param name="judge">The recipe's <c>judge:</c> section: proxy, budget, seeds, and a metric that names a dataset.</param>
    /// <param name="candidates">At least two.</param>
    /// <param name="work">Every rate has a folder of its own among the pieces.</param>
    /// <exception cref="AssayException">There is one candidate, the proxy has no learning rate, or no metric names a dataset.</exception>
    public ProxyStudyReport Study(JudgeOptions judge, IReadOnlyList<(string Name, View View)> candidates, Work work)
    {
        if (candidates.Count < 2)
            throw new AssayException(
                "judge/proxies compares candidates, and there is one",
                hint: "Add some under 'candidates:'."
            );
        string loss = LossOf(judge);
        judge = judge with { Metrics = [loss] };
        double usual = _options.Reduce.Min();
        List<(double Reduce, IReadOnlyList<Measurement> Losses)> measured = [];
        foreach (double reduce in _options.Reduce)
            measured.Add((reduce, Losses(judge, reduce, candidates, work, $"proxy-{reduce:R}")));
        double[]? reference = _options.Target.Length == 0 ? null : Tuned(judge, candidates, work);
        double start = new ProxyJudge(judge).LossOfFrequencies(candidates[0].View, work);
        IReadOnlyList<Measurement> largest = measured.Find(one => one.Reduce == usual).Losses;
        double[] compared = reference ?? Means(largest);
        List<RateRanking> rates =
        [
            .. measured.Select(one => Rank(one.Reduce, one.Losses, candidates, compared, start, largest)),
        ];
        IReadOnlyList<CandidateFlip> flips = Flips(rates, candidates);
        return new(loss, [.. candidates.Select(c => c.Name)], rates, reference, flips, [.. Notes(loss, rates, flips)]);
    }

    private static string LossOf(JudgeOptions judge)
    {
        ProxyJudge method = new(judge);
        if (!method.HasRate)
            throw new AssayException(
                $"judge/proxies compares learning rates, and the proxy {judge.Proxy} has none",
                hint: "Choose a transformer or a network: proxy: gpt-250k, or mlp."
            );
        return method.Loss?.Name
            ?? throw new AssayException(
                "judge/proxies: no metric of 'judge:' is measured on a dataset",
                hint: "Add one, such as bits-per-byte@target."
            );
    }

    private IReadOnlyList<Measurement> Losses(
        JudgeOptions judge,
        double reduce,
        IReadOnlyList<(string Name, View View)> candidates,
        Work work,
        string folder
    )
    {
        using Pieces pieces = new(Path.Combine(work.Pieces.Folder, folder));
        return [.. new ProxyJudge(judge, 1 / reduce).Judge(candidates, work.With(pieces)).Select(of => of[0])];
    }

    private double[] Tuned(JudgeOptions judge, IReadOnlyList<(string Name, View View)> candidates, Work work)
    {
        double[] best = [.. candidates.Select(_ => double.PositiveInfinity)];
        foreach (double reduce in _options.TargetReduce)
        {
            double[] means = Means(
                Losses(judge with { Proxy = _options.Target }, reduce, candidates, work, $"target-{reduce:R}")
            );
            for (int i = 0; i < best.Length; i++)
                best[i] = Math.Min(best[i], means[i]);
        }
        return best;
    }

    private RateRanking Rank(
        double reduce,
        IReadOnlyList<Measurement> losses,
        IReadOnlyList<(string Name, View View)> candidates,
        double[] compared,
        double start,
        IReadOnlyList<Measurement> usual
    )
    {
        double[] means = Means(losses);
        int seeds = losses[0].Values.Count;
        double confidence = losses[0].Interval.Confidence;
        double[][] single =
        [
            .. Enumerable.Range(0, seeds).Select(seed => losses.Select(of => of.Values[seed]).ToArray()),
        ];
        Interval? Over(Func<double[], double> agreement, double least)
        {
            double[] values = [.. single.Select(agreement)];
            if (!Array.TrueForAll(values, double.IsFinite))
                return null;
            MeanInterval interval = MeanInterval.Of(values, confidence);
            return new(interval.Mean, Math.Max(least, interval.Low), Math.Min(1, interval.High), confidence);
        }
        return new(
            reduce,
            losses,
            [.. Enumerable.Range(0, means.Length).OrderBy(i => means[i]).Select(i => candidates[i].Name)],
            SeedNoise.Of([.. losses.Select(of => of.Values)]),
            RateChoice.LeavesTheStart(start, usual[0].Interval.Mean, means[0]),
            RankAgreement.Of(means, compared, _options.Choices),
            Over(seed => RankCorrelation.Spearman(seed, compared), -1),
            Over(seed => RankAgreement.PairShare(seed, compared), 0)
        );
    }

    private static IReadOnlyList<CandidateFlip> Flips(
        List<RateRanking> rates,
        IReadOnlyList<(string Name, View View)> candidates
    )
    {
        double[] usual = Means(rates.MinBy(rate => rate.Reduce)!.Losses),
            small = Means(rates.MaxBy(rate => rate.Reduce)!.Losses);
        List<CandidateFlip> flips = [];
        for (int i = 0; i < usual.Length; i++)
        for (int j = 0; j < usual.Length; j++)
            if (usual[i] < usual[j] && small[j] < small[i])
                flips.Add(new(candidates[i].Name, candidates[j].Name));
        return flips;
    }

    private static IEnumerable<string> Notes(string loss, List<RateRanking> rates, IReadOnlyList<CandidateFlip> flips)
    {
        string At(RateRanking rate) =>
            rate.Reduce == 1
                ? "the usual rate"
                : string.Create(CultureInfo.InvariantCulture, $"the usual rate over {rate.Reduce:0.##}");
        foreach (RateRanking rate in rates.Where(rate => !rate.LeavesTheStart))
            yield return $"at {At(rate)} the proxies learn little more than frequencies: do not rank by it";
        foreach (RateRanking rate in rates)
            if (rate.Noise.Warning(loss) is { } warning)
                yield return $"at {At(rate)} {warning}";
        RateRanking largest = rates.MinBy(rate => rate.Reduce)!,
            smallest = rates.MaxBy(rate => rate.Reduce)!;
        if (flips.Count > 0)
            yield return $"{At(largest)} and {At(smallest)} order {(flips.Count == 1 ? "one pair" : $"{flips.Count} pairs")} of candidates differently"
                + (
                    largest.Ranking[0] == smallest.Ranking[0]
                        ? ""
                        : $"; they choose '{largest.Ranking[0]}' and '{smallest.Ranking[0]}'"
                );
    }

    private static double[] Means(IReadOnlyList<Measurement> losses) => [.. losses.Select(of => of.Interval.Mean)];
}
