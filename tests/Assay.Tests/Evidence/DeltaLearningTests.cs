using Assay.Evidence;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Tests.Evidence;

public sealed class DeltaLearningTests
{
    // 0 ends a sentence; 2 is what is counted.
    private static readonly int[][] Sentences =
    [
        [3, 2, 4, 0],
        [4, 3, 0],
        [3, 3, 2, 2, 0],
        [4, 4, 4, 2, 0],
    ];

    private static UnigramPolicy Start => UnigramPolicy.Of(Sentences, 5);

    [Theory]
    [InlineData(PreferenceObjective.Dpo, 0.1)]
    [InlineData(PreferenceObjective.DpoNorm, 5)]
    public void A_word_that_both_sides_have_alike_keeps_its_odds(PreferenceObjective loss, double beta)
    {
        UnigramPolicy policy = Start;
        double before = policy.LogOdds(2, 0);
        // As many of 2 and of the end on both sides; the other words differ.
        policy.Prefer(
            [([3, 2, 0], [4, 2, 0]), ([3, 3, 2, 2, 0], [4, 4, 2, 2, 0])],
            new() { Loss = loss, Beta = beta },
            30,
            new RandomStream(1, "tied"),
            _ => { }
        );
        Assert.Equal(before, policy.LogOdds(2, 0), 1e-9);
        Assert.True(policy.LogOdds(3, 4) > 0.1);
    }

    [Fact]
    public void More_of_a_word_chosen_over_less_makes_it_more_and_inverted_pairs_less_and_imitation_goes_to_the_chosen()
    {
        (int[], int[])[] pairs = [([3, 2, 0], [3, 4, 0]), ([4, 2, 0], [4, 3, 0])];
        double start = Start.Expected(2);
        UnigramPolicy preferring = Start,
            inverted = Start,
            imitating = Start;
        preferring.Prefer(pairs, new() { Beta = 0.1 }, 20, new RandomStream(1, "more"), _ => { });
        inverted.Prefer(
            [.. pairs.Select(pair => (pair.Item2, pair.Item1))],
            new() { Beta = 0.1 },
            20,
            new RandomStream(1, "less"),
            _ => { }
        );
        imitating.Imitate([.. pairs.Select(pair => pair.Item2)], 400, new RandomStream(1, "as they are"));
        Assert.True(preferring.Expected(2) > start);
        Assert.True(inverted.Expected(2) < start);
        Assert.True(imitating.Expected(2) < 0.1);
        // Half a time added to each word.
        Assert.Equal(4.5 / 4.5, UnigramPolicy.Of(Sentences, 5).Expected(2), 1e-12);
    }
}
