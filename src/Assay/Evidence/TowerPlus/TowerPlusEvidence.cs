using System.Globalization;
using Assay.Learning;
using Assay.Train;

namespace Assay.Evidence;

/// <summary>Does a minority of translation in fine-tuning keep the general side whole, and still win most of the translation?</summary>
public sealed class TowerPlusEvidence : IExperiment
{
    private const int Batch = 64;

    private static readonly (string Name, double Share)[] Mixes =
    [
        ("r=1", 1),
        ("r=0.5", 0.5),
        ("r=0.22", 0.22),
        ("r=0", 0),
    ];

    /// <inheritdoc/>
    public string Slug => "tower-plus";

    /// <inheritdoc/>
    public string Title => "Tower+: Bridging Generality and Translation Specialization in Multilingual LLMs (2025)";

    /// <inheritdoc/>
    public string Protocol =>
        "A decoder of two layers and width 64 over 1,270 words is trained 300 steps of 64 on headlines (the general language), then fine-tuned 300 steps of 64 with a share r of English-German captions (loss on the German words only), "
        + "the rest headlines; cross-entropy on 500 held-out headlines and 500 held-out translations. Controls: the same translations as r = 0.22 without headlines (66 steps), and all steps at a tenth of the rate, without headlines. "
        + "Stages: captions of both languages beside headlines (100 steps), r = 0.22 (200 steps), then WPO on the best and the worst of four own translations by chrF (40 steps of 16 pairs), then GRPO on chrF (15 rounds of 16 completions); BLEU judges, which nothing was trained on. "
        + "A seed draws rows, held-out rows and weights.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => ["tower-plus", "deconfound"];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        CaptionTask task = CaptionTask.Read(trial);
        Figures figures = [];
        Transformer start = CaptionTask.NewModel(trial.Random.Child("weights"));
        int steps = trial.Size(300, 10);
        Train(trial, task, start, "base", $"sft {steps} general batch={Batch} rate=3e-3");
        Score(trial, task, start, "base", figures);
        foreach ((string name, double share) in Mixes)
            Arm(
                name,
                FormattableString.Invariant($"sft {steps} tr={share} general={1 - share} batch={Batch} rate=3e-3")
            );
        Arm("fewer", FormattableString.Invariant($"sft {steps * 22 / 100} tr batch={Batch} rate=3e-3"));
        Arm("slower", $"sft {steps} tr batch={Batch} rate=3e-4");
        Staged(trial, task, start.Copy(), figures);
        return figures;

        void Arm(string name, string stage)
        {
            Transformer model = start.Copy();
            Train(trial, task, model, name, stage);
            Score(trial, task, model, name, figures);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        double Gap(Figures figures, string arm) =>
            (figures[$"{arm}/general"] - figures["r=0/general"]) / (figures["r=1/general"] - figures["r=0/general"]);
        double Kept(Figures figures, string arm) =>
            (figures["base/translation"] - figures[$"{arm}/translation"])
            / (figures["base/translation"] - figures["r=1/translation"]);
        return
        [
            Finding.Above(
                "Fine-tuning on translation alone destroys the general side (loss of headlines, r = 1 less r = 0)",
                "specialised models are worse assistants",
                trials.Difference("r=1/general", "r=0/general")
            ),
            Finding.Below(
                "With 22 % translation the general side is kept: under a tenth of that loss",
                "2B to 72B stay on the front of chat and translation",
                trials.Of(figures => Gap(figures, "r=0.22")),
                0.1
            ),
            Finding.Above(
                "and two thirds or more of the translation are won (share of the gain of r = 1)",
                "translation as good as specialised models'",
                trials.Of(figures => Kept(figures, "r=0.22")),
                0.667
            ),
            Finding.Above(
                "That is not for want of translation updates: the same translations without headlines lose more of the general side (loss, fewer less r = 0.22)",
                "general data in every stage",
                trials.Difference("fewer/general", "r=0.22/general")
            ),
            Finding.Above(
                "Nor does a lower rate do it: a tenth of the rate without headlines loses more (loss, slower less r = 0.22)",
                "general data in every stage",
                trials.Difference("slower/general", "r=0.22/general")
            ),
            Finding.Above(
                "Preferences and rewards improve translations beyond fine-tuning (BLEU, GRPO stage less fine-tuning stage)",
                "each stage adds",
                trials.Difference("stage 4/bleu", "stage 2/bleu"),
                format: "0.00"
            ),
            Finding.Below(
                "and keep the general side (loss of headlines, GRPO stage less fine-tuning stage, below 0.1)",
                "each stage keeps general ability",
                trials.Difference("stage 4/general", "stage 2/general"),
                0.1
            ),
        ];
    }

