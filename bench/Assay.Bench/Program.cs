using Assay.Bench;

Dictionary<string, Action<string[]>> benchmarks = new()
{
    ["heuristics"] = Heuristics.Run,
    ["matching"] = Matching.Run,
    ["dedup"] = Dedup.Run,
    ["cutting"] = Cutting.Run,
    ["kernels"] = Kernels.Run,
    ["tokenizer"] = Tokenizer.Run,
    ["gemm"] = Products.Run,
    ["logistic"] = Logistic.Run,
    ["training"] = Training.Run,
    ["shakespeare"] = Training.Shakespeare,
    ["mnist"] = Mnist.Run,
    ["endless"] = Training.Endless,
    ["valuation"] = Valuation.Run,
    ["ingest"] = Ingest.Run,
    ["label"] = Labels.Run,
    ["pareto"] = Pareto.Run,
    ["preferences"] = Preferences.Run,
    ["parquet"] = Parquet.Run,
    ["scaling"] = Scaling.Run,
    ["influence"] = Influence.Run,
    ["row-influence"] = RowInfluence.Run,
    ["transport"] = Transport.Run,
    ["vectors"] = Vectors.Run,
    ["model-scores"] = ModelScores.Run,
};

if (args.Length > 0 && benchmarks.TryGetValue(args[0], out Action<string[]>? run))
{
    run(args[1..]);
    return 0;
}
Console.Error.WriteLine(
    "usage: Assay.Bench <benchmark> [arguments]; benchmarks: " + string.Join(", ", benchmarks.Keys)
);
return 2;
