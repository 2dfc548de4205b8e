using System.ComponentModel.DataAnnotations;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Order;

namespace Assay.Judge;

/// <summary>How long a <see cref="DecayTraining"/> trains, and what.</summary>
public sealed record DecayOptions
{
    /// <summary>The model: a decoder-only transformer over bytes of about so many parameters.</summary>
    [AllowedValues("gpt-250k", "gpt-1m", "gpt-4m", "gpt-10m")]
    public string Model { get; init; } = "gpt-250k";

    /// <summary>Steps at a constant rate, the first tenth of them to warm up; at least 1.</summary>
    public int BaseSteps { get; init; } = 600;

    /// <summary>Steps in which the rate falls; at least 1.</summary>
    public int DecaySteps { get; init; } = 300;

    /// <summary>Sequences of a step.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>Bytes of a sequence.</summary>
    public int Context { get; init; } = 128;

    /// <summary>What the rate falls to, as a share of the constant one, in equal factors. Paper: 0.05.</summary>
    public double Floor { get; init; } = 0.05;

    /// <summary>Sequences that the base sees.</summary>
    public int BaseRows => BaseSteps * Batch;

    /// <summary>Sequences that each continuation sees.</summary>
    public int DecayRows => DecaySteps * Batch;
}

/// <summary>Judges data by what a model learns of them while its learning rate falls: one base, continued through the same decay on different rows.</summary>
/// <remarks>
/// <para>
/// Source: the decay verification of arXiv 2602.09003 (UltraData-Math): a base of 1.2 billion parameters is continued for 20,000 steps on 30 % of the data in question and 70 % general data, the rate
/// falling from 7.5e-4 to 3.75e-5. Many candidates share one base, so that one costs little; all have the same steps, the same curve and the same start, bit for bit.
/// </para>
/// <para>Rows are bytes behind a mark of the end, each a sequence of its own.</para>
/// </remarks>
public sealed class DecayTraining
{
    /// <summary>The share of the data in question in the decay. Paper: 0.3.</summary>
    public const double TargetShare = 0.3;

    private readonly DecayOptions _options;
    private readonly Transformer _model;
    private readonly Optimiser _optimiser;
    private readonly double _rate;
    private OptimiserState? _base;

    /// <summary>A model that has learnt nothing.</summary>
    /// <param name="options">Which model, how long.</param>
    /// <param name="weights">Names its weights.</param>
    public DecayTraining(DecayOptions options, RandomStream weights)
    {
        _options = options;
        _model = new(ModelSizes.Of(options.Model, TokenStream.Tokenizer.VocabularySize), weights);
        LanguageModelOptions usual = new() { Model = options.Model };
        _optimiser = LanguageModelFit.OptimiserOf(_model, usual.WeightDecay);
        _rate = LanguageModelFit.RateOf(usual);
    }

    /// <summary>Cuts texts into rows; what is left at a text's end is a shorter row.</summary>
    /// <param name="texts">UTF-8.</param>
    /// <param name="bytes">Bytes of a row.</param>
    /// <param name="whole">Whether shorter rows are left out.</param>
    public static byte[][] Rows(IEnumerable<byte[]> texts, int bytes, bool whole = false) =>
        [.. texts.SelectMany(text => text.Chunk(bytes)).Where(row => !whole || row.Length == bytes)];

    /// <summary>General rows with a share of others evenly between them, both from their beginning and over again where they end.</summary>
    /// <param name="general">The general rows.</param>
    /// <param name="target">The rows in question.</param>
    /// <param name="rows">How many come out.</param>
    /// <param name="random">Names where either starts.</param>
    /// <param name="share">The share of the rows in question.</param>
    /// <exception cref="AssayException">A side has no rows.</exception>
    public static byte[][] Mixed(
        IReadOnlyList<byte[]> general,
        IReadOnlyList<byte[]> target,
        int rows,
        RandomStream random,
        double share = TargetShare
    )
    {
        if (general.Count == 0 || target.Count == 0)
            throw new AssayException(
                $"there are no {(general.Count == 0 ? "general" : "target")} rows to mix",
                hint: "Both sides need text."
            );
        int targets = (int)Math.Round(share * rows, MidpointRounding.AwayFromZero);
        int[] domains = [.. Enumerable.Range(0, rows).Select(i => i < targets ? 1 : 0)];
        int[] order = Mix.Of(domains, [.. Enumerable.Range(0, rows)], 2, random);
        return [.. order.Select(i => i < targets ? target[i % target.Count] : general[(i - targets) % general.Count])];
    }

    /// <summary>Trains the base at a constant rate.</summary>
    /// <param name="rows">Rows in their order; over again where they end.</param>
    /// <param name="stepped">Called after every step with the number of steps, or null.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public void Begin(IReadOnlyList<byte[]> rows, Action<int>? stepped = null, CancellationToken cancellation = default)
    {
        int warmUp = Math.Max(1, _options.BaseSteps / 10);
        Train(rows, _options.BaseSteps, step => Math.Min(1, (step + 1.0) / warmUp), stepped, cancellation);
        _base = _optimiser.Snapshot();
    }

    /// <summary>Goes back to the base and trains it through the decay.</summary>
    /// <inheritdoc cref="Begin"/>
    public void Continue(
        IReadOnlyList<byte[]> rows,
        Action<int>? stepped = null,
        CancellationToken cancellation = default
    )
    {
        _optimiser.Restore(_base ?? throw new InvalidOperationException("There is no base yet: Begin comes first."));
        int last = Math.Max(1, _options.DecaySteps - 1);
        Train(rows, _options.DecaySteps, step => Math.Pow(_options.Floor, (double)step / last), stepped, cancellation);
    }

    /// <summary>The mean loss of a byte (and the end of a row that is shorter than the context) where training stands, in nats.</summary>
    public double Loss(IReadOnlyList<byte[]> rows, CancellationToken cancellation = default) =>
        TokenRows.Of(rows, _options.Context).MeanLoss(_model, cancellation);

    private void Train(
        IReadOnlyList<byte[]> rows,
        int steps,
        Func<int, double> rate,
        Action<int>? stepped,
        CancellationToken cancellation
    )
    {
        TokenRows tokens = TokenRows.Of(rows, _options.Context);
        int[] batch = new int[_options.Batch];
        for (int step = 0; step < steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int i = 0; i < batch.Length; i++)
                batch[i] = (int)(((long)step * batch.Length + i) % tokens.Count);
            using TensorScope scope = new();
            Tensor loss = tokens.BatchLoss(_model, batch);
            if (!float.IsFinite(loss.Item()))
                throw new AssayException($"the loss became {loss.Item()} at step {step + 1}");
            loss.Backward();
            _optimiser.Step(_rate * rate(step), _optimiser.ClipTo(1));
            _optimiser.ZeroGrad();
            stepped?.Invoke(step + 1);
        }
    }
}
