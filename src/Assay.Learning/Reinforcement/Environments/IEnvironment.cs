using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Tasks whose answers a program can check: what a policy is trained on without any judge.</summary>
/// <remarks>
/// A prompt says everything: an environment keeps no state, so that prompts of a file and prompts that it makes are the same thing.
/// </remarks>
public interface IEnvironment
{
    /// <summary>A task.</summary>
    /// <param name="stream">Names it: <c>random.Child(index)</c>.</param>
    /// <returns>UTF-8.</returns>
    byte[] Prompt(RandomStream stream);

    /// <summary>How good a completion is, from 0 (wrong) to 1 (right).</summary>
    /// <param name="prompt">The task.</param>
    /// <param name="completion">The answer, without the mark of its end.</param>
    /// <exception cref="FormatException">The prompt is no task of this environment; the message says what it should be.</exception>
    double Reward(ReadOnlySpan<byte> prompt, ReadOnlySpan<byte> completion);

    /// <summary>A right answer as a person might write it, with or without steps between: for supervised training before.</summary>
    /// <param name="prompt">The task.</param>
    /// <param name="stream">Chooses how it is written.</param>
    /// <exception cref="FormatException">The prompt is no task of this environment.</exception>
    byte[] Demonstration(ReadOnlySpan<byte> prompt, RandomStream stream);
}
