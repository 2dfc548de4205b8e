using Assay.Numerics;
using Assay.Select;
using Assay.Value;

namespace Assay.Evidence;

/// <summary>Does repeating the rows that are learned late help, beside as many rows at random and as many updates?</summary>
public sealed class UsefulEvidence : IExperiment
{
    private const int Epochs = 60,
        SeparatingEpoch = 4,
        RaceSteps = 400;

    /// <inheritdoc/>
    public string Slug => "useful";

    /// <inheritdoc/>
    public string Title =>
        "Changing the Training Data Distribution to Reduce Simplicity Bias Improves In-distribution Generalization (2024)";

    /// <inheritdoc/>
    public string Protocol =>
        "4,000 images of CIFAR-10 at 16 x 16 to train and 1,000 to test; a network of three convolutions with batch norm (6,400 parameters, half of the pilot's widths, so that 60 epochs fit), SGD with "
        + "momentum 0.9, rate 0.1 with a cosine, weight decay 5e-4, batches of 128, mirrored and shifted images, 60 epochs; outputs for the clusters after epoch 4. "
        + "Arms of a seed start from the same weights: plain, USEFUL, as many rows repeated at random, plain for as many updates as USEFUL. "
        + "Beside it the theory's two features: cubic units on 200 rows in double, by gradient descent, sharpness-aware minimisation (radius 0.1) and USEFUL, 400 steps.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => ["useful"];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        int epochs = trial.Size(Epochs, 5);
        SmallImages images = SmallImages.Read(trial, trial.Size(400, 20), trial.Size(100, 20));
        int n = images.Labels.Length;
        int[] all = [.. Enumerable.Range(0, n)];
        long perEpoch = StepsOf(n);
        RandomStream random = trial.Random.Child("network");
        const int arms = 4;

        RowDynamics dynamics = new(n);
        SlowRows? slow = null;
        List<double> errors = [];
        double Error(SmallImages.Network network) =>
            SmallImages.Error(images.Outputs(network, test: true), images.TestLabels);
        SmallImages.Network plain = images.Train(
            all,
            perEpoch * epochs,
            random,
            perEpoch,
            (epoch, network) =>
            {
                Learning.Matrix outputs = images.Outputs(network);
                dynamics.Add(outputs, images.Labels);
                errors.Add(SmallImages.Error(outputs, images.Labels));
                if (epoch == SeparatingEpoch)
                    slow = SlowRows.Of(outputs, images.Labels, trial.Random.Child("clusters"));
            },
            trial.Cancellation
        );
        figures["error/plain"] = Error(plain);
        trial.Report("networks", 1, arms);
        figures["slow-share"] = slow!.Count / (double)n;
        figures["knee"] = Select.SeparatingEpoch.Of([.. errors.Take(Select.SeparatingEpoch.Horizon(epochs))]);
        (double[] first, double[] forgotten) = (dynamics.FirstLearned(), dynamics.ForgettingEvents());
        foreach ((string name, bool isSlow) in ((string, bool)[])[("slow", true), ("fast", false)])
        {
            figures["first-learned/" + name] = all.Where(row => slow.Slow[row] == isSlow).Average(row => first[row]);
            figures["forgetting/" + name] = all.Where(row => slow.Slow[row] == isSlow).Average(row => forgotten[row]);
        }

        int[] order = [.. all];
        trial.Random.Child("control").Shuffle<int>(order);
        int[] useful = [.. all, .. all.Where(row => slow.Slow[row])];
        (string Name, int[] Entries, long Steps)[] others =
        [
            ("useful", useful, StepsOf(useful.Length) * epochs),
            ("random", [.. all, .. order.Take(slow.Count)], StepsOf(useful.Length) * epochs),
            ("equal-updates", all, StepsOf(useful.Length) * epochs),
        ];
        foreach ((int i, (string name, int[] entries, long steps)) in others.Index())
        {
            figures["error/" + name] = Error(images.Train(entries, steps, random, perEpoch, null, trial.Cancellation));
            trial.Report("networks", i + 2, arms);
        }

