using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Studies;

namespace Assay.Make;

/// <summary>Texts at chosen levels of attributes: while a model writes, its last state is moved until a network predicts the targets.</summary>
/// <remarks>
/// Source: "Precise Attribute Intensity Control in Large Language Models via Targeted Representation Editing", arXiv 2510.12121. Every text is edited by
/// itself: the published code couples the texts of a batch, so that those far from their targets barely move (the library has both).
/// </remarks>
[Method("make/steered", Paper = "pre-control")]
public sealed class SteeredMaker(SteeredOptions options) : IMaker
{
    private const string Stage = "texts";
    private const int PerPiece = 16,
        Examples = 5;
    private const double LikelihoodLost = 0.5;

    private sealed record Target(string Name, double[] Values);

    private sealed record Text(
        int Row,
        Target? Target,
        byte[] Bytes,
        double[] Predicted,
        double Likelihood,
        double Move
    );

    /// <inheritdoc/>
    /// <exception cref="AssayException">A target names no attribute, a column is missing, or the model has no network.</exception>
    public Made Make(View view, Work work)
    {
        LanguageModel model = ModelFolder.Read(options.Model);
        AttributeNetwork network = Network(model);
        Target?[] targets =
        [
            .. options.Unsteered ? (Target?[])[null] : [],
            .. options.Targets.Select(written => Read(written, network)),
        ];
        if (options.Targets.Distinct().Count() != options.Targets.Count)
            throw new AssayException("a target is named twice", hint: "Name each once; more rows make more texts.");
        byte[][] prompts =
            options.Prompt.Length > 0
                ? [.. StudyTable.Of(view, work.Cancellation).Words(options.Prompt).Select(Encoding.UTF8.GetBytes)]
                : [.. Enumerable.Repeat(Array.Empty<byte>(), (int)view.Selection.Count)];
        IReadOnlyList<Text> texts = Write(model, network, prompts, targets, work);
        MadeRows rows = new();
        foreach (Text text in texts)
        {
            rows.Set("prompt", prompts[text.Row]);
            rows.Set("completion", text.Bytes);
            rows.Set("target", text.Target?.Name ?? "");
            for (int j = 0; j < network.Attributes.Count; j++)
                rows.Set("predicted_" + network.Attributes[j], text.Predicted[j]);
            rows.Set("likelihood", text.Likelihood);
            rows.Set("move", text.Move);
            rows.EndRow();
        }
        return new(rows.ToDataset(), StudyOf(network, prompts, targets, texts));
    }

    private AttributeNetwork Network(LanguageModel model)
    {
        try
        {
            AttributeNetwork network = AttributeNetwork.Load(options.Model);
            return network.Widths[0] == model.Transformer.Config.HiddenSize
                ? network
                : throw new FormatException(
                    $"its network reads states of width {network.Widths[0]}, and the model's have {model.Transformer.Config.HiddenSize}"
                );
        }
        catch (Exception failure) when (failure is IOException or FormatException or UnauthorizedAccessException)
        {
            throw new AssayException(
                $"this model has no network of attributes that can be read: {failure.Message}",
                new(options.Model),
                "Make one with 'assay train attributes', which saves model and network in one folder.",
                failure
            );
        }
    }

    private static Target Read(string written, AttributeNetwork network)
    {
        double[] values = [.. network.Attributes.Select(_ => double.NaN)];
        foreach (string part in written.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            int at = part.IndexOf('=');
            int attribute = at < 0 ? -1 : network.Attributes.ToList().IndexOf(part[..at]);
            if (
                attribute < 0
                || !double.TryParse(
                    part[(at + 1)..],
                    NumberStyles.Float,
                    CultureInfo.InvariantCulture,
                    out double value
                )
                || !double.IsFinite(value)
            )
                throw new AssayException(
                    $"'{part}' of the target '{written}' is no attribute with a number",
                    hint: $"Known here: {string.Join(", ", network.Attributes)}; write {network.Attributes[0]}=3."
                );
            values[attribute] = value;
        }
        return values.All(double.IsNaN)
            ? throw new AssayException("a target is empty", hint: "Leave it out: texts without edits are made anyway.")
            : new(written, values);
    }

