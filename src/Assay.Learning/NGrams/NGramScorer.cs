namespace Assay.Learning;

/// <summary>Scores rows of tokens with a model, one row after the other, without allocating.</summary>
/// <remarks>
/// <code>
/// NGramScorer scorer = new(model);
/// foreach (...) { scorer.Add(word); }
/// double perplexity = scorer.EndRow().Perplexity;
/// </code>
/// </remarks>
/// <param name="model">The model; any number of scorers may share it.</param>
public struct NGramScorer(NGramModel model)
{
    private int _state = model.Start;
    private double _logProbability;
    private long _tokens,
        _unknown;

    /// <summary>Scores the next word of the row.</summary>
    /// <param name="word">UTF-8.</param>
    public void Add(ReadOnlySpan<byte> word) => AddToken(model.TokenOf(word));

    /// <summary>Scores the next bytes of the row; the model must be of bytes.</summary>
    public void AddBytes(ReadOnlySpan<byte> text)
    {
        foreach (byte value in text)
            AddToken(model.TokenOf(value));
    }

    /// <summary>Scores the end of the row, gives the row's score, and starts another row.</summary>
    public NGramScore EndRow()
    {
        AddToken(model.End);
        NGramScore score = new(_logProbability, _tokens, _unknown);
        this = new(model);
        return score;
    }

    private void AddToken(int token)
    {
        _logProbability += model.LogProbability(ref _state, token);
        _tokens++;
        if (token == model.Unknown)
            _unknown++;
    }
}

/// <summary>The score of a row.</summary>
/// <param name="LogProbability">ln p of the whole row, its end included.</param>
/// <param name="Tokens">Tokens predicted: those of the row, unknown ones too, and its end.</param>
/// <param name="Unknown">Tokens outside of the vocabulary.</param>
public readonly record struct NGramScore(double LogProbability, long Tokens, long Unknown)
{
    /// <summary>exp of the mean negative log-probability of a token, unknown tokens and the end of the row included.</summary>
    public double Perplexity => Math.Exp(-LogProbability / Tokens);

    /// <summary>The negative base-2 logarithm of the row's probability.</summary>
    public double Bits => -LogProbability / Math.Log(2);
}
