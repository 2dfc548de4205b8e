namespace Assay.Learning;

/// <summary>What pairs of a stronger and a weaker teacher do to a student, where all are linear classifiers: exact, and in closed form.</summary>
/// <remarks>
/// <para>
/// Source: "The Delta Learning Hypothesis", arXiv 2507.06187, whose theorem is about logistic regression; the derivation is our own. Inputs x from N(0, I); a model t
/// answers y = +-1 with probability sigmoid(y t.x), and its quality is its cosine with the truth; teachers give the signs of their own scores. The preference loss
/// -ln p(y_c) + ln p(y_r) is -((y_c - y_r) / 2) t.x, linear in t: the student walks along g = t_c - t_r (of unit vectors) whatever it is, and rows on which the teachers agree say nothing.
/// </para>
/// <para>With A = cos(student, truth), B = g.truth, C = g.student and D = |g|^2 the student's cosine after a step s is (A + s B) / sqrt(1 + 2 s C + s^2 D).</para>
/// </remarks>
/// <param name="Student">A: the student's cosine with the truth.</param>
/// <param name="Delta">B: by how much the stronger teacher's cosine with the truth is higher.</param>
/// <param name="Along">C: by how much the stronger teacher's cosine with the student is higher.</param>
/// <param name="Size">D: the squared distance of the teachers, both of length 1; above 0.</param>
public readonly record struct LinearDelta(double Student, double Delta, double Along, double Size)
{
    /// <summary>How fast the student's cosine rises at the first step, B - A C: the pairs help only if it is above 0.</summary>
    public double Derivative => Delta - Student * Along;

    /// <summary>
    /// The best step for a student of length 1; 0 where no step helps, infinity where every further one does (as for a student worse than chance, which may first fall).
    /// </summary>
    public double BestStep =>
        Derivative > 0 && Student * Size - Delta * Along is var turn && turn > 0 ? Derivative / turn
        : Derivative > 0 || Limit > Student ? double.PositiveInfinity
        : 0;

    /// <summary>The student's cosine after the best step.</summary>
    public double BestCosine => double.IsInfinity(BestStep) ? Limit : After(BestStep);

    /// <summary>Where the student ends if it walks on and on: the cosine of g with the truth.</summary>
    public double Limit => Delta / Math.Sqrt(Size);

    /// <summary>The student's cosine after a step.</summary>
    /// <param name="step">At least 0, for a student of length 1.</param>
    public double After(double step) => (Student + step * Delta) / Math.Sqrt(1 + 2 * step * Along + step * step * Size);

    /// <summary>From the vectors themselves, of any lengths above 0.</summary>
    /// <exception cref="ArgumentException">Lengths differ, a vector is 0, or the teachers point the same way.</exception>
    public static LinearDelta Of(
        ReadOnlySpan<double> student,
        ReadOnlySpan<double> stronger,
        ReadOnlySpan<double> weaker,
        ReadOnlySpan<double> truth
    ) =>
        OfCosines(
            Cosine(student, truth),
            Cosine(stronger, truth),
            Cosine(weaker, truth),
            Cosine(student, stronger),
            Cosine(student, weaker),
            Cosine(stronger, weaker)
        );

    /// <summary>From the cosines of all four.</summary>
    /// <exception cref="ArgumentException">The teachers point the same way.</exception>
    public static LinearDelta OfCosines(
        double studentTruth,
        double strongerTruth,
        double weakerTruth,
        double studentStronger,
        double studentWeaker,
        double strongerWeaker
    )
    {
        double size = 2 - 2 * strongerWeaker;
        return size > 0
            ? new(studentTruth, strongerTruth - weakerTruth, studentStronger - studentWeaker, size)
            : throw new ArgumentException("Both teachers say the same; there is no delta.");
    }

    /// <summary>For errors that have nothing to do with each other, as in many dimensions: then every positive delta helps.</summary>
    /// <param name="student">The student's cosine with the truth.</param>
    /// <param name="stronger">The stronger teacher's.</param>
    /// <param name="weaker">The weaker teacher's.</param>
    public static LinearDelta Independent(double student, double stronger, double weaker) =>
        OfCosines(student, stronger, weaker, student * stronger, student * weaker, stronger * weaker);

    /// <summary>How often two linear classifiers with that cosine give the same answer: 1 - arccos(cosine) / pi. With the truth: the accuracy.</summary>
    public static double AgreementOf(double cosine) => 1 - Math.Acos(Math.Clamp(cosine, -1, 1)) / Math.PI;

    /// <summary>The cosine of two linear classifiers that give the same answer so often.</summary>
    public static double CosineOf(double agreement) => Math.Cos(Math.PI * (1 - Math.Clamp(agreement, 0, 1)));

    /// <summary>The gradient of one row's preference loss by the student: -((y_c - y_r) / 2) x, whatever the student is.</summary>
    /// <param name="input">x.</param>
    /// <param name="chosen">The stronger teacher's answer, 1 or -1.</param>
    /// <param name="rejected">The weaker teacher's.</param>
    public static double[] Gradient(ReadOnlySpan<double> input, int chosen, int rejected)
    {
        double[] gradient = new double[input.Length];
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] = -(chosen - rejected) / 2.0 * input[i];
        return gradient;
    }

    private static double Cosine(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        if (a.Length != b.Length)
            throw new ArgumentException($"Vectors of {a.Length} and {b.Length} numbers have no cosine.");
        double aa = MixedProducts.Dot(a, a),
            bb = MixedProducts.Dot(b, b);
        return aa > 0 && bb > 0
            ? MixedProducts.Dot(a, b) / Math.Sqrt(aa) / Math.Sqrt(bb)
            : throw new ArgumentException("A vector of zeros points nowhere.");
    }
}
