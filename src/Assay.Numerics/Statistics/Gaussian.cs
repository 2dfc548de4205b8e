namespace Assay.Numerics;

/// <summary>The standard normal distribution.</summary>
/// <remarks>Wichura, "Algorithm AS 241" (PPND16), Applied Statistics 37, 1988: rational approximations to about 1e-16 relative.</remarks>
public static class Gaussian
{
    private static readonly double[] CentreAbove =

        [
            3.3871328727963666080,
            133.14166789178437745,
            1971.5909503065514427,
            13731.693765509461125,
            45921.953931549871457,
            67265.770927008700853,
            33430.575583588128105,
            2509.0809287301226727,
        ],
        CentreBelow =

        [
            1,
            42.313330701600911252,
            687.18700749205790830,
            5394.1960214247511077,
            21213.794301586595867,
            39307.895800092710610,
            28729.085735721942674,
            5226.4952788528545610,
        ],
        SideAbove =

        [
            1.42343711074968357734,
            4.63033784615654529590,
            5.76949722146069140550,
            3.64784832476320460504,
            1.27045825245236838258,
            0.241780725177450611770,
            0.0227238449892691845833,
            7.74545014278341407640e-4,
        ],
        SideBelow =

        [
            1,
            2.05319162663775882187,
            1.67638483018380384940,
            0.689767334985100004550,
            0.148103976427480074590,
            0.0151986665636164571966,
            5.47593808499534494600e-4,
            1.05075007164441684324e-9,
        ],
        TailAbove =

        [
            6.65790464350110377720,
            5.46378491116411436990,
            1.78482653991729133580,
            0.296560571828504891230,
            0.0265321895265761230930,
            0.00124266094738807843860,
            2.71155556874348757815e-5,
            2.01033439929228813265e-7,
        ],
        TailBelow =

        [
            1,
            0.599832206555887937690,
            0.136929880922735805310,
            0.0148753612908506148525,
            7.86869131145613259100e-4,
            1.84631831751005468180e-5,
            1.42151175831644588870e-7,
            2.04426310338993978564e-15,
        ];

    /// <summary>The x with P(X &lt;= x) = <paramref name="probability"/>.</summary>
    /// <param name="probability">In (0, 1).</param>
    public static double Quantile(double probability)
    {
        if (!(probability > 0 && probability < 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "A probability lies in (0, 1).");
        double fromCentre = probability - 0.5;
        if (Math.Abs(fromCentre) <= 0.425)
            return fromCentre * Ratio(CentreAbove, CentreBelow, 0.180625 - fromCentre * fromCentre);
        double r = Math.Sqrt(-Math.Log(Math.Min(probability, 1 - probability)));
        double x = r <= 5 ? Ratio(SideAbove, SideBelow, r - 1.6) : Ratio(TailAbove, TailBelow, r - 5);
        return Math.CopySign(x, fromCentre);
    }

    private static double Ratio(double[] above, double[] below, double x)
    {
        double a = 0,
            b = 0;
        for (int i = above.Length - 1; i >= 0; i--)
            (a, b) = (a * x + above[i], b * x + below[i]);
        return a / b;
    }
}
