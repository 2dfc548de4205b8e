using System.Runtime.InteropServices;

namespace Assay.Value;

/// <summary>One walk through the players in random order: what each added when it came.</summary>
/// <param name="Order">All players, in their order.</param>
/// <param name="Marginals">What each of the first of them added; those after them were not reached, and count 0.</param>
/// <param name="Trainings">How many models were trained.</param>
public sealed record PermutationPass(int[] Order, double[] Marginals, int Trainings)
{
    // The order need not be kept: it comes from the random stream again.
    internal void Write(Stream stream)
    {
        stream.Write(MemoryMarshal.AsBytes<int>([Marginals.Length, Trainings]));
        stream.Write(MemoryMarshal.AsBytes<double>(Marginals));
    }

    internal static PermutationPass Read(Stream stream, int[] order)
    {
        Span<int> head = stackalloc int[2];
        stream.ReadExactly(MemoryMarshal.AsBytes(head));
        double[] marginals = new double[head[0]];
        stream.ReadExactly(MemoryMarshal.AsBytes(marginals.AsSpan()));
        return new(order, marginals, head[1]);
    }
}
