namespace Assay.Learning;

/// <summary>
/// A backoff n-gram language model over words or bytes, trained by <see cref="NGramTrainer"/> or read from an ARPA file.
/// Safe to read from any number of threads.
/// </summary>
/// <remarks>
/// A row is one sentence: <c>&lt;s&gt;</c> before it is given, <c>&lt;/s&gt;</c> after it is predicted. A word outside of the
/// vocabulary is <c>&lt;unk&gt;</c>, which has a share of the probability like any word. Logarithms are natural.
/// </remarks>
public sealed class NGramModel
{
    /// <summary>The longest n-grams that a model can have.</summary>
    public const int MaxOrder = 8;

    /// <summary>ln of what ARPA files write for a probability of zero: log10 p = -99.</summary>
    internal static readonly double LogOfImpossible = -99 * Math.Log(10);

    private readonly int[]? _byteTokens;

    internal NGramModel(
        int order,
        NGramUnit unit,
        NGramVocabulary vocabulary,
        NGramTable table,
        IReadOnlyList<Discounts> discounts
    )
    {
        Order = order;
        Unit = unit;
        Vocabulary = vocabulary;
        Table = table;
        Discounts = discounts;
        int begin = table.Find(NGramTable.Root, NGramVocabulary.Begin);
        Start = order == 1 ? NGramTable.Root : begin;
        if (unit == NGramUnit.Bytes)
        {
            NGramVocabulary bytes = NGramVocabulary.OfBytes();
            _byteTokens = [.. Enumerable.Range(0, 256).Select(b => TokenOf(bytes[NGramVocabulary.FirstByte + b]))];
        }
    }

    /// <summary>Length of the longest n-grams.</summary>
    public int Order { get; }

    /// <summary>What tokens are.</summary>
    public NGramUnit Unit { get; }

    /// <summary>Number of words in the vocabulary, <c>&lt;unk&gt;</c>, <c>&lt;s&gt;</c> and <c>&lt;/s&gt;</c> included.</summary>
    public int VocabularySize => Vocabulary.Count;

    /// <summary>Distinct n-grams of all orders.</summary>
    public int NGrams => Table.Count - 1;

    /// <summary>Memory in use, in bytes.</summary>
    public long MemoryBytes => Table.MemoryBytes + Vocabulary.MemoryBytes;

    /// <summary>The token <c>&lt;unk&gt;</c>.</summary>
    public int Unknown => NGramVocabulary.Unknown;

    /// <summary>The token <c>&lt;/s&gt;</c>.</summary>
    public int End => NGramVocabulary.End;

    /// <summary>The state at the start of a row.</summary>
    public int Start { get; }

    internal NGramVocabulary Vocabulary { get; }

    internal NGramTable Table { get; }

    internal IReadOnlyList<Discounts> Discounts { get; }

    /// <summary>The token of a word (or, in a model of bytes, of <c>&lt;0x41&gt;</c>); <see cref="Unknown"/> if it is new.</summary>
    public int TokenOf(ReadOnlySpan<byte> word) => Vocabulary.FindInText(word);

    /// <summary>The token of a byte, in a model of bytes.</summary>
    public int TokenOf(byte value) =>
        _byteTokens is { } tokens ? tokens[value] : throw new InvalidOperationException("This model is of words.");

    /// <summary>ln p(<paramref name="token"/> | what came before); moves <paramref name="state"/> on to after the token.</summary>
    /// <param name="state">Where in a row the token stands: <see cref="Start"/>, or what the last call left.</param>
    /// <param name="token">A token of this model.</param>
    public double LogProbability(ref int state, int token)
    {
        double backoff = 0;
        for (int context = state; ; context = Table[context].Suffix)
        {
            int found = Table.Find(context, token);
            if (found != NGramTable.Root)
            {
                ref readonly NGramTable.Node node = ref Table[found];
                state = node.Order == Order ? node.Suffix : found;
                return backoff + node.LogProbability;
            }
            if (context == NGramTable.Root)
                throw new ArgumentOutOfRangeException(nameof(token), token, "No such token.");
            backoff += Table[context].LogBackoff;
        }
    }
}
