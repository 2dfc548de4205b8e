using Assay.Judge;
using Assay.Numerics;
using Assay.Order;

namespace Assay.Evidence;

/// <summary>Do models learn more from higher tiers at equal tokens, and more when the tiers come one after the other?</summary>
public sealed class TieredDataEvidence : IExperiment
{
    private const int Bytes = 128;
    private static readonly string[] s_tests = ["wiki", "good", "l1"];

    /// <inheritdoc/>
    public string Slug => TierTable.Folder;

    /// <inheritdoc/>
    public string Title => "Data Science and Technology Towards AGI Part I: Tiered Data Management (2026)";

    /// <inheritdoc/>
    public string Protocol =>
        "Table: the published scores of L1, L2 and L3 on sixteen tests, recomputed. Tiers: 1,000 documents of the Pile and 499 web pages with labels of people, of which a tenth and a quarter are held out; L1 is what select/clean and MinHash leave, "
        + "L2 the best fifth by a classifier of the labels that never saw the page it scores, L3 the validation text of WikiText-2 in the place of refined text. A transformer of 0.25 M parameters over bytes learns 1.2 MB of L1 (600 steps of 16 rows of 128 bytes, constant rate), and is continued "
        + "from there for 300 steps with 30 % of a target and 70 % of L1 while the rate falls to a twentieth: L1 itself, L2, L3, and as much text as L2 has of random documents, of the longest documents, and of Shakespeare, which is as new to the model as L3. Orders: equal thirds of L1, L2 and L3 alone, "
        + "the same rows mixed, in stages from L1 to L3, and reversed, through the same decay. Measured in nats a byte on 400 rows each of WikiText-2's test file, of held-out pages that people found good, and of all held-out documents.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [TierTable.Folder, SurveyCorpora.Folder, TextDomains.Folder];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        Published(figures, trial);
        TieredTexts texts = new(trial, Bytes);
        (figures["documents/all"], figures["documents/cleaned"], figures["documents/duplicates"]) = (
            texts.Dropped.All,
            texts.Dropped.Cleaned,
            texts.Dropped.Duplicates
        );
        (figures["documents/l1"], figures["documents/l2"]) = (texts.L1.Length, texts.L2.Length);
        (figures["bytes/l1"], figures["bytes/l2"]) = (
            texts.L1.Sum(text => text.Length),
            texts.L2.Sum(text => text.Length)
        );
        byte[][] Domain(string domain)
        {
            byte[][] rows = [.. TextDomains.Rows(trial, domain, Bytes)];
            trial.Random.Child("rows").Child(domain).Shuffle<byte[]>(rows);
            return rows;
        }
        byte[][] l1 = texts.Rows(texts.L1, "l1"),
            l2 = texts.Rows(texts.L2, "l2"),
            l3 = Domain("wikipedia");
        int[] random = Shuffle.Of(texts.L1.Length, trial.Random.Child("random"));
        Dictionary<string, byte[][]> measured = new()
        {
            ["wiki"] = [.. Domain("wikipedia-test").Take(trial.Size(400, 16))],
            ["good"] = texts.Measured(texts.HeldOutGood, "good"),
            ["l1"] = texts.Measured(texts.HeldOut, "held-out"),
        };

        DecayOptions options = new() { BaseSteps = trial.Size(600, 4), DecaySteps = trial.Size(300, 3) };
        DecayTraining model = new(options, trial.Random.Child("weights"));
        model.Begin(l1, cancellation: trial.Cancellation);
        // The base has seen so many rows of L1; what is general afterwards goes on from there.
        byte[][] general = [.. Enumerable.Range(0, l1.Length).Select(i => l1[(options.BaseRows + i) % l1.Length])];
        int done = 0;
        void Arm(string arm, byte[][] rows)
        {
            trial.Report(arm, ++done, 10);
            model.Continue(rows, cancellation: trial.Cancellation);
            foreach (string test in s_tests)
                figures[$"{arm}/{test}"] = model.Loss(measured[test], trial.Cancellation);
        }
        void Target(string arm, byte[][] target) =>
            Arm("target-" + arm, DecayTraining.Mixed(general, target, options.DecayRows, trial.Random.Child("mixed")));
        foreach (string test in s_tests)
            figures["base/" + test] = model.Loss(measured[test], trial.Cancellation);
        // The general rows behind those that the other arms see.
        Target("l1", [.. general.Skip(options.DecayRows)]);
        Target("l2", l2);
        Target("l3", l3);
        Target("random", texts.Rows(texts.AsMuchAsL2(random.Select(i => texts.L1[i])), "random"));
        Target("longest", texts.Rows(texts.AsMuchAsL2(texts.L1.OrderByDescending(text => text.Length)), "longest"));
        Target("shakespeare", Domain("shakespeare"));

        int third = options.DecayRows / 3;
        byte[][] staged = [.. Again(general, third), .. Again(l2, third), .. Again(l3, third)];
        byte[][] mixed = [.. staged];
        trial.Random.Child("orders").Shuffle<byte[]>(mixed);
        Arm("staged", staged);
        Arm("mixed", mixed);
        Arm("reverse", [.. Again(l3, third), .. Again(l2, third), .. Again(general, third)]);
        return figures;

