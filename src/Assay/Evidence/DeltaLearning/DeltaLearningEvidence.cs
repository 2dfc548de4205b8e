using System.Globalization;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Do pairs of weak texts, one better than the other, lift a student that is better than both? And does the probe tell where they do not?</summary>
public sealed class DeltaLearningEvidence : IExperiment
{
    /// <inheritdoc/>
    public string Slug => "delta-learning";

    /// <inheritdoc/>
    public string Title =>
        "The Delta Learning Hypothesis: Preference Tuning on Weak Data can Yield Strong Gains (2025)";

    /// <inheritdoc/>
    public string Protocol =>
        "A: sentences of film reviews of 5 to 40 words; the attribute is the number of commas. A student learns to write from sentences of 2 to 5 commas; then 1,500 pairs of weak sentences: one comma chosen over none (both fewer than the student writes), the same inverted, "
        + "tied (one over one), and the chosen sentences as they are (SFT). Student one: a probability for each word (seen 4 times or more), expected commas p(comma) / p(end), Adam 0.01, batches of 32, three epochs. Student two: a decoder of width 64 with two layers, 8 epochs to begin with, rate 3e-4; pairs for one "
        + "epoch in batches of 32, sentences for three; commas of 1,000 sampled sentences. DPO with beta 0.1, length-normalised DPO with beta 5. "
        + "B: linear classifiers of normal inputs, 500 dimensions, cosines with the truth 0.8 (student), 0.7 and 0.1 (teachers), 20,000 rows. "
        + "C: film reviews as tf-idf of hashed words and pairs, logistic regression: student of 1,000 labels, teachers of 300 and of 60; the student walks along the preference gradient of some 6,300 further rows; the step is chosen on 1,000 labelled rows, accuracy on 2,000 others; the probe is the agreement on the 1,000.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => ["rt-polarity"];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        new LinearWalks(trial).Measure(figures);
        new CommaPreferences(trial).Measure(figures);
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        string Unigram(string name) =>
            string.Join(", ", Enumerable.Range(1, 3).Select(epoch => Mean(trials, $"unigram/{name}/{epoch}", "0.00")));
        string writer = string.Join(
            ", ",
            CommaPreferences
                .Ways.Prepend("start")
                .Select(way =>
                    $"{way} {Mean(trials, "writer/" + way, "0.00")} ({Mean(trials, $"writer/{way}/words", "0.0")} words, {Mean(trials, $"writer/{way}/kl", "0.0")} nats)"
                )
        );
        return
        [
            With(
                Finding.Above(
                    "Pairs of one comma over none make a student write more commas than it did, although it wrote more than either side: a table of words.",
                    "3 sections preferred over 2 made a model write far more than any training answer; reference run 2.417 to 5.58 after one epoch",
                    trials.Difference("unigram/dpo/1", "unigram/start")
                ),
                $"expected commas, DPO after one epoch minus start; start {Mean(trials, "unigram/start", "0.000")}; DPO after epochs 1 to 3: {Unigram("dpo")}; length-normalised: {Unigram("norm")}"
            ),
            With(
                Finding.Below(
                    "Imitating the better side of the same pairs makes it write fewer.",
                    "SFT on 3-section answers reduced the count; reference run 1.000",
                    trials.Difference("unigram/sft", "unigram/start")
                ),
                $"three epochs; to the end {Mean(trials, "unigram/sft-to-the-end", "0.000")}"
            ),
            With(
                Finding.Below(
                    "Inverted pairs make it write fewer.",
                    "inverted pairs reduce; reference run 0.939",
                    trials.Difference("unigram/inverted/1", "unigram/start")
                ),
                $"epochs 1 to 3: {Unigram("inverted")}; length-normalised: {Unigram("norm-inverted")}"
            ),
            Near(
                "Tied pairs change little: less than a tenth of what pairs with a delta do.",
                "tied pairs do little; reference run 2.417 (unchanged)",
                trials.Of(figures =>
                    Math.Abs(figures["unigram/tied/1"] - figures["unigram/start"])
                    / Math.Abs(figures["unigram/dpo/1"] - figures["unigram/start"])
                ),
                $"ratio of changes after one epoch; tied: {Unigram("tied")}"
            ),
            With(
                Finding.Above(
                    "The same with a transformer: DPO on weak pairs lifts it above where it began.",
                    "as above",
                    trials.Difference("writer/dpo", "writer/start")
                ),
                "commas of a sampled sentence, DPO minus start; " + writer
            ),
            With(
                Finding.Above(
                    "With length-normalised DPO, the loss of the paper, too.",
                    "as above",
                    trials.Difference("writer/norm", "writer/start")
                ),
                $"commas, minus start; commas per word: start {Rate("start")}, DPO {Rate("dpo")}, normalised {Rate("norm")}"
            ),
            With(
                Finding.Below(
                    "And imitating the better side lowers it.",
                    "as above",
                    trials.Difference("writer/sft", "writer/start")
                ),
                "commas, SFT minus start"
            ),
            With(
                Finding.Below(
                    "Linear theory: sampled preference gradients go the way of the teachers' difference, up to sampling noise (less than 1.2 times the predicted one).",
                    "reference run: distance 0.127, predicted 0.131",
                    trials.Of(figures => figures["normal/distance"] / figures["normal/noise"]),
                    1.2
                ),
                $"ratio; distance {Mean(trials, "normal/distance", "0.000")}, noise {Mean(trials, "normal/noise", "0.000")}; best cosine {Mean(trials, "normal/formula", "0.0000")} of {Mean(trials, "normal/student", "0.0000")}, walked {Mean(trials, "normal/gap", "0.0E+0")} from it, along the sampled gradient {Mean(trials, "normal/sampled", "0.0000")}; walked on and on {Mean(trials, "normal/limit", "0.000")}"
            ),
            With(
                Finding.Above(
                    "On real classification, weak teachers without a judge raise the accuracy of a better student.",
                    "a gain for any positive delta, under independent errors; reference run -0.14 points (standard error 0.08)",
                    trials.Mean("reviews/delta/best"),
                    format: "0.0000"
                ),
                $"accuracy after the validated step minus before; student {Mean(trials, "reviews/accuracy/student", "0.000")}, teachers {Mean(trials, "reviews/accuracy/stronger", "0.000")} and {Mean(trials, "reviews/accuracy/weaker", "0.000")}; inverted {trials.Text("reviews/inverted/best", "0.0000")}; without the intercept's way {trials.Text("reviews/without-intercept/best", "0.0000")}; at two lengths of the student {Mean(trials, "reviews/delta/end", "0.000")}"
            ),
            With(
                new Finding(
                    "The probe B - A C tells before training whether that helps: its sign is that of the validated gain (or it is not positive where nothing is gained).",
                    "our own check of the theory's condition",
                    $"{trials.Seeds(Told)} of {trials.Count} seeds",
                    trials.Seeds(Told) >= trials.Count - 1 ? Verdict.Replicated : Verdict.NotReplicated,
                    "replicated if it is right in all seeds but one at most"
                ),
                $"B - A C {trials.Text("reviews/derivative")}; promised gain {Mean(trials, "reviews/promised", "0.000")}"
            ),
        ];

        string Rate(string way) =>
            trials
                .Of(figures => figures["writer/" + way] / figures[$"writer/{way}/words"])
                .Mean.ToString("0.000", CultureInfo.InvariantCulture);
    }

    private static bool Told(Figures figures) => figures["reviews/derivative"] > 0 == figures["reviews/delta/best"] > 0;

    private static Finding Near(string claim, string paper, MeanInterval ratio, string more) =>
        With(Finding.Below(claim, paper, ratio, 0.1), more);

    private static string Mean(Trials trials, string name, string format) =>
        trials.Mean(name).Mean.ToString(format, CultureInfo.InvariantCulture);

    private static Finding With(Finding finding, string more) => finding with { Ours = $"{finding.Ours} ({more})" };
}
