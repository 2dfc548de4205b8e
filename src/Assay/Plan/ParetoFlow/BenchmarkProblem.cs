using Assay.Numerics;

namespace Assay.Plan;

/// <summary>Problems whose objectives are known in closed form, so that a proposal can be judged by the truth.</summary>
/// <remarks>
/// ZDT: Zitzler, Deb and Thiele (2000). DTLZ: Deb, Thiele, Laumanns and Zitzler (2005). RE: Tanabe and Ishibuchi, "An Easy-to-use Real-world
/// Multi-objective Problem Suite" (2020); their last objective is the sum of violated constraints, except in RE21, the four-bar truss.
/// </remarks>
public sealed class BenchmarkProblem : IBoxProblem
{
    private delegate void Objective(ReadOnlySpan<double> x, Span<double> f);

    private static readonly double[] BarAreas =
    [
        0.20,
        0.31,
        0.40,
        0.44,
        0.60,
        0.62,
        0.79,
        0.80,
        0.88,
        0.93,
        1.0,
        1.20,
        1.24,
        1.32,
        1.40,
        1.55,
        1.58,
        1.60,
        1.76,
        1.80,
        1.86,
        2.0,
        2.17,
        2.20,
        2.37,
        2.40,
        2.48,
        2.60,
        2.64,
        2.79,
        2.80,
        3.0,
        3.08,
        3.10,
        3.16,
        3.41,
        3.52,
        3.60,
        3.72,
        3.95,
        3.96,
        4.0,
        4.03,
        4.20,
        4.34,
        4.40,
        4.65,
        4.74,
        4.80,
        4.84,
        5.0,
        5.28,
        5.40,
        5.53,
        5.72,
        6.0,
        6.16,
        6.32,
        6.60,
        7.11,
        7.20,
        7.80,
        7.90,
        8.0,
        8.40,
        8.69,
        9.0,
        9.48,
        10.27,
        11.0,
        11.06,
        11.85,
        12.0,
        13.0,
        14.0,
        15.0,
    ];

    private static readonly double[] WireDiameters =
    [
        0.009,
        0.0095,
        0.0104,
        0.0118,
        0.0128,
        0.0132,
        0.014,
        0.015,
        0.0162,
        0.0173,
        0.018,
        0.02,
        0.023,
        0.025,
        0.028,
        0.032,
        0.035,
        0.041,
        0.047,
        0.054,
        0.063,
        0.072,
        0.08,
        0.092,
        0.105,
        0.12,
        0.135,
        0.148,
        0.162,
        0.177,
        0.192,
        0.207,
        0.225,
        0.244,
        0.263,
        0.283,
        0.307,
        0.331,
        0.362,
        0.394,
        0.4375,
        0.5,
    ];

    private readonly Objective _objectives;

    private BenchmarkProblem(string name, int objectives, double[] low, double[] high, Objective of) =>
        (Name, Objectives, Low, High, _objectives) = (name, objectives, low, high, of);

    /// <summary>Its name: <c>zdt1</c>.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public int Objectives { get; }

    /// <inheritdoc/>
    public IReadOnlyList<double> Low { get; }

    /// <inheritdoc/>
    public IReadOnlyList<double> High { get; }

    /// <summary>The names that <see cref="Named"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } =
    ["zdt1", "zdt2", "zdt3", "zdt4", "zdt6", "dtlz1", "dtlz2", "dtlz7", "re21", "re22", "re23", "re24", "re25", "re31"];

