using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Walks two operands that are broadcast to one shape, as runs in which each lies in order or is one number.</summary>
internal readonly struct Broadcast
{
    private readonly Axes _sizes,
        _stepsA,
        _stepsB;
    private readonly int _outer; // axes outside of the run

    public Broadcast(ReadOnlySpan<int> a, ReadOnlySpan<int> b, ReadOnlySpan<int> shape)
    {
        int count = 0,
            strideA = 1,
            strideB = 1;
        // From the last axis to the first; neighbours in which both operands go on in the same way become one.
        for (int i = 1; i <= shape.Length; i++)
        {
            int size = shape[^i],
                sizeA = i <= a.Length ? a[^i] : 1,
                sizeB = i <= b.Length ? b[^i] : 1;
            if (size == 1)
                continue;
            int stepA = sizeA == 1 ? 0 : strideA,
                stepB = sizeB == 1 ? 0 : strideB;
            strideA *= sizeA;
            strideB *= sizeB;
            bool joins =
                count > 0
                && stepA == _stepsA[count - 1] * _sizes[count - 1]
                && stepB == _stepsB[count - 1] * _sizes[count - 1];
            if (joins)
            {
                _sizes[count - 1] *= size;
                continue;
            }
            _sizes[count] = size;
            _stepsA[count] = stepA;
            _stepsB[count] = stepB;
            count++;
        }
        if (count == 0)
        {
            _sizes[0] = 1;
            count = 1;
        }
        _outer = count - 1;
        Run = _sizes[0];
        Runs = 1;
        for (int i = 1; i < count; i++)
            Runs *= _sizes[i];
    }

    /// <summary>Elements of a run.</summary>
    public int Run { get; }

    /// <summary>Number of runs.</summary>
    public int Runs { get; }

    /// <summary>Elements that an operand has in a run: all, or one.</summary>
    public int RunOfA => _stepsA[0] == 0 ? 1 : Run;

    /// <inheritdoc cref="RunOfA"/>
    public int RunOfB => _stepsB[0] == 0 ? 1 : Run;

    /// <summary>Where a run starts in the operands.</summary>
    public (int A, int B) Start(int run)
    {
        int a = 0,
            b = 0;
        for (int axis = 1; axis <= _outer; axis++)
        {
            (run, int index) = Math.DivRem(run, _sizes[axis]);
            a += index * _stepsA[axis];
            b += index * _stepsB[axis];
        }
        return (a, b);
    }

    /// <summary>y = f(a, b) with both broadcast.</summary>
    public void Apply<F>(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y)
        where F : struct, IMap2
    {
        if (y.Length == 0)
            return;
        if (Runs == 1)
        {
            Elementwise.Binary<F>(a[..RunOfA], b[..RunOfB], y);
            return;
        }
        int runsPerPiece = Math.Max(1, Elementwise.Block / Run);
        Workers.For((Runs + runsPerPiece - 1) / runsPerPiece, new Pieces<F>(this, runsPerPiece, a, b, y));
    }

    [System.Runtime.CompilerServices.InlineArray(TensorShape.MaxRank)]
    private struct Axes
    {
        private int _first;
    }

    private readonly ref struct Pieces<F>(
        Broadcast broadcast,
        int runs,
        ReadOnlySpan<float> a,
        ReadOnlySpan<float> b,
        Span<float> y
    ) : IPieces
        where F : struct, IMap2
    {
        private readonly Broadcast _broadcast = broadcast;
        private readonly ReadOnlySpan<float> _a = a,
            _b = b;
        private readonly Span<float> _y = y;

        public void Run(int piece)
        {
            int last = Math.Min(_broadcast.Runs, (piece + 1) * runs);
            for (int run = piece * runs; run < last; run++)
            {
                (int a, int b) = _broadcast.Start(run);
                Elementwise.Run<F>(
                    _a.Slice(a, _broadcast.RunOfA),
                    _b.Slice(b, _broadcast.RunOfB),
                    _y.Slice(run * _broadcast.Run, _broadcast.Run)
                );
            }
        }
    }
}