    private static void Staged(Trial trial, CaptionTask task, Transformer model, Figures figures)
    {
        Train(
            trial,
            task,
            model,
            "stage 1",
            FormattableString.Invariant($"lm {trial.Size(100, 5)} captions=34% general=66% batch={Batch} rate=3e-3")
        );
        Score(trial, task, model, "stage 1", figures);
        Train(
            trial,
            task,
            model,
            "stage 2",
            FormattableString.Invariant($"sft {trial.Size(200, 5)} tr=22% general=78% batch={Batch} rate=3e-3")
        );
        Score(trial, task, model, "stage 2", figures);
        IReadOnlyList<PooledRow> pairs = Pairs(trial, task, model);
        StageTraining preferences = new(model, new Dictionary<string, IReadOnlyList<PooledRow>> { ["pairs"] = pairs });
        preferences.Run(
            Stage.Parse($"wpo {trial.Size(40, 2)} pairs batch=16 rate=1e-4 beta=0.1"),
            trial.Random.Child("stage 3"),
            cancellation: trial.Cancellation
        );
        Score(trial, task, model, "stage 3", figures);
        Train(trial, task, model, "stage 4", $"grpo {trial.Size(15, 1)} tr batch=16 rate=1e-4");
        Score(trial, task, model, "stage 4", figures);
    }

    // The best and the worst of four own translations of a caption, by chrF; captions whose four are alike make no pair.
    private static IReadOnlyList<PooledRow> Pairs(Trial trial, CaptionTask task, Transformer model)
    {
        PooledRow[] rows = [.. task.Translations.Take(trial.Size(320, 20))];
        IReadOnlyList<Rollout> samples = Rollouts.Sample(
            model,
            [.. rows.SelectMany(row => Enumerable.Repeat(row.Prompt, 4))],
            CaptionTask.Sampling,
            trial.Random.Child("samples")
        );
        List<PooledRow> pairs = [];
        foreach ((int i, PooledRow row) in rows.Index())
        {
            Rollout[] four = [.. samples.Skip(4 * i).Take(4).OrderBy(sample => Likeness(task, row, sample))];
            if (Likeness(task, row, four[^1]) > Likeness(task, row, four[0]))
                pairs.Add(row with { Completion = four[^1].Completion, Rejected = four[0].Completion });
        }
        return pairs;
    }

    private static void Train(Trial trial, CaptionTask task, Transformer model, string name, string stage)
    {
        trial.Report(name, 0, 1);
        StageTraining training = new(
            model,
            new Dictionary<string, IReadOnlyList<PooledRow>>
            {
                ["general"] = task.Headlines,
                ["tr"] = task.Translations,
                ["captions"] = task.Captions,
            }
        )
        {
            Sampling = CaptionTask.Sampling,
            Reward = (row, rollout) => Likeness(task, row, rollout),
            Stepped = step => trial.Report(name, step.Step, step.Steps),
        };
        training.Run(Stage.Parse(stage), trial.Random.Child(name), cancellation: trial.Cancellation);
    }

    private static double Likeness(CaptionTask task, PooledRow row, Rollout rollout) =>
        Chrf.Sentence(task.TextOf(rollout.Completion), [row.Text]) / 100;

    private static void Score(Trial trial, CaptionTask task, Transformer model, string name, Figures figures)
    {
        figures.Add($"{name}/general", StageTraining.LossOf(model, task.HeldHeadlines, trial.Cancellation));
        figures.Add($"{name}/translation", StageTraining.LossOf(model, task.HeldTranslations, trial.Cancellation));
        PooledRow[] rows = [.. task.HeldTranslations.Take(200)];
        IReadOnlyList<Rollout> answers = Rollouts.Sample(
            model,
            [.. rows.Select(row => row.Prompt)],
            CaptionTask.Sampling with
            {
                Temperature = 0,
            },
            trial.Random.Child("answers")
        );
        string[] texts = [.. answers.Select(answer => task.TextOf(answer.Completion))];
        IReadOnlyList<string>[] references = [.. rows.Select(row => (IReadOnlyList<string>)[row.Text])];
        figures.Add($"{name}/chrf", Chrf.Corpus(texts, references));
        figures.Add($"{name}/bleu", Bleu.Corpus(texts, references).Score);
    }
}
