using System.Buffers.Text;
using System.Text;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Sums of two numbers of two digits, such as <c>37+48=</c>, answered with as many sums on the way as one likes: <c>57,77,85</c>.</summary>
/// <remarks>Only the number after the last comma counts. Source of the task: the small set-up of CANON's method notes, two-digit sums with 0 to 8 scratch steps.</remarks>
public sealed class ArithmeticEnvironment : IEnvironment
{
    /// <summary>The most sums on the way in a demonstration.</summary>
    public const int MostSteps = 8;

    /// <inheritdoc/>
    public byte[] Prompt(RandomStream stream) =>
        Encoding.ASCII.GetBytes($"{10 + stream.NextInt32(90)}+{10 + stream.NextInt32(90)}=");

    /// <inheritdoc/>
    public double Reward(ReadOnlySpan<byte> prompt, ReadOnlySpan<byte> completion)
    {
        (int a, int b) = Read(prompt);
        ReadOnlySpan<byte> last = completion[(completion.LastIndexOf((byte)',') + 1)..];
        return Number(last) == a + b ? 1 : 0;
    }

    /// <summary>The tens of the second number are added in a random number of parts, then its ones.</summary>
    /// <inheritdoc/>
    public byte[] Demonstration(ReadOnlySpan<byte> prompt, RandomStream stream)
    {
        int tens = Read(prompt).B / 10;
        return Demonstration(prompt, stream.NextInt32(1 + Math.Min(MostSteps, tens)), stream);
    }

    /// <summary>A right answer with a given number of sums on the way.</summary>
    /// <param name="prompt">The task.</param>
    /// <param name="steps">Sums on the way; at most as many as the second number has tens, and <see cref="MostSteps"/>.</param>
    /// <param name="stream">Cuts the tens into parts.</param>
    public byte[] Demonstration(ReadOnlySpan<byte> prompt, int steps, RandomStream stream)
    {
        (int a, int b) = Read(prompt);
        int tens = b / 10;
        steps = Math.Clamp(steps, 0, Math.Min(MostSteps, tens));
        // Where the tens are cut: distinct places from 1 to tens, the last of them the end.
        int[] places = [.. Enumerable.Range(1, Math.Max(0, tens - 1))];
        stream.Shuffle(places.AsSpan());
        StringBuilder text = new();
        foreach (int place in places.Take(steps - 1).Order().Concat(steps > 0 ? [tens] : []))
            text.Append(a + 10 * place).Append(',');
        return Encoding.ASCII.GetBytes(text.Append(a + b).ToString());
    }

    private static (int A, int B) Read(ReadOnlySpan<byte> prompt)
    {
        int plus = prompt.IndexOf((byte)'+');
        if (plus > 0 && prompt[^1] == '=' && Number(prompt[..plus]) is { } a && Number(prompt[(plus + 1)..^1]) is { } b)
            return (a, b);
        throw new FormatException(
            $"'{Encoding.UTF8.GetString(prompt)}' is no sum: expected two numbers of at most six digits, such as 37+48="
        );
    }

    private static int? Number(ReadOnlySpan<byte> text) =>
        text.Length is >= 1 and <= 7
        && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9')
        && Utf8Parser.TryParse(text, out int value, out _)
            ? value
            : null;
}
