using System.Globalization;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Where a <see cref="RewardModel"/> reads its score.</summary>
public enum RewardPooling
{
    /// <summary>The state of the last token, as published.</summary>
    LastToken,

    /// <summary>The mean of the states of all tokens: easier to learn for small models and few comparisons.</summary>
    Mean,
}

/// <summary>A transformer with one number for a whole text: how good it is.</summary>
/// <remarks>
/// Source: Stiennon and others, "Learning to summarize from human feedback", arXiv 2009.01325, appendix B. It starts as a copy of the policy,
/// with a new head. A score is the head's number minus <see cref="Offset"/>, which makes references score 0 on average: a policy's
/// penalty and a value network see absolute values.
/// <code>
/// RewardModel reward = RewardModel.Of(policy, random);
/// double[] scores = reward.Score([[.. prompt, .. completion]]);
/// reward.Save("folder", tokenizer);
/// </code>
/// </remarks>
/// <param name="body">The transformer; its last states are read, and its own head is not.</param>
/// <param name="head">From the width to one.</param>
/// <param name="pooling">What the head reads.</param>
public sealed class RewardModel(Transformer body, ScalarHead head, RewardPooling pooling = RewardPooling.LastToken)
    : Module
{
    private const string FileName = "reward.safetensors",
        OffsetKey = "offset",
        PoolingKey = "pooling",
        Weight = "head.weight",
        Bias = "head.bias";

    /// <summary>The transformer.</summary>
    public Transformer Body { get; } = body;

    /// <summary>From the width to one.</summary>
    public ScalarHead Head { get; } = head;

    /// <summary>What the head reads.</summary>
    public RewardPooling Pooling { get; } = pooling;

    /// <summary>What is taken from the head's number, so that references score 0 on average.</summary>
    public double Offset { get; set; }

    /// <summary>The longest sequence that can be scored.</summary>
    public int ContextLength => Body.Config.ContextLength;

    /// <summary>An untrained one: a copy of a policy, and a head that starts as <see cref="ScalarHead"/> does.</summary>
    /// <param name="policy">The model that the comparisons are about, after its supervised training.</param>
    /// <param name="random">Names the head's weights.</param>
    /// <param name="pooling">What the head reads.</param>
    public static RewardModel Of(
        Transformer policy,
        RandomStream random,
        RewardPooling pooling = RewardPooling.LastToken
    ) => new(policy.Copy(), new ScalarHead(random, policy.Config.HiddenSize), pooling);

    /// <summary>A model of its own with the same weights and offset.</summary>
    public RewardModel Copy()
    {
        RewardModel copy = Of(Body, new RandomStream(0, "overwritten"), Pooling);
        copy.Restore(Snapshot());
        copy.Offset = Offset;
        return copy;
    }

    /// <inheritdoc/>
    /// <remarks>The body's own head for tokens is not among them: no score depends on it.</remarks>
    public override IEnumerable<Parameter> Parameters() =>
        [
            .. Within("body", Body)
                .Where(parameter => !parameter.Name.StartsWith("body.head.", StringComparison.Ordinal)),
            .. Within("head", Head),
        ];

    /// <summary>Scores of whole sequences, with a gradient.</summary>
    /// <param name="sequences">Prompt and completion together; from 1 to <see cref="ContextLength"/> tokens each.</param>
    /// <returns>[sequences].</returns>
    /// <exception cref="ArgumentException">A sequence is empty or longer than the context.</exception>
    public Tensor Scores(IReadOnlyList<int[]> sequences)
    {
        if (sequences.Count == 0 || sequences.Any(sequence => sequence.Length == 0))
            throw new ArgumentException("A sequence to score has at least one token.", nameof(sequences));
        int time = sequences.Max(sequence => sequence.Length);
        int[] tokens = new int[sequences.Count * time];
        int[] lengths = [.. sequences.Select(sequence => sequence.Length)];
        for (int i = 0; i < sequences.Count; i++)
            sequences[i].CopyTo(tokens, i * time);
        Tensor hidden = Body.Hidden(tokens, sequences.Count);
        Tensor raw =
            Pooling == RewardPooling.LastToken
                ? Head.AtLast(hidden, lengths)
                : (Head.PerToken(hidden) * Shares(lengths, time)).Sum(1);
        return raw - (float)Offset;
    }

    /// <summary>Scores of whole sequences.</summary>
    /// <param name="sequences">Prompt and completion together; from 1 to <see cref="ContextLength"/> tokens each.</param>
    /// <param name="batchSize">Sequences that are read together, at least 1.</param>
    /// <param name="cancellation">Heard between batches.</param>
    public double[] Score(IReadOnlyList<int[]> sequences, int batchSize = 64, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        double[] scores = new double[sequences.Count];
        using var noGrad = Tensor.NoGrad();
        for (int first = 0; first < sequences.Count; first += batchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            ReadOnlySpan<float> found = Scores([.. sequences.Skip(first).Take(batchSize)]).Data;
            for (int i = 0; i < found.Length; i++)
                scores[first + i] = found[i];
        }
        return scores;
    }

    /// <summary>Sets <see cref="Offset"/> so that these sequences score 0 on average; no comparison of two scores changes.</summary>
    /// <param name="references">At least one: prompts with the answers that others are measured by.</param>
    public void NormaliseTo(IReadOnlyList<int[]> references)
    {
        if (references.Count == 0)
            throw new ArgumentException("There is no reference to normalise to.", nameof(references));
        Offset += Score(references).Average();
    }

    /// <summary>Writes the transformer as Hugging Face names its files, with <c>tokenizer.json</c>, and <c>reward.safetensors</c> with the head.</summary>
    /// <exception cref="NotSupportedException">The tokenizer has no <c>tokenizer.json</c>.</exception>
    /// <exception cref="IOException">The disk is full or not writable.</exception>
    public void Save(string folder, ITokenizer tokenizer)
    {
        new LanguageModel(Body, tokenizer).Save(folder);
        SafetensorsWriter writer = new();
        writer.AddMetadata(OffsetKey, Offset.ToString("R", CultureInfo.InvariantCulture));
        writer.AddMetadata(PoolingKey, Pooling.ToString());
        Linear layer = Head.Layer;
        writer.Add<float>(Weight, [1, Body.Config.HiddenSize], () => layer.Weight.Data);
        writer.Add<float>(Bias, [1], () => layer.Bias!.Data);
        writer.Write(Path.Combine(folder, FileName));
    }

    /// <summary>True if a folder holds what <see cref="Save"/> writes.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <returns>The model, and the tokenizer of its texts.</returns>
    /// <exception cref="FormatException">A file is wrong; the message says which and where.</exception>
    /// <exception cref="IOException">A file cannot be opened.</exception>
    public static (RewardModel Model, ITokenizer Tokenizer) Load(string folder)
    {
        LanguageModel stored = LanguageModel.Load(folder);
        ScalarHead head = new(new RandomStream(0, "overwritten"), stored.Transformer.Config.HiddenSize);
        string path = Path.Combine(folder, FileName);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        if (
            !file.Metadata.TryGetValue(OffsetKey, out string? offset)
            || !double.TryParse(offset, NumberStyles.Float, CultureInfo.InvariantCulture, out double taken)
            || !double.IsFinite(taken)
            || !file.Metadata.TryGetValue(PoolingKey, out string? pooling)
            || !Enum.TryParse(pooling, out RewardPooling pooled)
        )
            throw new SafetensorsException(
                "is no head of a reward model: its metadata lack the offset or the pooling",
                path
            );
        Read(file, Weight, head.Layer.Weight.Data);
        Read(file, Bias, head.Layer.Bias!.Data);
        return (new(stored.Transformer, head, pooled) { Offset = taken }, stored.Tokenizer);
    }

    private static void Read(SafetensorsFile file, string name, Span<float> values)
    {
        float[] stored = file.ReadFloats(name);
        if (stored.Length != values.Length)
            throw new SafetensorsException(
                $"has {stored.Length} values, and the model's width asks for {values.Length}",
                file.Path,
                name
            );
        stored.CopyTo(values);
    }

    private static Tensor Shares(int[] lengths, int time)
    {
        Tensor shares = Tensor.Zeros(lengths.Length, time);
        for (int i = 0; i < lengths.Length; i++)
            shares.Data.Slice(i * time, lengths[i]).Fill(1f / lengths[i]);
        return shares;
    }
}
