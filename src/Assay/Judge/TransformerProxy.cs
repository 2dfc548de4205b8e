using Assay.Data;
using Assay.Learning;
using Assay.Models;

namespace Assay.Judge;

/// <summary>A small transformer over bytes, trained once through the draw.</summary>
internal sealed class TransformerProxy(LanguageModelOptions options) : IProxy
{
    public IReadOnlyList<MetricKind> Measures => [MetricKind.BitsPerByte, MetricKind.Cloze];

    public MetricKind Loss => MetricKind.BitsPerByte;

    public bool HasRate => true;

    public bool CountsRows => false;

    public double LossOfFrequencies(View view, Subsample sample, TargetPart part, ProxyRun run) =>
        new NGramProxy(1).Train(view, sample, run).Measure(Loss, part, run.Cancellation);

    public ITrainedProxy Train(View view, Subsample sample, ProxyRun run)
    {
        TokenStream text = new() { IsOrdered = sample.IsOrdered };
        sample.ForEach(view, text.Add, run.Cancellation);
        return new Trained(
            LanguageModelFit.Of(
                options with
                {
                    LearningRate = LanguageModelFit.RateOf(options) * run.RateShare,
                },
                text,
                run.Random,
                new TrainingCheckpoints(run.Folder),
                step => run.Done((double)step.Step / step.Steps),
                cancellation: run.Cancellation
            )
        );
    }

    private sealed class Trained(LanguageModelFit model) : ITrainedProxy
    {
        /// <summary>Negative base-2 log-probability of the rows, their ends included, over their bytes of text.</summary>
        public double Measure(MetricKind kind, TargetPart part, CancellationToken cancellation)
        {
            if (kind == MetricKind.Cloze)
                return ClozeItems
                    .Of(part, cancellation)
                    .Accuracy(texts => TokenRows.Of(texts, ClozeItems.Length).RowLosses(model.Model, cancellation));
            TokenStream text = new();
            part.View.ForEach(part.Rows, (batch, row) => text.Add(batch.Text(row)), cancellation);
            return text.Bytes > 0 ? model.BitsPerByte(text, cancellation) : throw part.HasNoText();
        }
    }
}