        static IEnumerable<byte[]> Again(byte[][] rows, int count) =>
            Enumerable.Range(0, count).Select(i => rows[i % rows.Length]);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        Finding Lower(string claim, string paper, string arm, string over, string test)
        {
            Finding found = Finding.Above(
                claim,
                paper,
                trials.Difference($"{over}/{test}", minus: $"{arm}/{test}"),
                format: "0.0000"
            );
            double share = trials.Mean($"{over}/{test}").Mean;
            return found with
            {
                Ours = FormattableString.Invariant(
                    $"loss lower by {found.Ours} nats ({100 * trials.Of(figures => figures[$"{over}/{test}"] - figures[$"{arm}/{test}"]).Mean / share:0.0} %); {arm} {trials.Text($"{arm}/{test}")}, {over} {trials.Text($"{over}/{test}")}"
                ),
            };
        }
        Finding Tests(string claim, string paper, string name) =>
            Finding.Above(
                claim,
                paper,
                new(
                    trials.Mean($"published/{name}").Mean,
                    trials.Mean($"published/{name}-low").Mean,
                    trials.Mean($"published/{name}-high").Mean,
                    Trials.Confidence
                ),
                format: "0.00"
            ) with
            {
                Rule = "the 95% interval over the sixteen tests lies above 0",
            };
        double Off(string tier) => trials.Mean($"published/off-{tier}").Mean;
        const string summaries = "L1 to L3: 1.70 to 7.06 points by domain";
        return
        [
            new(
                "The printed means of the tiers are those of their sixteen tests",
                "48.39, 48.59, 58.27",
                FormattableString.Invariant(
                    $"{trials.Mean("published/mean-L1").Mean:0.00}, {trials.Mean("published/mean-L2").Mean:0.00}, {trials.Mean("published/mean-L3").Mean:0.00}: off by {Off("L1"):0.00}, {Off("L2"):0.00} and {Off("L3"):0.00}; what is printed for L3 is its score on HellaSwag"
                ),
                TierTable.Tiers.All(tier => Math.Abs(Off(tier)) < 0.01) ? Verdict.Replicated : Verdict.NotReplicated,
                "each mean, recomputed, is the printed one to two digits"
            ),
            Tests(
                "L3 is better than L2 over the published tests, beyond their spread",
                "48.59 to 52.23 (recomputed)",
                "l3-l2"
            ),
            Tests(
                "L2 is better than L1 over the published tests, beyond their spread",
                "48.34 to 48.59 (recomputed)",
                "l2-l1"
            ),
            Lower(
                "With L3 in the decay the model is better at the kind of text that L3 is",
                summaries,
                "target-l3",
                "target-l1",
                "wiki"
            ),
            Lower(
                "With L3 in the decay the model is better at good pages, which are not of its kind",
                summaries,
                "target-l3",
                "target-l1",
                "good"
            ),
            Lower(
                "On good pages L3 does more than as much new text that nobody edited for facts (Shakespeare)",
                "not compared",
                "target-l3",
                "target-shakespeare",
                "good"
            ),
            Lower(
                "With L2 in the decay the model is better at good pages than with L1",
                "small: 0.25 points",
                "target-l2",
                "target-l1",
                "good"
            ),
            Lower(
                "L2 does more for good pages than random documents of as much text",
                "not compared",
                "target-l2",
                "target-random",
                "good"
            ),
            Lower(
                "L2 does more for good pages than the longest documents of as much text (the simplest rival)",
                "not compared",
                "target-l2",
                "target-longest",
                "good"
            ),
            Lower(
                "Stages from L1 to L3 are better than the same rows mixed, on the kind of text that comes last",
                "tiered beats mixed by 1.49 points",
                "staged",
                "mixed",
                "wiki"
            ),
            Lower(
                "Stages from L1 to L3 are better than the same rows mixed, on good pages",
                "tiered beats mixed by 1.49 points",
                "staged",
                "mixed",
                "good"
            ),
            Lower(
                "Stages are better than the reverse order, on the kind of text that comes last",
                "not reported",
                "staged",
                "reverse",
                "wiki"
            ),
            Lower(
                "Stages cost on the text of L1, which comes first: mixed is better there",
                "not reported; targets only",
                "mixed",
                "staged",
                "l1"
            ),
        ];
    }

    // The same in all seeds: nothing is trained for it.
    private static void Published(Figures figures, Trial trial)
    {
        TierTable table = new(trial.Path(TierTable.Folder, "tier_table.json"));
        foreach (string tier in TierTable.Tiers)
        {
            figures["published/mean-" + tier] = table.Mean("All", tier);
            figures["published/off-" + tier] = table.Printed("All", tier) - table.Mean("All", tier);
        }
        foreach ((string tier, string minus) in ((string, string)[])[("L3", "L2"), ("L2", "L1")])
        {
            string name = $"published/{tier.ToLowerInvariant()}-{minus.ToLowerInvariant()}";
            MeanInterval difference = table.Difference(tier, minus);
            (figures[name], figures[name + "-low"], figures[name + "-high"]) = (
                difference.Mean,
                difference.Low,
                difference.High
            );
        }
    }
}
