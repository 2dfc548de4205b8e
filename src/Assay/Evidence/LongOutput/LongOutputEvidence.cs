using System.IO.Compression;
using System.Text.Json;
using Assay.Learning;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Evidence;

/// <summary>Do a few rows that follow the demanded length teach obedience better than many that do not?</summary>
public sealed class LongOutputEvidence : IExperiment
{
    private const int Rows = 6000;

    // S, S_L and S_Q of the eleven models of the paper's tables.
    private static readonly (double All, double Length, double Quality)[] s_published =
    [
        (67.4, 48.92, 85.87),
        (66.38, 52.76, 80.00),
        (72.02, 64.59, 79.44),
        (76.62, 70.44, 82.8),
        (79.51, 75.61, 83.4),
        (67.8, 52.8, 82.78),
        (80.5, 78.6, 82.3),
        (79.88, 77.42, 82.33),
        (75.79, 66.4, 85.17),
        (80.54, 77.49, 83.58),
        (82.84, 81.24, 84.44),
    ];

    /// <inheritdoc/>
    public string Slug => "long-output";

    /// <inheritdoc/>
    public string Title => "Minimum Tuning to Unlock Long Output from LLMs with High Quality Data as the Key (2024)";

    /// <inheritdoc/>
    public string Protocol =>
        "A: the release's patterns on the 120 prompts of LongBench-Write, and the published scores. B: a decoder over 2,000 words of film reviews (0.22 M parameters) first learns 600 steps of text without demands, then is tuned from there for 400 steps of 32 rows to write as many words as it is told (4 to 40), from "
        + "a pool of 6,000 rows like the original: 70 % without a demand, 18 % with a wrong one (true over stated length from 0.2 to 5), 12 % with the right one. Arms, all with equal steps: all rows; rows with a demand (filter 1); those whose score is at least 80 (both filters, some 900 rows); as many random "
        + "and as many of the longest rows; both filters with three rows without a demand for each; the same for 320 steps and both filters alone for 80 at a fifth of the rate (annealing). Obedience is the mean score of length of 200 texts at temperature 0.5, quality the loss of held-out text without a demand. "
        + "C: both filters with the long-ce loss.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [Slug, TextDomains.Folder];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        Published(figures, trial);
        LengthTask task = new(trial);
        LengthRow[] pool = task.Pool(trial.Size(Rows, 200), without: 0.7, wrong: 0.18, "pool"),
            stated = [.. pool.Where(row => row.Required > 0)],
            both = [.. pool.Where(row => row.Follows)],
            plain = [.. pool.Where(row => row.Required == 0)],
            heldOut = task.Pool(trial.Size(300, 16), without: 1, wrong: 0, "held-out");
        (figures["rows/filter-1"], figures["rows/both"]) = (stated.Length, both.Length);
        Transformer start = task.Begin(task.Pool(trial.Size(Rows, 200), without: 1, wrong: 0, "start"));
        int steps = trial.Size(400, 3),
            done = 0;
        LengthRow[] mixed = [.. both, .. plain.Take(3 * both.Length)],
            random = [.. pool];
        trial.Random.Child("random").Shuffle<LengthRow>(random);
        void Arm(string arm, Func<Transformer> train)
        {
            trial.Report(arm, ++done, 9);
            Transformer model = train();
            (figures["obedience/" + arm], figures["long/" + arm]) = task.Obedience(model);
            figures["loss/" + arm] = task.PlainLoss(model, heldOut);
        }
        Arm("start", () => start);
        Arm("all", () => task.Tune(start, pool, steps, "all"));
        Arm("filter-1", () => task.Tune(start, stated, steps, "filter-1"));
        Arm("both", () => task.Tune(start, both, steps, "both"));
        Arm("random", () => task.Tune(start, random[..both.Length], steps, "random"));
        Arm(
            "longest",
            () =>
                task.Tune(
                    start,
                    [.. pool.OrderByDescending(row => row.Words.Length).Take(both.Length)],
                    steps,
                    "longest"
                )
        );
        Arm("mixed", () => task.Tune(start, mixed, steps, "mixed"));
        Arm(
            "annealed",
            () =>
                task.Tune(
                    task.Tune(start, mixed, steps - steps / 5, "mixed"),
                    both,
                    Math.Max(1, steps / 5),
                    "both",
                    0.2
                )
        );
        Arm("long-ce", () => task.Tune(start, both, steps, "both", longCe: true));
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        double One(string name) => trials.Mean(name).Mean;
        Finding Higher(
            string claim,
            string paper,
            string arm,
            string over,
            double bound = 0,
            string figure = "obedience"
        )
        {
            Finding found = Finding.Above(
                claim,
                paper,
                trials.Difference($"{figure}/{arm}", minus: $"{figure}/{over}"),
                bound,
                "0.0"
            );
            return found with
            {
                Ours =
                    $"higher by {found.Ours} points; {arm} {trials.Text($"{figure}/{arm}", "0.0")}, {over} {trials.Text($"{figure}/{over}", "0.0")}",
            };
        }
        Finding Exact(string claim, string paper, string ours, bool holds) =>
            new(
                claim,
                paper,
                ours,
                holds ? Verdict.Replicated : Verdict.NotReplicated,
                "exact; the same in every seed"
            );
        return
        [
            Exact(
                "A: the release's patterns find one length in 102 of the 120 prompts, the labelled one in 99",
                "102 and 99 (method file)",
                FormattableString.Invariant(
                    $"{One("prompts/one")} and {One("prompts/right")}; read as people write numbers: {One("prompts/parsed-one")} and {One("prompts/parsed-right")}"
                ),
                One("prompts/one") == 102 && One("prompts/right") == 99
            ),
            Exact(
                "A: the published scores are means of those of length and quality",
                "S = (S_L + S_Q) / 2",
                FormattableString.Invariant(
                    $"largest error {One("published/error"):0.000} over {s_published.Length} models"
                ),
                One("published/error") <= 0.0501
            ),
            Exact(
                "A: tuning on 666 rows and general ones takes 3.7 % of the passes over rows",
                "3.7 %",
                FormattableString.Invariant($"{One("published/share"):0.00} %"),
                Math.Abs(One("published/share") - 3.7) < 0.1
            ),
            Higher(
                "B: both filters are better than all rows at equal steps, by 3 points and more",
                "+14.18 points of length and more (setups 2 and 4: 64.59, 75.61)",
                "both",
                "all",
                bound: 3
            ),
            Higher(
                "B: rows with a demand alone are better than all rows",
                "an ablation; figures not found",
                "filter-1",
                "all"
            ),
            Higher(
                "B: both filters are better than the first alone",
                "an ablation; figures not found",
                "both",
                "filter-1"
            ),
            Higher("B: both filters are better than as many random rows", "not compared", "both", "random"),
            Higher("B: both filters are better than as many of the longest rows", "not compared", "both", "longest"),
            Higher(
                "B: rows without a demand beside them make it more obedient (3 for 1)",
                "75.61 against 70.44",
                "mixed",
                "both"
            ),
            Finding.Above(
                "B: rows without a demand beside them keep more of the language (loss of held-out text, nats a word)",
                "S_Q 83.4 against 82.8",
                trials.Difference("loss/both", minus: "loss/mixed"),
                format: "0.000"
            )
                is var kept
                ? kept with
                {
                    Ours =
                        $"lower by {kept.Ours}; mixed {trials.Text("loss/mixed")}, both {trials.Text("loss/both")}, start {trials.Text("loss/start")}",
                }
                : kept,
            Higher(
                "B: annealing on the filtered rows alone makes it more obedient",
                "81.24 against 77.49",
                "annealed",
                "mixed"
            ),
            Higher(
                "C: long-ce makes it more obedient than the mean over tokens",
                "used; not compared",
                "long-ce",
                "both"
            ),
            Higher(
                "C: long-ce makes it more obedient where 25 words and more are demanded",
                "used; not compared",
                "long-ce",
                "both",
                figure: "long"
            ),
        ];
    }

    // The same in all seeds: nothing is trained for it.
    private static void Published(Figures figures, Trial trial)
    {
        int one = 0,
            right = 0,
            parsedOne = 0,
            parsedRight = 0;
        using FileStream packed = File.OpenRead(trial.Path("long-output", "longbench_write.jsonl.gz"));
        using StreamReader lines = new(new GZipStream(packed, CompressionMode.Decompress));
        while (lines.ReadLine() is { } line)
        {
            using JsonDocument row = JsonDocument.Parse(line);
            string prompt = row.RootElement.GetProperty("prompt").GetString()!;
            long label = row.RootElement.GetProperty("length").GetInt64();
            long? official = StatedLength.OnlyOf(prompt, LengthReading.Official),
                parsed = StatedLength.OnlyOf(prompt);
            one += official is null ? 0 : 1;
            right += official == label ? 1 : 0;
            parsedOne += parsed is null ? 0 : 1;
            parsedRight += parsed == label ? 1 : 0;
        }
        (figures["prompts/one"], figures["prompts/right"]) = (one, right);
        (figures["prompts/parsed-one"], figures["prompts/parsed-right"]) = (parsedOne, parsedRight);
        figures["published/error"] = s_published.Max(model => Math.Abs(model.All - (model.Length + model.Quality) / 2));
        // 666 rows and twice 6,660 general ones for two epochs, against 6,000 and 180,000 for four.
        figures["published/share"] = 100 * 2.0 * (666 + 2 * 6660) / (4 * 186_000);
    }
}
