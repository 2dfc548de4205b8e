using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Features;
using Assay.Numerics;

namespace Assay.Judge;

/// <summary>Judges candidates by small proxy models trained on equal budgets of their rows, over several seeds.</summary>
/// <remarks>
/// A seed draws, for every candidate, rows in random order until the budget is met, and takes one of as many disjoint parts
/// of the target's rows. So the values of the seeds vary by training draw and by target rows, independently, and Student's
/// interval of their mean covers both. (Full-size bootstrap resamples of one target would not: the mean of n of them
/// has the target's own sampling error, while their spread promises the n-th part of it.) Candidates share the seed's
/// part of the target, and its order of the rows that they have in common: differences are paired.
/// </remarks>
[Method("judge/proxy", Paper = "small-run-proxies", Revision = 2)]
public sealed class ProxyJudge
{
    private const string Stage = "judging";
    private const double LargestShare = 0.8;

    private readonly JudgeOptions _options;
    private readonly Metric[] _metrics;
    private readonly IProxy _proxy;
    private readonly double? _share;

    /// <summary>Checks the metrics.</summary>
    /// <exception cref="AssayException">A metric is unknown, or the proxy cannot measure it.</exception>
    public ProxyJudge(JudgeOptions options)
    {
        _options = options;
        _metrics = [.. options.Metrics.Select(Metric.Parse)];
        _proxy = Proxies.Make(options);
        foreach (Metric metric in _metrics)
            if (metric.Target.Length > 0 && !_proxy.Measures.Contains(metric.Kind))
                throw new AssayException(
                    $"judge: the proxy {options.Proxy} does not measure {metric.Name}",
                    hint: $"It measures {string.Join(", ", _proxy.Measures.Select(Metric.Prefix))}@<dataset>."
                );
    }

    /// <summary>The same at a given share of the usual learning rate, whatever the options say.</summary>
    internal ProxyJudge(JudgeOptions options, double share)
        : this(options) => _share = share;

    /// <summary>The loss that the proxy is measured by on the first dataset that a metric names; null if none does.</summary>
    internal Metric? Loss =>
        _metrics.FirstOrDefault(metric => metric.Target.Length > 0) is { } measured
            ? new($"{Metric.Prefix(_proxy.Loss)}@{measured.Target}", _proxy.Loss, measured.Target)
            : null;

    /// <summary>True if the proxy is trained by steps at a learning rate.</summary>
    internal bool HasRate => _proxy.HasRate;

    /// <summary><see cref="Loss"/> on the whole target of knowing no more than frequencies in a candidate.</summary>
    internal double LossOfFrequencies(View candidate, Work work)
    {
        View target = work.Dataset(Loss!.Target);
        Subsample all = (_proxy.CountsRows ? RowSizes.Ones(candidate, work) : RowSizes.Read(candidate, work)).Draw(
            candidate.Selection,
            long.MaxValue,
            work.Random
        );
        return _proxy.LossOfFrequencies(
            candidate,
            all,
            new(Loss.Target, target, [.. target.Selection.Rows.Order()], 0),
            new(work.Random, work.MemoryBytes, work.Pieces.Folder, _ => { }, work.Cancellation)
        );
    }

    /// <summary>Measures every candidate.</summary>
    /// <returns>For each candidate, in the given order, one measurement for each metric, in the order of the options.</returns>
    /// <exception cref="AssayException">
    /// A candidate or a target has no text or too few rows, a target does not exist, or the models outgrow the memory.
    /// </exception>
    public IReadOnlyList<IReadOnlyList<Measurement>> Judge(
        IReadOnlyList<(string Name, View View)> candidates,
        Work work
    ) => Judge(candidates, work, out _);

