using Assay.Evidence;
using Assay.Judge;

namespace Assay.Tests;

/// <summary>The published judgements: the leaderboard from its rows, length control and best-of-N to the digits of the method's description.</summary>
public class SummarizeFeedbackDataTests
{
    private static AlpacaJudgements Read() =>
        AlpacaJudgements.Read(file => SharedData.Path(Path.Combine("alpaca-eval-2", file)));

    [Fact]
    public void The_leaderboard_comes_out_of_the_judgements()
    {
        AlpacaJudgements all = Read();
        Assert.Equal(51, all.Models.Count);
        PolicyComparison[] comparisons = [.. all.Comparisons(Enumerable.Range(0, all.Prompts))];
        foreach (string model in all.Models)
        {
            WinShare share = WinShare.Of(model, AlpacaJudgements.BaselineName, comparisons)!;
            Assert.Equal(805, share.Prompts);
            Assert.Equal(all.Published[model].Rate, 100 * share.Rate.Mean, 1e-8);
            Assert.Equal(all.Published[model].Error, 100 * share.StandardError, 1e-8);
        }
    }

    [Fact]
    public void Length_control_has_the_published_digits()
    {
        AlpacaJudgements all = Read();
        LengthCreditFigures found = LengthCredit.Of(all, [.. Enumerable.Range(0, all.Prompts)]);
        Assert.Equal(0.92023, found.Slope, 5e-6);
        Assert.Equal(13.05242, found.Control.LossPerPrompt, 5e-6);
        Assert.Equal(21.311, 100 * found.Control.Rate("claude-2.1"), 5e-4);
        Assert.Equal(8.897, 100 * found.Control.Rate("alpaca-7b"), 5e-4);
        Assert.Equal(22.421, 100 * found.Control.Rate("gpt-3.5-turbo-1106_concise"), 5e-4);
        Assert.Equal(0.961, found.Agreement, 5e-4);
        Assert.Equal(0.566, found.Raw, 5e-4);
        Assert.Equal(0.256, found.Controlled, 5e-4);
        Assert.Equal(47.9, 100 * found.Gamed, 0.05);
        Assert.Equal(["gpt4_gamed"], found.Control.Extrapolated());
    }

    [Fact]
    public void The_best_of_all_subsets_is_the_mean_over_them()
    {
        double[] worth = [3, -1, 4, 1, -5, 9];
        for (int size = 1; size <= worth.Length; size++)
        {
            double[] bests =
            [
                .. Enumerable
                    .Range(1, (1 << worth.Length) - 1)
                    .Where(subset => int.PopCount(subset) == size)
                    .Select(subset => worth[31 - int.LeadingZeroCount(subset)]),
            ];
            Assert.Equal(bests.Average(), ProxyPeaks.BestOf(worth, size), 12);
        }
    }

    [Fact]
    public void Proxies_peak_as_in_the_reference_run()
    {
        AlpacaJudgements all = Read();
        int[] even = [.. Enumerable.Range(0, all.Prompts).Where(prompt => prompt % 2 == 0)],
            odd = [.. Enumerable.Range(0, all.Prompts).Where(prompt => prompt % 2 == 1)];
        // The reference is the mean of 30 draws; ours is over all subsets.
        Near([-7.84, -6.47, -4.94, -3.20, -1.68, -1.26, -1.41], "length", 0.1);
        Near([-7.90, -6.20, -4.32, -1.82, 0.71, 2.39, 2.80], "learned", 0.1);
        (double[] logits, double[] wins) = ProxyPeaks.Curve(all.Samples(), "length", even, odd);
        Assert.Equal(47.3, 100 * wins[5], 0.5);
        Assert.Equal(46.3, 100 * wins[6], 0.1);
        Assert.Equal(-1.41, logits[6], 5e-3);
        Assert.Equal(-9.33, ProxyPeaks.Curve(all.Samples(), "close to 500", even, odd).Logits[6], 0.02);
        Assert.Equal(73.0, 100 * ProxyPeaks.Curve(all.Samples(), "learned", even, odd).Wins[6], 0.05);

        void Near(double[] expected, string proxy, double within)
        {
            double[] found = ProxyPeaks.Curve(all.Samples(), proxy, even, odd).Logits;
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], found[i], within);
        }
    }
}
