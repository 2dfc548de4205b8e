using Assay.Numerics;

namespace Assay.Learning.Tests;

public sealed class TrainingCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A run in small: gradients with noise, momentum, an average in double precision.</summary>
    private sealed class Run(RandomStream noise)
    {
        public float[] Weights = [1, 2, 3, 4, 5, 6];
        public float[] Momentum = new float[6];
        public double[] Average = new double[1];
        public long Step;

        public void Go(int steps)
        {
            for (int s = 0; s < steps; s++, Step++)
            for (int i = 0; i < Weights.Length; i++)
            {
                float gradient = Weights[i] + (float)noise.NextGaussian();
                Momentum[i] = 0.9f * Momentum[i] + gradient;
                Weights[i] -= 0.01f * Momentum[i];
                Average[0] += Weights[i] / 3;
            }
        }

        public void Save(TrainingCheckpoints to) =>
            to.Save(
                Step,
                """{"rate":0.01}""",
                writer =>
                {
                    writer.AddParameter("weights", [2, 3], () => Weights);
                    writer.AddState("momentum", [2, 3], () => Momentum);
                    writer.AddState("average", [], () => Average);
                    writer.AddRandom("noise", noise);
                }
            );

        public static Run Resume(TrainingCheckpoint from)
        {
            Run run = new(from.ReadRandom("noise")) { Step = from.Step };
            from.ReadParameter("weights", [2, 3], run.Weights);
            from.ReadState("momentum", [2, 3], run.Momentum.AsSpan());
            from.ReadState("average", [], run.Average.AsSpan());
            return run;
        }
    }

    private static Run New() => new(new(1, "noise"));

    [Fact]
    public void ARunThatIsResumedEndsInTheSameBytes()
    {
        Run whole = New();
        whole.Go(50);
        whole.Save(new(_folder["whole"]));

        TrainingCheckpoints checkpoints = new(_folder["parts"]);
        Run first = New();
        first.Go(20);
        first.Save(checkpoints);
        Run second;
        using (TrainingCheckpoint checkpoint = checkpoints.OpenNewest()!)
        {
            Assert.Equal((20, """{"rate":0.01}"""), (checkpoint.Step, checkpoint.Options));
            Assert.Equal(["weights"], checkpoint.ParameterNames);
            Assert.Equal(["average", "momentum"], checkpoint.StateNames);
            second = Run.Resume(checkpoint);
        }
        second.Go(30);
        second.Save(checkpoints);
        Assert.Equal(
            File.ReadAllBytes(new TrainingCheckpoints(_folder["whole"]).PathOf(50)),
            File.ReadAllBytes(checkpoints.PathOf(50))
        );
    }

    [Fact]
    public void TheNewestAreKept()
    {
        TrainingCheckpoints checkpoints = new(_folder.Path, keep: 2);
        Assert.Null(checkpoints.OpenNewest());
        Run run = New();
        for (int i = 0; i < 4; i++)
        {
            run.Go(5);
            run.Save(checkpoints);
        }
        Assert.Equal([15, 20], checkpoints.Steps);
        run.Save(checkpoints);
        Assert.Equal([15, 20], checkpoints.Steps);
    }

    [Fact]
    public void WhatAKilledRunLeftUnfinishedIsSweptAwayAndNothingElse()
    {
        File.WriteAllText(_folder["step-0000000007.safetensors.part"], "rubbish");
        File.WriteAllText(_folder["step-notes.safetensors"], "mine");
        TrainingCheckpoints checkpoints = new(_folder.Path);
        Assert.Empty(checkpoints.Steps);
        Assert.Equal([_folder["step-notes.safetensors"]], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void EveryDamagedByteIsFoundAndTheCheckpointBeforeIsUsed()
    {
        TrainingCheckpoints checkpoints = new(_folder.Path);
        Run run = New();
        run.Go(5);
        run.Save(checkpoints);
        run.Go(5);
        run.Save(checkpoints);
        byte[] whole = File.ReadAllBytes(checkpoints.PathOf(10));
        Random random = new(2);
        for (int round = 0; round < 60; round++)
        {
            byte[] bytes = [.. whole];
            // The values are the last 8 * 5 + 8 + 24 + 24 bytes.
            bytes[^(1 + random.Next(96))] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(checkpoints.PathOf(10), bytes);
            Assert.Contains("is damaged", Assert.Throws<SafetensorsException>(() => checkpoints.OpenNewest()).Message);
        }
        List<SafetensorsException> told = [];
        using TrainingCheckpoint? checkpoint = checkpoints.OpenNewest(told.Add);
        Assert.Equal(5, checkpoint!.Step);
        Assert.Equal(checkpoints.PathOf(10), Assert.Single(told).File);
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        TrainingCheckpoints checkpoints = new(_folder.Path);
        Run run = New();
        run.Save(checkpoints);
        using TrainingCheckpoint checkpoint = checkpoints.OpenNewest()!;
        Assert.Contains(
            "has the shape [2, 3], expected [3, 2]",
            Assert.Throws<SafetensorsException>(() => checkpoint.ReadParameter("weights", [3, 2], new float[6])).Message
        );
        Assert.Throws<SafetensorsException>(() => checkpoint.ReadParameter("bias", [1], new float[1]));
        Assert.Throws<SafetensorsException>(() => checkpoint.ReadState("average", [], new float[1].AsSpan()));
        Assert.Throws<ArgumentException>(() => checkpoint.ReadParameter("weights", [2, 3], new float[7]));
        Assert.Throws<SafetensorsException>(() => checkpoint.ReadRandom("other"));
        Assert.Throws<ArgumentException>(() => checkpoints.Save(1, "{", _ => { }));
    }

    [Fact]
    public void AnotherSafetensorsFileIsNotACheckpoint()
    {
        SafetensorsWriter writer = new();
        writer.Add("x", [1], () => new float[1]);
        writer.Write(_folder["model.safetensors"]);
        Assert.Contains(
            "is not a training checkpoint",
            Assert.Throws<SafetensorsException>(() => TrainingCheckpoint.Open(_folder["model.safetensors"])).Message
        );
    }
}