    /// <summary>The same, and the learning rate that was chosen for the proxies; null where they have none or it was given.</summary>
    internal IReadOnlyList<IReadOnlyList<Measurement>> Judge(
        IReadOnlyList<(string Name, View View)> candidates,
        Work work,
        out RateChoice? rate
    )
    {
        rate = null;
        if (candidates.Count == 0)
            return [];
        RowSizes[] sizes = SizesOf(candidates, RowSizes.Read, work);
        long[] bytes = [.. candidates.Select((candidate, i) => sizes[i].Bytes(candidate.View.Selection))];
        RowSizes[] budgeted = _proxy.CountsRows ? SizesOf(candidates, RowSizes.Ones, work) : sizes;
        long[] wealth = [.. candidates.Select((candidate, i) => budgeted[i].Bytes(candidate.View.Selection))];
        int empty = Array.IndexOf(wealth, 0);
        if (empty >= 0)
            throw new AssayException(
                $"judge: candidate '{candidates[empty].Name}' has no {(_proxy.CountsRows ? "rows" : "text")} left",
                hint: "Loosen its filters, or leave it out."
            );
        long budget = BudgetOf(wealth.Min());
        Dictionary<string, Target> targets = _metrics
            .Select(metric => metric.Target)
            .Where(target => target.Length > 0)
            .Distinct()
            .ToDictionary(name => name, name => new Target(name, work.Dataset(name), _options.Seeds, work.Random));

        CandidateSets? sets = CandidateSets.Of(
            _metrics,
            [.. candidates.Select(candidate => candidate.View)],
            _options.Seeds,
            (candidate, seed) =>
                Draw(budgeted[candidate], candidates[candidate].View.Selection, budget, work.Random, seed),
            (candidate, row) => budgeted[candidate].Key(row),
            work
        );
        int pieces = candidates.Count * _options.Seeds;
        int atOnce = Math.Min(work.Threads, pieces);
        string unit = _proxy.CountsRows ? "rows" : "bytes";
        if (_proxy.HasRate && _share is null && _options is { Rate: "small", Reduce: > 1 } && Loss is { } loss)
            rate = new RateTrial(_proxy, _options.Reduce, loss, candidates[0].Name).Choose(
                candidates[0].View,
                Draw(budgeted[0], candidates[0].View.Selection, budget, work.Random, seed: 0),
                targets[loss.Target].Part(0),
                share =>
                    new(
                        work.Random.Child("train").Child(0),
                        work.MemoryBytes / Math.Min(work.Threads, 2),
                        Path.Combine(work.Pieces.Folder, $"training-rate-{1 / share:R}"),
                        _ => { },
                        work.Cancellation,
                        share
                    ),
                work
            );
        double rateShare = _share ?? rate?.Share ?? 1;
        double[] done = [.. Enumerable.Range(0, pieces).Select(piece => work.Pieces.Has(Stage, piece) ? 1.0 : 0)];
        work.Make(
            Stage,
            pieces,
            (piece, stream) =>
            {
                (int candidate, int seed) = Math.DivRem(piece, _options.Seeds);
                View view = candidates[candidate].View;
                // Models are trained side by side: threads are better spent so than within each.
                using Workers.LimitScope limit = Workers.Limit(Math.Max(1, work.Threads / atOnce));
                Subsample sample = Draw(budgeted[candidate], view.Selection, budget, work.Random, seed);
                ProxyRun run = new(
                    work.Random.Child("train").Child(seed),
                    work.MemoryBytes / atOnce,
                    Path.Combine(work.Pieces.Folder, $"training-{piece:D6}"),
                    share =>
                    {
                        done[piece] = share;
                        work.Progress?.Report(new(Stage, (long)(done.Sum() * budget), pieces * budget, unit));
                    },
                    work.Cancellation,
                    rateShare
                );
                double[] values = Measure(view, sample, bytes[candidate], wealth[candidate], targets, seed, run);
                sets?.Measure(candidate, seed, sample, values);
                stream.Write(MemoryMarshal.AsBytes<double>(values));
                run.Forget();
            },
            _ => budget,
            unit
        );
        return [.. candidates.Select((_, candidate) => Collect(candidate, work))];
    }

    private static RowSizes[] SizesOf(
        IReadOnlyList<(string Name, View View)> candidates,
        Func<View, Work, RowSizes> sizesOf,
        Work work
    )
    {
        Dictionary<(Dataset, Edits?), RowSizes> read = [];
        foreach ((_, View view) in candidates)
            if (!read.ContainsKey((view.Dataset, view.Edits)))
                read.Add((view.Dataset, view.Edits), sizesOf(new(view.Dataset, edits: view.Edits), work));
        return [.. candidates.Select(candidate => read[(candidate.View.Dataset, candidate.View.Edits)])];
    }

    private long BudgetOf(long smallest) =>
        _options.Repeat
            ? Math.Max(1, _options.Tokens.IsShare ? _options.Tokens.Of(smallest) : (long)_options.Tokens.Value)
            : Math.Max(1, Math.Min(_options.Tokens.Of(smallest), (long)(LargestShare * smallest)));

    private Subsample Draw(RowSizes sizes, Selection selection, long budget, RandomStream draws, int seed)
    {
        RandomStream random = draws.Child("draw").Child(seed);
        return _options.Repeat ? sizes.Repeated(selection, budget, random) : sizes.Draw(selection, budget, random);
    }

    private double[] Measure(
        View view,
        Subsample sample,
        long bytes,
        long tokens,
        Dictionary<string, Target> targets,
        int seed,
        ProxyRun run
    )
    {
        DistinctNGrams?[] distinct =
        [
            .. _metrics.Select(metric => metric.Kind == MetricKind.Distinct ? new DistinctNGrams(metric.Words) : null),
        ];
        RowSpread? spread = _metrics.Any(metric => metric.Kind == MetricKind.Diversity) ? new() : null;
        if (spread is not null || distinct.Any(counter => counter is not null))
            sample.ForEach(
                view,
                text =>
                {
                    spread?.Add(text);
                    foreach (DistinctNGrams? counter in distinct)
                        counter?.Add(text);
                },
                run.Cancellation
            );
        ITrainedProxy? model = targets.Count > 0 ? _proxy.Train(view, sample, run) : null;
        return
        [
            .. _metrics.Select(
                (metric, i) =>
                    metric.Kind switch
                    {
                        MetricKind.Distinct => distinct[i]!.Share,
                        MetricKind.Diversity => spread!.MeanDistance,
                        MetricKind.Rows => view.Selection.Count,
                        MetricKind.Bytes => bytes,
                        MetricKind.Tokens => tokens,
                        MetricKind.Set => 0, // measured on samples of one size: CandidateSets
                        _ => model!.Measure(metric.Kind, targets[metric.Target].Part(seed), run.Cancellation),
                    }
            ),
        ];
    }

    private Measurement[] Collect(int candidate, Work work)
    {
        double[][] values = new double[_options.Seeds][];
        for (int seed = 0; seed < values.Length; seed++)
        {
            values[seed] = new double[_metrics.Length];
            using FileStream stream = work.Pieces.Open(Stage, candidate * _options.Seeds + seed);
            stream.ReadExactly(MemoryMarshal.AsBytes(values[seed].AsSpan()));
        }
        return
        [
            .. _metrics.Select(
                (metric, i) =>
                    Measurement.Of(metric.Name, metric.Unit, [.. values.Select(of => of[i])], _options.Confidence)
            ),
        ];
    }
}
