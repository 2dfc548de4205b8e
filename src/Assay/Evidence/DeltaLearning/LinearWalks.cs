using System.IO.Compression;
using System.Text;
using Assay.Judge;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Students that walk along the difference of two teachers: linear classifiers of normal inputs, of film reviews and of digits.</summary>
internal sealed class LinearWalks(Trial trial)
{
    private const int Dimensions = 500,
        Rows = 20_000,
        Bits = 16;
    private static readonly double[] Steps = [.. Enumerable.Range(0, 41).Select(i => 0.05 * i)];

    public void Measure(Figures figures)
    {
        Normal(figures);
        Reviews(figures);
    }

    // Cosines of 0.8, 0.7 and 0.1 with the truth.
    private void Normal(Figures figures)
    {
        RandomStream random = trial.Random.Child("normal");
        double[] truth = Unit(random),
            student = At(0.8),
            stronger = At(0.7),
            weaker = At(0.1);
        LinearDelta delta = LinearDelta.Of(student, stronger, weaker, truth);
        double[] sum = new double[Dimensions],
            input = new double[Dimensions];
        int rows = trial.Size(Rows, 500);
        for (int row = 0; row < rows; row++)
        {
            for (int i = 0; i < Dimensions; i++)
                input[i] = random.NextGaussian();
            double[] gradient = LinearDelta.Gradient(input, Sign(stronger, input), Sign(weaker, input));
            for (int i = 0; i < Dimensions; i++)
                sum[i] -= gradient[i] / rows;
            if (row % 1000 == 0)
                trial.Report("normal inputs", row, rows);
        }
        double scale = Math.Sqrt(1 / (2 * Math.PI)),
            error = 0,
            length = 0;
        for (int i = 0; i < Dimensions; i++)
        {
            double expected = scale * (stronger[i] - weaker[i]);
            error += (sum[i] - expected) * (sum[i] - expected);
            length += expected * expected;
        }
        double differ = 1 - LinearDelta.AgreementOf(Cosine(stronger, weaker));
        figures["normal/distance"] = Math.Sqrt(error / length);
        figures["normal/noise"] = Math.Sqrt(Dimensions * differ / rows / length);
        double[] best = [.. student.Select((x, i) => x + delta.BestStep * (stronger[i] - weaker[i]))],
            sampled = [.. student.Select((x, i) => x + delta.BestStep * sum[i] / scale)];
        figures["normal/student"] = delta.Student;
        figures["normal/formula"] = delta.BestCosine;
        figures["normal/gap"] = Math.Abs(Cosine(best, truth) - delta.BestCosine);
        figures["normal/sampled"] = Cosine(sampled, truth);
        figures["normal/limit"] = delta.Limit;

        double[] At(double cosine)
        {
            double[] other = Unit(random);
            double along = Dot(other, truth);
            double[] across = [.. other.Select((x, i) => x - along * truth[i])];
            double size = Math.Sqrt(Dot(across, across));
            return [.. truth.Select((x, i) => cosine * x + Math.Sqrt(1 - cosine * cosine) * across[i] / size)];
        }
    }

