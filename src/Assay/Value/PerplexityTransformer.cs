using System.Runtime.InteropServices;
using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Models;

namespace Assay.Value;

/// <summary>The transformer of value/perplexity: the one that was trained for the step, one trained on another dataset, or one of a folder.</summary>
internal sealed class PerplexityTransformer
{
    private readonly ModelEnsemble _models;
    private readonly PerplexityOptions _options;
    private readonly int? _start;

    private PerplexityTransformer(ModelEnsemble models, PerplexityOptions options, int? start) =>
        (_models, _options, _start) = (models, options, start);

    /// <summary>True if the model is one of a folder.</summary>
    public static bool IsFolder(PerplexityOptions options) => options.Model.Contains('/');

    public static PerplexityTransformer Open(PerplexityOptions options, Work work)
    {
        if (IsFolder(options))
        {
            ModelEnsemble read = ModelEnsemble.Read(options.Model);
            return new(read, options, ModelFolder.StartOf(read.Tokenizer));
        }
        Transformer model = options.From is { } name
            ? Train(options, work.Dataset(name), work)
            : TrainedModel.Open(work).Transformer();
        return new(new([new(model, TokenStream.Tokenizer)]), options, TokenStream.Tokenizer.Special.End);
    }

    /// <summary>Writes the numbers of the rows of a table.</summary>
    public void Score(View view, int index, Stream stream, CancellationToken cancellation)
    {
        using Batch batch = view.Read(index);
        Column? context = _options.Context.Length == 0 ? null : ContextOf(view, batch);
        byte[] prompt = Encoding.UTF8.GetBytes(_options.Prompt);
        List<(ReadOnlyMemory<byte>, ReadOnlyMemory<byte>)> texts = [];
        foreach (int row in batch.Rows)
        {
            ReadOnlyMemory<byte> before =
                context is null ? default
                : context.IsNull(batch.Local(row)) ? default
                : context.Utf8Memory(batch.Local(row));
            texts.Add((prompt.Length == 0 ? before : (byte[])[.. before.Span, .. prompt], batch.TextMemory(row)));
        }
        foreach (TextCost cost in TextCosts.Of(_models.Logits, _models.Tokenizer, texts, _start, cancellation))
        {
            ReadOnlySpan<double> values =
                cost.Tokens == 0 ? [double.NaN, double.NaN, 0] : [cost.Perplexity, cost.BitsPerByte, cost.Bytes];
            stream.Write(MemoryMarshal.AsBytes(values));
        }
    }

    private Column? ContextOf(View view, Batch batch)
    {
        if (view.Dataset.Schema.Find(_options.Context) is not { } field)
            throw new AssayException(
                $"'{view.Dataset.Name}' has no column '{_options.Context}'",
                hint: "It has: " + string.Join(", ", view.Dataset.Schema.Select(known => known.Name)) + "."
            );
        Column? column = batch.Table.Find(_options.Context);
        return column is null || column.Type == ColumnType.Text
            ? column
            : throw new AssayException(
                $"the column '{_options.Context}' holds no text ({field.Type})",
                hint: "A context is text that stands before the row's."
            );
    }

    private static Transformer Train(PerplexityOptions options, View from, Work work)
    {
        TokenStream text = new();
        RowSizes
            .Read(from, work)
            .Draw(from.Selection, options.TrainBytes.Bytes, work.Random.Child("training").Child(0))
            .ForEach(from, text.Add, work.Cancellation);
        if (text.Bytes == 0)
            throw new AssayException(
                $"'{from.Dataset.Name}' has no text to train {options.Model} on",
                hint: "Name the column that holds it under 'data:'."
            );
        return LanguageModelFit
            .Of(
                new() { Model = options.Model, Epochs = options.ModelEpochs },
                text,
                work.Random.Child("model"),
                new TrainingCheckpoints(Path.Combine(work.Pieces.Folder, "checkpoints")),
                step => work.Progress?.Report(new("training", step.Step, step.Steps, "steps")),
                cancellation: work.Cancellation
            )
            .Model;
    }
}
