using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>A function of one float, over lanes.</summary>
internal interface IMap
{
    static abstract V Of<V>(V x)
        where V : struct, ILanes<V>;
}

/// <summary>A function of two floats, over lanes.</summary>
internal interface IMap2
{
    static abstract V Of<V>(V x, V y)
        where V : struct, ILanes<V>;
}

/// <summary>Applies functions to spans, in blocks that threads share.</summary>
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
        Workers.For(KernelShape.Pieces(x.Length, Block), new Pieces<F, V> { X = x, Result = result });
    }

    public static void Run2<F>(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> result)
        where F : struct, IMap2
    {
        if (Vector512.IsHardwareAccelerated)
            Run2<F, Lanes512>(x, y, result);
        else
            Run2<F, Lanes256>(x, y, result);
    }

    public static void Run2<F, V>(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> result)
        where F : struct, IMap2
        where V : struct, ILanes<V>
    {
        if (x.Length != y.Length || x.Length != result.Length)
            throw new ArgumentException(
                $"{x.Length} and {y.Length} floats cannot become {result.Length}.",
                nameof(result)
            );
        Workers.For(
            KernelShape.Pieces(x.Length, Block),
            new Pieces2<F, V>
            {
                X = x,
                Y = y,
                Result = result,
            }
        );
    }

    private ref struct Pieces<F, V> : IPieces
        where F : struct, IMap
        where V : struct, ILanes<V>
    {
        public ReadOnlySpan<float> X;
        public Span<float> Result;

        [MethodImpl(Compile.Apart)]
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
                Last(X.Slice(start + (int)i, count - (int)i), Result.Slice(start + (int)i, count - (int)i));
        }

        // Apart, so that the loop has the whole of what the compiler inlines into one method.
        [MethodImpl(Compile.Apart)]
        private static void Last(ReadOnlySpan<float> x, Span<float> result) =>
            Partial.Store(F.Of(Partial.Load<V>(x, 0)), result);
    }

    private ref struct Pieces2<F, V> : IPieces
        where F : struct, IMap2
        where V : struct, ILanes<V>
    {
        public ReadOnlySpan<float> X,
            Y;
        public Span<float> Result;

        [MethodImpl(Compile.Apart)]
        public readonly void Run(int piece)
        {
            int start = piece * Block,
                count = Math.Min(Block, X.Length - start);
            ref readonly float x = ref X[start];
            ref readonly float y = ref Y[start];
            ref float result = ref Result[start];
            nint i = 0;
            for (; i <= count - V.Width; i += V.Width)
                F.Of(V.Load(in x, i), V.Load(in y, i)).Store(ref result, i);
            start += (int)i;
            count -= (int)i;
            if (count > 0)
                Last(X.Slice(start, count), Y.Slice(start, count), Result.Slice(start, count));
        }

        [MethodImpl(Compile.Apart)]
        private static void Last(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> result) =>
            Partial.Store(F.Of(Partial.Load<V>(x, 0), Partial.Load<V>(y, 0)), result);
    }
}
