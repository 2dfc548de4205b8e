namespace Assay.Learning;

/// <summary>Counts rows of tokens and estimates an interpolated modified Kneser-Ney model from them. Not thread-safe.</summary>
/// <remarks>
/// Chen and Goodman, "An Empirical Study of Smoothing Techniques for Language Modeling" (1998). The highest order has
/// counts of occurrences, lower orders have numbers of distinct left extensions, n-grams that start a row have counts of
/// occurrences (nothing can extend them); single words are interpolated with the uniform distribution over the vocabulary
/// (every word seen, <c>&lt;/s&gt;</c> and <c>&lt;unk&gt;</c>; not <c>&lt;s&gt;</c>). Discounts are computed for each order from
/// its counts of counts, or are 0.5, 1, 1.5 where those are degenerate.
/// <code>
/// NGramTrainer trainer = new(order: 5, NGramUnit.Words);
/// foreach (...) { trainer.Add(word); } trainer.EndRow();
/// NGramModel model = trainer.Build();
/// </code>
/// </remarks>
public sealed class NGramTrainer
{
    private readonly int _order;
    private readonly NGramUnit _unit;
    private readonly NGramVocabulary _vocabulary;
    private readonly NGramTable _table;
    private readonly int _begin;
    private int[] _contexts,
        _next; // [n]: the n-gram of the last n tokens
    private int _known; // the longest of them that is a context
    private bool _built;

    /// <summary>Starts without any text.</summary>
    /// <param name="order">Length of the longest n-grams, 1 to 8.</param>
    /// <param name="unit">What tokens are.</param>
    /// <param name="memoryBytes">
    /// What the n-grams may take at most, growth included: about 64 bytes for each distinct n-gram at the worst moment of
    /// growing, 43 to 54 when all is counted.
    /// </param>
    public NGramTrainer(int order, NGramUnit unit, long memoryBytes = long.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, NGramModel.MaxOrder);
        _order = order;
        _unit = unit;
        _vocabulary = unit == NGramUnit.Bytes ? NGramVocabulary.OfBytes() : new();
        _table = new(memoryBytes);
        for (int word = 0; word < _vocabulary.Count; word++)
            _table.Add(NGramTable.Root, word, NGramTable.Root);
        _contexts = new int[order + 1];
        _next = new int[order + 1];
        _begin = _table.Find(NGramTable.Root, NGramVocabulary.Begin);
        StartRow();
    }

    /// <summary>Tokens counted so far, ends of rows included.</summary>
    public long Tokens { get; private set; }

    /// <summary>Distinct n-grams of all orders so far.</summary>
    public int NGrams => _table.Count - 1;

    /// <summary>Memory in use, in bytes.</summary>
    public long MemoryBytes => _table.MemoryBytes + _vocabulary.MemoryBytes;

    /// <summary>Counts the next word of the row. <c>&lt;s&gt;</c>, <c>&lt;/s&gt;</c> and <c>&lt;unk&gt;</c> count as unknown.</summary>
    /// <param name="word">UTF-8, at least one byte.</param>
    /// <exception cref="InsufficientMemoryException">The model outgrows its memory.</exception>
    public void Add(ReadOnlySpan<byte> word)
    {
        if (_unit != NGramUnit.Words)
            throw new InvalidOperationException("A model of bytes counts bytes.");
        int token = _vocabulary.FindOrAdd(word);
        Count(token is NGramVocabulary.Begin or NGramVocabulary.End ? NGramVocabulary.Unknown : token);
    }

    /// <summary>Counts the next bytes of the row.</summary>
    /// <exception cref="InsufficientMemoryException">The model outgrows its memory.</exception>
    public void AddBytes(ReadOnlySpan<byte> text)
    {
        if (_unit != NGramUnit.Bytes)
            throw new InvalidOperationException("A model of words counts words.");
        foreach (byte value in text)
            Count(NGramVocabulary.FirstByte + value);
    }

    /// <summary>Counts the end of the row; the next token starts another one.</summary>
    public void EndRow()
    {
        Count(NGramVocabulary.End);
        StartRow();
    }

    /// <summary>Estimates the model; the trainer is used up by it.</summary>
    /// <param name="cancellation">Asks to stop.</param>
    public NGramModel Build(CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_built, this);
        _built = true;
        Discounts[] discounts = KneserNey.Estimate(_table, _order, _vocabulary.Count - 1, _begin, cancellation);
        return new(_order, _unit, _vocabulary, _table, discounts);
    }

    private void StartRow()
    {
        _known = _order == 1 ? 0 : 1;
        _contexts[_known] = _order == 1 ? NGramTable.Root : _begin;
    }

    /// <summary>
    /// Counts the longest n-gram that ends here. One that is new is also one more distinct left extension of its suffix,
    /// which is what Kneser-Ney counts below the highest order: so counting goes on to the longest one that is known.
    /// </summary>
    private void Count(int token)
    {
        ObjectDisposedException.ThrowIf(_built, this);
        if (++Tokens > int.MaxValue)
            throw new InsufficientMemoryException("A model is trained on at most 2^31 tokens.");
        for (int length = _known; length >= 0; length--)
            _table.Prefetch(_contexts[length], token);
        int seen = _known;
        int node;
        while ((node = _table.Find(_contexts[seen], token)) == NGramTable.Root && seen > 0)
            seen--;
        if (node == NGramTable.Root)
            seen = -1;
        else
            _table[node].Count++;

        for (int length = seen + 1; length > 0; length--)
        {
            _next[length] = node;
            node = _table[node].Suffix;
        }
        for (int length = seen + 1; length <= _known; length++)
        {
            node = _table.Add(_contexts[length], token, _next[length]);
            _table[node].Count = 1;
            _next[length + 1] = node;
        }
        (_contexts, _next) = (_next, _contexts);
        _known = Math.Min(_known + 1, _order - 1);
    }
}
