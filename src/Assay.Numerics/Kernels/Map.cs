using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>A function of one float, over lanes.</summary>
internal interface IMap
{
    static abstract V Of<V>(V x)
        where V : struct, ILanes<V>;
}

/// <summary>Applies an <see cref="IMap"/> to a span, in blocks that threads share.</summary>
internal static class Map
{
    private const int Block = 8192; // floats a piece: some microseconds of work, in the first-level cache

    public static void Run<F>(ReadOnlySpan<float> x, Span<float> result)
        where F : struct, IMap
    {
        if (Vector512.IsHardwareAccelerated)
            Run<F, Lanes512>(x, result);
        else
            Run<F, Lanes256>(x, result);
    }

    public static void Run<F, V>(ReadOnlySpan<float> x, Span<float> result)
        where F : struct, IMap
        where V : struct, ILanes<V>
    {
        if (x.Length != result.Length)
            throw new ArgumentException($"{x.Length} floats cannot become {result.Length}.", nameof(result));
        Workers.For((x.Length + Block - 1) / Block, new Pieces<F, V> { X = x, Result = result });
    }

    private ref struct Pieces<F, V> : IPieces
        where F : struct, IMap
        where V : struct, ILanes<V>
    {
        public ReadOnlySpan<float> X;
        public Span<float> Result;

        public readonly void Run(int piece)
        {
            int start = piece * Block,
                count = Math.Min(Block, X.Length - start);
            ref readonly float x = ref X[start];
            ref float result = ref Result[start];
            nint i = 0;
            for (; i <= count - V.Width; i += V.Width)
                F.Of(V.Load(in x, i)).Store(ref result, i);
            if (i < count)
                Partial.Store(
                    F.Of(Partial.Load<V>(X.Slice(start + (int)i, count - (int)i), 0)),
                    Result.Slice(start + (int)i, count - (int)i)
                );
        }
    }
}
