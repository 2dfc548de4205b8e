using Assay.Data;
using Assay.Describe;
using Assay.Judge;
using Assay.Recipes;

namespace Assay.Reports.Tests;

/// <summary>An invented run, with everything that a report can show and texts that would break a careless page.</summary>
internal static class Sample
{
    public const string Script = "<script>alert('row')</script></style></title><img src=x onerror=alert(1)>";

    private static readonly string[] s_vessels = ["Maribel", "North Lantern", "Ostrava Star", "Petrel", "Juniper"];

    public static RunReport Full { get; } = Whole();

    private static RunReport Whole() =>
        new()
        {
            RunId = "20260412-083107-7c2e",
            RecipePath = "recipes/harbour-notices.yaml",
            RecipeText = Recipe,
            Overrides = ["judge.seeds=5", "data.pool.path=notices/*.jsonl.gz"],
            Versions = new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["Assay"] = "0.1.0",
                [".NET"] = "10.0.1",
                ["OS"] = "Linux 6.8 x64",
            },
            Seed = 7,
            Started = new(2026, 4, 12, 8, 31, 7, TimeSpan.FromHours(2)),
            Seconds = 1874,
            Threads = 2,
            PeakMemoryBytes = 1_913_000_000,
            Datasets =
            [
                new("pool", "b7e1f09a52c34d1180aa6ef2937bd054", 48, 4_310_223_880, 1_204_331, 17, 4),
                new("target", "05d3ac9914be40f7b2c8da6e61f0a977", 1, 9_120_450, 3_000, 0, 0),
            ],
            Steps =
            [
                Step("describe/label", "", 1_204_331, 1_204_331, 38.2, true) with
                {
                    Label = Notices(),
                },
                Step("select/dedup", "{ method: minhash, threshold: 0.8 }", 1_204_331, 1_011_876, 212.4, true) with
                {
                    Reasons =
                    [
                        new("dedup.near", 171_202, [Notice(1), Notice(2), Notice(3)]),
                        new("dedup.exact", 21_253, [Notice(4)]),
                    ],
                    Clusters = Clusters(),
                },
                Step("select/heuristics", "{ preset: gopher }", 1_011_876, 793_402, 96.1, false) with
                {
                    Reasons =
                    [
                        new("gopher_quality.short_doc", 96_310, [Notice(5), Notice(6), Notice(7)]),
                        new("gopher_repetition.top_2_gram", 51_442, [Row(8, Repeat("tide table tide table ", 40))]),
                        new("gopher_quality.symbol_ratio", 38_117, [Row(9, "### *** ### || ## ## ### *** ### || ##")]),
                        new(
                            "gopher_quality.few_stop_words",
                            22_904,
                            [Row(10, "Pier 4 pier 5 pier 6 berth 12 berth 13 crane")]
                        ),
                        new(
                            "gopher_quality.ellipsis_lines",
                            7_211,
                            [Row(11, "More to follow...\nMore...\nSee next...")]
                        ),
                        new("gopher_repetition.duplicate_lines", 1_874, []),
                        new("gopher_quality.long_words", 608, [Row(12, Repeat("x", 1_000_000))]),
                        new("gopher_quality.hostile", 8, Hostile()),
                    ],
                },
                Step("value/perplexity", "{ model: ngram-5 }", 793_402, 793_402, 301.7, false) with
                {
                    Signals =
                    [
                        Signal("perplexity", 793_402, true, 4, 0.55) with
                        {
                            Highest = [new(9_412.5, Row(21, "qq zx 0x7f pier pier ~~")), new(8_012, Hostile()[0])],
                            Lowest = [new(1.02, Row(22, Repeat("the tide is high. ", 30)))],
                        },
                        Signal("log-perplexity", 793_402, false, 4, 0.55),
                        Signal("length_in_words", 793_401, true, 5.2, 0.9),
                    ],
                },
            ],
            Candidates =
            [
                Candidate(
                    "random",
                    238_020,
                    702_118_400,
                    [1.0872, 1.0859, 1.0884, 1.0868, 1.0879],
                    [0.712, 0.709, 0.715, 0.711, 0.713]
                ) with
                {
                    Steps = [Drop("select/random", "{ keep: 30% }", 793_402, 238_020, "random.not_drawn", 4.1)],
                    DifferenceToBest =
                    [
                        Measured("bits-per-byte@target", "bits/byte", 0.0358, 0.0331, 0.0372, 0.0340, 0.0349),
                    ],
                },
                Candidate(
                    "low-perplexity",
                    238_021,
                    655_310_220,
                    [1.0531, 1.0519, 1.0526, 1.0538, 1.0522],
                    [0.588, 0.601, 0.580, 0.592, 0.585]
                ) with
                {
                    Steps =
                    [
                        Drop(
                            "select/top",
                            "{ by: perplexity, lowest: true, keep: 30% }",
                            793_402,
                            238_021,
                            "top.below_cut",
                            2.8
                        ),
                    ],
                    DifferenceToBest =
                    [
                        Measured("bits-per-byte@target", "bits/byte", 0.0017, -0.0009, 0.0014, 0.0010, -0.0008),
                    ],
                },
                Candidate(
                    "target-like",
                    238_019,
                    689_470_031,
                    [1.0514, 1.0528, 1.0512, 1.0528, 1.0530],
                    [0.671, 0.668, 0.675, 0.662, 0.670]
                ) with
                {
                    Steps =
                    [
                        Step("value/influence", "{ target: target }", 793_402, 793_402, 640.3, false) with
                        {
                            Signals = [Signal("influence", 793_402, false, 0.01, 0.02)],
                        },
                        Drop("select/quad", "{ keep: 30% }", 793_402, 238_019, "quad.not_drawn", 71.5),
                    ],
                },
            ],
            Agreement = new(
                ["perplexity", "log-perplexity", "length_in_words", "target-like › influence"],
                [
                    [1, 1, -0.31, -0.62],
                    [1, 1, -0.31, -0.62],
                    [-0.31, -0.31, 1, null],
                    [-0.62, -0.62, null, 1],
                ],
                49_588
            ),
            Domains = new(
                "source file",
                ["harbours.jsonl.gz", "tides <b>&amp;</b>.jsonl.gz", "others"],
                [512_000, 240_000, 41_402],
                [
                    [153_601, 72_020, 12_399],
                    [200_010, 38_011, 0],
                    [95_000, 143_019, 0],
                ]
            ),
            Frontier = new()
            {
                Objectives = [new("bits-per-byte@target", false), new("diversity", true)],
                NonDominated = ["random", "target-like"],
                Undecided = ["low-perplexity"],
                Best = "target-like",
                Why = "It is the knee of the frontier: nearest to the ideal point in the normalised objectives.",
                Hypervolume = 0.871,
            },
            Export = new(
                "target-like",
                ["out/train-00000.parquet", "out/train-00001.parquet", "out/train-00002.parquet", "out/card.md"],
                238_019,
                271_330_120
            ),
        };

    /// <summary>The same run with a third objective.</summary>
    public static RunReport ThreeObjectives =>
        Full with
        {
            Candidates =
            [
                .. Full.Candidates.Select(
                    (candidate, i) =>
                        candidate with
                        {
                            Measurements =
                            [
                                .. candidate.Measurements,
                                Measured("tokens", "tokens", 150_200_000 + 9_000_000 * i),
                            ],
                        }
                ),
            ],
            Frontier = Full.Frontier! with
            {
                Objectives = [new("bits-per-byte@target", false), new("diversity", true), new("tokens", false)],
            },
        };

    public static RunReport OneObjective =>
        Full with
        {
            Frontier = Full.Frontier! with
            {
                Objectives = [new("bits-per-byte@target", false)],
                NonDominated = ["target-like"],
                Why = "It has the lowest bits-per-byte@target; low-perplexity is not told apart from it.",
            },
        };

    public static RunReport SingleCandidate =>
        OneObjective with
        {
            Candidates = [Full.Candidates[2]],
            Frontier = OneObjective.Frontier! with { Undecided = [], Why = "It is the only candidate." },
        };

    public static RunReport NoFrontier => Full with { Frontier = null, Export = null, Overrides = [] };

    public static RunReport NoCandidates => Full with { Candidates = [], Frontier = null, Export = null };

    /// <summary>Nothing dropped, nothing measured, everything from the store.</summary>
    public static RunReport Quiet =>
        Full with
        {
            Steps =
            [
                .. Full.Steps.Select(step =>
                    step with
                    {
                        RowsIn = 1_204_331,
                        RowsOut = 1_204_331,
                        Cached = true,
                        Reasons = [],
                        Clusters = [],
                        Signals = [],
                    }
                ),
            ],
            Candidates = [],
            Frontier = null,
            Export = null,
            Seconds = 0.412,
        };

    /// <summary>A run of which every number and list is empty.</summary>
    public static RunReport Empty =>
        new()
        {
            RunId = "",
            RecipePath = "",
            RecipeText = "",
            Versions = new Dictionary<string, string>(),
            Seed = 0,
            Started = default,
            Seconds = 0,
            Threads = 1,
            PeakMemoryBytes = 0,
            Datasets = [],
            Steps = [],
            Candidates = [],
        };

    public static Measurement Measured(string metric, string unit, params double[] values)
    {
        double mean = values.Average();
        double half =
            values.Length < 2
                ? 0
                : 2.776 * Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1) / values.Length);
        return new(metric, unit, values, new(mean, mean - half, mean + half, 0.95));
    }

    public static RowExcerpt Row(int number, string text) =>
        new(
            $"{number:x4}9f3c7a1e5b2d8046c1f7e9a3{number:x6}",
            $"notices/{number % 48:00}.jsonl.gz",
            text,
            System.Text.Encoding.UTF8.GetByteCount(text)
        );

    private static CandidateReport Candidate(
        string name,
        long rows,
        long bytes,
        double[] bitsPerByte,
        double[] diversity
    ) =>
        new()
        {
            Name = name,
            Rows = rows,
            Bytes = bytes,
            Steps = [],
            Measurements =
            [
                Measured("bits-per-byte@target", "bits/byte", bitsPerByte),
                Measured("diversity", "", diversity),
                Measured("text", "bytes", bytes),
            ],
        };

    private static StepReport Step(
        string method,
        string options,
        long rowsIn,
        long rowsOut,
        double seconds,
        bool cached
    ) =>
        new()
        {
            Method = method,
            Options = options,
            RowsIn = rowsIn,
            RowsOut = rowsOut,
            Seconds = seconds,
            Cached = cached,
        };

    private static StepReport Drop(
        string method,
        string options,
        long rowsIn,
        long rowsOut,
        string reason,
        double seconds
    ) =>
        Step(method, options, rowsIn, rowsOut, seconds, false) with
        {
            Reasons = [new(reason, rowsIn - rowsOut, [Notice(20), Notice(21)])],
        };

    /// <summary>A bell, or its exponential in bins of equal ratio.</summary>
    private static SignalReport Signal(string name, long count, bool exponential, double centre, double spread)
    {
        double[] z = [-3.5, -2.326, -1.645, -0.674, 0, 0.674, 1.645, 2.326, 3.5];
        double[] edges = [.. Enumerable.Range(0, 41).Select(i => Map(-3.5 + 7.0 * i / 40))];
        double[] weights =
        [
            .. Enumerable
                .Range(0, 40)
                .Select(i => Math.Exp(-0.5 * Math.Pow(-3.5 + 7.0 * (i + 0.5) / 40, 2)) * (1 + 0.15 * Math.Sin(i))),
        ];
        double sum = weights.Sum();
        return new(name, count, [.. z.Select(Map)], edges, [.. weights.Select(w => (long)(w / sum * count))]);

        double Map(double at) => exponential ? Math.Exp(centre + spread * at) : centre + spread * at;
    }

    private static Label Notices() =>
        new(
            1_204_331,
            [
                Column("body", ColumnType.Text, 0, new(1_183_078, 5_400)) with
                {
                    Duplicates = new(21_253, 5_400),
                    Frequent =
                    [
                        new("All clear at the lock gate.", 4_118, false),
                        new(
                            "Wind light, sea calm, visibility good. The bar is passable at half tide for\u2026",
                            902,
                            true
                        ),
                        new(Script, 377, false),
                        new("", 12, false),
                    ],
                    FrequentError = 9,
                    Text = new()
                    {
                        Bytes = Spread(7.4, 0.9),
                        Words = Spread(5.6, 0.9),
                        Lines = Spread(2.1, 0.8),
                        TotalBytes = 4_110_223_880,
                        TotalWords = 688_310_220,
                        TotalLines = 14_310_220,
                        TotalCharacters = 4_010_223_880,
                        Characters = Shares(
                            ("letters", 770),
                            ("marks", 2),
                            ("digits", 41),
                            ("white-space", 152),
                            ("punctuation", 31),
                            ("symbols", 3),
                            ("control", 1)
                        ),
                        Scripts = Shares(("latin", 891), ("arabic", 62), ("greek", 40), ("han", 7)),
                        NonAsciiShare = 0.083,
                    },
                },
                Column("port", ColumnType.Text, 4_210, new(38, 0)) with
                {
                    Duplicates = new(1_200_083, 0),
                    Frequent =
                    [
                        new("Ostrava Basin", 402_118, false),
                        new("Lantern Quay", 310_200, false),
                        new("خور فكان", 98_411, false),
                        new("Coal Pier", 8_204, false),
                    ],
                    Text = new()
                    {
                        Bytes = Spread(2.4, 0.2),
                        Words = Spread(0.6, 0.2),
                        Lines = Spread(0, 0.01),
                        TotalBytes = 14_000_000,
                        TotalWords = 2_200_000,
                        TotalLines = 1_200_000,
                        TotalCharacters = 13_000_000,
                        Characters = Shares(("letters", 94), ("white-space", 6)),
                        Scripts = Shares(("latin", 92), ("arabic", 8)),
                        NonAsciiShare = 0.08,
                    },
                },
                Column("tide_m", ColumnType.Float64, 310_554, new(842, 0)) with
                {
                    Numbers = Spread(0.9, 0.35),
                },
                Column("year", ColumnType.Int64, 0, new(1, 0)) with
                {
                    Numbers = Spread(0, 1) with
                    {
                        Min = 2026,
                        Max = 2026,
                        Quantiles = [.. Enumerable.Repeat(2026.0, 9)],
                        Edges = [2026, 2026],
                        Counts = [1_204_331],
                    },
                },
                Column("urgent", ColumnType.Bool, 0, new(2, 0)) with
                {
                    TrueShare = 0.031,
                },
                Column("meta<br>", ColumnType.Json, 1_190_000, new(9_811, 71)) with
                {
                    Kinds = Shares(("object", 90), ("array", 7), ("text", 3)),
                },
                Column("spare", ColumnType.Null, 1_204_331, new(0, 0)),
            ]
        )
        {
            TextColumn = "body",
            TextBytes = 4_110_223_880,
            Tables = 96,
        };

    private static ColumnLabel Column(string name, ColumnType type, long missing, Estimate distinct) =>
        new(name, type)
        {
            Rows = 1_204_331,
            Missing = missing,
            Distinct = distinct,
        };

    private static Share[] Shares(params (string Name, long Count)[] parts) =>
        [.. parts.Select(part => new Share(part.Name, part.Count, part.Count / (double)parts.Sum(one => one.Count)))];

    private static Distribution Spread(double centre, double spread)
    {
        SignalReport signal = Signal("", 1_204_331, true, centre, spread);
        return new()
        {
            Count = signal.Count,
            Min = signal.Quantiles[0],
            Max = signal.Quantiles[8],
            Mean = signal.Quantiles[4],
            Median = signal.Quantiles[4],
            StandardDeviation = 1,
            Zeros = 0,
            Negatives = 0,
            Quantiles = signal.Quantiles,
            RankError = 0.001,
            Edges = signal.Edges,
            Counts = signal.Counts,
        };
    }

    private static string Text(int i) =>
        $"Notice to mariners {1200 + i}. The vessel {s_vessels[i % 5]} will be under tow between the outer light and the coal pier "
        + $"on {1 + i % 28} May from {6 + i % 12}:00. Small craft are asked to keep clear of the fairway and to listen on channel {8 + i % 9}. "
        + "The harbour office regrets any delay and will post the all clear at the lock gate.";

    private static RowExcerpt Notice(int i) => Row(i, Text(i));

    private static IReadOnlyList<ClusterReport> Clusters() =>
        [
            new(4_118, Row(30, Text(30)), [Row(31, Text(31)), Row(35, Text(35))]),
            new(
                902,
                Row(40, Text(40)),
                [Row(45, Text(40).Replace("regrets", "apologises for", StringComparison.Ordinal))]
            ),
            new(
                377,
                Row(50, "Wind light, sea calm, visibility good. " + Script),
                [Row(51, "Wind light, sea calm, visibility poor. " + Script)]
            ),
            new(
                2,
                Row(60, "إشعار للبحارة: الميناء مغلق يوم الجمعة"),
                [Row(61, "إشعار للبحارة: الميناء مغلق يوم السبت")]
            ),
        ];

    private static IReadOnlyList<RowExcerpt> Hostile() =>
        [
            Row(70, Script),
            Row(71, "null \0 bell \a escape \u001b[31m red \u0085 next \u007f delete"),
            Row(72, "lone high \ud83d and lone low \ude00, a whole one \ud83d\ude00"),
            Row(73, "invoice\u202Efdp.exe and \u2066isolated\u2069 \u200Fmarks"),
            Row(74, Repeat("line\r\n", 100)),
            new("\"><b id=x>", "a\"onmouseover=\"alert(1)&lt;.jsonl", "\" ' & < > ` \u2028 \uFFFF", 12),
        ];

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private const string Recipe = """
        assay: 1
        seed: 7
        data:
          pool:   { path: notices/*.jsonl.gz, text: body }   # <b>not bold</b>
          target: { path: heldout.jsonl }
        steps:
          - describe/label
          - select/dedup:      { method: minhash, threshold: 0.8 }
          - select/heuristics: { preset: gopher }
          - value/perplexity:  { model: ngram-5 }
        candidates:
          random:         [ select/random: { keep: 30% } ]
          low-perplexity: [ select/top: { by: perplexity, lowest: true, keep: 30% } ]
          target-like:    [ value/influence: { target: target }, select/quad: { keep: 30% } ]
        judge:    { proxy: gpt-1m, tokens: 5M, seeds: 5, metrics: [ bits-per-byte@target, diversity ] }
        frontier: { minimise: [ bits-per-byte@target ], maximise: [ diversity ] }
        export:   { candidate: best, to: out/, format: parquet, card: true }
        """;
}
