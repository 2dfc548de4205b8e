using System.Globalization;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Whether pairs of a stronger and a weaker model can help a student, from the answers of all three on rows whose right answers are known.</summary>
/// <remarks>
/// Source: "The Delta Learning Hypothesis", arXiv 2507.06187; see <see cref="LinearDelta"/>. How often two models agree stands for the cosine of two linear
/// classifiers, cos(pi (1 - agreement)). Pairs help if B - A C is above 0: the stronger teacher must be nearer to the truth than the weaker one by more than it is nearer to
/// what the student says already.
/// </remarks>
[Method("judge/delta", Paper = "delta-learning")]
public sealed class Delta(DeltaOptions options) : IStudy
{
    private const double Confidence = 0.95;

    /// <inheritdoc/>
    /// <exception cref="AssayException">A column is missing, there are not two kinds of right answers, or the teachers never differ.</exception>
    public Study Run(View view, Work work)
    {
        StudyTable table = StudyTable.Of(view, work.Cancellation);
        string[] label = table.Words(options.Label),
            student = table.Words(options.Student),
            stronger = table.Words(options.Stronger),
            weaker = table.Words(options.Weaker);
        int kinds = label.Distinct().Count();
        if (kinds != 2)
            throw new AssayException(
                $"'{options.Label}' has {kinds} kinds of right answers, and two are needed",
                hint: "Say of every answer whether it is right, as yes and no; more classes have no such theory."
            );
        Agreements all = Agreements.Of(label, student, stronger, weaker);
        if (all.StrongerWeaker == 1)
            throw new AssayException(
                $"'{options.Stronger}' and '{options.Weaker}' give the same answers to all rows",
                hint: "Teachers that never differ make no pair that teaches anything."
            );
        LinearDelta delta = all.ToDelta();
        (double low, double high) = Interval(label, student, stronger, weaker, work);
        string verdict =
            low > 0 ? "The pairs point the right way: a short training on them is expected to help the student."
            : high < 0 ? "The pairs point the wrong way: training on them is expected to hurt the student."
            : "The probe cannot tell whether training on the pairs helps the student.";
        double best = LinearDelta.AgreementOf(delta.BestCosine),
            limit = LinearDelta.AgreementOf(delta.Limit);
        double[] steps = [.. Enumerable.Range(0, 61).Select(i => i * 0.05)];
        return new()
        {
            Title = "Whether a delta between two models can teach a third",
            Answer =
                verdict
                + Text(
                    $" Accuracies: student {all.Student:P1}, stronger {all.Stronger:P1}, weaker {all.Weaker:P1}; in linear theory the student goes from {all.Student:P1} to {best:P1} at best, and ends at {limit:P1} if trained on and on."
                ),
            Facts =
            [
                new(
                    "First step",
                    Text($"{delta.Derivative:+0.000;-0.000}"),
                    Text($"B - A C, [{low:0.000}, {high:0.000}]; above 0 it helps")
                ),
                new(
                    "Delta",
                    Text($"{delta.Delta:+0.000;-0.000}"),
                    "B: by how much the stronger teacher is nearer to the truth"
                ),
                new(
                    "Along the student",
                    Text($"{delta.Along:+0.000;-0.000}"),
                    "C: by how much it is nearer to the student"
                ),
                new("Best step", Text($"{delta.BestStep:0.00}"), "in lengths of the student; stop early"),
                new("Teachers differ", Text($"{1 - all.StrongerWeaker:P1}"), "of the rows: the others teach nothing"),
            ],
            Panels =
            [
                new CurvePanel
                {
                    Title = "Accuracy by step",
                    Note =
                        "Linear theory for the student along the difference of the teachers; inputs from a normal distribution.",
                    X = new("step, in lengths of the student"),
                    Y = new("accuracy", "share", Better.More),
                    Curves =
                    [
                        new("student", steps, [.. steps.Select(step => LinearDelta.AgreementOf(delta.After(step)))])
                        {
                            Emphasis = Emphasis.Main,
                        },
                    ],
                    Levels = [new(all.Student, "now"), new(all.Stronger, "stronger"), new(all.Weaker, "weaker")],
                },
                new TablePanel
                {
                    Title = "Agreement",
                    Note = "How often two give the same answer, and the cosine of linear classifiers that do.",
                    Columns =
                    [
                        TableColumn.Of("pair", all.Names),
                        TableColumn.Of("agreement", all.Values, 3),
                        TableColumn.Of("cosine", all.Values.Select(LinearDelta.CosineOf), 3),
                    ],
                },
            ],
            Notes =
            [
                "The theory is exact for linear classifiers of normal inputs. Elsewhere it has been seen to promise gains that did not come: measure the first steps of a training too.",
                "A weaker teacher that errs towards one class points the delta at that class; compare the shares of its answers.",
            ],
        };
    }

