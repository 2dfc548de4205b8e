using Assay.Numerics;

namespace Assay.Learning;

public sealed partial class Tensor
{
    /// <summary>e^x.</summary>
    public Tensor Exp() => Map<ExpOf>(UnaryOperation.Exp);

    /// <summary>The natural logarithm; -infinity of 0, NaN of negative numbers.</summary>
    public Tensor Log() => Map<LogOf>(UnaryOperation.Log);

    /// <summary>The square root; its gradient is infinite at 0.</summary>
    public Tensor Sqrt() => Map<SqrtOf>(UnaryOperation.Sqrt);

    /// <summary>1 / x.</summary>
    public Tensor Reciprocal() => Map<ReciprocalOf>(UnaryOperation.Reciprocal);

    /// <summary>x^2.</summary>
    public Tensor Square() => Map<SquareOf>(UnaryOperation.Square);

    /// <summary>|x|, with gradient 0 at 0.</summary>
    public Tensor Abs() => Map<AbsOf>(UnaryOperation.Abs);

    /// <summary>The hyperbolic tangent.</summary>
    public Tensor Tanh() => Map<TanhOf>(UnaryOperation.Tanh);

    /// <summary>The logistic function 1 / (1 + e^-x).</summary>
    public Tensor Sigmoid() => Map<SigmoidOf>(UnaryOperation.Sigmoid);

    /// <summary>max(x, 0), with gradient 0 at 0.</summary>
    public Tensor Relu() => Map<ReluOf>(UnaryOperation.Relu);

    /// <summary>The distribution function of the standard normal distribution.</summary>
    public Tensor NormalCdf() => Map<NormalCdfOf>(UnaryOperation.NormalCdf);

    /// <summary>x times the standard normal distribution function of x (Hendrycks and Gimpel, 2016).</summary>
    public Tensor Gelu()
    {
        Tensor y = Create(_shape);
        GeluKernel.Forward(Data, y.Data);
        return Record(UnaryOperation.Gelu, y);
    }

    /// <summary>The approximation of <see cref="Gelu"/> by tanh that GPT-2 uses.</summary>
    public Tensor GeluTanh()
    {
        Tensor y = Create(_shape);
        GeluKernel.TanhForward(Data, y.Data);
        return Record(UnaryOperation.GeluTanh, y);
    }

    /// <summary>x times the logistic function of x.</summary>
    public Tensor Silu()
    {
        Tensor y = Create(_shape);
        SiluKernel.Forward(Data, y.Data);
        return Record(UnaryOperation.Silu, y);
    }

    /// <summary>ln(1 + e^x).</summary>
    public Tensor Softplus() => Map<SoftplusOf>(UnaryOperation.Softplus);

    /// <summary>Scaled exponential linear: 1.0507 x, and 1.7581 (e^x - 1) below 0 (Klambauer and others, 2017).</summary>
    public Tensor Selu() => Map<SeluOf>(UnaryOperation.Selu);

    /// <summary>-1, 0 or 1; a constant.</summary>
    public Tensor Sign()
    {
        Tensor y = Create(_shape);
        Elementwise.Unary<SignOf>(Data, y.Data);
        return y;
    }

    /// <summary>ln of the logistic function, without overflow.</summary>
    public Tensor LogSigmoid() => -(-this).Softplus();

    /// <summary>x^<paramref name="exponent"/>; NaN of negative numbers where the exponent is not whole.</summary>
    public Tensor Pow(float exponent)
    {
        Tensor y = Create(_shape);
        ReadOnlySpan<float> x = Data;
        Span<float> result = y.Data;
        for (int i = 0; i < x.Length; i++)
            result[i] = MathF.Pow(x[i], exponent);
        return Records(this) ? y.From(new PowNode(this, exponent)) : y;
    }

    private Tensor Map<F>(UnaryOperation kind)
        where F : struct, IMap
    {
        Tensor y = Create(_shape);
        Elementwise.Unary<F>(Data, y.Data);
        return Record(kind, y);
    }

    private Tensor Record(UnaryOperation kind, Tensor y) =>
        Records(this) ? y.From(new UnaryOperationNode(kind, this, y)) : y;
}

internal enum UnaryOperation
{
    Exp,
    Log,
    Sqrt,
    Reciprocal,
    Square,
    Abs,
    Tanh,
    Sigmoid,
    Relu,
    NormalCdf,
    Gelu,
    GeluTanh,
    Silu,
    Softplus,
    Selu,
}

internal sealed class PowNode(Tensor x, float exponent) : UnaryNode(x.Save())
{
    public override void Backward(Tensor gradient, BackwardPass pass) =>
        pass.Add(X, gradient * X.Pow(exponent - 1) * exponent);
}

internal sealed class UnaryOperationNode : UnaryNode
{
    // GELU by tanh: x times the logistic function of 2 sqrt(2 / pi) (x + 0.044715 x^3).
    private const float GeluSlope = 1.5957691f;
    private const float GeluCubic = 0.044715f;

