using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Assay.Data;
using Assay.Judge;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Recipes.Execution;

/// <summary>What a model learns of each tier in the decay of its learning rate, beside what the tier cost.</summary>
/// <remarks>
/// Gain per cost is our own measure: the paper weighs quality, cost and benefit, and gives no formula. It is the loss with the lowest tier alone minus that with the tier, over the cost of a megabyte of the tier: all
/// that was spent up to its gate, seconds at the price of an hour of the machine, over its megabytes.
/// </remarks>
internal sealed class TierVerification(
    Recipe recipe,
    Store store,
    StepRunner steps,
    IRunObserver observer,
    CancellationToken cancellation
)
{
    private const string Method = "tiers/verify";
    private const int MostTargetRows = 2000;

    /// <summary>Trains, or takes the losses from the store; gives panels, and a sentence.</summary>
    public (IReadOnlyList<Panel> Panels, string Gains) Run(
        TierVerifyOptions options,
        BuiltTiers built,
        IReadOnlyList<TierLine> lines
    )
    {
        (View target, string targetKey) = built.Raw.Datasets[options.Target];
        string key = StepKey.Of([
            Method,
            "1",
            CanonicalJson.Of(options with { HourPrice = 0 }),
            recipe.Seed.ToString(),
            targetKey,
            .. built.Tiers.Select(tier => tier.After.Key),
        ]);
        StoredStep? stored = steps.Find(key);
        observer.StepStarted(Method, $"{options.Model}, {options.Seeds} seeds", stored is not null);
        if (stored is null)
        {
            Stopwatch clock = Stopwatch.StartNew();
            Work work = steps.WorkFor(key, Method, recipe.Seed);
            double[][] losses = Train(options, built, target, work);
            StepOutputs outputs = new() { Findings = store.Objects.Put(JsonSerializer.SerializeToUtf8Bytes(losses)) };
            stored = new(
                key,
                Method,
                CanonicalJson.Of(options),
                "[]",
                outputs.ToJson(),
                clock.Elapsed.TotalSeconds,
                0,
                0
            );
            store.SaveStep(stored);
            store.Sweep(key);
        }
        double[][] found = JsonSerializer.Deserialize<double[][]>(
            store.Objects.Get(StepOutputs.FromJson(stored.Outputs).Findings!)
        )!;
        return Report(options, built, lines, found);
    }

    // For each tier the loss of every seed, in bits a byte.
    private double[][] Train(TierVerifyOptions options, BuiltTiers built, View target, Work work)
    {
        DecayOptions training = new()
        {
            Model = options.Model,
            BaseSteps = options.BaseSteps,
            DecaySteps = options.DecaySteps,
        };
        byte[][][] tiers = [.. built.Tiers.Select(tier => Rows(tier.After.View, training.Context, tier.Name))];
        byte[][] measured = Rows(target, training.Context, options.Target);
        work.Random.Child("target").Shuffle<byte[]>(measured);
        measured = measured[..Math.Min(measured.Length, MostTargetRows)];
        double[][] losses = [.. tiers.Select(_ => new double[options.Seeds])];
        using Workers.LimitScope limit = Workers.Limit(Math.Min(256, work.Threads));
        long all = (long)options.Seeds * (training.BaseSteps + tiers.Length * training.DecaySteps),
            before = 0;
        for (int seed = 0; seed < options.Seeds; seed++)
        {
            RandomStream random = work.Random.Child(seed);
            byte[][][] shuffled = [.. tiers.Select(rows => (byte[][])[.. rows])];
            foreach ((int i, byte[][] rows) in shuffled.Index())
                random.Child("rows").Child(i).Shuffle<byte[]>(rows);
            DecayTraining model = new(training, random.Child("weights"));
            model.Begin(shuffled[0], Stepped, cancellation);
            before += training.BaseSteps;
            // What is general goes on where the base stopped.
            byte[][] general =
            [
                .. Enumerable
                    .Range(0, shuffled[0].Length)
                    .Select(i => shuffled[0][(training.BaseRows + i) % shuffled[0].Length]),
            ];
            for (int tier = 0; tier < tiers.Length; tier++)
            {
                byte[][] rows = tier == 0 ? general : shuffled[tier];
                model.Continue(
                    DecayTraining.Mixed(general, rows, training.DecayRows, random.Child("mixed")),
                    Stepped,
                    cancellation
                );
                before += training.DecaySteps;
                losses[tier][seed] = model.Loss(measured, cancellation) / Math.Log(2);
            }
        }
        return losses;

        void Stepped(int step) => work.Progress?.Report(new("training", before + step, all, "steps"));

        byte[][] Rows(View view, int bytes, string name)
        {
            List<byte[]> texts = [];
            view.ForEach(view.Selection.Rows, (batch, row) => texts.Add(batch.Text(row).ToArray()), cancellation);
            byte[][] rows = DecayTraining.Rows(texts, bytes, whole: true);
            return rows.Length > 0
                ? rows
                : throw new AssayException(
                    $"'{name}' has no text of {bytes} bytes to verify tiers with",
                    hint: "Take 'verify' away, or give it longer rows."
                );
        }
    }

    private static (IReadOnlyList<Panel>, string) Report(
        TierVerifyOptions options,
        BuiltTiers built,
        IReadOnlyList<TierLine> lines,
        double[][] losses
    )
    {
        string[] names = [.. built.Tiers.Select(tier => tier.Name)];
        MeanInterval[] gains =
        [
            .. losses.Select(of => MeanInterval.Of([.. losses[0].Zip(of, (lowest, loss) => lowest - loss)], 0.95)),
        ];
        // Everything up to a tier's gate was spent for it.
        double[] costs =
        [
            .. names.Select(
                (name, i) =>
                    lines.Take(i + 2).Sum(line => line.Seconds / 3600 * options.HourPrice + line.Price)
                    / (lines[i + 1].Bytes / 1e6)
            ),
        ];
        IntervalLine[] shown =
        [
            .. names.Skip(1).Select((name, i) => new IntervalLine(name, gains[i + 1], gains[i + 1].Low > 0)),
        ];
        Panel table = new TablePanel
        {
            Title = "Gain and cost",
            Note = string.Create(
                CultureInfo.InvariantCulture,
                $"Bits a byte on '{options.Target}', {options.Seeds} seeds; gain over {names[0]} alone. Cost of a megabyte: all that was spent up to the gate, an hour of the machine at {options.HourPrice}, over the tier's megabytes."
            ),
            Columns =
            [
                TableColumn.Of("tier", names),
                TableColumn.Of("loss", losses.Select(of => of.Average()), 4),
                TableColumn.Of("gain", gains.Select(gain => gain.Mean), 4),
                TableColumn.Of("low", gains.Select(gain => gain.Low), 4),
                TableColumn.Of("high", gains.Select(gain => gain.High), 4),
                TableColumn.Of("cost of a MB", costs),
                TableColumn.Of(
                    "gain per cost",
                    gains.Select((gain, i) => i == 0 || costs[i] == 0 ? double.NaN : gain.Mean / costs[i])
                ),
            ],
        };
        if (shown.Length == 0)
            return ([table], "");
        string better = string.Join(" and ", shown.Where(line => line.IsChosen).Select(line => line.Name));
        return (
            [
                new IntervalPanel
                {
                    Title = "What a model gains from each tier",
                    Note =
                        $"Loss with {names[0]} alone minus loss with 30 % of the tier in the decay; 95 % intervals over seeds. Part of a gain is likeness to '{options.Target}'.",
                    Axis = new("gain in bits a byte", "", Better.More),
                    IsDifference = true,
                    Lines = shown,
                },
                table,
            ],
            better.Length > 0
                ? $"On '{options.Target}' {better} {(better.Contains(' ') ? "are" : "is")} better than {names[0]} beyond the seeds."
                : $"On '{options.Target}' no tier is better than {names[0]} beyond the seeds."
        );
    }
}