    // Student of 1,000 labels, teachers of 300 and of 60; the pairs come from rows that none of them was trained on.
    private void Reviews(Figures figures)
    {
        RandomStream random = trial.Random.Child("reviews");
        (string[] Words, int Label)[] rows = [.. Read("neg", 0), .. Read("pos", 1)];
        random.Shuffle<(string[], int)>(rows);
        FeatureHasher hasher = new(Bits, signed: false);
        foreach ((string[] words, _) in rows)
        {
            for (int i = 0; i < words.Length; i++)
            {
                hasher.Add(Encoding.UTF8.GetBytes(words[i]));
                if (i > 0)
                    hasher.Add(Encoding.UTF8.GetBytes(words[i - 1] + " " + words[i]));
            }
            hasher.EndRow(normalise: false);
        }
        SparseMatrix counts = hasher.Build(),
            features = TfIdf.Fit(counts).Transform(counts);
        int[] labels = [.. rows.Select(row => row.Label)];
        int at = 0;
        int[] Take(int count) => [.. Enumerable.Range(at, count).Select(_ => at++)];
        LogisticModel student = Fit(Take(1000)),
            stronger = Fit(Take(300)),
            weaker = Fit(Take(60));
        int[] validation = Take(1000),
            test = Take(2000),
            pool = [.. Enumerable.Range(at, rows.Length - at)];
        (int[] byStudent, int[] byStronger, int[] byWeaker) = (Answers(student), Answers(stronger), Answers(weaker));
        Agreements probe = Agreements.Of(
            Of(labels, validation),
            Of(byStudent, validation),
            Of(byStronger, validation),
            Of(byWeaker, validation)
        );
        figures["reviews/accuracy/student"] = Right(byStudent, test);
        figures["reviews/accuracy/stronger"] = Right(byStronger, test);
        figures["reviews/accuracy/weaker"] = Right(byWeaker, test);
        LinearDelta delta = probe.ToDelta();
        figures["reviews/derivative"] = delta.Derivative;
        figures["reviews/promised"] = LinearDelta.AgreementOf(delta.BestCosine) - probe.Student;

        // The whole preference gradient, intercept included, in lengths of the student.
        double[] way = new double[student.Features];
        double bias = 0;
        foreach (int row in pool)
        {
            int half = byStronger[row] - byWeaker[row];
            bias += half;
            for (int i = 0; i < features.ColumnsOf(row).Length; i++)
                way[features.ColumnsOf(row)[i]] += half * features.ValuesOf(row)[i];
        }
        double stretch = Math.Sqrt(Dot(student.Coefficients, student.Coefficients) / (Dot(way, way) + bias * bias));
        Dictionary<string, (double Validated, double Test)[]> walks = [];
        foreach (
            (string name, double sign, bool intercept) in ((string, double, bool)[])
                [("delta", 1, true), ("inverted", -1, true), ("without-intercept", 1, false)]
        )
            walks[name] =
            [
                .. Steps.Select(step =>
                {
                    int[] answers = Answers(
                        student with
                        {
                            Coefficients =
                            [
                                .. student.Coefficients.Select((x, i) => x + sign * step * stretch * way[i]),
                            ],
                            Intercepts = [student.Intercepts[0] + (intercept ? sign * step * stretch * bias : 0)],
                        }
                    );
                    return (Right(answers, validation), Right(answers, test));
                }),
            ];
        foreach ((string name, (double Validated, double Test)[] walk) in walks)
        {
            int best = Enumerable.Range(0, walk.Length).MaxBy(i => (walk[i].Validated, -i));
            figures[$"reviews/{name}/best"] = walk[best].Test - walk[0].Test;
            figures[$"reviews/{name}/end"] = walk[^1].Test - walk[0].Test;
        }

        LogisticModel Fit(int[] which) =>
            new LogisticRegression(new() { C = 1, Tolerance = 1e-5 }).Fit(features.Take(which), Of(labels, which), 2);

        int[] Answers(LogisticModel model) => [.. model.Logits(features).Select(logit => logit > 0 ? 1 : 0)];

        double Right(int[] answers, int[] which) => which.Average(row => answers[row] == labels[row] ? 1.0 : 0);

        static int[] Of(int[] all, int[] which) => [.. which.Select(row => all[row])];
    }

    private IEnumerable<(string[], int)> Read(string name, int label)
    {
        using StreamReader reader = new(
            new GZipStream(
                File.OpenRead(trial.Path("rt-polarity", $"rt-polarity.{name}.gz")),
                CompressionMode.Decompress
            ),
            Encoding.UTF8
        );
        while (reader.ReadLine() is { } line)
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } words)
                yield return (words, label);
    }

    private static double[] Unit(RandomStream random)
    {
        double[] vector = [.. Enumerable.Range(0, Dimensions).Select(_ => random.NextGaussian())];
        double length = Math.Sqrt(Dot(vector, vector));
        return [.. vector.Select(x => x / length)];
    }

    private static int Sign(double[] a, double[] b) => Dot(a, b) >= 0 ? 1 : -1;

    private static double Cosine(double[] a, double[] b) => Dot(a, b) / Math.Sqrt(Dot(a, a)) / Math.Sqrt(Dot(b, b));

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
