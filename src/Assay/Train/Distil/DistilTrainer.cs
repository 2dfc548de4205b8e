using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;

namespace Assay.Train;

/// <summary>Trains one model on text that a teacher (an ensemble, or a model) writes from nothing, mixed with the corpus.</summary>
/// <remarks>
/// Source: "Pre-training under infinite compute", arXiv 2509.14786, section 6. The teacher writes at temperature 1 from an empty prompt, for one from
/// the corpus would leak its order. The corpus itself is gone through as often as asked for, and the teacher's share makes the training 1 / (1 - share)
/// times as long.
/// </remarks>
[Method("train/distil", Paper = "infinite-compute")]
public sealed class DistilTrainer(DistilOptions options) : ITrainer
{
    private const string Name = "train/distil",
        Stage = "samples";
    private const int Streams = 16,
        StreamTokens = 2048;

    /// <summary>Steps of a training whose corpus alone takes so many an epoch.</summary>
    /// <param name="perEpoch">Steps in which the corpus is gone through once, at least 1.</param>
    /// <param name="epochs">How often it is gone through, above 0.</param>
    /// <param name="share">The teacher's share, from 0 to below 1.</param>
    public static long Steps(int perEpoch, double epochs, double share) =>
        share is >= 0 and < 1 && epochs > 0 && perEpoch > 0
            ? BlockBatches.StepsOf(epochs, perEpoch, 1, share)
            : throw new ArgumentOutOfRangeException(nameof(share), share, "A share is from 0 to below 1.");

    /// <inheritdoc/>
    /// <exception cref="AssayException">The teacher cannot be read, or the rows have no text.</exception>
    public Trained Train(View view, View? heldOut, Work work)
    {
        TokenStream text = CorpusText.Of(Name, view, work.Cancellation);
        TokenStream? held = CorpusText.OfHeldOut(Name, heldOut, work.Cancellation);
        ModelEnsemble teacher = ModelEnsemble.Read(options.Teacher);
        TokenStream? samples = options.Share > 0 ? Sample(teacher, text.Predictions, work) : null;
        LanguageModelFit fit = LanguageModelFit.Of(
            options,
            text,
            work.Random.Child("student"),
            new TrainingCheckpoints(Path.Combine(work.Pieces.Folder, "checkpoints")),
            step => work.Progress?.Report(new("training", step.Step, step.Steps, "steps")),
            held,
            mixedIn: samples is null ? null : new(samples, options.Share),
            cancellation: work.Cancellation
        );
        List<Score> scores = [];
        if (held is not null)
        {
            scores.Add(new("bits-per-byte", fit.Result.Evaluations[^1].Value));
            if (teacher.Members.All(member => member.Tokenizer.VocabularySize == TokenStream.Tokenizer.VocabularySize))
            {
                int context = Math.Min(fit.Context, teacher.Logits.ContextLength);
                EnsembleLosses losses = LanguageModelFit.Losses(teacher.Logits, context, held, work.Cancellation);
                scores.Add(new("bits-per-byte-of-teacher", losses.OfLogitMeans[^1] / Math.Log(2) / held.Bytes));
            }
        }
        string wrote = samples is null ? "" : $" that wrote {samples.Bytes:N0} bytes";
        return new(
            $"{options.Model}, {fit.Model.ParameterCount:N0} parameters; teacher of {teacher.Members.Count}{wrote}",
            scores,
            fit.Result,
            new LanguageModel(fit.Model, TokenStream.Tokenizer).Save
        );
    }

    private TokenStream Sample(ModelEnsemble teacher, int corpusTokens, Work work)
    {
        ITokenizer tokenizer = teacher.Tokenizer;
        if (ModelFolder.StartOf(tokenizer) is not { } start)
            throw new AssayException(
                "the teacher has no token that begins or ends a text, so that it cannot write from nothing",
                new(options.Teacher),
                "Its tokenizer.json needs a begin or an end token."
            );
        double times = options.Samples > 0 ? options.Samples : options.Share / (1 - options.Share);
        long wanted = Math.Max(1, (long)Math.Round(times * corpusTokens));
        int length = (int)Math.Min(StreamTokens, wanted),
            streams = checked((int)((wanted + length - 1) / length)),
            pieces = (streams + Streams - 1) / Streams;
        int context = Math.Min(options.Context, teacher.Logits.ContextLength);
        int? end = tokenizer.Special.End;
        int[] never =
        [
            .. Enumerable
                .Range(0, teacher.Logits.VocabularySize)
                .Where(id => id != end && (id >= tokenizer.VocabularySize || tokenizer.IsSpecial(id))),
        ];
        RandomStream random = work.Random.Child("samples");
        work.Make(
            Stage,
            pieces,
            (piece, stream) =>
            {
                int first = piece * Streams;
                RandomStream[] randoms =
                [
                    .. Enumerable.Range(first, Math.Min(Streams, streams - first)).Select(i => random.Child(i)),
                ];
                foreach (int[] made in teacher.Logits.Sample(start, never, context, length, randoms, work.Cancellation))
                    stream.Write(MemoryMarshal.AsBytes(made.AsSpan()));
            },
            unit: "parts"
        );
        TokenStream samples = new();
        long left = wanted;
        int[] tokens = new int[length];
        for (int piece = 0; piece < pieces; piece++)
        {
            using FileStream kept = work.Pieces.Open(Stage, piece);
            for (int at = piece * Streams; at < Math.Min(streams, (piece + 1) * Streams); at++)
            {
                kept.ReadExactly(MemoryMarshal.AsBytes(tokens.AsSpan()));
                int count = (int)Math.Min(left, length);
                left -= count;
                AddTexts(samples, tokenizer, tokens.AsSpan(0, count));
            }
        }
        return samples;
    }

    // A stream's last text is cut where the stream ends.
    private static void AddTexts(TokenStream samples, ITokenizer tokenizer, ReadOnlySpan<int> tokens)
    {
        List<byte> text = [];
        for (int i = 0; i < tokens.Length; i++)
        {
            bool ends = tokens[i] == tokenizer.Special.End;
            if (!ends)
                text.AddRange(tokenizer.BytesOf(tokens[i], first: text.Count == 0));
            if (!ends && i < tokens.Length - 1)
                continue;
            samples.Add(CollectionsMarshal.AsSpan(text));
            text.Clear();
        }
    }
}
