using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Assay.Numerics;

/// <summary>The output of the heads that share one key head of one sequence, for one query each: keys and values are read once, in place.</summary>
internal unsafe ref struct AttentionDecode<V> : IPieces
    where V : struct, ILanes<V>
{
    public ReadOnlySpan<float> Q,
        K,
        Values;
    public Span<float> Result,
        LogSumExp;
    public HeadLayout Queries,
        Keys,
        Results;
    public AttentionMask Mask;
    public float Scale;

    [MethodImpl(Compile.Apart)]
    public readonly void Run(int piece)
    {
        int batch = piece / Keys.Heads,
            keyHead = piece % Keys.Heads,
            group = Queries.Heads / Keys.Heads,
            dim = Queries.HeadDim,
            count = Mask.Count(batch, 0);
        Span<float> weights = new(Scratch.Take(Math.Max(1, count)), count);
        for (int head = keyHead * group; head < (keyHead + 1) * group; head++)
        {
            ReadOnlySpan<float> query = Q.Slice(Queries.Offset(batch, 0, head), dim);
            Span<float> result = Result.Slice(Results.Offset(batch, 0, head), dim);
            if (count == 0)
            {
                result.Clear();
                LogSumExp[batch * Queries.Heads + head] = float.NegativeInfinity;
                continue;
            }
            for (int key = 0; key < count; key++)
                weights[key] = Scale * Row.Dot<V>(query, K.Slice(Keys.Offset(batch, key, keyHead), dim));
            float largest = Row.Max<V>(weights),
                sum = Row.Exp<V>(weights, largest, 1, weights);
            LogSumExp[batch * Queries.Heads + head] = largest + MathF.Log(sum);
            Mix(weights, 1 / sum, Values[Keys.Offset(batch, 0, keyHead)..], result);
        }
    }

    // Four vectors of the output at a time stay in registers while the values go by.
    [MethodImpl(Compile.Apart)]
    private readonly void Mix(ReadOnlySpan<float> weights, float scale, ReadOnlySpan<float> values, Span<float> result)
    {
        ref float source = ref MemoryMarshal.GetReference(values),
            target = ref MemoryMarshal.GetReference(result);
        V factor = V.Of(scale);
        nint column = 0;
        for (; column <= result.Length - 4 * V.Width; column += 4 * V.Width)
        {
            V a = V.Zero,
                b = V.Zero,
                c = V.Zero,
                d = V.Zero;
            for (int key = 0; key < weights.Length; key++)
            {
                V weight = V.Of(weights[key]);
                nint at = (nint)key * Keys.TimeStride + column;
                a = V.MultiplyAdd(weight, V.Load(in source, at), a);
                b = V.MultiplyAdd(weight, V.Load(in source, at + V.Width), b);
                c = V.MultiplyAdd(weight, V.Load(in source, at + 2 * V.Width), c);
                d = V.MultiplyAdd(weight, V.Load(in source, at + 3 * V.Width), d);
            }
            (a * factor).Store(ref target, column);
            (b * factor).Store(ref target, column + V.Width);
            (c * factor).Store(ref target, column + 2 * V.Width);
            (d * factor).Store(ref target, column + 3 * V.Width);
        }
        for (; column <= result.Length - V.Width; column += V.Width)
        {
            V a = V.Zero;
            for (int key = 0; key < weights.Length; key++)
                a = V.MultiplyAdd(V.Of(weights[key]), V.Load(in source, (nint)key * Keys.TimeStride + column), a);
            (a * factor).Store(ref target, column);
        }
        for (int i = (int)column; i < result.Length; i++)
        {
            float sum = 0;
            for (int key = 0; key < weights.Length; key++)
                sum += weights[key] * values[key * Keys.TimeStride + i];
            result[i] = sum * scale;
        }
    }
}
