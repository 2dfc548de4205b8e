using Assay.Data;
using Assay.Learning;

namespace Assay.Judge;

/// <summary>The cheapest proxy: a byte n-gram model (interpolated modified Kneser-Ney). Nothing about it is random.</summary>
internal sealed class NGramProxy(int order) : IProxy
{
    public IReadOnlyList<MetricKind> Measures => [MetricKind.BitsPerByte, MetricKind.Cloze];

    public MetricKind Loss => MetricKind.BitsPerByte;

    public bool HasRate => false;

    public bool CountsRows => false;

    public double LossOfFrequencies(View view, Subsample sample, TargetPart part, ProxyRun run) =>
        new NGramProxy(1).Train(view, sample, run).Measure(Loss, part, run.Cancellation);

    public ITrainedProxy Train(View view, Subsample sample, ProxyRun run)
    {
        NGramTrainer trainer = new(order, NGramUnit.Bytes, run.MemoryBytes);
        long read = 0;
        try
        {
            sample.ForEach(
                view,
                text =>
                {
                    read += text.Length;
                    trainer.AddBytes(text);
                    trainer.EndRow();
                },
                run.Cancellation
            );
        }
        catch (InsufficientMemoryException failure)
        {
            throw new AssayException(
                $"judge: a proxy model outgrew its {new ByteSize(run.MemoryBytes)} of memory after {new ByteSize(read)} of text",
                hint: $"Set 'tokens: {Math.Max(1, read / 2000)}k' or less, use a shorter 'proxy' (ngram-5), or give the run more memory.",
                cause: failure
            );
        }
        return new Trained(trainer.Build(run.Cancellation));
    }

    private sealed class Trained(NGramModel model) : ITrainedProxy
    {
        /// <summary>Negative base-2 log-probability of the rows, their ends included, over their bytes of text.</summary>
        public double Measure(MetricKind kind, TargetPart part, CancellationToken cancellation)
        {
            NGramScorer scorer = new(model);
            if (kind == MetricKind.Cloze)
                return ClozeItems
                    .Of(part, cancellation)
                    .Accuracy(texts => [.. texts.Select(text => Cost(scorer, text))]);
            double bits = 0;
            long bytes = 0;
            part.View.ForEach(
                part.Rows,
                (batch, row) =>
                {
                    ReadOnlySpan<byte> text = batch.Text(row);
                    scorer.AddBytes(text);
                    bits += scorer.EndRow().Bits;
                    bytes += text.Length;
                },
                cancellation
            );
            return bytes > 0 ? bits / bytes : throw part.HasNoText();
        }

        private static double Cost(NGramScorer scorer, byte[] text)
        {
            scorer.AddBytes(text);
            return scorer.EndRow().Bits;
        }
    }
}