        CubicNetwork cubic = new(trial.Random.Child("cubic"));
        int raceSteps = trial.Size(RaceSteps, 100);
        double[] descent = cubic.Leads(raceSteps, rho: 0, useful: false),
            aware = cubic.Leads(raceSteps, rho: 0.1, useful: false),
            enlarged = cubic.Leads(raceSteps, rho: 0, useful: true);
        figures["race/descent"] = descent.Average();
        figures["race/sam"] = aware.Average();
        figures["race/useful"] = enlarged.Average();
        figures["race/sam-below"] = descent.Zip(aware).Average(pair => pair.Second < pair.First ? 1.0 : 0);
        figures["race/useful-below"] = descent.Zip(enlarged).Average(pair => pair.Second < pair.First ? 1.0 : 0);
        return figures;
    }

    private static long StepsOf(int rows) => (rows + 127) / 128;

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        MeanInterval random = trials.Difference("error/useful", "error/random"),
            updates = trials.Difference("error/useful", "error/equal-updates"),
            plain = trials.Difference("error/useful", "error/plain");
        MeanInterval first = trials.Difference("first-learned/slow", "first-learned/fast"),
            forgotten = trials.Difference("forgetting/slow", "forgetting/fast"),
            share = trials.Mean("slow-share");
        MeanInterval sam = trials.Difference("race/sam", "race/descent"),
            enlarged = trials.Difference("race/useful", "race/descent");
        return
        [
            new(
                "USEFUL lowers the test error, below plain training and below as many rows repeated at random.",
                "lower on five sets of images and all networks (bars; no numbers in the text)",
                $"test error in percent: plain {trials.Text("error/plain", "0.0")}, USEFUL {trials.Text("error/useful", "0.0")}, random {trials.Text("error/random", "0.0")}; USEFUL minus random {Trials.Text(random, "0.00")}, minus plain {Trials.Text(plain, "0.00")}",
                random.High < 0 && plain.High < 0 ? Verdict.Replicated
                    : random.Low > 0 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "replicated if the paired 95 % intervals of USEFUL minus random and minus plain lie below 0; not replicated if the former lies above 0"
            ),
            new(
                "The gain is not that of more updates.",
                "(not compared in the paper; our control)",
                $"plain for as many updates {trials.Text("error/equal-updates", "0.0")}; USEFUL minus that {Trials.Text(updates, "0.00")}",
                updates.High < 0 ? Verdict.Replicated
                    : updates.Low > 0 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "the paired 95 % interval lies below 0"
            ),
            new(
                "Slow rows are learned later and forgotten more often than fast ones.",
                "clearly higher forgetting scores and later epochs (histograms)",
                $"first learned {Trials.Text(first, "0.0")} epochs later (knee of the training error at epoch {trials.Text("knee", "0.0")}), {Trials.Text(forgotten, "0.0")} more forgetting events",
                first.Low > 0 && forgotten.Low > 0 ? Verdict.Replicated
                    : first.High <= 0 || forgotten.High <= 0 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "both paired 95 % intervals lie above 0"
            ),
            new(
                "A large part of the rows is slow.",
                "30 to 50 percent",
                $"{Trials.Text(share, "0.000")} of the rows",
                share is { Mean: >= 0.3 and <= 0.5 } ? Verdict.Replicated : Verdict.NotReplicated,
                "the mean share lies between 0.3 and 0.5"
            ),
            new(
                "Sharpness-aware minimisation and USEFUL narrow the lead of the strong feature over the weak one.",
                "gradient descent's gap exceeds that of sharpness-aware minimisation through training; USEFUL's is smaller than gradient descent's",
                $"mean lead over training: sharpness-aware minus descent {Trials.Text(sam, "0.0000")} (below at {trials.Text("race/sam-below", "P0")} of the steps), USEFUL minus descent {Trials.Text(enlarged, "0.0000")} (below at {trials.Text("race/useful-below", "P0")})",
                sam.High < 0 && enlarged.High < 0 ? Verdict.Replicated
                    : sam.Low >= 0 || enlarged.Low >= 0 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "both paired 95 % intervals lie below 0"
            ),
        ];
    }
}
