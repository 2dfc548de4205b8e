using Assay.Data;
using Assay.Learning;
using Assay.Models;

namespace Assay.Train;

/// <summary>Averages the weights of language models, chosen on the rows given (validation) and measured on the held-out ones (test).</summary>
/// <remarks>
/// Source: POINTS, arXiv 2409.04828, section 3.3. The score is bits per byte of the rows, ends not included. The test rows decide about nothing.
/// Averages are in double; the official release averages in bfloat16. See <see cref="Soup"/>.
/// </remarks>
[Method("train/soup", Paper = "points")]
public sealed class SoupTrainer(SoupOptions options) : ITrainer
{
    private const string Stage = "scores",
        Metric = "bits-per-byte",
        MetricOfBest = "bits-per-byte-of-best-single";

    /// <inheritdoc/>
    /// <exception cref="AssayException">A folder has no model, models differ in shape, or the rows have no text.</exception>
    public Trained Train(View view, View? heldOut, Work work)
    {
        if (options.Strategy == "maximum" && options.Best > options.Models.Count && !options.Snapshots)
            throw new AssayException(
                $"train/soup: the {options.Best} best of {options.Models.Count} models",
                hint: "Lower 'best', or name more models."
            );
        (LanguageModel model, List<float[]> models, List<string> names) = Read(work);
        IReadOnlyList<(ReadOnlyMemory<byte>, ReadOnlyMemory<byte>)> validation = Texts(view, work),
            test = heldOut is null ? [] : Texts(heldOut, work);
        double Bits(float[] weights, IReadOnlyList<(ReadOnlyMemory<byte>, ReadOnlyMemory<byte>)> texts)
        {
            model.Transformer.Restore(weights);
            TextCost sum = new(0, 0, 0);
            foreach (
                TextCost cost in TextCosts.Of(model, texts, ModelFolder.StartOf(model.Tokenizer), work.Cancellation)
            )
                sum += cost;
            return sum.BitsPerByte;
        }
        double Score(float[] weights, string stage)
        {
            // Kept, so that a killed run scores no average twice.
            work.Make(
                stage,
                1,
                (_, stream) => stream.Write(BitConverter.GetBytes(-Bits(weights, validation))),
                unit: "models"
            );
            using FileStream kept = work.Pieces.Open(stage, 0);
            byte[] score = new byte[sizeof(double)];
            kept.ReadExactly(score);
            return BitConverter.ToDouble(score);
        }
        double[] scores = [.. models.Select((weights, i) => Score(weights, $"{Stage}-{i}"))];
        int mixed = 0;
        double OfMean(float[] weights) => Score(weights, $"{Stage}-{options.Strategy}-{mixed++}");
        SoupResult soup = options.Strategy switch
        {
            "uniform" => Soup.Uniform(models, OfMean),
            "maximum" => Soup.Maximum(models, scores, Math.Min(options.Best, models.Count), OfMean),
            _ => Soup.Greedy(models, scores, OfMean),
        };
        int single = Array.IndexOf(scores, scores.Max());
        Score[] found = heldOut is null
            ? []
            : [new(Metric, Bits(soup.Weights, test)), new(MetricOfBest, Bits(models[single], test))];
        model.Transformer.Restore(soup.Weights);
        string members = string.Join(", ", soup.Members.Take(5).Select(member => names[member]));
        return new(
            $"{options.Strategy} soup of {soup.Members.Count} of {models.Count} models: {members}{(soup.Members.Count > 5 ? ", ..." : "")}",
            found,
            null,
            model.Save,
            [new(Metric, -soup.Score), new(MetricOfBest, -scores[single])]
        );
    }

    private (LanguageModel Model, List<float[]> Models, List<string> Names) Read(Work work)
    {
        LanguageModel? first = null;
        List<float[]> models = [];
        List<string> names = [];
        foreach (string folder in options.Models)
        {
            work.Cancellation.ThrowIfCancellationRequested();
            LanguageModel model = ModelFolder.Read(folder);
            first ??= model;
            if (
                model.Transformer.Config != first.Transformer.Config
                || model.Tokenizer.VocabularySize != first.Tokenizer.VocabularySize
            )
                throw new AssayException(
                    $"this model is not of the shape of {options.Models[0]}: their weights cannot be averaged",
                    new(folder),
                    "A soup is of models of one architecture that were fine-tuned from one start."
                );
            TrainedModel? trained = options.Snapshots ? TrainedModel.Open(folder) : null;
            foreach (long step in trained?.Steps ?? [])
                if (step != trained!.Steps[^1]) // which is the model itself
                    Add(trained.At(step).Model, $"{folder} after {step} steps");
            Add(model.Transformer, folder);
        }
        return (first!, models, names);

        void Add(Transformer model, string name)
        {
            models.Add(model.Snapshot());
            names.Add(name);
        }
    }

    private static IReadOnlyList<(ReadOnlyMemory<byte>, ReadOnlyMemory<byte>)> Texts(View view, Work work)
    {
        List<(ReadOnlyMemory<byte>, ReadOnlyMemory<byte>)> texts = [];
        view.ForEach(
            view.Selection.Rows,
            (batch, row) => texts.Add((default, batch.Text(row).ToArray())),
            work.Cancellation
        );
        return texts.Any(text => text.Item2.Length > 0)
            ? texts
            : throw new AssayException(
                $"train/soup: the rows have no text in their column '{view.Dataset.TextColumn}' to score models on",
                hint: "Name the column that holds the text, or give more rows."
            );
    }
}