    // A piece is some prompts with all their targets, which draw the same numbers.
    private IReadOnlyList<Text> Write(
        LanguageModel model,
        AttributeNetwork network,
        byte[][] prompts,
        Target?[] targets,
        Work work
    )
    {
        RolloutOptions sampling = new RolloutOptions
        {
            MaxTokens = options.MaxTokens,
            Temperature = options.Temperature,
        }.For(model);
        int[][] tokens = [.. prompts.Select((prompt, row) => Tokens(model, prompt, row))];
        int pieces = (prompts.Length + PerPiece - 1) / PerPiece;
        work.Make(
            Stage,
            pieces,
            (piece, stream) =>
            {
                using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
                int[] of =
                [
                    .. Enumerable.Range(piece * PerPiece, Math.Min(PerPiece, prompts.Length - piece * PerPiece)),
                ];
                foreach (Target? target in targets)
                    WritePiece(
                        model,
                        network,
                        [.. of.Select(row => tokens[row])],
                        target,
                        sampling,
                        piece,
                        work,
                        writer
                    );
            },
            piece => Math.Min(PerPiece, prompts.Length - piece * PerPiece),
            "prompts"
        );
        List<Text> texts = [];
        for (int piece = 0; piece < pieces; piece++)
        {
            using BinaryReader reader = new(work.Pieces.Open(Stage, piece));
            int count = Math.Min(PerPiece, prompts.Length - piece * PerPiece);
            foreach (Target? target in targets)
                for (int i = 0; i < count; i++)
                    texts.Add(
                        new(
                            piece * PerPiece + i,
                            target,
                            reader.ReadBytes(reader.ReadInt32()),
                            [.. network.Attributes.Select(_ => reader.ReadDouble())],
                            reader.ReadDouble(),
                            reader.ReadDouble()
                        )
                    );
        }
        return texts;
    }

    private void WritePiece(
        LanguageModel model,
        AttributeNetwork network,
        int[][] prompts,
        Target? target,
        RolloutOptions sampling,
        int piece,
        Work work,
        BinaryWriter writer
    )
    {
        TargetSteering? steering = target is null
            ? null
            : new(
                new(
                    network,
                    new()
                    {
                        Rate = options.Rate,
                        Steps = options.Steps,
                        Patience = options.Patience,
                        WeightDecay = options.WeightDecay,
                        MostMove = options.MostMove == 0 ? double.PositiveInfinity : options.MostMove,
                    }
                ),
                [.. Enumerable.Repeat(target.Values, prompts.Length)]
            );
        IReadOnlyList<Rollout> made = Rollouts.Sample(
            model.Transformer,
            prompts,
            sampling,
            work.Random.Child(Stage).Child(piece),
            work.Cancellation,
            steering
        );
        IReadOnlyList<float[]> plain = Rollouts.LogProbabilities(model.Transformer, made, PerPiece, work.Cancellation),
            states = AttributeTraining.States(
                model.Transformer,
                [.. made.Select(text => (text.Prompt, text.Completion))],
                PerPiece,
                work.Cancellation
            );
        TargetEdit values = new(network, new());
        for (int i = 0; i < made.Count; i++)
        {
            List<byte> text = [];
            foreach (int token in made[i].Completion)
                if (!sampling.Ends.Contains(token))
                    text.AddRange(model.Tokenizer.BytesOf(token, first: text.Count == 0));
            writer.Write(text.Count);
            writer.Write([.. text]);
            foreach (
                double value in values.Values(
                    Array.ConvertAll(states[i][^network.Widths[0]..], number => (double)number)
                )
            )
                writer.Write(value);
            writer.Write(plain[i].Average(value => (double)value));
            writer.Write(steering?.MoveOf(i) ?? 0);
        }
    }

    private int[] Tokens(LanguageModel model, byte[] prompt, int row)
    {
        List<int> tokens = ModelFolder.StartOf(model.Tokenizer) is { } start ? [start] : [];
        model.Tokenizer.Encode(prompt, tokens);
        return tokens.Count > 0 && tokens.Count < model.ContextLength
            ? [.. tokens]
            : throw new AssayException(
                $"the prompt of row {row + 1:N0} has {tokens.Count} tokens, and the model reads {model.ContextLength} with the text",
                hint: "Leave such rows out (select/where), or take a model with a longer context."
            );
    }

