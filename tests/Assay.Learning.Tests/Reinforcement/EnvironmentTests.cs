using System.Text;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Tests;

public sealed class EnvironmentTests
{
    private static readonly RandomStream Random = new(5, "environments");

    public static TheoryData<IEnvironment> All => [new ArithmeticEnvironment(), new RewritingEnvironment()];

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    [Theory]
    [MemberData(nameof(All))]
    public void Demonstrations_are_right_and_prompts_are_named_by_their_stream(IEnvironment environment)
    {
        HashSet<int> commas = [];
        for (int i = 0; i < 300; i++)
        {
            byte[] prompt = environment.Prompt(Random.Child(i));
            Assert.Equal(prompt, environment.Prompt(Random.Child(i)));
            byte[] right = environment.Demonstration(prompt, Random.Child(1000 + i));
            Assert.Equal(1, environment.Reward(prompt, right));
            Assert.Equal(0, environment.Reward(prompt, []));
            Assert.Equal(0, environment.Reward(prompt, [.. right, (byte)',']));
            commas.Add(right.Count(b => b == ','));
        }
        Assert.True(commas.Count > 4, "demonstrations differ in their steps");
    }

    [Fact]
    public void Sums()
    {
        ArithmeticEnvironment sums = new();
        byte[] prompt = Bytes("37+48=");
        Assert.Equal(1, sums.Reward(prompt, "85"u8));
        Assert.Equal(1, sums.Reward(prompt, "nonsense,85"u8));
        Assert.Equal(0, sums.Reward(prompt, "85 "u8));
        Assert.Equal(0, sums.Reward(prompt, "86"u8));
        Assert.Equal(0, sums.Reward(prompt, "-85"u8));
        Assert.Equal("85", Encoding.ASCII.GetString(sums.Demonstration(prompt, 0, Random.Child("0"))));
        Assert.Equal("77,85", Encoding.ASCII.GetString(sums.Demonstration(prompt, 1, Random.Child("1"))));
        Assert.Equal("47,57,67,77,85", Encoding.ASCII.GetString(sums.Demonstration(prompt, 99, Random.Child("2"))));
        foreach (string bad in (string[])["37+48", "37-48=", "+4=", "37+=", "12345678+1=", "three+4="])
            Assert.Contains("no sum", Assert.Throws<FormatException>(() => sums.Reward(Bytes(bad), "1"u8)).Message);
    }

    [Fact]
    public void Rewriting()
    {
        RewritingEnvironment words = new();
        Assert.Equal(["cab", "acb", "abc"], words.Forms("cab="u8));
        Assert.Equal(1, words.Reward("cab="u8, "acb,abc"u8));
        Assert.Equal(0, words.Reward("cab="u8, "acb"u8));
        RewritingEnvironment ends = new(rules: [new("aa", "b"), new("bb", "")]);
        Assert.Equal(["aaaac", "baac", "bbc", "c"], ends.Forms("aaaac="u8));
        Assert.Contains(
            "do not end",
            Assert
                .Throws<FormatException>(() => new RewritingEnvironment(rules: [new("a", "aa")]).Forms("a="u8))
                .Message
        );
        Assert.Throws<FormatException>(() => words.Reward("cab"u8, "abc"u8));
        Assert.Throws<ArgumentException>(() => new RewritingEnvironment(shortest: 4, longest: 3));
        Assert.Throws<ArgumentException>(() => new RewritingEnvironment(rules: [new("", "a")]));
    }

    [Fact]
    public void Sorting_words_gives_the_sorted_letters()
    {
        RewritingEnvironment words = new();
        for (int i = 0; i < 200; i++)
        {
            byte[] prompt = words.Prompt(Random.Child(i));
            string word = Encoding.ASCII.GetString(prompt)[..^1];
            Assert.Equal(string.Concat(word.Order()), words.Forms(prompt)[^1]);
        }
    }

    [Fact]
    public void Stop_or_continue_samples_what_it_expects()
    {
        StopContinuePolicy policy = new();
        (double accuracy, double length) = policy.Expected();
        // The start of the published table: 0.76 and 5.0.
        Assert.Equal(0.765, accuracy, 0.002);
        Assert.Equal(4.99, length, 0.005);
        StopContinueSample sample = policy.Sample(2000, 16, new RandomStream(1, "sample"));
        Assert.Equal(length, sample.Lengths.Average(), 0.08);
        Assert.Equal(accuracy, sample.Rewards.Average(), 0.015);
        Assert.All(sample.Lengths, made => Assert.InRange(made, 1, 12));
    }

    [Fact]
    public void Its_probabilities_sum_to_one_and_its_entropies_are_theirs()
    {
        StopContinuePolicy policy = new(3);
        for (int t = 0; t < 3; t++)
            policy.Logits.Data[t] = 0.5f * t - 0.3f;
        // All responses: stop at 1, 2, 3, or go on at 3 and be cut.
        StopContinueSample all = new([1, 2, 3, 3], [false, false, false, true], new double[4], new int[4]);
        (Tensor log, Tensor mask) = policy.LogProbabilities(all);
        Assert.Equal(1, log.Sum(1).Exp().Sum().Item(), 1e-6);
        Assert.Equal([1f, 0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1], mask.ToArray());
        double p = 1 / (1 + Math.Exp(0.3));
        Assert.Equal(-p * Math.Log(p) - (1 - p) * Math.Log(1 - p), policy.Entropies(all)[0], 1e-6);
    }

    [Fact]
    public void Its_gradient_is_that_of_finite_differences()
    {
        StopContinuePolicy policy = new(4);
        StopContinueSample sample = policy.Sample(3, 4, new RandomStream(2, "gradient"));
        Tensor weights = Tensor.Normal(new RandomStream(3, "weights"), 1, 12, 4);
        Tensor Value() => (policy.LogProbabilities(sample).LogProbabilities * weights).Sum();
        Value().Backward();
        float[] gradient = policy.Logits.Grad!.ToArray();
        for (int t = 0; t < 4; t++)
        {
            policy.Logits.Data[t] += 1e-2f;
            double up = Value().Item();
            policy.Logits.Data[t] -= 2e-2f;
            double down = Value().Item();
            policy.Logits.Data[t] += 1e-2f;
            Assert.Equal((up - down) / 2e-2, gradient[t], 1e-3);
        }
    }
}
