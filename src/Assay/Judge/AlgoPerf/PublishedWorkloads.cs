namespace Assay.Judge;

/// <summary>The workloads of the published benchmark, with their targets and budgets on its hardware.</summary>
/// <remarks>Constants of versions 0.5 and 0.6 of MLCommons AlgoPerf (Apache-2.0): scoring/workload_targets*.json and the rules' run times.</remarks>
public static class PublishedWorkloads
{
    private static readonly (
        string Name,
        string Metric,
        bool Less,
        double Target,
        double Budget05,
        double Budget06
    )[] Bases =
    [
        ("criteo1tb", "cross-entropy", true, 0.123735, 7_703, 7_703),
        ("fastmri", "SSIM", false, 0.723653, 8_859, 4_430),
        ("imagenet_resnet", "accuracy", false, 0.77431, 63_008, 66_159),
        ("imagenet_vit", "accuracy", false, 0.77309, 77_520, 69_768),
        ("librispeech_conformer", "word error rate", true, 0.085884, 61_068, 58_015),
        ("librispeech_deepspeech", "word error rate", true, 0.119936, 55_506, 44_405),
        ("ogbg", "mean average precision", false, 0.28098, 18_477, 12_011),
        ("wmt", "BLEU", false, 30.8491, 48_151, 43_336),
    ];

    private static readonly (string Base, string Name, double Target)[] Variants =
    [
        ("criteo1tb", "criteo1tb_embed_init", 0.129657),
        ("fastmri", "fastmri_tanh", 0.71784),
        ("imagenet_resnet", "imagenet_resnet_large_bn_init", 0.76526),
        ("librispeech_conformer", "librispeech_conformer_layernorm", 0.09731),
        ("ogbg", "ogbg_model_size", 0.269446),
        ("wmt", "wmt_glu_tanh", 29.5779),
    ];

    /// <summary>Version 0.5: eight workloads and six held-out variants. Self-tuning submissions have three times the time.</summary>
    public static IReadOnlyList<Workload> Version05(bool selfTuning = false)
    {
        double factor = selfTuning ? 3 : 1;
        Workload[] bases =
        [
            .. Bases.Select(one => new Workload(one.Name, one.Metric, one.Less, one.Target, factor * one.Budget05)),
        ];
        return
        [
            .. bases,
            .. Variants.Select(variant =>
                bases.First(one => one.Name == variant.Base) with
                {
                    Name = variant.Name,
                    Target = variant.Target,
                    VariantOf = variant.Base,
                }
            ),
        ];
    }

    /// <summary>
    /// Version 0.6: the eight workloads that its first leaderboard was scored on, no variants. Self-tuning submissions have one and a half
    /// times the time.
    /// </summary>
    public static IReadOnlyList<Workload> Version06(bool selfTuning = false) =>
        [
            .. Bases.Select(one => new Workload(
                one.Name,
                one.Metric,
                one.Less,
                one.Target,
                (selfTuning ? 1.5 : 1) * one.Budget06
            )),
        ];
}
