namespace Assay.Learning;

public sealed partial class Tensor
{
    /// <summary>Element by element, broadcast as NumPy does; as are all operators of two tensors.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast to one.</exception>
    public static Tensor operator +(Tensor a, Tensor b) => Combine(Arithmetic.Add, a, b);

    /// <inheritdoc cref="operator +(Tensor, Tensor)"/>
    public static Tensor operator -(Tensor a, Tensor b) => Combine(Arithmetic.Subtract, a, b);

    /// <inheritdoc cref="operator +(Tensor, Tensor)"/>
    public static Tensor operator *(Tensor a, Tensor b) => Combine(Arithmetic.Multiply, a, b);

    /// <inheritdoc cref="operator +(Tensor, Tensor)"/>
    public static Tensor operator /(Tensor a, Tensor b) => Combine(Arithmetic.Divide, a, b);

    /// <summary>Every element plus a number.</summary>
    public static Tensor operator +(Tensor a, float b) => a.Affine(1, b);

    /// <summary>Every element plus a number.</summary>
    public static Tensor operator +(float a, Tensor b) => b.Affine(1, a);

    /// <summary>Every element minus a number.</summary>
    public static Tensor operator -(Tensor a, float b) => a.Affine(1, -b);

    /// <summary>A number minus every element.</summary>
    public static Tensor operator -(float a, Tensor b) => b.Affine(-1, a);

    /// <summary>Every element times a number.</summary>
    public static Tensor operator *(Tensor a, float b) => a.Affine(b, 0);

    /// <summary>Every element times a number.</summary>
    public static Tensor operator *(float a, Tensor b) => b.Affine(a, 0);

    /// <summary>Every element divided by a number.</summary>
    public static Tensor operator /(Tensor a, float b) => a.Affine(1 / b, 0);

    /// <summary>A number divided by every element.</summary>
    public static Tensor operator /(float a, Tensor b) => b.Reciprocal().Affine(a, 0);

    /// <summary>Every element negated.</summary>
    public static Tensor operator -(Tensor a) => a.Affine(-1, 0);

    /// <summary>scale x + shift for every element x.</summary>
    public Tensor Affine(float scale, float shift)
    {
        Tensor y = Create(_shape);
        Elementwise.Affine(Data, scale, shift, y.Data);
        return Records(this) ? y.From(new AffineNode(this, scale)) : y;
    }

    /// <summary>The larger of two elements, broadcast. Where they are equal, the gradient goes to both by halves.</summary>
    public Tensor Maximum(Tensor other) => Combine(Arithmetic.Maximum, this, other);

    /// <summary>The smaller of two elements, broadcast. Where they are equal, the gradient goes to both by halves.</summary>
    public Tensor Minimum(Tensor other) => Combine(Arithmetic.Minimum, this, other);

    /// <summary>1 where the element is less than <paramref name="other"/>'s, 0 elsewhere; a constant.</summary>
    public Tensor Less(Tensor other) => Combine(Arithmetic.Less, this, other);

    /// <summary>1 where the element is at most <paramref name="other"/>'s, 0 elsewhere; a constant.</summary>
    public Tensor AtMost(Tensor other) => Combine(Arithmetic.AtMost, this, other);

    /// <summary>1 where the elements are equal, 0 elsewhere; a constant.</summary>
    public Tensor EqualTo(Tensor other) => Combine(Arithmetic.Equal, this, other);

    /// <summary>The element where <paramref name="mask"/> is not 0, and 0 elsewhere, even where the element is infinite or NaN.</summary>
    /// <param name="mask">Constant; broadcast.</param>
    public Tensor MaskedBy(Tensor mask) => Combine(Arithmetic.Mask, this, mask);

    /// <summary>The element where <paramref name="mask"/> is 0, and 0 elsewhere, even where the element is infinite or NaN.</summary>
    /// <param name="mask">Constant; broadcast.</param>
    public Tensor MaskedOutBy(Tensor mask) => Combine(Arithmetic.InverseMask, this, mask);

    /// <summary><paramref name="yes"/> where <paramref name="mask"/> is not 0, <paramref name="no"/> elsewhere; all broadcast.</summary>
    public static Tensor Where(Tensor mask, Tensor yes, Tensor no) => yes.MaskedBy(mask) + no.MaskedOutBy(mask);

    /// <summary>Elements limited to [<paramref name="low"/>, <paramref name="high"/>]; beyond, the gradient is 0.</summary>
    /// <exception cref="ArgumentException"><paramref name="low"/> is above <paramref name="high"/>.</exception>
    public Tensor Clamp(float low, float high)
    {
        if (!(low <= high))
            throw new ArgumentException($"Clamp: [{low}, {high}] is empty.");
        using Tensor lows = Scalar(low),
            highs = Scalar(high);
        return Maximum(lows).Minimum(highs);
    }

