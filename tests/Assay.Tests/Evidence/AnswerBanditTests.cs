using Assay.Evidence;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Tests.Evidence;

/// <summary>The bandit over real answers: its theory holds on them, and its figures are those of the method files.</summary>
public sealed class AnswerBanditTests
{
    [Fact]
    public void On_real_answers_the_policy_of_dpo_is_that_of_the_reward_model()
    {
        AnswerBandit bandit = Bandit();
        CandidatePair[] pairs = bandit.Pairs(new(1, "pairs"), perPrompt: 8, flips: 0);
        const double Beta = 0.1,
            Ridge = 1e-3;
        double[] reward = CandidatePolicy.BradleyTerry(bandit.Train, pairs, Ridge);
        CandidatePolicy dpo = CandidatePolicy.Fit(bandit.Train, pairs, new(new() { Beta = Beta }), Ridge * Beta * Beta);
        for (int j = 0; j < reward.Length; j++)
            Assert.Equal(reward[j] / Beta, dpo.Weights[j], 1e-4);
        double[] optimum = bandit.Test.Groups.Tilted(bandit.Test.Scores(reward), Beta),
            found = dpo.LogProbabilities(bandit.Test);
        for (int i = 0; i < optimum.Length; i++)
            Assert.Equal(optimum[i], found[i], 1e-4);
    }

    [Fact]
    public void Labels_are_of_the_gold_reward_and_a_flip_turns_them()
    {
        AnswerBandit bandit = Bandit();
        double Right(double flips) =>
            bandit
                .Pairs(new(2, "pairs"), perPrompt: 8, flips)
                .Where(pair => bandit.TrainGold[pair.Chosen] != bandit.TrainGold[pair.Rejected])
                .Average(pair => bandit.TrainGold[pair.Chosen] > bandit.TrainGold[pair.Rejected] ? 1.0 : 0);
        double clean = Right(0),
            noisy = Right(0.3);
        Assert.InRange(clean, 0.6, 0.85);
        Assert.Equal(0.3 + 0.4 * clean, noisy, 0.02);
        Assert.All(bandit.TestGold, gold => Assert.InRange(gold, -3, 3));
        Assert.Equal((600 * 6, 205 * 6), (bandit.TrainGold.Length, bandit.TestGold.Length));
    }

    private static AnswerBandit Bandit() =>
        AnswerBandit.Of(
            new()
            {
                Seed = 0,
                Random = new RandomStream(0, "trial"),
                DataFolder = Path.GetDirectoryName(SharedData.Path(AnswerBandit.Folder))!,
            },
            new(0, "deal")
        );
}
