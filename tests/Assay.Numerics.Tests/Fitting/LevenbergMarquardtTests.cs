using FsCheck.Fluent;

namespace Assay.Numerics.Tests;

public sealed class LevenbergMarquardtTests
{
    [Fact]
    public void A_line_is_fitted_as_the_normal_equations_do()
    {
        double[] x = [0, 1, 2, 3, 4],
            y = [1.1, 2.9, 5.2, 6.8, 9.1];
        LeastSquaresFit fit = LevenbergMarquardt.Fit(
            (p, r) =>
            {
                for (int i = 0; i < r.Length; i++)
                    r[i] = p[0] + p[1] * x[i] - y[i];
            },
            5,
            [0, 0]
        );
        // By hand: slope = sum (x - 2)(y - 5.02) / 10 = 19.9 / 10, intercept = 5.02 - 2 x 1.99.
        Assert.Equal(1.99, fit.Parameters[1], 9);
        Assert.Equal(1.04, fit.Parameters[0], 9);
        Assert.True(fit.HasConverged);
    }

    [Fact]
    public void The_curved_valley_of_Rosenbrock_is_followed_to_its_end()
    {
        LeastSquaresFit fit = LevenbergMarquardt.Fit(
            (p, r) => (r[0], r[1]) = (10 * (p[1] - p[0] * p[0]), 1 - p[0]),
            2,
            [-1.2, 1]
        );
        Assert.Equal(1, fit.Parameters[0], 8);
        Assert.Equal(1, fit.Parameters[1], 8);
        Assert.True(fit.SumOfSquares < 1e-18);
    }

    // Coefficients of very different size, and a law that is not defined for negative rates.
    [Fact]
    public void Power_laws_with_an_asymptote_are_recovered() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    RandomStream random = new((ulong)seed, "laws");
                    double c = 1 + 3 * random.NextDouble(),
                        a = Math.Exp(10 * random.NextDouble() - 2),
                        b = 0.1 + 0.9 * random.NextDouble();
                    double[] n = [1e2, 3e2, 1e3, 3e3, 1e4, 3e4, 1e5];
                    LeastSquaresFit fit = LevenbergMarquardt.FitBest(
                        (p, r) =>
                        {
                            for (int i = 0; i < r.Length; i++)
                                r[i] = p[0] + Math.Exp(p[1]) * Math.Pow(n[i], -p[2]) - (c + a * Math.Pow(n[i], -b));
                        },
                        n.Length,
                        [
                            [1, 0, 0.5],
                            [2, 5, 0.3],
                            [0.5, 2, 1],
                        ],
                        [0, double.NegativeInfinity, 0],
                        [double.PositiveInfinity, double.PositiveInfinity, 4]
                    );
                    return Math.Abs(fit.Parameters[0] - c) < 1e-5 && Math.Abs(fit.Parameters[2] - b) < 1e-5;
                }
            )
            .Holds();

    [Fact]
    public void A_bound_that_holds_the_best_is_where_the_fit_ends()
    {
        LeastSquaresFit fit = LevenbergMarquardt.Fit(
            (p, r) => (r[0], r[1], r[2]) = (p[0] + p[1] - 3, p[0] - p[1], p[0] - 2),
            3,
            [0.5, 0.2],
            [0, 0],
            [1, double.PositiveInfinity]
        );
        // With the first parameter at 1 the second minimises (p - 2)^2 + (1 - p)^2.
        Assert.Equal(1, fit.Parameters[0], 12);
        Assert.Equal(1.5, fit.Parameters[1], 8);
        Assert.True(fit.HasConverged);
    }

    [Fact]
    public void The_best_of_a_box_agrees_with_a_fine_grid()
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            RandomStream random = new(seed, "box");
            double[] a = [.. Enumerable.Range(0, 12).Select(_ => random.NextGaussian())];
            void Residuals(ReadOnlySpan<double> p, Span<double> r)
            {
                for (int i = 0; i < 4; i++)
                    r[i] = a[3 * i] * p[0] + a[3 * i + 1] * p[1] + a[3 * i + 2];
            }
            LeastSquaresFit fit = LevenbergMarquardt.Fit(Residuals, 4, [0, 0], [-1, -1], [1, 1]);
            double best = double.PositiveInfinity;
            double[] r = new double[4];
            for (int i = -100; i <= 100; i++)
            for (int j = -100; j <= 100; j++)
            {
                Residuals([i / 100.0, j / 100.0], r);
                best = Math.Min(best, r.Sum(value => value * value));
            }
            Assert.True(fit.SumOfSquares <= best + 1e-9, $"seed {seed}: {fit.SumOfSquares} against {best}");
        }
    }

    [Fact]
    public void Parameters_that_the_data_do_not_tell_apart_still_give_a_fit()
    {
        LeastSquaresFit fit = LevenbergMarquardt.Fit(
            (p, r) => (r[0], r[1]) = (p[0] + p[1] - 1, 2 * p[0] + 2 * p[1] - 2),
            2,
            [5, -2]
        );
        Assert.Equal(1, fit.Parameters[0] + fit.Parameters[1], 9);
        LeastSquaresFit still = LevenbergMarquardt.Fit((p, r) => r[0] = p[0] - 1, 1, [0, 7]);
        Assert.Equal(7, still.Parameters[1]);
    }

    [Fact]
    public void A_start_outside_the_law_is_passed_over_or_refused()
    {
        static void Root(ReadOnlySpan<double> p, Span<double> r) => r[0] = Math.Sqrt(p[0]) - 2;
        Assert.Throws<ArgumentException>(() => LevenbergMarquardt.Fit(Root, 1, [-1]));
        Assert.Equal(
            4,
            LevenbergMarquardt
                .FitBest(
                    Root,
                    1,
                    [
                        [-1],
                        [1],
                    ]
                )
                .Parameters[0],
            8
        );
        Assert.Throws<ArgumentException>(() =>
            LevenbergMarquardt.FitBest(
                Root,
                1,
                [
                    [-1],
                ]
            )
        );
        Assert.Throws<ArgumentException>(() => LevenbergMarquardt.Fit(Root, 0, [1]));
        Assert.Throws<ArgumentException>(() => LevenbergMarquardt.Fit(Root, 1, [1], [2], [1]));
        Assert.Throws<ArgumentException>(() => LevenbergMarquardt.Fit(Root, 1, [1], [1, 2]));
    }
}
