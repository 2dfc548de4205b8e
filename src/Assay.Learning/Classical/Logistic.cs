namespace Assay.Learning;

/// <summary>The logistic function and its kin, exact for large and small arguments.</summary>
public static class Logistic
{
    /// <summary>1 / (1 + e^-x).</summary>
    public static double Sigmoid(double x)
    {
        double small = Math.Exp(-Math.Abs(x));
        return x >= 0 ? 1 / (1 + small) : small / (1 + small);
    }

    /// <summary>ln of <see cref="Sigmoid"/>, in the log domain.</summary>
    public static double LogSigmoid(double x) => Math.Min(x, 0) - LogOnePlus(Math.Exp(-Math.Abs(x)));

    /// <summary>ln(1 + e^x).</summary>
    public static double Softplus(double x) => -LogSigmoid(-x);

    /// <summary>ln(p / (1 - p)), for p above 0 and below 1.</summary>
    public static double Logit(double p) => Math.Log(p) - LogOnePlus(-p);

    /// <summary>ln(1 + x) without loss of digits near 0 (Higham, "Accuracy and Stability of Numerical Algorithms", section 1.14.1).</summary>
    /// <remarks><c>double.LogP1</c> is the logarithm of the rounded sum.</remarks>
    public static double LogOnePlus(double x)
    {
        double sum = 1 + x;
        return sum == 1 ? x
            : double.IsInfinity(sum) || sum <= 0 ? Math.Log(sum)
            : Math.Log(sum) * x / (sum - 1);
    }

    /// <summary>e^x - 1 without loss of digits near 0 (the same source).</summary>
    public static double ExpMinusOne(double x)
    {
        double power = Math.Exp(x);
        if (power == 1)
            return x;
        double less = power - 1;
        return less == -1 || double.IsInfinity(power) ? less : less * x / Math.Log(power);
    }
}
