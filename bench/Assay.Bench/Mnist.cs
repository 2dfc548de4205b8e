using System.Diagnostics;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Bench;

/// <summary>A ConvNet on MNIST: <c>mnist folder [epochs] [filters] [seeds]</c>, with train.bin.gz and test.bin.gz in the folder.</summary>
internal static class Mnist
{
    private const int Training = 20_000;
    private const int Test = 4_000;

    public static void Run(string[] arguments)
    {
        ClassificationData train = Logistic.Digits(Path.Combine(arguments[0], "train.bin.gz"), Training),
            test = Logistic.Digits(Path.Combine(arguments[0], "test.bin.gz"), Test);
        int[] numbers = [.. arguments[1..].Select(int.Parse)];
        int epochs = numbers.ElementAtOrDefault(0) is > 0 and int given ? given : 8,
            filters = numbers.ElementAtOrDefault(1) is > 0 and int asked ? asked : 32,
            seeds = numbers.ElementAtOrDefault(2) is > 0 and int runs ? runs : 1;
        for (int seed = 1; seed <= seeds; seed++)
        {
            NetworkOptions options = new()
            {
                Image = new(1, 28, 28),
                Filters = filters,
                Epochs = epochs,
            };
            long start = Stopwatch.GetTimestamp();
            IClassifier model = new NetworkClassifier(options).Fit(train, new RandomStream((ulong)seed, "mnist"));
            double fitted = Stopwatch.GetElapsedTime(start).TotalSeconds;
            int[] predicted = model.Predict(test.Features);
            int right = Enumerable.Range(0, Test).Count(i => predicted[i] == test.Labels[i]);
            Console.WriteLine(
                $"ConvNet-3 of {filters} filters, {epochs} epochs of {Training:N0}, seed {seed}, {Workers.Threads} threads: {100.0 * right / Test:F2} % of {Test:N0}, {fitted:F1} s to train"
            );
        }
    }
}
