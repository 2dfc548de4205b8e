using Assay.Learning;
using Assay.Numerics;

namespace Assay.Tests;

public sealed class TrainerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-trainer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A linear model of noisy numbers; its batches and its noise depend on the number of the batch only.</summary>
    private sealed class Model
    {
        private readonly Batches _batches = new(64, 10, new RandomStream(2, "batches"));
        private readonly int[] _rows = new int[10];
        private readonly Tensor _inputs = Tensor.Normal(new RandomStream(1, "inputs"), 1, 64, 5);
        private readonly Tensor _truth = Tensor.Of([1, -2, 0.5f, 0, 3], 1, 5);

        public Model()
        {
            Weight = Tensor.Zeros(1, 5);
            Weight.RequiresGrad = true;
            Optimiser = new([new("weight", Weight)], new AdamW(), 0.01);
        }

        public Tensor Weight { get; }

        public Optimiser Optimiser { get; }

        public int Asked { get; private set; }

        public Tensor Loss(long batch)
        {
            Asked++;
            _batches.Fill(batch, _rows);
            Tensor x = _inputs.Gather(_rows.ToArray());
            Tensor noise = Tensor.Normal(new RandomStream(3, "noise").Child(batch), 0.1f, 10, 1);
            return (Functional.Linear(x, Weight) - Functional.Linear(x, _truth) - noise).Square().Mean();
        }

        public double Evaluate()
        {
            using TensorScope scope = new();
            using (Tensor.NoGrad())
                return (Functional.Linear(_inputs, Weight) - Functional.Linear(_inputs, _truth)).Square().Mean().Item();
        }
    }

    private static TrainingOptions Options =>
        new()
        {
            Steps = 60,
            LearningRate = 0.2,
            EvaluateEvery = 10,
            CheckpointEvery = 7,
            WarmUp = 5,
        };

    [Fact]
    public void It_learns_and_reports_every_step()
    {
        Model model = new();
        List<TrainingStep> steps = [];
        TrainingResult result = new Trainer(Options) { Stepped = steps.Add, Evaluate = _ => model.Evaluate() }.Run(
            model.Optimiser,
            model.Loss
        );
        Assert.Equal(60, result.Steps);
        Assert.Equal(60, result.Losses.Count);
        Assert.Equal(Enumerable.Range(1, 60).Select(i => (long)i), steps.Select(step => step.Step));
        Assert.Equal([10L, 20, 30, 40, 50, 60], result.Evaluations.Select(evaluation => evaluation.Step));
        Assert.True(result.Evaluations[^1].Value < 0.02);
        Assert.True(result.Losses[^1] < result.Losses[0] / 50);
        Assert.False(result.StoppedEarly);
        Assert.Null(model.Weight.Grad);
    }

    [Fact]
    public void It_can_end_in_the_middle_of_its_schedule()
    {
        Model whole = new(),
            part = new();
        TrainingResult all = new Trainer(Options).Run(whole.Optimiser, whole.Loss),
            some = new Trainer(Options with { StopAfter = 23 }) { Evaluate = _ => part.Evaluate() }.Run(
                part.Optimiser,
                part.Loss
            );
        Assert.Equal(all.Losses.Take(23), some.Losses);
        Assert.Equal([10L, 20, 23], some.Evaluations.Select(evaluation => evaluation.Step));
    }

    [Fact]
    public void Killed_anywhere_it_goes_on_to_the_same_bits()
    {
        Model whole = new();
        TrainingResult expected = new Trainer(Options) { Evaluate = _ => whole.Evaluate() }.Run(
            whole.Optimiser,
            whole.Loss
        );
        foreach (int kill in (int[])[3, 8, 25, 59])
        {
            string folder = Path.Combine(_folder, kill.ToString());
            Model first = new();
            using CancellationTokenSource stop = new();
            Assert.ThrowsAny<OperationCanceledException>(() =>
                new Trainer(Options)
                {
                    Checkpoints = new(folder),
                    Evaluate = _ => first.Evaluate(),
                    Stepped = step =>
                    {
                        if (step.Step == kill)
                            stop.Cancel();
                    },
                }.Run(first.Optimiser, first.Loss, stop.Token)
            );
            Model second = new();
            TrainingResult resumed = new Trainer(Options)
            {
                Checkpoints = new(folder),
                Evaluate = _ => second.Evaluate(),
            }.Run(second.Optimiser, second.Loss);
            Assert.Equal(whole.Weight.ToArray(), second.Weight.ToArray());
            Assert.Equal(expected.Losses, resumed.Losses);
            Assert.Equal(expected.Evaluations, resumed.Evaluations);
            Assert.Equal(60 - kill / 7 * 7, second.Asked);
        }
    }

    [Fact]
    public void A_finished_run_is_not_run_again()
    {
        Model first = new(),
            second = new();
        TrainingCheckpoints checkpoints = new(_folder);
        new Trainer(Options) { Checkpoints = checkpoints }.Run(first.Optimiser, first.Loss);
        new Trainer(Options) { Checkpoints = checkpoints }.Run(second.Optimiser, second.Loss);
        Assert.Equal(0, second.Asked);
        Assert.Equal(first.Weight.ToArray(), second.Weight.ToArray());
    }

    [Fact]
    public void Checkpoints_of_other_options_are_refused()
    {
        Model model = new();
        TrainingCheckpoints checkpoints = new(_folder);
        new Trainer(Options) { Checkpoints = checkpoints }.Run(model.Optimiser, model.Loss);
        TrainingException refused = Assert.Throws<TrainingException>(() =>
            new Trainer(Options with { LearningRate = 0.3 }) { Checkpoints = checkpoints }.Run(
                model.Optimiser,
                model.Loss
            )
        );
        Assert.Contains("other options", refused.Message);
    }

    [Fact]
    public void Averaged_batches_are_one_larger_batch()
    {
        Tensor w = Tensor.Of([0.5f], 1, 1);
        w.RequiresGrad = true;
        Optimiser optimiser = new([new("w", w)], new Sgd());
        TrainingOptions options = new()
        {
            Steps = 1,
            Accumulate = 4,
            ClipNorm = 0,
            LearningRate = 1,
            Schedule = ScheduleShape.Constant,
        };
        new Trainer(options).Run(optimiser, batch => (w * (float)batch).Sum());
        Assert.Equal(0.5f - (0 + 1 + 2 + 3) / 4f, w.Data[0], 1e-6f);
    }

    [Fact]
    public void It_stops_when_patience_runs_out_and_returns_the_best()
    {
        Tensor w = Tensor.Of([0f], 1, 1);
        w.RequiresGrad = true;
        Optimiser optimiser = new([new("w", w)], new Sgd());
        TrainingOptions options = new()
        {
            Steps = 100,
            LearningRate = 1,
            ClipNorm = 0,
            Schedule = ScheduleShape.Constant,
            EvaluateEvery = 1,
            Patience = 3,
        };
        // The loss pulls w up by one a step; held out, 5 is best.
        TrainingResult result = new Trainer(options) { Evaluate = _ => Math.Abs(w.Data[0] - 5) }.Run(
            optimiser,
            _ => (w * -1f).Sum()
        );
        Assert.True(result.StoppedEarly);
        Assert.Equal(8, result.Steps);
        Assert.Equal(new Evaluation(5, 0), result.Best);
        Assert.Equal(5, w.Data[0]);
    }

    [Fact]
    public void A_loss_that_is_not_finite_is_an_error_that_says_what_to_do()
    {
        Model model = new();
        TrainingException failure = Assert.Throws<TrainingException>(() =>
            new Trainer(Options).Run(
                model.Optimiser,
                batch => batch == 4 ? model.Loss(batch) * float.NaN : model.Loss(batch)
            )
        );
        Assert.Contains("step 5", failure.Message);
        Assert.Contains("learning rate", failure.Message);
    }

    [Fact]
    public void Batches_see_every_entry_once_an_epoch_and_depend_on_their_number_only()
    {
        Batches batches = new(10, 4, new RandomStream(9, "order"));
        int[] seen = new int[40],
            again = new int[4];
        for (int batch = 0; batch < 10; batch++)
            batches.Fill(batch, seen.AsSpan(batch * 4, 4));
        for (int epoch = 0; epoch < 4; epoch++)
            Assert.Equal(Enumerable.Range(0, 10), seen.Skip(epoch * 10).Take(10).Order());
        Assert.NotEqual(seen.Take(10), seen.Skip(10).Take(10));
        new Batches(10, 4, new RandomStream(9, "order")).Fill(7, again);
        Assert.Equal(seen.Skip(28).Take(4), again);
        batches = new(3, 5, null);
        int[] given = new int[5];
        batches.Fill(1, given);
        Assert.Equal([2, 0, 1, 2, 0], given);
    }
}