    private static Tensor Combine(Arithmetic kind, Tensor a, Tensor b)
    {
        int[] shape = TensorShape.Broadcast(a._shape, b._shape, kind.ToString());
        Tensor y = Create(shape);
        Broadcast walk = new(a._shape, b._shape, shape);
        ReadOnlySpan<float> left = a.Data,
            right = b.Data;
        Span<float> result = y.Data;
        switch (kind)
        {
            case Arithmetic.Add:
                walk.Apply<AddOf>(left, right, result);
                break;
            case Arithmetic.Subtract:
                walk.Apply<SubtractOf>(left, right, result);
                break;
            case Arithmetic.Multiply:
                walk.Apply<MultiplyOf>(left, right, result);
                break;
            case Arithmetic.Divide:
                walk.Apply<DivideOf>(left, right, result);
                break;
            case Arithmetic.Maximum:
                walk.Apply<MaximumOf>(left, right, result);
                break;
            case Arithmetic.Minimum:
                walk.Apply<MinimumOf>(left, right, result);
                break;
            case Arithmetic.Less:
                walk.Apply<LessOf>(left, right, result);
                return y;
            case Arithmetic.AtMost:
                walk.Apply<AtMostOf>(left, right, result);
                return y;
            case Arithmetic.Equal:
                walk.Apply<EqualOf>(left, right, result);
                return y;
            case Arithmetic.Mask:
                walk.Apply<MaskOf>(left, right, result);
                return Records(a) ? y.From(new MaskNode(a, b, Arithmetic.Mask)) : y;
            case Arithmetic.InverseMask:
                walk.Apply<InverseMaskOf>(left, right, result);
                return Records(a) ? y.From(new MaskNode(a, b, Arithmetic.InverseMask)) : y;
        }
        return Records(a, b) ? y.From(new ArithmeticNode(kind, a, b, y)) : y;
    }
}

internal enum Arithmetic
{
    Add,
    Subtract,
    Multiply,
    Divide,
    Maximum,
    Minimum,
    Less,
    AtMost,
    Equal,
    Mask,
    InverseMask,
}

internal sealed class AffineNode(Tensor x, float scale) : UnaryNode(x)
{
    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        if (scale != 1 && pass.MayOverwrite(gradient))
            Elementwise.Affine(gradient.Data, scale, 0, gradient.Data);
        else if (scale != 1)
            gradient *= scale;
        pass.Add(X, gradient);
    }
}

internal sealed class MaskNode(Tensor x, Tensor mask, Arithmetic kind) : UnaryNode(x)
{
    private readonly Tensor _mask = mask.Save();

    public override void Backward(Tensor gradient, BackwardPass pass) =>
        pass.Add(X, (kind == Arithmetic.Mask ? gradient.MaskedBy(_mask) : gradient.MaskedOutBy(_mask)).SumTo(X.Sizes));
}

internal sealed class ArithmeticNode : BinaryNode
{
    private readonly Arithmetic _kind;

    public ArithmeticNode(Arithmetic kind, Tensor a, Tensor b, Tensor y)
        : base(a, b)
    {
        _kind = kind;
        if (kind is Arithmetic.Add or Arithmetic.Subtract)
            return;
        if (b.RequiresGrad || kind is Arithmetic.Maximum or Arithmetic.Minimum)
            a.Save();
        if (a.RequiresGrad || kind is not Arithmetic.Multiply)
            b.Save();
    }

    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        bool wantsA = pass.Wants(A),
            wantsB = pass.Wants(B);
        switch (_kind)
        {
            case Arithmetic.Add:
                Give(A, wantsA, gradient);
                Give(B, wantsB, gradient);
                break;
            case Arithmetic.Subtract:
                Give(A, wantsA, gradient);
                if (wantsB)
                    Give(B, true, -gradient);
                break;
            case Arithmetic.Multiply:
                if (wantsA)
                    Give(A, true, gradient * B);
                if (wantsB)
                    Give(B, true, gradient * A);
                break;
            case Arithmetic.Divide:
                Tensor quotient = gradient / B;
                Give(A, wantsA, quotient);
                if (wantsB)
                    Give(B, true, -(quotient * A / B));
                break;
            case Arithmetic.Maximum:
                Divide(B, A);
                break;
            default:
                Divide(A, B);
                break;
        }

        void Give(Tensor to, bool wanted, Tensor part)
        {
            if (wanted)
                pass.Add(to, part.SumTo(to.Sizes));
        }

        // The larger one of Maximum, and the smaller one of Minimum, gets the gradient; both get half of it where they are equal.
        void Divide(Tensor below, Tensor above)
        {
            Tensor less = below.Less(above),
                share = (less + below.AtMost(above)) * 0.5f;
            Give(A, wantsA, gradient * share);
            Give(B, wantsB, gradient * (1 - share));
        }
    }
}
