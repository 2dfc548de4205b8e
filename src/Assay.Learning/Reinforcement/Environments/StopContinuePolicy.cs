using Assay.Numerics;

namespace Assay.Learning;

/// <summary>What a <see cref="StopContinuePolicy"/> did.</summary>
/// <param name="Lengths">Tokens of each response, from 1.</param>
/// <param name="Continued">Whether the last token was one more "continue": only a response that was cut.</param>
/// <param name="Rewards">1 where the answer was right, 0 elsewhere.</param>
/// <param name="Prompts">The prompt of each response.</param>
public sealed record StopContinueSample(int[] Lengths, bool[] Continued, double[] Rewards, int[] Prompts);

/// <summary>The smallest policy with lengths: at each token it stops or goes on thinking, and longer thought is right more often, up to a point.</summary>
/// <remarks>
/// One logit of "continue" for each token. A response of L tokens is right with probability 1 - d^min(L, 4), where d is the difficulty of its prompt.
/// Estimators of advantages show on it in seconds what they do to length and accuracy, without any transformer.
/// </remarks>
public sealed class StopContinuePolicy
{
    /// <summary>Tokens beyond this help no more.</summary>
    public const int Useful = 4;

    private static readonly double[] Difficulties = [0.15, 0.45, 0.8];

    /// <summary>A policy that goes on with the same probability at each token.</summary>
    /// <param name="tokens">The most tokens of a response, at least 1.</param>
    /// <param name="start">The logit of "continue" at the start; 1.5: 0.82.</param>
    public StopContinuePolicy(int tokens = 12, float start = 1.5f)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        Logits = Tensor.Full(start, tokens);
        Logits.RequiresGrad = true;
    }

    /// <summary>[tokens]: the logit of "continue" at each token.</summary>
    public Tensor Logits { get; }

    /// <summary>The probability that a response of a length is right.</summary>
    /// <param name="difficulty">From 0 to 1.</param>
    /// <param name="length">Tokens, from 1.</param>
    public static double Right(double difficulty, int length) => 1 - Math.Pow(difficulty, Math.Min(length, Useful));

    /// <summary>The mean length, and the probability of being right on a prompt of each difficulty equally often: no sampling.</summary>
    public (double Accuracy, double Length) Expected()
    {
        double reach = 1,
            accuracy = 0,
            length = 0;
        ReadOnlySpan<float> logits = Logits.Data;
        for (int t = 1; t <= logits.Length; t++)
        {
            double goes = t == logits.Length ? 0 : 1 / (1 + Math.Exp(-logits[t - 1])),
                stops = reach * (1 - goes);
            length += t * stops;
            foreach (double difficulty in Difficulties)
                accuracy += stops * Right(difficulty, t) / Difficulties.Length;
            reach *= goes;
        }
        return (accuracy, length);
    }

    /// <summary>Samples responses.</summary>
    /// <param name="prompts">Prompts, each of a random difficulty.</param>
    /// <param name="group">Responses of each.</param>
    /// <param name="random">The random numbers.</param>
    public StopContinueSample Sample(int prompts, int group, RandomStream random)
    {
        int count = prompts * group;
        int[] lengths = new int[count],
            of = new int[count];
        bool[] continued = new bool[count];
        double[] rewards = new double[count];
        ReadOnlySpan<float> logits = Logits.Data;
        for (int prompt = 0, i = 0; prompt < prompts; prompt++)
        {
            double difficulty = Difficulties[random.NextInt32(Difficulties.Length)];
            for (int member = 0; member < group; member++, i++)
            {
                of[i] = prompt;
                bool goes;
                do goes = random.NextDouble() < 1 / (1 + Math.Exp(-logits[lengths[i]++]));
                while (goes && lengths[i] < logits.Length);
                continued[i] = goes;
                rewards[i] = random.NextDouble() < Right(difficulty, lengths[i]) ? 1 : 0;
            }
        }
        return new(lengths, continued, rewards, of);
    }

    /// <summary>ln of the probability of each token, with a gradient.</summary>
    /// <param name="sample">The responses.</param>
    /// <returns>[responses, tokens], 0 after the end of a response, and the mask of its tokens.</returns>
    public (Tensor LogProbabilities, Tensor Mask) LogProbabilities(StopContinueSample sample)
    {
        int count = sample.Lengths.Length,
            tokens = Logits.Length;
        Tensor sign = Tensor.Zeros(count, tokens),
            mask = Tensor.Zeros(count, tokens);
        for (int i = 0; i < count; i++)
        for (int t = 0; t < sample.Lengths[i]; t++)
        {
            mask.Data[i * tokens + t] = 1;
            sign.Data[i * tokens + t] = t < sample.Lengths[i] - 1 || sample.Continued[i] ? 1 : -1;
        }
        return ((sign * Logits).LogSigmoid().MaskedBy(mask), mask);
    }

    /// <summary>The mean entropy of the decisions of each response; nats.</summary>
    public double[] Entropies(StopContinueSample sample)
    {
        double[] entropies = new double[Logits.Length];
        for (int t = 0; t < entropies.Length; t++)
        {
            double z = Logits.Data[t],
                p = 1 / (1 + Math.Exp(-z));
            // ln(1 + e^z) - p z, written so that it does not overflow.
            entropies[t] = Math.Max(z, 0) + Math.Log(1 + Math.Exp(-Math.Abs(z))) - p * z;
        }
        return [.. sample.Lengths.Select(length => entropies.Take(length).Average())];
    }
}
