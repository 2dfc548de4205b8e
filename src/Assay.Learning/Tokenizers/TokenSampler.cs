using Assay.Numerics;

namespace Assay.Learning;

/// <summary>How the next token is chosen. The defaults sample from the model as it is.</summary>
public sealed record SamplingOptions
{
    /// <summary>Divides the logits: below 1 sharper, above 1 flatter; 0 takes the most likely token. Finite, at least 0.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only the k most likely tokens; 0: all.</summary>
    public int TopK { get; init; }

    /// <summary>Only the fewest most likely tokens that together have at least this probability (Holtzman et al., 2020). In (0, 1].</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only tokens with at least this share of the most likely one's probability (Nguyen et al., 2024). In [0, 1].</summary>
    public double MinP { get; init; }

    /// <summary>
    /// Logits of tokens in the context are divided by this if positive and multiplied if negative (Keskar et al., CTRL, 2019).
    /// Above 0; 1: no penalty.
    /// </summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>The most likely token, always.</summary>
    public static SamplingOptions Greedy { get; } = new() { Temperature = 0 };
}

/// <summary>Chooses the next token from its logits. Not thread-safe; allocates only when the vocabulary grows.</summary>
/// <remarks>
/// In the order of Hugging Face: repetition penalty, temperature, top-k, top-p, min-p; each rule sees what the earlier ones
/// left, made to sum to 1, and leaves at least one token. Of equally likely tokens the lower id counts as more likely, so that
/// top-k leaves exactly k. One number is drawn from the stream for each token, none when greedy.
/// </remarks>
public sealed class TokenSampler
{
    private readonly SamplingOptions _options;
    private double[] _logits = [];
    private int[] _ids = []; // candidates; sorted from the most likely if a rule needs it
    private double[] _weights = [];

