using Assay.Data;
using Assay.Features;
using Assay.Models;
using Assay.Numerics;
using Assay.Order;

namespace Assay.Judge;

/// <summary>Trains a classifier for each ability on more and more of its rows, several times, and scores it on held-out rows.</summary>
/// <remarks>
/// A run orders an ability's rows at random, classes evenly mixed, and trains on their first 4, 16, 64, so that smaller amounts are parts of larger ones. Abilities with the same classes are also
/// trained on each other's rows, and on as many rows of all others together: what that scores is transfer. Chance is the share of the most frequent class of the test rows.
/// </remarks>
internal sealed class GrowthTraining
{
    private const string Stage = "growth";
    private readonly GrowthOptions _options;
    private readonly Work _work;
    private readonly View _train,
        _test;
    private readonly Pool[] _pools;

    private GrowthTraining(GrowthOptions options, Work work, View train, View test, Pool[] pools) =>
        (_options, _work, _train, _test, _pools) = (options, work, train, test, pools);

    /// <summary>Trains and scores.</summary>
    /// <exception cref="AssayException">Columns are missing, or an ability has too few rows.</exception>
    public static GrowthData Of(View view, GrowthOptions options, Work work)
    {
        if (options.Model == "logistic-hashed" && view.Dataset.Schema.Find(view.Dataset.TextColumn) is null)
            throw new AssayException(
                $"'{view.Dataset.Name}' has neither a column '{options.Score}' of measured scores nor text to train on",
                hint: $"Name the column of the score with 'score', that of the text with '--text', or train on numbers with 'model: logistic'. It has: {string.Join(", ", view.Dataset.Schema.Select(field => field.Name))}."
            );
        if (
            options.Sizes.Count < 2
            || options.Sizes[0] < 1
            || !options.Sizes.SequenceEqual(options.Sizes.Distinct().Order())
        )
            throw new AssayException("'sizes' are not two numbers of rows at least, ascending and above 0");
        View test = options.Test.Length > 0 ? work.Dataset(options.Test) : view;
        Pool[] pools = PoolsOf(view, test, options, work);
        GrowthTraining training = new(options, work, view, test, pools);
        training.Run();
        return training.Collect();
    }

    private static Pool[] PoolsOf(View view, View test, GrowthOptions options, Work work)
    {
        Dictionary<string, int[]> train = ByAbility(view, options, work);
        Dictionary<string, int[]> tested = ReferenceEquals(view, test) ? [] : ByAbility(test, options, work);
        List<Pool> pools = [];
        foreach ((string ability, int[] rows) in train)
        {
            int[] own = rows,
                held;
            if (ReferenceEquals(view, test))
            {
                own = [.. rows];
                work.Random.Child("held-out").Child(ability).Shuffle<int>(own);
                int count = (int)Math.Round(options.HeldOut * own.Length);
                // In the order of the table, which is read faster.
                (held, own) = ([.. own[..count].Order()], [.. own[count..].Order()]);
            }
            else if (!tested.TryGetValue(ability, out held!))
                throw new AssayException(
                    $"'{test.Dataset.Name}' has no rows of the ability '{ability}'",
                    hint: "Every ability needs rows to be tested on."
                );
            int[] sizes = [.. options.Sizes.Where(size => size <= own.Length)];
            if (sizes.Length < 2 || held.Length < 2)
                throw new AssayException(
                    $"the ability '{ability}' has {own.Length} rows to train on and {held.Length} to be tested on",
                    hint: $"Two of the sizes {string.Join(", ", options.Sizes)} must fit; set 'sizes' lower, or leave the ability out (select/where)."
                );
            List<string> labels = LabelledRows.KeysOf(view, own, options.Label, work.Cancellation),
                truth = LabelledRows.KeysOf(test, held, options.Label, work.Cancellation);
            pools.Add(
                new(
                    ability,
                    own,
                    [.. labels],
                    held,
                    truth.CountBy(label => label).Max(pair => pair.Value) / (double)truth.Count,
                    truth,
                    sizes
                )
            );
        }
        return [.. pools];
    }

    private static Dictionary<string, int[]> ByAbility(View view, GrowthOptions options, Work work)
    {
        int[] rows = view.DistinctRows.ToArray();
        List<string> keys = LabelledRows.KeysOf(view, rows, options.Ability, work.Cancellation);
        return keys.Index()
            .GroupBy(pair => pair.Item)
            .ToDictionary(group => group.Key, group => group.Select(pair => rows[pair.Index]).ToArray());
    }

