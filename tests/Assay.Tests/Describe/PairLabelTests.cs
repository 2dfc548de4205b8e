using Assay.Data;
using Assay.Describe;
using Assay.Numerics;
using Assay.Preferences;
using Assay.Studies;
using Assay.Tests.Preferences;
using Assay.Tests.Studies;

namespace Assay.Tests.Describe;

public class PairLabelTests
{
    [Fact]
    public void CountsDuplicatesContradictionsAndConflicts()
    {
        PairLabel label = Of(
            PreferenceTables.Of(
                """{"prompt": "p", "chosen": "aaa", "rejected": "b"}""",
                """{"prompt": "p", "chosen": "aaa", "rejected": "b"}""",
                """{"prompt": "p", "chosen": "b", "rejected": "aaa"}""",
                """{"prompt": "p", "chosen": "c", "rejected": "aaa"}""",
                """{"prompt": "q", "chosen": "dd", "rejected": "ee"}""",
                """{"prompt": "q", "chosen": "x", "rejected": "x"}"""
            )
        );
        Assert.Equal((5, 1, 1), (label.Pairs.Count, label.Ties, label.Duplicates));
        Assert.Equal(3, label.Contradictions); // both times one way, once the other
        Assert.Equal(4, label.Conflicts); // aaa is chosen here and rejected there
        Assert.Equal((2 + 0.5) / 5, label.LongerShare, 12);
        Assert.Null(label.Plausibility);
        Assert.Empty(label.Suspects);
    }

    [Fact]
    public void FindsTheLabelsThatWereTurnedRound()
    {
        const int count = 400;
        RandomStream stream = new(5, "planted");
        HashSet<int> flipped = [];
        string[] nouns = ["tea", "rain", "book", "dog", "road", "lamp", "song", "hill"];
        View view = PreferenceTables.Of([
            .. Enumerable
                .Range(0, count)
                .Select(i =>
                {
                    string good = $"the {Noun()} was lovely and the {Noun()} kind",
                        bad = $"the {Noun()} was dreadful and the {Noun()} rude";
                    if (stream.NextDouble() < 0.1)
                    {
                        flipped.Add(i);
                        (good, bad) = (bad, good);
                    }
                    return $$"""{"prompt": "p{{i}}", "chosen": "{{good}}", "rejected": "{{bad}}"}""";
                }),
        ]);
        PairLabel label = Of(view);
        int found = label.Suspects.Count(at => flipped.Contains(at));
        Assert.Equal(label.Suspects.Count, found);
        Assert.True(found >= 0.75 * flipped.Count, $"{found} of {flipped.Count}");
        Assert.InRange(label.WordAccuracy, 0.85, 0.95);

        string Noun() => nouns[stream.NextInt32(nouns.Length)];
    }

    [Fact]
    public void AStudyShowsItAndNamesTheSuspects()
    {
        Study study = new PairStudy(new()).Run(TinyPolicies.Pairs(80));
        Assert.Contains("80 pairs; the longer completion wins in 100 %", study.Answer);
        Assert.Contains(study.Panels, panel => panel.Title == "Lengths in bytes");
        Assert.Equal("suspects.txt", Assert.Single(study.Files).Name);
        Assert.Contains(
            "has no preferences",
            Assert
                .Throws<AssayException>(() => new PairStudy(new()).Run(PreferenceTables.Of("""{"text": "t"}""")))
                .Message
        );
    }

    private static PairLabel Of(View view) => PairLabel.Of(PreferenceRows.Read(view), new(1, "label"));
}
