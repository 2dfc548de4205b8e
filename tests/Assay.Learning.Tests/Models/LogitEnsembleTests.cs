using Assay.Numerics;
using FsCheck.Fluent;

namespace Assay.Learning.Tests;

/// <summary>The numbers and properties of ensembles in "Pre-training under infinite compute".</summary>
public sealed class LogitEnsembleTests
{
    private static readonly int[] Tokens = [3, 1, 4, 1, 5, 9, 2, 6];

    private static Transformer Model(ulong seed) => TinyModels.Model(TransformerFamily.Llama, seed);

    [Fact]
    public void Two_members_worked_by_hand()
    {
        EnsembleLosses losses = new(2);
        losses.Add([2, 0, -1, 0.5f, 1.5f, -0.5f], 0);
        Assert.Equal(0.1698460, losses.OfMembers[0], 1e-7);
        Assert.Equal(1.4076060, losses.OfMembers[1], 1e-7);
        Assert.Equal(0.5549569, losses.OfLogitMeans[1], 1e-7);
        Assert.Equal(0.6083253, losses.OfProbabilityMeans[1], 1e-7);
        Assert.Equal(losses.OfMembers[0], losses.OfLogitMeans[0], 1e-12);
        Assert.Equal(losses.OfMembers[0], losses.OfProbabilityMeans[0], 1e-12);
        Assert.Equal(1, losses.Count);
    }

    [Fact]
    public void No_average_is_worse_than_the_mean_member_and_shifts_of_logits_change_nothing() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    RandomStream random = new((ulong)seed, "logits");
                    int members = 1 + random.NextInt32(5),
                        vocabulary = 2 + random.NextInt32(6),
                        label = random.NextInt32(vocabulary);
                    float[] logits =
                    [
                        .. Enumerable.Range(0, members * vocabulary).Select(_ => (float)(4 * random.NextGaussian())),
                    ];
                    float[] shifted = [.. logits];
                    int moved = random.NextInt32(members);
                    for (int i = 0; i < vocabulary; i++)
                        shifted[moved * vocabulary + i] += 3;
                    EnsembleLosses losses = new(members),
                        same = new(members);
                    losses.Add(logits, label);
                    same.Add(shifted, label);
                    double mean = losses.OfMembers.Average();
                    // The softmax of mean logits, written plainly.
                    double[] means =
                    [
                        .. Enumerable
                            .Range(0, vocabulary)
                            .Select(i => Enumerable.Range(0, members).Average(k => (double)logits[k * vocabulary + i])),
                    ];
                    double plain = Math.Log(means.Sum(Math.Exp)) - means[label];
                    return losses.OfLogitMeans[^1] <= mean + 1e-9
                        && losses.OfProbabilityMeans[^1] <= mean + 1e-9
                        && Math.Abs(losses.OfLogitMeans[^1] - plain) < 1e-9
                        && Math.Abs(losses.OfLogitMeans[^1] - same.OfLogitMeans[^1]) < 1e-5;
                }
            )
            .Holds();

    [Fact]
    public void One_member_or_the_same_several_times_is_the_member()
    {
        Transformer model = Model(1);
        TokenBatch batch = TokenBatch.Of(Tokens);
        float[] alone = model.TokenLogProbabilities(batch).Data.ToArray();
        Assert.Equal(alone, new LogitEnsemble(model).TokenLogProbabilities(batch).Data.ToArray());
        float[] four = new LogitEnsemble(model, model, model, model).TokenLogProbabilities(batch).Data.ToArray();
        for (int i = 0; i < alone.Length; i++)
            Assert.Equal(alone[i], four[i], 1e-5f);
        EnsembleLosses losses = new(3);
        losses.Add([1, 2, 3, 1, 2, 3, 1, 2, 3], 1);
        Assert.All(losses.OfLogitMeans, loss => Assert.Equal(losses.OfMembers[0], loss, 1e-12));
    }

    [Fact]
    public void Members_in_another_order_are_the_same_ensemble()
    {
        TokenBatch batch = TokenBatch.Of(Tokens);
        float[] one = new LogitEnsemble(Model(1), Model(2)).TokenLogProbabilities(batch).Data.ToArray(),
            two = new LogitEnsemble(Model(2), Model(1)).TokenLogProbabilities(batch).Data.ToArray();
        Assert.Equal(one, two);
    }

    [Fact]
    public void Samples_are_drawn_from_the_mean_and_never_hold_what_they_must_not()
    {
        LogitEnsemble both = new(Model(1), Model(2));
        const int streams = 4000;
        RandomStream random = new(5, "samples");
        int[][] made = both.Sample(0, [0, 7], 6, 1, [.. Enumerable.Range(0, streams).Select(i => random.Child(i))]);
        // The first token's probabilities, from the whole logits.
        float[] logits = both.Logits(new int[] { 0 }, 1).Data.ToArray();
        double[] weights = [.. logits.Select((logit, i) => i is 0 or 7 ? 0 : Math.Exp(logit))];
        for (int token = 0; token < weights.Length; token++)
        {
            double p = weights[token] / weights.Sum(),
                share = made.Count(stream => stream[0] == token) / (double)streams;
            Assert.True(Math.Abs(share - p) <= 5 * Math.Sqrt(p * (1 - p) / streams), $"{token}: {share} of {p}");
        }
    }

    [Fact]
    public void A_stream_goes_on_from_half_of_what_filled_the_context()
    {
        Transformer model = Model(3);
        LogitEnsemble one = new(model);
        const int context = 6;
        int[] made = one.Sample(0, [], context, 20, [new RandomStream(1, "stream")])[0];
        // The same, by looking at all that the context holds for every token.
        TokenSampler sampler = new(new());
        RandomStream random = new(1, "stream");
        List<int> seen = [0];
        for (int at = 0; at < made.Length; at++)
        {
            if (seen.Count > context)
                seen = [.. seen[^(context / 2)..]];
            int[] window = [.. seen];
            ReadOnlySpan<float> logits = one.Logits(window, 1).Data[^one.VocabularySize..];
            int next = sampler.Next(logits, [], random);
            Assert.Equal(next, made[at]);
            seen.Add(next);
        }
    }

    [Fact]
    public void What_does_not_fit_together_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new LogitEnsemble());
        Transformer other = new(
            TinyModels.Config(TransformerFamily.Llama) with
            {
                VocabularySize = 20,
            },
            new RandomStream(1, "model")
        );
        Assert.Contains("20", Assert.Throws<ArgumentException>(() => new LogitEnsemble(Model(1), other)).Message);
        Assert.Throws<ArgumentException>(() => new EnsembleLosses(2).Add([1, 2, 3], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EnsembleLosses(1).Add([1, 2, 3], 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EnsembleLosses(0));
        LogitEnsemble one = new(Model(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => one.Sample(0, [], 13, 5, [new RandomStream(1, "s")]));
        Assert.Throws<ArgumentOutOfRangeException>(() => one.Sample(0, [], 6, 0, [new RandomStream(1, "s")]));
    }
}
