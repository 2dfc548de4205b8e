using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Texts that are continued side by side: one step makes a token of each, and those that have ended leave the cache.</summary>
internal sealed class GenerationBatch
{
    private readonly LanguageModel _model;
    private readonly GenerationOptions _options;
    private readonly List<Continuation> _all;
    private readonly TokenSampler _sampler;

    public GenerationBatch(
        LanguageModel model,
        int[][] prompts,
        GenerationOptions options,
        Func<int, RandomStream> streamOf
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxTokens, 1);
        foreach (int[] prompt in prompts)
            if (prompt.Length == 0 || prompt.Length >= model.ContextLength)
                throw new ArgumentException(
                    $"A prompt has {prompt.Length} tokens; expected 1 to {model.ContextLength - 1}, fewer than the model's context.",
                    nameof(prompts)
                );
        (_model, _options) = (model, options);
        _sampler = new(options.Sampling);
        _all =
        [
            .. prompts.Select((prompt, i) => new Continuation(prompt, model.Tokenizer, options.Stops, streamOf(i))),
        ];
    }

    public IEnumerable<GeneratedText> Run()
    {
        List<Continuation> running = [.. _all];
        int longest = running.Max(text => text.Tokens.Count);
        KeyValueCache cache = _model.Transformer.CreateCache(
            running.Count,
            (int)Math.Min(_model.ContextLength, (long)longest + _options.MaxTokens)
        );
        int[] counts = [.. running.Select(text => text.Tokens.Count)];
        int[] tokens = new int[running.Count * longest];
        for (int i = 0; i < running.Count; i++)
            running[i].Tokens.CopyTo(tokens, i * longest);
        while (true)
        {
            using (TensorScope scope = new())
            {
                ReadOnlySpan<float> logits = _model.Transformer.Decode(tokens, counts, cache).Data;
                int vocabulary = logits.Length / running.Count;
                for (int i = 0; i < running.Count; i++)
                    Continue(running[i], logits.Slice(i * vocabulary, vocabulary));
            }
            int[] going = [.. Enumerable.Range(0, running.Count).Where(i => running[i].End is null)];
            if (going.Length == 0)
                return _all.Select(text => text.Finish());
            if (going.Length < running.Count)
            {
                cache.KeepOnly(going);
                running = [.. going.Select(i => running[i])];
            }
            tokens = [.. running.Select(text => text.Tokens[^1])];
            counts = [.. running.Select(_ => 1)];
        }
    }

    private void Continue(Continuation text, ReadOnlySpan<float> logits)
    {
        // Tokens that only the model has, not the tokenizer, fill its embedding up to a round size and are never made.
        ReadOnlySpan<float> known = logits[.._model.Tokenizer.VocabularySize];
        int token = _sampler.Next(known, CollectionsMarshal.AsSpan(text.Tokens), text.Random);
        bool ends = token == _model.Tokenizer.Special.End || _model.Transformer.Config.EndTokens.Contains(token);
        text.Add(token, LogProbability(logits, token), ends);
        if (text.End is null && (text.Made == _options.MaxTokens || text.Tokens.Count == _model.ContextLength))
            text.End = GenerationEnd.Length;
    }

    private static float LogProbability(ReadOnlySpan<float> logits, int token)
    {
        float largest = TensorPrimitives.Max(logits);
        double sum = 0;
        foreach (float logit in logits)
            sum += Math.Exp(logit - (double)largest);
        return (float)(logits[token] - largest - Math.Log(sum));
    }

    private sealed class Continuation(
        int[] prompt,
        ITokenizer tokenizer,
        IReadOnlyList<string> stops,
        RandomStream random
    )
    {
        private readonly StreamingDecoder _decoder = new(tokenizer);
        private readonly StopSequences _stops = new(stops);
        private readonly ArrayBufferWriter<byte> _piece = new(),
            _text = new();
        private readonly List<float> _logProbabilities = [];

        public List<int> Tokens { get; } = [.. prompt];

        public RandomStream Random => random;

        public int Made => Tokens.Count - prompt.Length;

        public GenerationEnd? End { get; set; }

        public void Add(int token, float logProbability, bool ends)
        {
            Tokens.Add(token);
            _logProbabilities.Add(logProbability);
            if (ends)
            {
                End = GenerationEnd.EndToken;
                return;
            }
            _piece.ResetWrittenCount();
            _decoder.Append(token, _piece);
            if (_stops.Append(_piece.WrittenSpan, _text))
                End = GenerationEnd.Stop;
        }

        public GeneratedText Finish()
        {
            if (End != GenerationEnd.Stop)
            {
                _piece.ResetWrittenCount();
                _decoder.Flush(_piece);
                _stops.Append(_piece.WrittenSpan, _text);
                _stops.Flush(_text);
            }
            return new(
                [.. Tokens.Skip(prompt.Length)],
                [.. _logProbabilities],
                _text.WrittenSpan.ToArray(),
                End ?? GenerationEnd.Length
            );
        }
    }
}