    /// <summary>A problem by its name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="variables">Number of variables of a ZDT or DTLZ problem, at least 3; the others have their own.</param>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static BenchmarkProblem Named(string name, int variables = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(variables, 3);
        BenchmarkProblem Unit(int m, Objective of) => new(name, m, new double[variables], Filled(variables, 1), of);
        return name switch
        {
            "zdt1" => Unit(2, (x, f) => Zdt(x, f, Mean9(x), r => 1 - Math.Sqrt(r))),
            "zdt2" => Unit(2, (x, f) => Zdt(x, f, Mean9(x), r => 1 - r * r)),
            "zdt3" => Unit(
                2,
                (x, f) =>
                {
                    double x1 = x[0];
                    Zdt(x, f, Mean9(x), r => 1 - Math.Sqrt(r) - r * Math.Sin(10 * Math.PI * x1));
                }
            ),
            "zdt4" => new(
                name,
                2,
                [0, .. Filled(variables - 1, -5)],
                [1, .. Filled(variables - 1, 5)],
                (x, f) =>
                {
                    double g = 1 + 10 * (x.Length - 1);
                    foreach (double y in x[1..])
                        g += y * y - 10 * Math.Cos(4 * Math.PI * y);
                    Zdt(x, f, g, r => 1 - Math.Sqrt(r));
                }
            ),
            "zdt6" => Unit(
                2,
                (x, f) =>
                {
                    double sum = 0;
                    foreach (double y in x[1..])
                        sum += y;
                    double g = 1 + 9 * Math.Pow(sum / (x.Length - 1), 0.25);
                    f[0] = 1 - Math.Exp(-4 * x[0]) * Math.Pow(Math.Sin(6 * Math.PI * x[0]), 6);
                    f[1] = g * (1 - f[0] / g * (f[0] / g));
                }
            ),
            "dtlz1" => Unit(3, Dtlz1),
            "dtlz2" => Unit(3, Dtlz2),
            "dtlz7" => Unit(3, Dtlz7),
            "re21" => new(name, 2, [1, Math.Sqrt(2), Math.Sqrt(2), 1], [3, 3, 3, 3], Truss),
            "re22" => new(name, 2, [0.2, 0, 0], [15, 20, 40], Beam),
            "re23" => new(name, 2, [1, 1, 10, 10], [100, 100, 200, 240], Vessel),
            "re24" => new(name, 2, [0.5, 0.5], [4, 50], HatchCover),
            "re25" => new(name, 2, [1, 0.6, 0.09], [70, 3, 0.5], Spring),
            "re31" => new(name, 3, [1e-5, 1e-5, 1], [100, 100, 3], TwoBars),
            _ => throw new ArgumentException(
                $"There is no problem '{name}'; known: {string.Join(", ", Names)}.",
                nameof(name)
            ),
        };
    }

    /// <inheritdoc/>
    public void Evaluate(ReadOnlySpan<double> designs, Span<double> objectives)
    {
        int d = Low.Count;
        for (int i = 0; i < designs.Length / d; i++)
            _objectives(designs.Slice(i * d, d), objectives.Slice(i * Objectives, Objectives));
    }

    /// <summary>Points of the true Pareto front where it has a closed form (ZDT), or null.</summary>
    /// <param name="points">Points along the first objective, before dominated ones go.</param>
    public double[]? TrueFront(int points)
    {
        Func<double, double>? second = Name switch
        {
            "zdt1" or "zdt4" => f => 1 - Math.Sqrt(f),
            "zdt2" or "zdt6" => f => 1 - f * f,
            "zdt3" => f => 1 - Math.Sqrt(f) - f * Math.Sin(10 * Math.PI * f),
            _ => null,
        };
        if (second is null)
            return null;
        // The first objective of ZDT6 is at least this.
        double start = Name == "zdt6" ? 0.2807753191 : 0;
        double[] front = new double[2 * points];
        for (int i = 0; i < points; i++)
        {
            front[2 * i] = start + (1 - start) * i / (points - 1.0);
            front[2 * i + 1] = second(front[2 * i]);
        }
        bool[] kept = NonDominated.IsNonDominated(front, 2);
        return [.. Enumerable.Range(0, points).Where(i => kept[i]).SelectMany(i => front[(2 * i)..(2 * i + 2)])];
    }

    private static double[] Filled(int count, double value) => [.. Enumerable.Repeat(value, count)];

    private static double Mean9(ReadOnlySpan<double> x)
    {
        double sum = 0;
        foreach (double y in x[1..])
            sum += y;
        return 1 + 9 * sum / (x.Length - 1);
    }

    private static void Zdt(ReadOnlySpan<double> x, Span<double> f, double g, Func<double, double> h)
    {
        f[0] = x[0];
        f[1] = g * h(x[0] / g);
    }

    private static void Dtlz1(ReadOnlySpan<double> x, Span<double> f)
    {
        double g = 0;
        foreach (double y in x[2..])
            g += (y - 0.5) * (y - 0.5) - Math.Cos(20 * Math.PI * (y - 0.5));
        g = 100 * (x.Length - 2 + g);
        f[0] = 0.5 * x[0] * x[1] * (1 + g);
        f[1] = 0.5 * x[0] * (1 - x[1]) * (1 + g);
        f[2] = 0.5 * (1 - x[0]) * (1 + g);
    }

    private static void Dtlz2(ReadOnlySpan<double> x, Span<double> f)
    {
        double g = 0;
        foreach (double y in x[2..])
            g += (y - 0.5) * (y - 0.5);
        (double sin1, double cos1) = Math.SinCos(x[0] * Math.PI / 2);
        (double sin2, double cos2) = Math.SinCos(x[1] * Math.PI / 2);
        f[0] = (1 + g) * cos1 * cos2;
        f[1] = (1 + g) * cos1 * sin2;
        f[2] = (1 + g) * sin1;
    }

    private static void Dtlz7(ReadOnlySpan<double> x, Span<double> f)
    {
        double g = 0;
        foreach (double y in x[2..])
            g += y;
        g = 1 + 9 * g / (x.Length - 2);
        (f[0], f[1]) = (x[0], x[1]);
        double h = 3;
        for (int j = 0; j < 2; j++)
            h -= f[j] / (1 + g) * (1 + Math.Sin(3 * Math.PI * f[j]));
        f[2] = (1 + g) * h;
    }

    private static double Violation(params ReadOnlySpan<double> constraints)
    {
        double sum = 0;
        foreach (double g in constraints)
            sum += Math.Max(-g, 0);
        return sum;
    }

    private static double Nearest(double[] allowed, double value)
    {
        double nearest = allowed[0];
        foreach (double candidate in allowed)
            if (Math.Abs(candidate - value) < Math.Abs(nearest - value))
                nearest = candidate;
        return nearest;
    }

    private static void Truss(ReadOnlySpan<double> x, Span<double> f)
    {
        const double force = 10,
            modulus = 2e5,
            length = 200;
        double root = Math.Sqrt(2);
        f[0] = length * (2 * x[0] + root * x[1] + Math.Sqrt(x[2]) + x[3]);
        f[1] = force * length / modulus * (2 / x[0] + 2 * root / x[1] - 2 * root / x[2] + 2 / x[3]);
    }

    private static void Beam(ReadOnlySpan<double> x, Span<double> f)
    {
        double area = Nearest(BarAreas, x[0]),
            width = Math.Max(x[1], 1e-9), // 0 is in the box, and is divided by
            depth = x[2];
        f[0] = 29.4 * area + 0.6 * width * depth;
        f[1] = Violation(area * depth - 7.735 * area * area / width - 180, 4 - depth / width);
    }

    private static void Vessel(ReadOnlySpan<double> x, Span<double> f)
    {
        double shell = 0.0625 * Math.Round(x[0]),
            head = 0.0625 * Math.Round(x[1]),
            radius = x[2],
            length = x[3];
        f[0] =
            0.6224 * shell * radius * length
            + 1.7781 * head * radius * radius
            + 3.1661 * shell * shell * length
            + 19.84 * shell * shell * radius;
        f[1] = Violation(
            shell - 0.0193 * radius,
            head - 0.00954 * radius,
            Math.PI * radius * radius * length + 4.0 / 3 * Math.PI * radius * radius * radius - 1_296_000
        );
    }

    private static void HatchCover(ReadOnlySpan<double> x, Span<double> f)
    {
        const double modulus = 700_000;
        double flange = x[0],
            height = x[1];
        double bending = 4500 / (flange * height);
        f[0] = flange + 120 * height;
        f[1] = Violation(
            1 - bending / 700,
            1 - 1800 / height / 450,
            1 - 562_000 / (modulus * flange * height * height) / 1.5,
            1 - bending / (modulus * flange * flange / 100)
        );
    }

    private static void Spring(ReadOnlySpan<double> x, Span<double> f)
    {
        const double most = 1000,
            preload = 300;
        double coils = Math.Round(x[0]),
            winding = x[1],
            wire = Nearest(WireDiameters, x[2]);
        double ratio = winding / wire,
            factor = (4 * ratio - 1) / (4 * ratio - 4) + 0.615 / ratio,
            stiffness = 11.5e6 * Math.Pow(wire, 4) / (8 * coils * winding * winding * winding),
            free = most / stiffness + 1.05 * (coils + 2) * wire;
        f[0] = Math.PI * Math.PI * winding * wire * wire * (coils + 2) / 4;
        f[1] = Violation(
            189_000 - 8 * factor * most * winding / (Math.PI * wire * wire * wire),
            14 - free,
            ratio - 3,
            6 - preload / stiffness,
            free - preload / stiffness - (most - preload) / stiffness - 1.05 * (coils + 2) * wire,
            1.25 - (most - preload) / stiffness
        );
    }

    private static void TwoBars(ReadOnlySpan<double> x, Span<double> f)
    {
        double first = Math.Sqrt(16 + x[2] * x[2]),
            second = Math.Sqrt(1 + x[2] * x[2]);
        f[0] = x[0] * first + x[1] * second;
        f[1] = 20 * first / (x[0] * x[2]);
        f[2] = Violation(0.1 - f[0], 1e5 - f[1], 1e5 - 80 * second / (x[2] * x[1]));
    }
}
