using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Assay.Data;
using Assay.Recipes;

namespace Assay.Tests.Recipes;

/// <summary>Methods of every shape that options can have, independent of the real ones.</summary>
internal static class Fakes
{
    public static MethodCatalogue Catalogue { get; } = new(typeof(Fakes).GetNestedTypes());

    /// <summary>A recipe's beginning, three lines long.</summary>
    public const string Head = "assay: 1\ndata: { pool: { path: a.jsonl } }\nsteps:\n";

    public static Recipe Read(string yaml, IReadOnlyList<string>? set = null, string? data = null) =>
        Recipe.Parse(yaml, set: set, data: data, catalogue: Catalogue);

    /// <summary>Reads a recipe that must not bind, and gives its problems as shown.</summary>
    public static string[] Problems(string yaml, params string[] set) =>
        [.. Assert.Throws<DocumentException>(() => Read(yaml, set)).Problems.Select(problem => problem.ToString())];

    /// <summary>Binds the options of one step.</summary>
    public static T Options<T>(string options) => (T)Read($"{Head}  - {options}").Steps[0].Options;

    [Method("describe/label")]
    public sealed class Label;

    [Method("select/dedup", Paper = "dedup", Revision = 3)]
    public sealed class Dedup(DedupOptions options)
    {
        public DedupOptions Options { get; } = options;
    }

    [Method("select/heuristics")]
    public sealed class Heuristics(HeuristicsOptions options)
    {
        public HeuristicsOptions Options { get; } = options;
    }

    [Method("select/random")]
    public sealed class Random(RandomOptions options)
    {
        public RandomOptions Options { get; } = options;
    }

    [Method("select/holdout")]
    public sealed class Holdout(HoldoutOptions options)
    {
        public HoldoutOptions Options { get; } = options;
    }

    [Method("value/influence")]
    public sealed class Influence(InfluenceOptions options)
    {
        public InfluenceOptions Options { get; } = options;
    }

    [Method("select/band")]
    public sealed class Band
    {
        public Band(BandOptions options)
        {
            if (options.Low > options.High)
                throw new AssayException("low is above high", hint: "swap them");
        }
    }

    [Method("judge/proxies")]
    public sealed class Proxies;

    public sealed record DedupOptions
    {
        public DedupMethod Method { get; init; } = DedupMethod.MinHash;

        [Range(0.0, 1.0)]
        public double Threshold { get; init; } = 0.8;

        [Range(1, int.MaxValue)]
        public int Bands { get; init; } = 14;

        public bool KeepFirst { get; init; } = true;

        public ByteSize Buffer { get; init; } = new(1 << 20);

        public string? Column { get; init; }
    }

    public enum DedupMethod
    {
        Exact,

        [JsonStringEnumMemberName("minhash")]
        MinHash,
        SuffixArray,
    }

    public sealed record HeuristicsOptions
    {
        [AllowedValues("fineweb", "gopher", "c4")]
        public string Preset { get; init; } = "gopher";

        [Length(1, 3)]
        public IReadOnlyList<string> Rules { get; init; } = ["a"];

        [Range(1, 9)]
        public IReadOnlyList<int> Sizes { get; init; } = [2, 3];

        public Limits Limits { get; init; } = new();

        public Limits? Extra { get; init; }

        public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>();

        [RegularExpression("[a-z]+")]
        public string Tag { get; init; } = "x";

        [Range(0.0, 1.0, MinimumIsExclusive = true)]
        public double Share { get; init; } = 0.5;

        public DedupMethod[] Methods { get; init; } = [];
    }

    public sealed record Limits
    {
        public long Least { get; init; } = 50;

        public long? Most { get; init; }
    }

    public sealed record RandomOptions
    {
        public required Amount Keep { get; init; }
    }

    public sealed record HoldoutOptions
    {
        [Required]
        public string As { get; init; } = "";

        public Amount Keep { get; init; } = Amount.Share(0.01);
    }

    public sealed record InfluenceOptions
    {
        [DatasetName]
        public string Target { get; init; } = "target";

        [DatasetName]
        public IReadOnlyList<string> Others { get; init; } = [];
    }

    public sealed record BandOptions
    {
        public double Low { get; init; }

        public double High { get; init; } = 1;
    }
}