    private static Study StudyOf(
        AttributeNetwork network,
        byte[][] prompts,
        Target?[] targets,
        IReadOnlyList<Text> texts
    )
    {
        ILookup<string, Text> by = texts.ToLookup(text => text.Target?.Name ?? "");
        string NameOf(Target? target) => target?.Name ?? "without edits";
        double Distance(Text text) =>
            text.Target is null
                ? double.NaN
                : text
                    .Target.Values.Select(
                        (value, j) => double.IsNaN(value) ? 0 : Math.Abs(text.Predicted[j] - value) / network.Scales[j]
                    )
                    .Sum();
        Target[] named = [.. targets.OfType<Target>()];
        double likelihood = named.Average(target => by[target.Name].Average(text => text.Likelihood));
        return new()
        {
            Title = "Texts at chosen levels",
            Answer = string.Create(
                CultureInfo.InvariantCulture,
                $"{texts.Count:N0} texts of {prompts.Length:N0} prompts; those with a target end {named.Average(target => by[target.Name].Average(Distance)):0.00} deviations from it on average, by the network's own prediction. Score them with a measure of your own before you believe it."
            ),
            Facts =
            [
                new("Texts", texts.Count.ToString("N0", CultureInfo.InvariantCulture), ""),
                new("Targets", named.Length.ToString(CultureInfo.InvariantCulture), ""),
                new(
                    "Likelihood",
                    likelihood.ToString("0.00", CultureInfo.InvariantCulture),
                    by[""].Any()
                        ? string.Create(
                            CultureInfo.InvariantCulture,
                            $"nats a token under the model without edits; texts without edits {by[""].Average(text => text.Likelihood):0.00}"
                        )
                        : "nats a token under the model without edits"
                ),
            ],
            Panels =
            [
                new TablePanel
                {
                    Title = "Targets",
                    Note =
                        "What the network predicts of the finished texts, the distance from the target (summed over attributes, in deviations of the texts it learned from), how far their states were moved (share of the norm), and their likelihood without edits (nats a token).",
                    Columns =
                    [
                        TableColumn.Of("target", targets.Select(NameOf)),
                        .. network.Attributes.Select(
                            (name, j) =>
                                TableColumn.Of(
                                    "predicted " + name,
                                    targets.Select(target => by[target?.Name ?? ""].Average(text => text.Predicted[j])),
                                    2
                                )
                        ),
                        TableColumn.Of(
                            "distance",
                            targets.Select(target => by[target?.Name ?? ""].Average(Distance)),
                            2
                        ),
                        TableColumn.Of(
                            "move",
                            targets.Select(target => by[target?.Name ?? ""].Average(text => text.Move)),
                            2
                        ),
                        TableColumn.Of(
                            "likelihood",
                            targets.Select(target => by[target?.Name ?? ""].Average(text => text.Likelihood)),
                            2
                        ),
                    ],
                },
                new TablePanel
                {
                    Title = "Examples",
                    Note = "All rows are in rows.jsonl.",
                    Columns =
                    [
                        .. ExampleColumns(
                            prompts,
                            [.. targets.SelectMany(target => by[target?.Name ?? ""].Take(Examples))]
                        ),
                    ],
                },
            ],
            Notes =
            [
                "Edits change the state that the next token is made from, never what was read: they act as if the past had been another. Attributes that count things are known to react the other way.",
                .. named
                    .Where(target =>
                        by[""].Any()
                        && by[target.Name].Average(text => text.Likelihood)
                            < by[""].Average(text => text.Likelihood) - LikelihoodLost
                    )
                    .Select(target =>
                        $"Texts of {target.Name} are far less likely than those without edits: the edits fooled the network rather than reached the target. Lower 'steps' or set 'most-move'."
                    ),
            ],
        };
    }

    private static IEnumerable<TableColumn> ExampleColumns(byte[][] prompts, Text[] shown) =>
        [
            TableColumn.Of("target", shown.Select(text => text.Target?.Name ?? "without edits")),
            TableColumn.Of("prompt", shown.Select(text => Encoding.UTF8.GetString(prompts[text.Row]))),
            TableColumn.Of("completion", shown.Select(text => Encoding.UTF8.GetString(text.Bytes))),
        ];
}
