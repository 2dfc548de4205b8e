using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>A diffusion model of points in the plane: it learns where classes are, and preferences move it.</summary>
public sealed class DenoiserTests
{
    [Fact]
    public void TheScheduleGoesFromTheItemToNoise()
    {
        NoiseSchedule schedule = new(50);
        Assert.Equal(1, schedule.Kept(0));
        for (int t = 1; t <= 50; t++)
            Assert.InRange(schedule.Kept(t), 0, schedule.Kept(t - 1));
        Assert.InRange(schedule.Kept(50), 0, 0.002);
        float[] noisy = new float[2];
        schedule.Add([1, -1], [0.5f, 0.5f], 25, noisy);
        double keep = Math.Sqrt(schedule.Kept(25)),
            add = Math.Sqrt(1 - schedule.Kept(25));
        Assert.Equal(keep + 0.5 * add, noisy[0], 1e-6);
        Assert.Equal(-keep + 0.5 * add, noisy[1], 1e-6);
        Assert.Throws<ArgumentOutOfRangeException>(() => new NoiseSchedule(0));
    }

    [Fact]
    public void ItLearnsWhereClassesAreAndPreferencesMoveIt()
    {
        Denoiser model = Trained();
        int[] classes = [.. Enumerable.Range(0, 200).Select(i => i % 2)];
        float[] made = model.Sample(classes, new(3, "samples"));
        Assert.Equal(made, model.Sample(classes, new(3, "samples")));
        double[] right = [Mean(made, 0, 0), Mean(made, 1, 0)];
        Assert.Equal(-0.5, right[0], 0.15);
        Assert.Equal(0.5, right[1], 0.15);

        // Higher is better, by pairs of the model's own.
        float[] other = model.Sample(classes, new(4, "samples"));
        float[] winners = new float[made.Length],
            losers = new float[made.Length];
        for (int i = 0; i < classes.Length; i++)
        {
            bool first = made[2 * i + 1] > other[2 * i + 1];
            for (int j = 0; j < 2; j++)
                (winners[2 * i + j], losers[2 * i + j]) = first
                    ? (made[2 * i + j], other[2 * i + j])
                    : (other[2 * i + j], made[2 * i + j]);
        }
        Denoiser tuned = model.Copy();
        Assert.Equal(0, tuned.Drift(model, made, classes, new(5, "drift")));
        (TrainingResult result, double[] accuracies) = DenoiserPreference.Train(
            tuned,
            model,
            new(winners, losers, classes),
            new()
            {
                Beta = 50,
                Steps = 200,
                LearningRate = 3e-4,
            },
            new(6, "preference")
        );
        Assert.Equal(Math.Log(2), result.Losses[0], 1e-4); // the model is its reference
        Assert.True(accuracies[^20..].Average() > 0.6);
        float[] after = tuned.Sample(classes, new(7, "samples")),
            before = model.Sample(classes, new(7, "samples"));
        Assert.True(Height(after) > Height(before) + 0.05, $"{Height(after)} against {Height(before)}");
        Assert.True(tuned.Drift(model, made, classes, new(5, "drift")) > 0);

        double Mean(float[] items, int ofClass, int axis) =>
            Enumerable.Range(0, classes.Length).Where(i => classes[i] == ofClass).Average(i => items[2 * i + axis]);
        double Height(float[] items) => Enumerable.Range(0, classes.Length).Average(i => items[2 * i + 1]);
    }

    [Fact]
    public void TheErrorIsThatOfTheNoise()
    {
        Denoiser model = new(new(1, "weights"), 2, 2, new(10), width: 8);
        float[] items = [0.5f, -0.5f],
            noise = [0.3f, -0.2f],
            noisy = new float[2];
        model.Schedule.Add(items, noise, 4, noisy);
        using TensorScope scope = new();
        float[] seen = model.Forward(Tensor.Of(noisy, 1, 2), [4], [1]).ToArray();
        double expected = (Math.Pow(seen[0] - noise[0], 2) + Math.Pow(seen[1] - noise[1], 2)) / 2;
        Assert.Equal(expected, model.Errors(items, [1], [4], noise).Item(), 1e-5);
    }

    private static Denoiser Trained()
    {
        RandomStream random = new(1, "points");
        float[] items = new float[1000];
        int[] labels = new int[500];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = i % 2;
            items[2 * i] = (float)((labels[i] == 0 ? -0.5 : 0.5) + 0.1 * random.NextGaussian());
            items[2 * i + 1] = (float)(0.3 * random.NextGaussian());
        }
        Denoiser model = new(random.Child("weights"), 2, 2, new(20), width: 32);
        model.Fit(items, labels, new() { Steps = 600, LearningRate = 3e-3 }, random.Child("training"), batch: 64);
        return model;
    }
}
