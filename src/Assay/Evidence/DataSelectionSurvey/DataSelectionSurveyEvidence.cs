using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>What the filters, matchers and deduplication that the survey collects do on real text.</summary>
public sealed class DataSelectionSurveyEvidence : IExperiment
{
    /// <inheritdoc/>
    public string Slug => "data-selection-survey";

    /// <inheritdoc/>
    public string Title => "A Survey on Data Selection for Language Models (2024)";

    /// <inheritdoc/>
    public string Protocol =>
        "The survey reports no experiments, so what is tested is what the works it collects rely on. (1) 499 web pages that people judged: area under the "
        + "ROC curve of rules (FineWeb's chain), words, perplexity against WikiText-2 (pairs of words, which it has apart from punctuation and web pages have not; and six bytes), a classifier taught by the judgements of other folds, and one taught "
        + "by Wikipedia, PubMed and OpenWebText against Common Crawl. (2) Half of the documents of five domains of the Pile are the target, the other half is "
        + "sought among 1,000 documents: precision at as many as there are. (3) 300 KB of 1,499 documents (each cut to 2,000 bytes), chosen in six ways, and as "
        + "much of WikiText itself, train a byte-level transformer of 0.1 M parameters for 200 steps of 16 rows of 128 bytes; loss on held-out WikiText. (4) Twenty "
        + "made-up sentences stand 1 to 64 times among 2,000 rows; what MinHash drops is replaced by other rows.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [SurveyCorpora.Folder, TextDomains.Folder];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        using SurveyCorpora corpora = new(trial);
        Figures figures = [];
        new FiltersAndPeople(trial, corpora).Measure(figures);
        new DomainRetrieval(trial, corpora).Measure(figures);
        new ChosenText(trial, corpora).Measure(figures);
        new Memorisation(trial, corpora).Measure(figures);
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials) =>
        [.. People(trials), .. Domains(trials), .. Chosen(trials), .. Memorised(trials)];

    private static IEnumerable<Finding> People(Trials trials)
    {
        // The same in all seeds but for the resampling, so the interval is over pages.
        MeanInterval OverPages(string figure) =>
            new(
                trials.Mean(figure).Mean,
                trials.Mean(figure + "/low").Mean,
                trials.Mean(figure + "/high").Mean,
                Trials.Confidence
            );
        string areas = string.Join(
            ", ",
            new[] { "rules", "length", "perplexity", "bytes", "classifier", "reference" }.Select(name =>
                $"{name} {trials.Text("people/" + name)}"
            )
        );
        Finding learned = Finding.Above(
            "A classifier that people have taught agrees with people on other pages better than length does, by more than .05 of area",
            "no figure; .873 against .763 with the reference implementation",
            trials.Difference("people/classifier", minus: "people/length"),
            bound: 0.05
        );
        yield return learned with
        {
            Ours =
                $"by {learned.Ours} over shuffles of the folds, {Trials.Text(OverPages("people/classifier-length"))} over pages; areas: {areas}",
        };
        foreach (
            (string name, string what, string reference) in ((string, string, string)[])
                [
                    ("length", "the number of words", ".763 against .693 pages kept"),
                    ("perplexity", "perplexity (pairs of words) against WikiText", ".752 against .693 pages kept"),
                    ("bytes", "perplexity of bytes against WikiText", "not measured"),
                ]
        )
            yield return Finding.Above(
                $"Even {what} agrees with people better than FineWeb's rules",
                $"no figure; {reference} with the reference implementation",
                OverPages($"people/{name}-rules")
            ) with
            {
                Rule = "the 95% interval over pages (bootstrap) lies above 0",
            };
        yield return Finding.Above(
            "A classifier of reference corpora against the web finds what people find good (area over chance)",
            "the assumption behind many filters; .303 - .5 with the reference implementation",
            OverPages("people/reference-chance")
        ) with
        {
            Rule = "the 95% interval over pages (bootstrap) lies above 0",
        };
    }

    private static IEnumerable<Finding> Domains(Trials trials)
    {
        Finding found = Finding.Above(
            "DSIR (Laplace 1) finds a domain's other documents: mean precision over five domains, in multiples of the share they have",
            "above 5 with the reference implementation",
            trials.Of(figures => figures["domain/dsir"] / figures["domain/base"]),
            bound: 5,
            format: "0.0"
        );
        string precision = string.Join(
            ", ",
            DomainRetrieval.Arms.Append("base").Select(arm => $"{arm} {trials.Text("domain/" + arm)}")
        );
        yield return found with
        {
            Ours = $"{found.Ours}; precision: {precision}",
        };
        yield return Finding.Above(
            "Smoothing the target's counts matters (precision over no smoothing)",
            "0 to .09 without, .17 to .43 with it, in the reference implementation",
            trials.Difference("domain/dsir", minus: "domain/dsir-unsmoothed")
        );
        yield return Finding.Above(
            "DSIR finds more than the simplest rival, the cosine of words with the target's mean (precision)",
            "not compared",
            trials.Difference("domain/dsir", minus: "domain/nearest")
        );
    }

    private static IEnumerable<Finding> Chosen(Trials trials)
    {
        string losses = string.Join(", ", ChosenText.Arms.Select(arm => $"{arm} {trials.Text("loss/" + arm)}"));
        double[] gains = [.. trials["loss/random"].Zip(trials["loss/dsir"], (random, dsir) => random - dsir)];
        MeanInterval gain = MeanInterval.Of(gains, Trials.Confidence);
        double deviation = Math.Sqrt(
            gains.Sum(value => (value - gain.Mean) * (value - gain.Mean)) / (gains.Length - 1)
        );
        yield return new(
            "Text chosen by DSIR towards WikiText teaches more of it than random text of equal bytes and updates",
            "+2 points on GLUE over random rows",
            $"loss lower by {Trials.Text(gain)}; losses: {losses}",
            gain.Mean > 2 * deviation ? Verdict.Replicated : Verdict.NotReplicated,
            "the mean gain is more than two standard deviations of the gain over seeds"
        );
        foreach (
            (string arm, string claim) in ((string, string)[])
                [
                    (
                        "classifier",
                        "So does text chosen by a classifier of WikiText against the pool (gain over random)"
                    ),
                    ("perplexity", "So does text of low perplexity under WikiText (gain over random)"),
                    ("heuristics", "So does text that passes FineWeb's rules (gain over random)"),
                ]
        )
            yield return Finding.Above(claim, "no figure", trials.Difference("loss/random", minus: "loss/" + arm));
        yield return Finding.Above(
            "DSIR is the best way to choose of the six (gain over the best other, by the mean over seeds)",
            "not compared",
            trials.Difference(
                "loss/"
                    + ChosenText
                        .Arms.Where(arm => arm is not ("dsir" or "target"))
                        .MinBy(arm => trials.Mean("loss/" + arm).Mean),
                minus: "loss/dsir"
            )
        );
        MeanInterval dedup = trials.Difference("loss/random", minus: "loss/dedup");
        yield return new(
            "Deduplicating a pool with few copies changes nothing (loss within .02 nats of random)",
            "no figure",
            Trials.Text(dedup),
            dedup.Low > -0.02 && dedup.High < 0.02 ? Verdict.Replicated
                : dedup.Low >= 0.02 || dedup.High <= -0.02 ? Verdict.NotReplicated
                : Verdict.Inconclusive,
            "the 95% interval over seeds lies within -.02 and .02"
        );
    }

    private static IEnumerable<Finding> Memorised(Trials trials)
    {
        string Levels(string arm) =>
            string.Join(
                ", ",
                Memorisation.Copies.Select(copies => $"{copies}: {trials.Text($"copies/{arm}/{copies}")}")
            );
        Finding falls = Finding.Above(
            "A sentence is learned the better the more often it stands in the data (loss at 1 copy over that at 64)",
            "models emit memorised text ten times less often after deduplication",
            trials.Difference("copies/all/1", minus: "copies/all/64")
        );
        yield return falls with
        {
            Ours = $"{falls.Ours}; by copies {Levels("all")}; never seen: {trials.Text("copies/all/unseen")}",
        };
        Finding removed = Finding.Above(
            "MinHash removes that: what stood 64 times is as new as what stood once (share of the gap that is gone)",
            "about ten times less emitted text",
            trials.Of(figures =>
                (figures["copies/dedup/64"] - figures["copies/all/64"])
                / (figures["copies/dedup/1"] - figures["copies/all/64"])
            ),
            bound: 0.8
        );
        yield return removed with
        {
            Ours =
                $"{removed.Ours}; by copies {Levels("dedup")}; rows left of a sentence: {trials.Text("copies/left", "0.00")}",
        };
        Finding emitted = Finding.Below(
            "After deduplication a tenth or less of the sentences is emitted (share of those with 64 copies, in what it was before)",
            "ten times less",
            trials.Of(figures =>
                (figures["copies/dedup/64/emitted"] + 1e-9) / (figures["copies/all/64/emitted"] + 1e-9)
            ),
            bound: 0.1
        );
        yield return emitted with
        {
            Ours =
                $"{emitted.Ours}; {trials.Text("copies/all/64/emitted", "0.00")} before, {trials.Text("copies/dedup/64/emitted", "0.00")} after",
            Verdict = trials.Mean("copies/all/64/emitted").Mean == 0 ? Verdict.Inconclusive : emitted.Verdict,
            Rule = emitted.Rule + "; inconclusive if nothing is emitted before",
        };
    }
}
