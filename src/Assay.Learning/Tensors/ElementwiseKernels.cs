using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Loops over elements of two operands. Long ones are cut into blocks of a fixed size, one for each worker at a time.</summary>
internal static class Elementwise
{
    /// <summary>Elements that one worker takes at a time: a few microseconds of work, whose operands fit its second-level cache.</summary>
    public const int Block = 16384;

    /// <summary>target += other.</summary>
    public static void AddTo(Span<float> target, ReadOnlySpan<float> other) => Binary<AddOf>(target, other, target);

    /// <summary>y = f(x).</summary>
    public static void Unary<F>(ReadOnlySpan<float> x, Span<float> y)
        where F : struct, IMap => Map.Run<F>(x, y);

    /// <summary>y = f(a, b), element by element; y may be a or b.</summary>
    public static void Binary<F>(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y)
        where F : struct, IMap2
    {
        if (y.Length <= Block)
            Run<F>(a, b, y);
        else
            Workers.For(Blocks(y.Length), new BinaryPieces<F>(a, b, y));
    }

    /// <summary>y = scale x + shift; y may be x.</summary>
    public static void Affine(ReadOnlySpan<float> x, float scale, float shift, Span<float> y)
    {
        if (y.Length <= Block)
            RunAffine(x, scale, shift, y);
        else
            Workers.For(Blocks(y.Length), new AffinePieces(x, scale, shift, y));
    }

    /// <summary>One run of elements on this thread. An operand of one element is used for all.</summary>
    public static void Run<F>(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y)
        where F : struct, IMap2
    {
        if (Vector512.IsHardwareAccelerated)
            Run<F, Lanes512>(a, b, y);
        else
            Run<F, Lanes256>(a, b, y);
    }

    internal static int Blocks(int length) => (length + Block - 1) / Block;

    [MethodImpl(Compile.Apart)]
    private static void Run<F, V>(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y)
        where F : struct, IMap2
        where V : struct, ILanes<V>
    {
        int count = y.Length;
        if (count == 0)
            return;
        ref float left = ref MemoryMarshal.GetReference(a),
            right = ref MemoryMarshal.GetReference(b),
            target = ref MemoryMarshal.GetReference(y);
        nint i = 0;
        if (a.Length == count && b.Length == count)
        {
            for (; i <= count - V.Width; i += V.Width)
                F.Of(V.Load(in left, i), V.Load(in right, i)).Store(ref target, i);
        }
        else if (b.Length == 1 && a.Length == count)
        {
            V constant = V.Of(right);
            for (; i <= count - V.Width; i += V.Width)
                F.Of(V.Load(in left, i), constant).Store(ref target, i);
        }
        else if (a.Length == 1 && b.Length == count)
        {
            V constant = V.Of(left);
            for (; i <= count - V.Width; i += V.Width)
                F.Of(constant, V.Load(in right, i)).Store(ref target, i);
        }
        else if (a.Length == 1 && b.Length == 1)
        {
            V constant = F.Of(V.Of(left), V.Of(right));
            for (; i <= count - V.Width; i += V.Width)
                constant.Store(ref target, i);
        }
        else
        {
            throw new ArgumentException($"{a.Length} and {b.Length} elements do not make {count}.");
        }
        if (i < count)
            Partial.Store(F.Of(Rest<V>(a, (int)i, count), Rest<V>(b, (int)i, count)), y[(int)i..]);
    }

    private static V Rest<V>(ReadOnlySpan<float> operand, int start, int count)
        where V : struct, ILanes<V> =>
        operand.Length == count ? Partial.Load<V>(operand[start..], 1) : V.Of(operand[0]);

    private static void RunAffine(ReadOnlySpan<float> x, float scale, float shift, Span<float> y)
    {
        if (Vector512.IsHardwareAccelerated)
            RunAffine<Lanes512>(x, scale, shift, y);
        else
            RunAffine<Lanes256>(x, scale, shift, y);
    }

    [MethodImpl(Compile.Apart)]
    private static void RunAffine<V>(ReadOnlySpan<float> x, float scale, float shift, Span<float> y)
        where V : struct, ILanes<V>
    {
        V scales = V.Of(scale),
            shifts = V.Of(shift);
        ref float source = ref MemoryMarshal.GetReference(x),
            target = ref MemoryMarshal.GetReference(y);
        nint i = 0;
        for (; i <= x.Length - V.Width; i += V.Width)
            V.MultiplyAdd(V.Load(in source, i), scales, shifts).Store(ref target, i);
        if (i < x.Length)
            Partial.Store(V.MultiplyAdd(Partial.Load<V>(x[(int)i..], 0), scales, shifts), y[(int)i..]);
    }

    private readonly ref struct BinaryPieces<F>(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y) : IPieces
        where F : struct, IMap2
    {
        private readonly ReadOnlySpan<float> _a = a,
            _b = b;
        private readonly Span<float> _y = y;

        public void Run(int piece)
        {
            int start = piece * Block,
                length = Math.Min(Block, _y.Length - start);
            Run<F>(Part(_a), Part(_b), _y.Slice(start, length));

            ReadOnlySpan<float> Part(ReadOnlySpan<float> operand) =>
                operand.Length == 1 ? operand : operand.Slice(start, length);
        }
    }

    private readonly ref struct AffinePieces(ReadOnlySpan<float> x, float scale, float shift, Span<float> y) : IPieces
    {
        private readonly ReadOnlySpan<float> _x = x;
        private readonly Span<float> _y = y;
        private readonly float _scale = scale,
            _shift = shift;

        public void Run(int piece)
        {
            int start = piece * Block,
                length = Math.Min(Block, _y.Length - start);
            RunAffine(_x.Slice(start, length), _scale, _shift, _y.Slice(start, length));
        }
    }
}