    private (double Low, double High) Interval(
        string[] label,
        string[] student,
        string[] stronger,
        string[] weaker,
        Work work
    )
    {
        int rows = label.Length;
        byte[] same = new byte[rows]; // which of the six pairs agree, as bits
        for (int row = 0; row < rows; row++)
            same[row] = Agreements.Bits(label[row], student[row], stronger[row], weaker[row]);
        List<double> derivatives = [];
        for (int resample = 0; resample < options.Resamples; resample++)
        {
            work.Cancellation.ThrowIfCancellationRequested();
            RandomStream random = work.Random.Child("resamples").Child(resample);
            int[] counts = new int[6];
            for (int i = 0; i < rows; i++)
            {
                byte bits = same[random.NextInt32(rows)];
                for (int pair = 0; pair < 6; pair++)
                    counts[pair] += (bits >> pair) & 1;
            }
            Agreements drawn = Agreements.OfShares([.. counts.Select(count => (double)count / rows)]);
            if (drawn.StrongerWeaker < 1)
                derivatives.Add(drawn.ToDelta().Derivative);
        }
        double[] sorted = Quantiles.Sort([.. derivatives]);
        double[] ends = Quantiles.OfSorted(sorted, [(1 - Confidence) / 2, (1 + Confidence) / 2]);
        return (ends[0], ends[1]);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How often each two of truth, student, stronger and weaker teacher agree.</summary>
internal sealed record Agreements(
    double Student,
    double Stronger,
    double Weaker,
    double StudentStronger,
    double StudentWeaker,
    double StrongerWeaker
)
{
    /// <summary>What the values are of.</summary>
    public string[] Names { get; } =
    [
        "student and truth",
        "stronger and truth",
        "weaker and truth",
        "student and stronger",
        "student and weaker",
        "stronger and weaker",
    ];

    /// <summary>The shares, in the order of the names.</summary>
    public double[] Values => [Student, Stronger, Weaker, StudentStronger, StudentWeaker, StrongerWeaker];

    /// <summary>Counts them.</summary>
    public static Agreements Of<T>(T[] truth, T[] student, T[] stronger, T[] weaker)
        where T : IEquatable<T>
    {
        int[] counts = new int[6];
        for (int row = 0; row < truth.Length; row++)
        {
            byte bits = Bits(truth[row], student[row], stronger[row], weaker[row]);
            for (int pair = 0; pair < 6; pair++)
                counts[pair] += (bits >> pair) & 1;
        }
        return OfShares([.. counts.Select(count => (double)count / truth.Length)]);
    }

    /// <summary>Which pairs of a row agree, a bit each, in the order of the names.</summary>
    public static byte Bits<T>(T truth, T student, T stronger, T weaker)
        where T : IEquatable<T> =>
        (byte)(
            (student.Equals(truth) ? 1 : 0)
            | (stronger.Equals(truth) ? 2 : 0)
            | (weaker.Equals(truth) ? 4 : 0)
            | (student.Equals(stronger) ? 8 : 0)
            | (student.Equals(weaker) ? 16 : 0)
            | (stronger.Equals(weaker) ? 32 : 0)
        );

    /// <summary>From shares in the order of the names.</summary>
    public static Agreements OfShares(double[] shares) =>
        new(shares[0], shares[1], shares[2], shares[3], shares[4], shares[5]);

    /// <summary>As linear theory reads them.</summary>
    public LinearDelta ToDelta()
    {
        double[] cosines = Array.ConvertAll(Values, LinearDelta.CosineOf);
        return LinearDelta.OfCosines(cosines[0], cosines[1], cosines[2], cosines[3], cosines[4], cosines[5]);
    }
}