    private readonly UnaryOperation _kind;
    private readonly Tensor _saved; // the output where the rule is simpler in it, else the input

    public UnaryOperationNode(UnaryOperation kind, Tensor x, Tensor y)
        : base(x)
    {
        _kind = kind;
        _saved = (NeedsOutput(kind) ? y : x).Save();
    }

    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        if (pass.CreateGraph)
        {
            pass.Add(X, Rule(gradient));
            return;
        }
        Tensor result = pass.MayOverwrite(gradient) ? gradient : Tensor.Create(gradient.Sizes);
        Fused(gradient.Data, _saved.Data, result.Data);
        pass.Add(X, result);
    }

    private static bool NeedsOutput(UnaryOperation kind) =>
        kind
            is UnaryOperation.Exp
                or UnaryOperation.Sqrt
                or UnaryOperation.Reciprocal
                or UnaryOperation.Tanh
                or UnaryOperation.Sigmoid
                or UnaryOperation.Relu
                or UnaryOperation.Selu;

    private Tensor Rule(Tensor g)
    {
        Tensor s = _saved;
        switch (_kind)
        {
            case UnaryOperation.Exp:
                return g * s;
            case UnaryOperation.Log:
                return g / s;
            case UnaryOperation.Sqrt:
                return g * 0.5f / s;
            case UnaryOperation.Reciprocal:
                return -(g * s.Square());
            case UnaryOperation.Square:
                return g * (s * 2);
            case UnaryOperation.Abs:
                return g * s.Sign();
            case UnaryOperation.Tanh:
                return g * (1 - s.Square());
            case UnaryOperation.Sigmoid:
                return g * (s * (1 - s));
            case UnaryOperation.Relu:
                return g.MaskedBy(s.Sign());
            case UnaryOperation.NormalCdf:
                return g * NormalDensity(s);
            case UnaryOperation.Gelu:
                return g * (s.NormalCdf() + s * NormalDensity(s));
            case UnaryOperation.GeluTanh:
                Tensor square = s.Square();
                Tensor logistic = ((square * GeluCubic + 1) * s * GeluSlope).Sigmoid();
                Tensor slope = (square * (3 * GeluCubic) + 1) * GeluSlope;
                return g * (logistic + s * logistic * (1 - logistic) * slope);
            case UnaryOperation.Silu:
                Tensor sigmoid = s.Sigmoid();
                return g * (sigmoid + s * sigmoid * (1 - sigmoid));
            case UnaryOperation.Softplus:
                return g * s.Sigmoid();
            case UnaryOperation.Selu:
                Tensor isAbove = s.Relu().Sign();
                return g * (isAbove * SeluOf.Slope + (1 - isAbove) * (s + SeluOf.Depth));
            default:
                throw new InvalidOperationException($"{_kind} has no rule.");
        }
    }

    private static Tensor NormalDensity(Tensor x) => (x.Square() * -0.5f).Exp() * 0.39894228f;

    private void Fused(ReadOnlySpan<float> g, ReadOnlySpan<float> s, Span<float> result)
    {
        switch (_kind)
        {
            case UnaryOperation.Exp:
                Elementwise.Binary<MultiplyOf>(g, s, result);
                break;
            case UnaryOperation.Log:
                Elementwise.Binary<DivideOf>(g, s, result);
                break;
            case UnaryOperation.Sqrt:
                Elementwise.Binary<SqrtGradient>(g, s, result);
                break;
            case UnaryOperation.Reciprocal:
                Elementwise.Binary<ReciprocalGradient>(g, s, result);
                break;
            case UnaryOperation.Square:
                Elementwise.Binary<SquareGradient>(g, s, result);
                break;
            case UnaryOperation.Abs:
                Elementwise.Binary<AbsGradient>(g, s, result);
                break;
            case UnaryOperation.Tanh:
                Elementwise.Binary<TanhGradient>(g, s, result);
                break;
            case UnaryOperation.Sigmoid:
                Elementwise.Binary<SigmoidGradient>(g, s, result);
                break;
            case UnaryOperation.Relu:
                Elementwise.Binary<ReluGradient>(g, s, result);
                break;
            case UnaryOperation.NormalCdf:
                Elementwise.Binary<NormalCdfGradient>(g, s, result);
                break;
            case UnaryOperation.Gelu:
                GeluKernel.Backward(s, g, result);
                break;
            case UnaryOperation.GeluTanh:
                GeluKernel.TanhBackward(s, g, result);
                break;
            case UnaryOperation.Silu:
                SiluKernel.Backward(s, g, result);
                break;
            case UnaryOperation.Softplus:
                Elementwise.Binary<SoftplusGradient>(g, s, result);
                break;
            case UnaryOperation.Selu:
                Elementwise.Binary<SeluGradient>(g, s, result);
                break;
            default:
                throw new InvalidOperationException($"{_kind} has no rule.");
        }
    }
}
