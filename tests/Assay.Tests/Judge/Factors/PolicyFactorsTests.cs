using Assay.Data;
using Assay.Judge;
using Assay.Learning;
using Assay.Studies;
using Assay.Tests.Preferences;
using Assay.Tests.Studies;

namespace Assay.Tests.Judge;

public sealed class PolicyFactorsTests : IDisposable
{
    private readonly string _model = TinyPolicies.Folder();

    public void Dispose() => Directory.Delete(_model, recursive: true);

    private FactorOptions Options =>
        new()
        {
            Model = _model,
            Losses = [PreferenceObjective.Dpo, PreferenceObjective.Ipo],
            Data = ["other"],
            Prompts = "questions",
            Strengths = [0.5, 0.1],
            Iterations = 2,
            Context = 48,
            AnswerTokens = 8,
            Answers = 8,
            LearningRate = 3e-3,
        };

    private static View Other =>
        PreferenceTables.Of([
            .. Enumerable
                .Range(0, 20)
                .Select(i => $$"""{"prompt": "Q{{i}}: ", "chosen": "no way", "rejected": "yes please"}"""),
        ]);

    private static View Questions =>
        PreferenceTables.Of([.. Enumerable.Range(0, 9).Select(i => $$"""{"prompt": "W{{i}}? "}""")]);

    [Fact]
    public void EveryFactorIsOneArmAndAllAreComparedAtEqualDivergence()
    {
        Study study = new PolicyFactors(Options).Run(
            TinyPolicies.Pairs(60),
            others: [("other", Other), ("questions", Questions)]
        );
        TablePanel arms = study.Panels.OfType<TablePanel>().First(panel => panel.Title == "Arms");
        Assert.Equal(
            ["dpo", "ipo", "dpo on other", "ppo", "ppo, weaker reward", "ppo, more prompts"],
            arms.Columns[0].Words!
        );
        Assert.Equal(
            ["none: the base", "algorithm", "data", "algorithm", "reward model", "prompts"],
            arms.Columns[1].Words!
        );
        Assert.Contains(study.Panels, panel => panel.Title == "Difference to dpo");
        Assert.Contains(study.Notes, note => note.Contains("'other' has 20 pairs, fewer than"));
        Assert.Contains(study.Notes, note => note.Contains("The judge is a reward model of kept pairs"));
    }

    [Fact]
    public void AKilledComparisonTrainsNoPolicyTwice()
    {
        FactorOptions small = Options with { Losses = [PreferenceObjective.Dpo], Data = [], Prompts = "", Ppo = false };
        using Pieces whole = Pieces.Temporary(),
            killed = Pieces.Temporary();
        Study expected = new PolicyFactors(small).Run(TinyPolicies.Pairs(60), pieces: whole, others: []);
        using CancellationTokenSource stop = new();
        List<long> seen = [];
        Assert.ThrowsAny<OperationCanceledException>(() => Run(2));
        int before = seen.Count;
        Study found = Run(-1);
        Assert.Equal(3, before);
        Assert.Equal(Numbers(expected), Numbers(found));

        Study Run(int until)
        {
            using CancellationTokenSource source = new();
            return new PolicyFactors(small).Run(
                TinyPolicies.Pairs(60),
                new(killed)
                {
                    Random = new(7, "study"),
                    Cancellation = source.Token,
                    Progress = new Stopper(progress =>
                    {
                        if (progress.Stage != "policies")
                            return;
                        seen.Add(progress.Done);
                        if (progress.Done == until)
                            source.Cancel();
                    }),
                }
            );
        }
    }

    [Fact]
    public void WhatIsMissingIsSaid()
    {
        Assert.Contains(
            "no dataset 'other'",
            Assert.Throws<AssayException>(() => new PolicyFactors(Options).Run(TinyPolicies.Pairs(60))).Message
        );
        Assert.Contains(
            "leave no room for prompts",
            Assert
                .Throws<AssayException>(() =>
                    new PolicyFactors(Options with { AnswerTokens = 47 }).Run(
                        TinyPolicies.Pairs(60),
                        others: [("other", Other), ("questions", Questions)]
                    )
                )
                .Message
        );
    }

    private static double[] Numbers(Study study) =>
        [
            .. study
                .Panels.OfType<CurvePanel>()
                .SelectMany(panel => panel.Curves)
                .SelectMany(curve => curve.X.Concat(curve.Y)),
        ];
}