    /// <summary>A sampler with checked options.</summary>
    public TokenSampler(SamplingOptions options)
    {
        if (!double.IsFinite(options.Temperature) || options.Temperature < 0)
            throw new ArgumentOutOfRangeException(
                nameof(options),
                options.Temperature,
                "Temperature: expected a finite number of at least 0."
            );
        if (options.TopK < 0)
            throw new ArgumentOutOfRangeException(nameof(options), options.TopK, "TopK: expected at least 0 (0: all).");
        if (!(options.TopP is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(options), options.TopP, "TopP: expected a number in (0, 1].");
        if (!(options.MinP is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(options), options.MinP, "MinP: expected a number in [0, 1].");
        if (!double.IsFinite(options.RepetitionPenalty) || options.RepetitionPenalty <= 0)
            throw new ArgumentOutOfRangeException(
                nameof(options),
                options.RepetitionPenalty,
                "RepetitionPenalty: expected a finite number above 0."
            );
        _options = options;
    }

    /// <summary>Chooses a token.</summary>
    /// <param name="logits">[vocabulary], finite or negative infinity (which is never chosen), at least one finite.</param>
    /// <param name="context">The tokens before it, for the repetition penalty.</param>
    /// <param name="random">Where the random number comes from.</param>
    /// <exception cref="ArgumentException">A logit is NaN or positive infinity, or none is finite.</exception>
    public int Next(ReadOnlySpan<float> logits, ReadOnlySpan<int> context, RandomStream random)
    {
        int count = Candidates(logits, context);
        if (count == 1)
            return _ids[0];
        double sum = 0;
        for (int i = 0; i < count; i++)
            sum += _weights[i];
        double left = random.NextDouble() * sum;
        for (int i = 0; i < count; i++)
            if ((left -= _weights[i]) < 0)
                return _ids[i];
        return _ids[count - 1];
    }

    /// <summary>The probabilities that <see cref="Next"/> draws from.</summary>
    /// <param name="logits">[vocabulary], as for <see cref="Next"/>.</param>
    /// <param name="context">The tokens before, for the repetition penalty.</param>
    /// <param name="probabilities">[vocabulary], written.</param>
    public void Probabilities(ReadOnlySpan<float> logits, ReadOnlySpan<int> context, Span<double> probabilities)
    {
        if (probabilities.Length != logits.Length)
            throw new ArgumentException(
                $"There are {logits.Length} logits and room for {probabilities.Length} probabilities.",
                nameof(probabilities)
            );
        int count = Candidates(logits, context);
        double sum = 0;
        for (int i = 0; i < count; i++)
            sum += _weights[i];
        probabilities.Clear();
        for (int i = 0; i < count; i++)
            probabilities[_ids[i]] = _weights[i] / sum;
    }

    /// <summary>Fills ids and weights with what may be chosen.</summary>
    /// <returns>How many there are.</returns>
    private int Candidates(ReadOnlySpan<float> logits, ReadOnlySpan<int> context)
    {
        int best = Penalise(logits, context);
        if (_options.Temperature == 0)
        {
            (_ids[0], _weights[0]) = (best, 1);
            return 1;
        }
        int count = 0;
        double greatest = _logits[best];
        for (int id = 0; id < logits.Length; id++)
            if (_logits[id] > double.NegativeInfinity)
            {
                _ids[count] = id;
                _weights[count++] = Math.Exp((_logits[id] - greatest) / _options.Temperature);
            }
        if (_options.TopK > 0 && _options.TopK < count)
        {
            MoveMostLikely(count, _options.TopK);
            count = _options.TopK;
        }
        if (_options.TopP < 1)
            count = Nucleus(count);
        if (_options.MinP > 0)
            count = AtLeast(count, _options.MinP); // the most likely token has weight 1
        return count;
    }

    /// <summary>Copies the logits, with the penalty.</summary>
    /// <returns>The id of the greatest.</returns>
    private int Penalise(ReadOnlySpan<float> logits, ReadOnlySpan<int> context)
    {
        if (_logits.Length < logits.Length)
            (_logits, _ids, _weights) = (new double[logits.Length], new int[logits.Length], new double[logits.Length]);
        for (int id = 0; id < logits.Length; id++)
        {
            if (float.IsNaN(logits[id]) || float.IsPositiveInfinity(logits[id]))
                throw new ArgumentException($"The logit of token {id} is {logits[id]}.", nameof(logits));
            _logits[id] = logits[id];
        }
        if (_options.RepetitionPenalty != 1)
            foreach (int id in context)
                if ((uint)id < (uint)logits.Length) // from the original, so that a token is penalised once
                    _logits[id] =
                        logits[id] > 0
                            ? logits[id] / _options.RepetitionPenalty
                            : logits[id] * _options.RepetitionPenalty;
        int best = -1;
        for (int id = 0; id < logits.Length; id++)
            if (_logits[id] > (best < 0 ? double.NegativeInfinity : _logits[best]))
                best = id;
        return best >= 0
            ? best
            : throw new ArgumentException("No logit is finite: nothing can be chosen.", nameof(logits));
    }

    private int Nucleus(int count)
    {
        double sum = 0;
        for (int i = 0; i < count; i++)
            sum += _weights[i];
        double wanted = _options.TopP * sum;
        // The nucleus is small as a rule: sort only as many of the most likely as it turns out to need.
        for (int sorted = Math.Min(count, 64); ; sorted = (int)Math.Min(count, 8L * sorted))
        {
            MoveMostLikely(count, sorted);
            double seen = 0;
            for (int i = 0; i < sorted; i++)
                if ((seen += _weights[i]) >= wanted)
                    return i + 1;
            if (sorted == count)
                return count;
        }
    }

    private int AtLeast(int count, double least)
    {
        int kept = 0;
        for (int i = 0; i < count; i++)
            if (_weights[i] >= least)
            {
                (_ids[kept], _weights[kept]) = (_ids[i], _weights[i]);
                kept++;
            }
        return kept;
    }

    private bool IsMoreLikely(int i, int j) =>
        _weights[i] > _weights[j] || (_weights[i] == _weights[j] && _ids[i] < _ids[j]);

    /// <summary>Puts the <paramref name="wanted"/> most likely of the candidates first, sorted; the others stay behind in any order.</summary>
    private void MoveMostLikely(int count, int wanted)
    {
        if (wanted < count)
        {
            for (int i = wanted / 2 - 1; i >= 0; i--)
                SiftDown(i, wanted);
            for (int i = wanted; i < count; i++)
                if (IsMoreLikely(i, 0))
                {
                    Swap(i, 0);
                    SiftDown(0, wanted);
                }
        }
        else
            for (int i = wanted / 2 - 1; i >= 0; i--)
                SiftDown(i, wanted);
        for (int end = wanted - 1; end > 0; end--)
        {
            Swap(0, end);
            SiftDown(0, end);
        }
    }

    /// <summary>Restores the heap whose root is its least likely element.</summary>
    private void SiftDown(int root, int length)
    {
        while (2 * root + 1 < length)
        {
            int child = 2 * root + 1;
            if (child + 1 < length && IsMoreLikely(child, child + 1))
                child++;
            if (IsMoreLikely(child, root))
                return;
            Swap(root, child);
            root = child;
        }
    }

    private void Swap(int i, int j)
    {
        (_ids[i], _ids[j]) = (_ids[j], _ids[i]);
        (_weights[i], _weights[j]) = (_weights[j], _weights[i]);
    }
}
