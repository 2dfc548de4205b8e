using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Preferences;
using Assay.Studies;

namespace Assay.Train;

/// <summary>Trains a network that predicts the final scores of a text from a model's states while it is written: what edits of states steer by.</summary>
/// <remarks>
/// Source: "Precise Attribute Intensity Control in Large Language Models via Targeted Representation Editing", arXiv 2510.12121: TD(lambda) without
/// discount on the states after the last norm. The model does not change.
/// </remarks>
[Method("train/attributes", Paper = "pre-control")]
public sealed class AttributeTrainer(AttributeOptions options) : ITrainer
{
    private const string Name = "train/attributes";
    private const int Parts = 10;

    /// <inheritdoc/>
    /// <exception cref="AssayException">A column is missing or no number, no text fits the model, or the model cannot be read.</exception>
    public Trained Train(View view, View? heldOut, Work work)
    {
        if (options.Attributes.Distinct().Count() != options.Attributes.Count)
            throw new AssayException("an attribute is named twice", hint: "Name each column once.");
        LanguageModel model = ModelFolder.Read(options.Model);
        ScoredStates[] texts = Read(view, model, work),
            held = heldOut is { Selection.Count: > 0 } ? Read(heldOut, model, work) : [];
        AttributeNetwork network = new(
            work.Random.Child("network"),
            options.Attributes,
            model.Transformer.Config.HiddenSize,
            [.. Enumerable.Repeat(options.Width, options.Layers)]
        );
        // Scores of any scale count alike: trained on standardised ones, and turned back afterwards.
        (double[] means, double[] deviations) = Standard(texts);
        ScoredStates[] Standardised(ScoredStates[] of) =>
            [
                .. of.Select(text =>
                    text with
                    {
                        Scores = [.. text.Scores.Select((score, j) => (score - means[j]) / deviations[j])],
                    }
                ),
            ];
        TrainingResult result = AttributeTraining.Run(
            network,
            Standardised(texts),
            Standardised(held),
            new()
            {
                Epochs = options.Epochs,
                Batch = options.Batch,
                LearningRate = options.LearningRate,
                WeightDecay = options.WeightDecay,
                Lambda = options.Lambda,
                Detach = options.Detach,
                Patience = options.Patience,
            },
            work.Random,
            step =>
                work.Progress?.Report(new("training", step.Step, step.Steps, "steps", Text($"loss {step.Loss:0.000}"))),
            new TrainingCheckpoints(Path.Combine(work.Pieces.Folder, "checkpoints")),
            work.Cancellation
        );
        network.Rescale(means, deviations);
        Prediction[] predictions = [.. options.Attributes.Select((_, j) => Measure(network, held, j))];
        return new(
            $"{options.Attributes.Count} {(options.Attributes.Count == 1 ? "attribute" : "attributes")} of states of width {network.Widths[0]}, {network.ParameterCount:N0} parameters",
            held.Length == 0
                ? []
                :
                [
                    .. options.Attributes.Zip(
                        predictions,
                        (name, found) => new Score($"explained.{name}", found.Explained[^1])
                    ),
                ],
            result,
            folder =>
            {
                model.Save(folder);
                network.Save(folder);
            },
            Study: StudyOf(texts, held, predictions)
        );
    }

    private static (double[] Means, double[] Deviations) Standard(ScoredStates[] texts)
    {
        int count = texts[0].Scores.Length;
        double[] means = new double[count],
            deviations = new double[count];
        for (int j = 0; j < count; j++)
        {
            means[j] = texts.Average(text => text.Scores[j]);
            double variance = texts.Average(text => Math.Pow(text.Scores[j] - means[j], 2));
            deviations[j] = variance > 0 ? Math.Sqrt(variance) : 1;
        }
        return (means, deviations);
    }

    private ScoredStates[] Read(View view, LanguageModel model, Work work)
    {
        foreach (string column in options.Attributes.Append(options.Completion).Append(options.Prompt))
            if (column.Length > 0 && view.Dataset.Schema.Find(column) is null)
                throw new AssayException(
                    $"'{view.Dataset.Name}' has no column '{column}'",
                    hint: $"It has: {string.Join(", ", view.Dataset.Schema.Select(field => field.Name))}. Leave 'prompt' empty where there is none."
                );
        int? start = ModelFolder.StartOf(model.Tokenizer);
        List<(int[] Prompt, int[] Completion)> tokens = [];
        List<double[]> scores = [];
        view.ForEach(
            view.Selection.Rows,
            (batch, at) =>
            {
                PreferenceRow row = new(batch, at);
                List<int> prompt = start is { } mark ? [mark] : [],
                    completion = [];
                if (options.Prompt.Length > 0)
                    model.Tokenizer.Encode(row.Prompt(options.Prompt), prompt);
                model.Tokenizer.Encode(row.Turns(options.Completion), completion);
                if (model.Tokenizer.Special.End is { } end)
                    completion.Add(end);
                if (prompt.Count == 0 || completion.Count == 0)
                    throw row.Wrong(options.Completion, "nothing to begin with, or nothing that follows");
                int room = model.ContextLength + 1 - prompt.Count;
                if (room < 1)
                    throw row.Wrong(
                        options.Prompt,
                        $"{prompt.Count} tokens, and the model reads {model.ContextLength}"
                    );
                tokens.Add(([.. prompt], [.. completion.Take(room)]));
                scores.Add([
                    .. options.Attributes.Select(name =>
                        row.Number(name) is var number && double.IsFinite(number)
                            ? number
                            : throw row.Wrong(name, "no finite number")
                    ),
                ]);
            },
            work.Cancellation
        );
        if (tokens.Count == 0)
            throw new AssayException($"'{view.Dataset.Name}' has no rows", hint: "Give at least one completion.");
        IReadOnlyList<float[]> states = AttributeTraining.States(
            model.Transformer,
            tokens,
            cancellation: work.Cancellation
        );
        return [.. states.Zip(scores, (state, score) => new ScoredStates(state, score))];
    }

