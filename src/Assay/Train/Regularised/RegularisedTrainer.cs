using System.Globalization;
using Assay.Data;
using Assay.Learning;
using Assay.Models;

namespace Assay.Train;

/// <summary>
/// Trains a language model with the epochs, learning rate and weight decay that do best together: coordinate descent on a grid, by the loss on rows
/// that are kept for it.
/// </summary>
/// <remarks>
/// Source: "Pre-training under infinite compute", arXiv 2509.14786, section 3. Weight decay is decoupled, multiplied by the learning rate, and goes to the
/// weights of layers (no embeddings, gains or biases), so that what counts is decay times the sum of rates: short runs want more of it. All models of the search start from the same weights. A model whose loss becomes infinite counts as infinitely
/// bad. The folder has <c>search.csv</c> with all that was tried.
/// </remarks>
[Method("train/regularised", Paper = "infinite-compute")]
public sealed class RegularisedTrainer(RegularisedOptions options) : ITrainer
{
    private const string Name = "train/regularised",
        Search = "search.csv";

    /// <inheritdoc/>
    /// <exception cref="AssayException">The grid is not ascending, there are too few rows, or every training failed.</exception>
    public Trained Train(View view, View? heldOut, Work work)
    {
        double[][] axes =
        [
            Axis("epoch-grid", options.EpochGrid),
            Axis("rate-grid", options.RateGrid),
            Axis("decay-grid", options.DecayGrid),
        ];
        (View training, View validation) = Split(view, work);
        TokenStream text = CorpusText.Of(Name, training, work.Cancellation),
            chosenBy = CorpusText.Of(Name, validation, work.Cancellation);
        TokenStream? held = CorpusText.OfHeldOut(Name, heldOut, work.Cancellation);
        double lowest = double.PositiveInfinity;
        IReadOnlyList<int>? lowestAt = null;
        int trials = 0;
        GridOptimum found = CoordinateSearch.Of(
            [.. axes.Select(axis => axis.Length)],
            [
                Nearest(axes[0], options.Epochs),
                Nearest(axes[1], LanguageModelFit.RateOf(options)),
                Nearest(axes[2], options.WeightDecay),
            ],
            point =>
            {
                string stage = StageOf(point);
                trials++;
                // Kept, so that a killed run trains no model twice.
                work.Make(
                    stage,
                    1,
                    (_, stream) => stream.Write(BitConverter.GetBytes(Loss(point, $"model {trials}"))),
                    unit: "models"
                );
                using FileStream kept = work.Pieces.Open(stage, 0);
                byte[] bytes = new byte[sizeof(double)];
                kept.ReadExactly(bytes);
                double loss = BitConverter.ToDouble(bytes);
                // A beaten model's checkpoints are of no use.
                Forget(loss < lowest ? lowestAt : point);
                if (loss < lowest)
                    (lowest, lowestAt) = (loss, point);
                return loss;
            },
            options.Trials
        );
        if (double.IsPositiveInfinity(found.Loss))
            throw new AssayException(
                $"{Name}: the loss of every model that was trained became infinite",
                hint: "Lower the rates of 'rate-grid'."
            );
        LanguageModelFit best = Fit(found.Point, "the best model"); // from its last checkpoint
        (double epochs, double rate, double decay) = At(found.Point);
        string end = found.IsCertified ? "no neighbour is better" : $"not searched to the end, {options.Trials} trials";
        return new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{options.Model}, {best.Model.ParameterCount:N0} parameters; {epochs:0.###} epochs, rate {rate:0.######}, weight decay {decay:0.###} ({end})"
            ),
            held is null ? [] : [new("bits-per-byte", best.BitsPerByte(held, work.Cancellation))],
            best.Result,
            folder =>
            {
                new LanguageModel(best.Model, TokenStream.Tokenizer).Save(folder);
                Write(Path.Combine(folder, Search), found);
            },
            [new("bits-per-byte", found.Loss)]
        );