    // A piece is a run of an ability: its scores by size, then from each other ability, then from all others.
    private void Run() =>
        _work.Make(
            Stage,
            _pools.Length * _options.Seeds,
            (piece, stream) =>
            {
                (int ability, int seed) = (piece / _options.Seeds, piece % _options.Seeds);
                Pool own = _pools[ability];
                using BinaryWriter scores = new(stream, System.Text.Encoding.UTF8, leaveOpen: true);
                int[] order = OrderOf(own, seed);
                foreach (int size in own.Sizes)
                    scores.Write(Score(order[..size], own, seed));
                int[] others = OthersOf(ability);
                foreach (int other in others)
                    scores.Write(Score(OrderOf(_pools[other], seed)[.._pools[other].Sizes[^1]], own, seed));
                if (others.Length > 1)
                    scores.Write(Score(Together(others, own.Sizes[^1], seed), own, seed));
            },
            unit: "runs"
        );

    private GrowthData Collect()
    {
        List<AbilityScores> abilities = [];
        List<AbilityTransfer> transfers = [];
        List<PairTransfer> pairs = [];
        foreach ((int ability, Pool pool) in _pools.Index())
        {
            int[] others = OthersOf(ability);
            double[][] runs =
            [
                .. Enumerable
                    .Range(0, _options.Seeds)
                    .Select(seed =>
                        Read(
                            ability * _options.Seeds + seed,
                            pool.Sizes.Length + others.Length + (others.Length > 1 ? 1 : 0)
                        )
                    ),
            ];
            double[] At(int place) => [.. runs.Select(run => run[place])];
            abilities.Add(
                new(
                    pool.Ability,
                    pool.Chance,
                    [.. pool.Sizes.Select(size => (double)size)],
                    [.. pool.Sizes.Index().Select(size => At(size.Index))]
                )
            );
            foreach ((int place, int other) in others.Index())
                pairs.Add(new(_pools[other].Ability, pool.Ability, At(pool.Sizes.Length + place), pool.Chance));
            if (others.Length > 0)
                transfers.Add(new(pool.Ability, At(runs[0].Length - 1), pool.Chance));
        }
        return new(
            abilities,
            [.. _pools.Select(pool => pool.Rows.Length)],
            transfers,
            pairs,
            [
                "Each ability has a classifier of its own: what abilities take from each other in one model is not in these curves.",
            ]
        );
    }

    private double[] Read(int piece, int count)
    {
        using BinaryReader scores = new(_work.Pieces.Open(Stage, piece));
        return [.. Enumerable.Range(0, count).Select(_ => scores.ReadDouble())];
    }

    // All others that have the same classes.
    private int[] OthersOf(int ability) =>
        [
            .. Enumerable
                .Range(0, _pools.Length)
                .Where(other => other != ability && _pools[other].Classes.SetEquals(_pools[ability].Classes)),
        ];

    private int[] OrderOf(Pool pool, int seed)
    {
        RandomStream random = _work.Random.Child("run").Child(seed).Child(pool.Ability);
        int[] sequence = [.. Enumerable.Range(0, pool.Rows.Length)];
        random.Shuffle<int>(sequence);
        string[] classes = [.. pool.Classes.Order(StringComparer.Ordinal)];
        int[] classOf = [.. pool.Labels.Select(label => Array.IndexOf(classes, label))];
        return [.. Mix.Of(classOf, sequence, classes.Length, random).Select(place => pool.Rows[place])];
    }

    // As many rows in all as the ability itself has at its largest size.
    private int[] Together(int[] others, int size, int seed) =>
        [
            .. others.SelectMany(
                (other, place) =>
                {
                    int share = size * (place + 1) / others.Length - size * place / others.Length;
                    return OrderOf(_pools[other], seed).Take(share);
                }
            ),
        ];

    private double Score(int[] order, Pool tested, int seed)
    {
        int[] rows = [.. order.Order()];
        List<string> labels = LabelledRows.KeysOf(_train, rows, _options.Label, _work.Cancellation);
        // One class only: nothing can be learned but to name it.
        if (labels.Distinct().Count() == 1)
            return tested.Truth.Count(label => label == labels[0]) / (double)tested.Truth.Count;
        ClassifierFit fit = ClassifierFit.Of(
            _options,
            _train,
            rows,
            _work.Random.Child("model").Child(seed),
            _work.MemoryBytes,
            cancellation: _work.Cancellation
        );
        return fit.Measure(_test, tested.Held, _work.Cancellation).Accuracy;
    }

    private sealed record Pool(
        string Ability,
        int[] Rows,
        string[] Labels,
        int[] Held,
        double Chance,
        IReadOnlyList<string> Truth,
        int[] Sizes
    )
    {
        public HashSet<string> Classes { get; } = [.. Labels];
    }
}
