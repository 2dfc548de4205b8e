using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Assay.Numerics;

/// <summary>How one optimiser moves a parameter and up to two numbers that it remembers of it.</summary>
internal interface IParameterUpdate
{
    V Step<V>(V parameter, V gradient, ref V first, ref V second)
        where V : struct, ILanes<V>;
}

/// <summary>Runs a parameter update over flat spans, in blocks that threads share.</summary>
internal static class ParameterUpdate
{
    private const int Block = 8192; // parameters a piece

    /// <summary>State spans may be empty where the update keeps none.</summary>
    public static void Run<U, V>(
        U update,
        Span<float> parameters,
        ReadOnlySpan<float> gradients,
        Span<float> first,
        Span<float> second
    )
        where U : struct, IParameterUpdate
        where V : struct, ILanes<V>
    {
        if (gradients.Length != parameters.Length)
            throw new ArgumentException(
                $"{parameters.Length} parameters have {gradients.Length} gradients.",
                nameof(gradients)
            );
        if (
            (!first.IsEmpty && first.Length != parameters.Length)
            || (!second.IsEmpty && second.Length != parameters.Length)
        )
            throw new ArgumentException(
                $"{parameters.Length} parameters have state of {first.Length} and {second.Length}.",
                nameof(first)
            );
        Workers.For(
            KernelShape.Pieces(parameters.Length, Block),
            new Pieces<U, V>
            {
                Update = update,
                Parameters = parameters,
                Gradients = gradients,
                First = first,
                Second = second,
            }
        );
    }

    private ref struct Pieces<U, V> : IPieces
        where U : struct, IParameterUpdate
        where V : struct, ILanes<V>
    {
        public U Update;
        public Span<float> Parameters,
            First,
            Second;
        public ReadOnlySpan<float> Gradients;

        [MethodImpl(Compile.Apart)]
        public readonly void Run(int piece)
        {
            int start = piece * Block,
                count = Math.Min(Block, Parameters.Length - start);
            bool hasFirst = !First.IsEmpty,
                hasSecond = !Second.IsEmpty;
            Span<float> parameters = Parameters.Slice(start, count),
                firsts = hasFirst ? First.Slice(start, count) : [],
                seconds = hasSecond ? Second.Slice(start, count) : [];
            ReadOnlySpan<float> gradients = Gradients.Slice(start, count);
            ref float parameter = ref MemoryMarshal.GetReference(parameters),
                gradient = ref MemoryMarshal.GetReference(gradients),
                first = ref MemoryMarshal.GetReference(firsts),
                second = ref MemoryMarshal.GetReference(seconds);
            U update = Update;
            nint i = 0;
            for (; i <= count - V.Width; i += V.Width)
            {
                V one = hasFirst ? V.Load(in first, i) : V.Zero,
                    two = hasSecond ? V.Load(in second, i) : V.Zero;
                update.Step(V.Load(in parameter, i), V.Load(in gradient, i), ref one, ref two).Store(ref parameter, i);
                if (hasFirst)
                    one.Store(ref first, i);
                if (hasSecond)
                    two.Store(ref second, i);
            }
            int done = (int)i;
            if (done == count)
                return;
            V lastFirst = hasFirst ? Partial.Load<V>(firsts[done..], 0) : V.Zero,
                lastSecond = hasSecond ? Partial.Load<V>(seconds[done..], 0) : V.Zero;
            V last = update.Step(
                Partial.Load<V>(parameters[done..], 0),
                Partial.Load<V>(gradients[done..], 0),
                ref lastFirst,
                ref lastSecond
            );
            Partial.Store(last, parameters[done..]);
            if (hasFirst)
                Partial.Store(lastFirst, firsts[done..]);
            if (hasSecond)
                Partial.Store(lastSecond, seconds[done..]);
        }
    }
}