        LanguageModelFit Fit(IReadOnlyList<int> point, string stage)
        {
            (double epochs, double rate, double decay) = At(point);
            return LanguageModelFit.Of(
                options with
                {
                    Epochs = epochs,
                    LearningRate = rate,
                    WeightDecay = decay,
                },
                text,
                work.Random.Child("model"),
                new TrainingCheckpoints(FolderOf(point)),
                step => work.Progress?.Report(new(stage, step.Step, step.Steps, "steps")),
                chosenBy,
                cancellation: work.Cancellation
            );
        }

        double Loss(IReadOnlyList<int> point, string stage)
        {
            try
            {
                double loss = Fit(point, stage).Result.Evaluations[^1].Value;
                return double.IsNaN(loss) ? double.PositiveInfinity : loss;
            }
            catch (AssayException failure) when (failure.InnerException is TrainingException)
            {
                return double.PositiveInfinity;
            }
        }

        void Forget(IReadOnlyList<int>? point)
        {
            if (point is not null && Directory.Exists(FolderOf(point)))
                Directory.Delete(FolderOf(point), recursive: true);
        }

        string FolderOf(IReadOnlyList<int> point) => Path.Combine(work.Pieces.Folder, "checkpoints-" + StageOf(point));

        (double Epochs, double Rate, double Decay) At(IReadOnlyList<int> point) =>
            (axes[0][point[0]], axes[1][point[1]], axes[2][point[2]]);

        void Write(string path, GridOptimum optimum) =>
            Pieces.WriteFile(
                path,
                stream =>
                {
                    using StreamWriter writer = new(stream, leaveOpen: true) { NewLine = "\n" };
                    writer.WriteLine("epochs,learning_rate,weight_decay,bits_per_byte,chosen");
                    foreach (GridTrial trial in optimum.Trials)
                    {
                        (double epochs, double rate, double decay) = At(trial.Point);
                        string bits = double.IsFinite(trial.Loss)
                            ? trial.Loss.ToString("R", CultureInfo.InvariantCulture)
                            : "";
                        writer.WriteLine(
                            string.Create(
                                CultureInfo.InvariantCulture,
                                $"{epochs},{rate},{decay},{bits},{(trial.Point.SequenceEqual(optimum.Point) ? "true" : "false")}"
                            )
                        );
                    }
                }
            );
    }

    private (View Training, View Validation) Split(View view, Work work)
    {
        int[] rows = view.DistinctRows.ToArray();
        if (rows.Length < 2)
            throw new AssayException(
                $"{Name}: {rows.Length} rows cannot be divided into some to train on and some to choose by",
                hint: "Give the text as several rows: paragraphs, or documents."
            );
        work.Random.Child("validation").Shuffle<int>(rows);
        int kept = Math.Clamp((int)Math.Round(options.Validation * rows.Length), 1, rows.Length - 1);
        HashSet<int> chosenBy = [.. rows[..kept]];
        return (
            view.With(view.Selection.Where(row => !chosenBy.Contains(row))),
            view.With(view.Selection.Where(chosenBy.Contains))
        );
    }

    private static string StageOf(IReadOnlyList<int> point) => $"trial-{string.Join('-', point)}";

    private static double[] Axis(string name, IReadOnlyList<double> values)
    {
        for (int i = 1; i < values.Count; i++)
            if (!(values[i] > values[i - 1]))
                throw new AssayException(
                    $"{Name}: {name} does not ascend: {values[i]} comes after {values[i - 1]}",
                    hint: "Neighbours on the grid are neighbours in size: list the values from the least up."
                );
        return [.. values];
    }

    // By ratio; 0 is far from everything but itself.
    private static int Nearest(double[] axis, double value) =>
        Enumerable
            .Range(0, axis.Length)
            .MinBy(i => axis[i] == value ? 0 : Math.Abs(Math.Log(Math.Max(axis[i], 1e-12) / Math.Max(value, 1e-12))));
}
