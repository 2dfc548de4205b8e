using System.Runtime.CompilerServices;
using Assay.Numerics;

namespace Assay.Learning;

public static partial class Functional
{
    /// <summary>Each element set to 0 with the given probability, and the others divided by 1 - probability.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="probability">From 0 to below 1; 0 returns <paramref name="x"/> itself and draws nothing.</param>
    /// <param name="stream">One number is drawn; which elements fall follows from it and their places, whatever the number of threads.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is out of range.</exception>
    public static Tensor Dropout(Tensor x, float probability, RandomStream stream)
    {
        if (!(probability is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(
                nameof(probability),
                probability,
                "Dropout: the probability is from 0 to below 1."
            );
        return probability == 0 ? x : DropoutNode.Apply(x, probability, stream.NextUInt64(), Tensor.Create(x.Sizes));
    }
}

/// <summary>Keeps the seed rather than the mask: the backward pass draws it again.</summary>
internal sealed class DropoutNode(Tensor x, float probability, ulong seed) : UnaryNode(x)
{
    public static Tensor Apply(Tensor x, float probability, ulong seed, Tensor y)
    {
        Pieces body = new(x.Data, probability, seed, y.Data);
        if (y.Length <= Elementwise.Block)
            body.Run(0);
        else
            Workers.For(Elementwise.Blocks(y.Length), body);
        return Tensor.Records(x) ? y.From(new DropoutNode(x, probability, seed)) : y;
    }

    public override void Backward(Tensor gradient, BackwardPass pass) =>
        pass.Add(
            X,
            Apply(gradient, probability, seed, pass.MayOverwrite(gradient) ? gradient : Tensor.Create(gradient.Sizes))
        );

    private readonly ref struct Pieces(ReadOnlySpan<float> x, float probability, ulong seed, Span<float> y) : IPieces
    {
        private readonly ReadOnlySpan<float> _x = x;
        private readonly Span<float> _y = y;

        [MethodImpl(Compile.Apart)]
        public void Run(int piece)
        {
            int start = piece * Elementwise.Block,
                end = Math.Min(_y.Length, start + Elementwise.Block);
            float scale = 1 / (1 - probability);
            uint threshold = (uint)(probability * 4294967296.0);
            ulong bits = 0;
            // Two elements share 64 random bits; blocks start at even places.
            for (int i = start; i < end; i++)
            {
                bits = i % 2 == 0 ? RandomStream.SplitMix64(seed, (ulong)(i / 2) + 1) : bits >> 32;
                _y[i] = (uint)bits < threshold ? 0 : _x[i] * scale;
            }
        }
    }
}