    /// <summary>How well an attribute is predicted as texts go on: the share of its variance that is explained after each tenth of a text.</summary>
    private sealed record Prediction(double[] Explained, double[] Predicted, double[] Measured);

    private static Prediction Measure(AttributeNetwork network, ScoredStates[] held, int attribute)
    {
        if (held.Length == 0)
            return new([double.NaN], [], []);
        TargetEdit values = new(network, new());
        int width = network.Widths[0];
        double mean = held.Average(text => text.Scores[attribute]),
            variance = held.Average(text => Math.Pow(text.Scores[attribute] - mean, 2));
        double[] errors = new double[Parts];
        double[] last = new double[held.Length];
        for (int i = 0; i < held.Length; i++)
        {
            int tokens = held[i].States.Length / width;
            for (int part = 1; part <= Parts; part++)
            {
                int token = Math.Max(1, (int)Math.Ceiling(tokens * part / (double)Parts));
                last[i] = values.Values(
                    Array.ConvertAll(held[i].States[((token - 1) * width)..(token * width)], value => (double)value)
                )[attribute];
                errors[part - 1] += Math.Pow(last[i] - held[i].Scores[attribute], 2) / held.Length;
            }
        }
        return new(
            [.. errors.Select(error => variance > 0 ? 1 - error / variance : 0)],
            last,
            [.. held.Select(text => text.Scores[attribute])]
        );
    }

    private Study StudyOf(ScoredStates[] texts, ScoredStates[] held, Prediction[] predictions)
    {
        double[] parts = [.. Enumerable.Range(1, Parts).Select(part => part / (double)Parts)];
        bool isMeasured = held.Length > 0;
        return new()
        {
            Title = "What states foretell",
            Answer = isMeasured
                ? string.Join(
                    " ",
                    options.Attributes.Zip(
                        predictions,
                        (name, found) =>
                            Text(
                                $"Of {name}, {Share(found.Explained[0])} of the variance is known after the first tenth of a text, {Share(found.Explained[^1])} at its end."
                            )
                    )
                )
                : "The network is trained; no rows were held out to measure it on.",
            Facts =
            [
                new("Texts", Text($"{texts.Length:N0}"), "to train on"),
                new("Held out", Text($"{held.Length:N0}"), "to measure on"),
                .. isMeasured
                    ? options
                        .Attributes.Zip(predictions)
                        .Take(4)
                        .Select(pair => new Fact(
                            pair.First,
                            Share(pair.Second.Explained[^1]),
                            "of the variance known at the end"
                        ))
                    : [],
            ],
            Panels = isMeasured
                ?
                [
                    new CurvePanel
                    {
                        Title = "Known as the text goes on",
                        Note =
                            "The share of the variance of each score that the state explains, on held-out texts; below nothing where it misleads.",
                        X = new("share of the text", "share"),
                        Y = new("explained", "share", Better.More),
                        Levels = [new(0, "nothing")],
                        Curves =
                        [
                            .. options
                                .Attributes.Zip(predictions, (name, found) => new Curve(name, parts, found.Explained))
                                .Take(8),
                        ],
                    },
                    .. options.Attributes.Zip(predictions).Take(3).Select(pair => Points(pair.First, pair.Second)),
                ]
                : [],
            Notes =
            [
                "A state can foretell a score that it does not cause: measure what steering does with a scorer of its own (counts are known to react the other way).",
                "Texts that the model wrote itself are the right ones to learn from: others have states that it never comes to.",
            ],
        };
    }

    private static CurvePanel Points(string name, Prediction found)
    {
        double[] measured = [.. found.Measured],
            predicted = [.. found.Predicted];
        Array.Sort(measured, predicted);
        return new()
        {
            Title = $"Predicted and measured: {name}",
            Note = "At the end of each held-out text; on the line the prediction is right.",
            X = new("measured"),
            Y = new("predicted"),
            Curves =
            [
                new("equal", [measured[0], measured[^1]], [measured[0], measured[^1]]) { Emphasis = Emphasis.Faded },
                new("texts", measured, predicted) { Form = CurveForm.Points, Emphasis = Emphasis.Main },
            ],
        };
    }

    private static string Share(double share) => share.ToString("0 %", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
