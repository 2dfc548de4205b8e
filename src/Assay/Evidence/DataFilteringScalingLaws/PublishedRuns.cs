using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Assay.Plan.Filter;

namespace Assay.Evidence;

/// <summary>Fits of the laws to runs that others have published: CLIP models on three pools, language models under repetition.</summary>
internal static class PublishedRuns
{
    public const string Folder = "data-filtering-scaling-laws";

    private const double PoolSize = 12.8e6;
    private const double Billion = 1e9;

    /// <summary>The union that the authors' own parameters choose at each of their budgets, and its error.</summary>
    public static void Unions(Trial trial, Figures figures)
    {
        foreach (string line in File.ReadLines(trial.Path(Folder, "parameter_values.jsonl")))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            bool isUtility = root.GetProperty("id").GetString()!.EndsWith("utility", StringComparison.Ordinal);
            double[] Numbers(string name) =>
                [.. root.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];
            double[] utilities = Numbers("b_values"),
                halfLives = Numbers("c_values");
            // The last entry is a control of random rows, no pool.
            Pool[] pools = [.. utilities.SkipLast(1).Select((utility, i) => new Pool(utility, halfLives[i]))];
            SharedConstants shared = new(root.GetProperty("best_a").GetDouble(), 0.1, SharedConstants.OfficialUnit);
            foreach (double budget in (double[])[32e6, 64e6, 128e6, 640e6])
            {
                double[] errors =
                [
                    .. Enumerable
                        .Range(1, pools.Length)
                        .Select(keep =>
                            RepetitionCurve.Error(
                                isUtility ? RepetitionLaw.HalfLife : RepetitionLaw.EffectiveData,
                                LawForm.OfficialCode,
                                shared,
                                pools[..keep],
                                [.. Enumerable.Repeat(PoolSize, keep)],
                                budget
                            )
                        ),
                ];
                string name = $"{(isUtility ? "utility" : "effective")}/{budget / 1e6:0}M";
                figures[name + "/best"] = 1 + Array.IndexOf(errors, errors.Min());
                figures[name + "/error"] = errors.Min();
            }
        }
    }

    /// <summary>ImageNet errors of CLIP models: how well a law of nine runs fits, and how well one of six predicts the three longest.</summary>
    public static void Clip(Trial trial, Figures figures)
    {
        Dictionary<string, double> sizes = new()
        {
            ["LAION-80M"] = 80e6,
            ["LAION-400M"] = 407e6,
            ["LAION-2B"] = 2e9,
        };
        List<(string Architecture, string Pool, double Samples, double Error)> models = [];
        string[] header = [];
        using (FileStream packed = File.OpenRead(trial.Path(Folder, "openclip_zeroshot_results.csv.gz")))
        using (GZipStream bytes = new(packed, CompressionMode.Decompress))
        using (StreamReader reader = new(bytes))
            while (reader.ReadLine() is { } line)
            {
                string[] fields = line.Split(',');
                if (header.Length == 0)
                    header = fields;
                string Field(string name) => fields[Array.IndexOf(header, name)];
                if (Field("downstream_dataset") == "imagenet1k" && sizes.ContainsKey(Field("upstream_dataset")))
                    models.Add(
                        (
                            Field("arch"),
                            Field("upstream_dataset"),
                            Number(Field("samples_seen")),
                            1 - Number(Field("acc1"))
                        )
                    );
            }
        foreach (string architecture in (string[])["ViT-B-32", "ViT-B-16", "ViT-L-14"])
        {
            PoolRuns[] RunsOf(Func<double, bool> which) =>
                [
                    .. sizes.Select(pool =>
                    {
                        var runs = models.Where(model =>
                            model.Architecture == architecture && model.Pool == pool.Key && which(model.Samples)
                        );
                        return new PoolRuns(
                            pool.Key,
                            pool.Value,
                            [.. runs.Select(run => run.Samples)],
                            [.. runs.Select(run => run.Error)]
                        );
                    }),
                ];
            foreach (RepetitionLaw law in (RepetitionLaw[])[RepetitionLaw.HalfLife, RepetitionLaw.PowerLaw])
            {
                PoolRuns[] all = RunsOf(_ => true),
                    longest = RunsOf(samples => samples > 30e9);
                PoolFit fit = Fit(law, all),
                    early = Fit(law, RunsOf(samples => samples < 30e9));
                figures[$"clip/{architecture}/fit/{law}"] = RootMeanSquare(fit, all);
                figures[$"clip/{architecture}/predicted/{law}"] = RootMeanSquare(early, longest);
                if (law == RepetitionLaw.HalfLife)
                    figures[$"clip/{architecture}/half-life"] = fit.Pools[0].HalfLife;
            }
        }
    }

    /// <summary>Losses of language models that repeat their corpus many times.</summary>
    public static void Language(Trial trial, Figures figures)
    {
        (string Name, double Parameters, double Unique, double Longest)[] series =
        [
            ("83m", 82.7e6, 1e8, 14e9),
            ("2b8", 2.81e9, 4e9, 55e9),
        ];
        string[][] rows =
        [
            .. File.ReadLines(trial.Path(Folder, "datablations_c4_validation_losses.csv"))
                .Skip(1)
                .Select(line => line.Split(',')),
        ];
        foreach ((string name, double parameters, double unique, double longest) in series)
        {
            var runs = rows.Select(row =>
                    (Parameters: Number(row[1]), Seen: Number(row[2]), Unique: Number(row[3]), Loss: Number(row[4]))
                )
                .Where(run => run.Parameters == parameters && run.Unique == unique && run.Seen <= longest)
                .ToArray();
            PoolRuns[] pool = [new(name, unique, [.. runs.Select(run => run.Seen)], [.. runs.Select(run => run.Loss)])];
            foreach (RepetitionLaw law in Enum.GetValues<RepetitionLaw>())
                figures[$"language/{name}/{law}"] = RootMeanSquare(Fit(law, pool), pool);
        }
    }

    private static PoolFit Fit(RepetitionLaw law, PoolRuns[] runs) =>
        PoolFit.Of(law, LawForm.Paper, runs, Billion, oneTask: true);

    private static double RootMeanSquare(PoolFit fit, PoolRuns[] runs) =>
        Math.Sqrt(
            runs.SelectMany(run =>
                    run.Samples.Select(
                        (samples, i) =>
                            RepetitionCurve.Error(fit.Law, fit.Form, fit.Shared, [fit.Pools[0]], [run.Size], samples)
                            - run.Errors[i]
                    )
                )
                .Average(difference => difference * difference)
        );

    private static double Number(string field) => double.Parse(field, CultureInfo.InvariantCulture);
}
