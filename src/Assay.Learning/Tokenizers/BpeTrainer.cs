using Assay.Numerics;

namespace Assay.Learning;

/// <summary>What is trained.</summary>
public sealed record BpeTrainerOptions
{
    /// <summary>Tokens in all: the special ones, 256 bytes and the merged ones. At least the first two together.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>A pair that occurs less often is not merged. At least 1; Hugging Face's default of 0 is the same as 1.</summary>
    public long MinFrequency { get; init; } = 1;

    /// <summary>The longest token, in bytes: at least 1.</summary>
    public int MaxTokenBytes { get; init; } = int.MaxValue;

    /// <summary>Special tokens; they take the ids from 0 on.</summary>
    public IReadOnlyList<string> Special { get; init; } = ["<|endoftext|>"];
}

/// <summary>Trains byte-level BPE with GPT-2's pattern of words.</summary>
/// <remarks>
/// Sennrich et al. (2016) over bytes. Until the vocabulary is full, the most frequent pair of neighbouring tokens within
/// words is merged; of equally frequent ones, as in Hugging Face's trainer, the one whose left token has the lower id, then the
/// right one. Ids: special tokens, the bytes in the order of GPT-2's alphabet, merged tokens in the order in which they came. Two
/// merges that spell the same bytes make the same token. The result depends on the counts of words only, so it is the same
/// in whatever order texts come and on any number of threads.
/// <code>
/// BpeTrainer trainer = new(new() { VocabularySize = 1024 });
/// trainer.Add(text);
/// BpeTokenizer tokenizer = trainer.Train();
/// TokenizerFile.Write(tokenizer, "tokenizer.json");
/// </code>
/// Not thread-safe.
/// </remarks>
public sealed class BpeTrainer
{
    private const int BlockBytes = 1 << 20;
    private const int MostBlocks = 64;

    private readonly BpeTrainerOptions _options;
    private readonly WordCounts _words = new();

    /// <summary>Starts without text.</summary>
    public BpeTrainer(BpeTrainerOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MinFrequency, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxTokenBytes, 1);
        if (options.Special.Any(string.IsNullOrEmpty) || options.Special.Distinct().Count() < options.Special.Count)
            throw new ArgumentException("Special tokens are distinct and not empty.", nameof(options));
        if (options.VocabularySize < options.Special.Count + 256)
            throw new ArgumentOutOfRangeException(
                nameof(options),
                options.VocabularySize,
                $"VocabularySize: {options.Special.Count} special tokens and 256 bytes need at least {options.Special.Count + 256}."
            );
        _options = options;
    }

    /// <summary>Counts the words of a text, large ones on all threads.</summary>
    /// <param name="text">Any bytes; meant to be UTF-8.</param>
    /// <param name="times">How often the text counts, at least 1.</param>
    public void Add(ReadOnlyMemory<byte> text, long times = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        if (text.Length <= BlockBytes)
        {
            _words.AddText(text.Span, times);
            return;
        }
        List<Range> blocks = [];
        int size = Math.Max(BlockBytes, text.Length / MostBlocks + 1);
        for (int at = 0; at < text.Length; )
        {
            int end = WordPatterns.SafeCut(text.Span, (int)Math.Min(text.Length, (long)at + size));
            blocks.Add(at..end);
            at = end;
        }
        WordCounts[] counts = new WordCounts[blocks.Count];
        Workers.For(
            blocks.Count,
            block =>
            {
                counts[block] = new();
                counts[block].AddText(text.Span[blocks[block]], times);
            }
        );
        foreach (WordCounts count in counts)
            _words.AddAll(count);
    }

    /// <summary>Merges until the vocabulary is full or no pair is frequent enough. The counts stay: more text may follow.</summary>
    /// <param name="cancellation">Asks to stop.</param>
    public BpeTokenizer Train(CancellationToken cancellation = default)
    {
        BpeTraining training = new(_words, _options);
        training.Run(cancellation);
        return new(
            new()
            {
                Vocabulary = [.. _options.Special, .. training.Tokens.Select(token => ByteAlphabet.Spell(token))],
                Merges = [.. training.Merges],
                Added = [.. _options.Special.Select((content, id) => new AddedToken(id, content))],
                PreTokenizer = [new(PreTokenizerKind.ByteLevel, WordPattern.Gpt2)],
                HasByteLevelPostProcessor = true,
                Decoder = [new(DecoderKind.ByteLevel)],
            }
        );
    }
}
