namespace Assay.Learning;

/// <summary>A number made of a pair's two log-probabilities, with its derivatives by them: forward-mode differentiation, so that a loss is written as its formula.</summary>
/// <param name="Value">The number.</param>
/// <param name="ByChosen">Its derivative by the log-probability of the chosen completion.</param>
/// <param name="ByRejected">Its derivative by that of the rejected one.</param>
internal readonly record struct PairNumber(double Value, double ByChosen = 0, double ByRejected = 0)
{
    public static implicit operator PairNumber(double constant) => new(constant);

    public static PairNumber operator +(PairNumber a, PairNumber b) =>
        new(a.Value + b.Value, a.ByChosen + b.ByChosen, a.ByRejected + b.ByRejected);

    public static PairNumber operator -(PairNumber a, PairNumber b) => a + -b;

    public static PairNumber operator -(PairNumber a) => new(-a.Value, -a.ByChosen, -a.ByRejected);

    public static PairNumber operator *(PairNumber a, PairNumber b) =>
        new(
            a.Value * b.Value,
            a.ByChosen * b.Value + a.Value * b.ByChosen,
            a.ByRejected * b.Value + a.Value * b.ByRejected
        );

    public static PairNumber operator /(PairNumber a, double b) => new(a.Value / b, a.ByChosen / b, a.ByRejected / b);

    /// <summary>A function of it, by its value and its slope there.</summary>
    public PairNumber Map(double value, double slope) => new(value, slope * ByChosen, slope * ByRejected);

    public PairNumber Squared() => this * this;

    public PairNumber Exp() => Map(Math.Exp(Value), Math.Exp(Value));

    public PairNumber Log() => Map(Math.Log(Value), 1 / Value);

    public PairNumber Sigmoid()
    {
        double value = Logistic.Sigmoid(Value);
        return Map(value, value * (1 - value));
    }

    /// <summary>ln of the sigmoid.</summary>
    public PairNumber LogSigmoid() => Map(Logistic.LogSigmoid(Value), Logistic.Sigmoid(-Value));

    /// <summary>It or 0, whichever is larger; at 0 the slope is 0.</summary>
    public PairNumber Positive() => Value > 0 ? this : new(0);

    /// <summary>ln(1 - e^x), for x below 0.</summary>
    public PairNumber LogOneMinusExp()
    {
        // From ln 2 on one form loses digits, below it the other.
        double value =
            Value > -Math.Log(2) ? Math.Log(-Logistic.ExpMinusOne(Value)) : Logistic.LogOnePlus(-Math.Exp(Value));
        return Map(value, -1 / Logistic.ExpMinusOne(-Value));
    }
}
