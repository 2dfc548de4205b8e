namespace Assay.Learning;

/// <summary>How documents share sequences.</summary>
public enum PackingKind
{
    /// <summary>One document after the other; a sequence that is full ends in the middle of a document. Nothing is padded but the end.</summary>
    Concatenate,

    /// <summary>
    /// Each document goes whole into the first open sequence with room for it, so that only documents longer than a sequence
    /// are cut; what room remains is padded.
    /// </summary>
    FirstFit,
}

/// <summary>How documents become sequences.</summary>
public sealed record PackingOptions
{
    /// <summary>Length of a sequence, in predictions: at least 1.</summary>
    public required int Length { get; init; }

    /// <summary>How documents share sequences.</summary>
    public PackingKind Kind { get; init; } = PackingKind.Concatenate;

    /// <summary>Put before every document, so that its first token is predicted too; null: nothing.</summary>
    public int? Begin { get; init; }

    /// <summary>Put after every document, so that its end is predicted; null: nothing.</summary>
    public int? End { get; init; }

    /// <summary>The id that fills inputs where no document is.</summary>
    public int Padding { get; init; }

    /// <summary>With <see cref="PackingKind.FirstFit"/>, how many sequences are kept open for short documents: at least 1.</summary>
    public int OpenSequences { get; init; } = 64;
}

/// <summary>A row of a training batch. All arrays have the packing's length; place t predicts <c>Targets[t]</c> from <c>Inputs[..t]</c>
/// (inclusive) of the same segment.</summary>
/// <param name="Inputs">Token ids; <see cref="PackingOptions.Padding"/> where no document is.</param>
/// <param name="Targets">The token after each input in its document; -1 where no document is.</param>
/// <param name="Positions">Counted from 0 in every piece of a document.</param>
/// <param name="Segments">The piece's number in this sequence, from 0; -1 where no document is. Attention stays within a segment.</param>
/// <param name="Documents">The number of the document, in the order in which they came; -1 where none is.</param>
/// <param name="Weights">Weight of the prediction's loss: that of the document, 0 where none is.</param>
public sealed record PackedSequence(
    int[] Inputs,
    int[] Targets,
    int[] Positions,
    int[] Segments,
    long[] Documents,
    float[] Weights
)
{
    /// <summary>Places that hold a prediction; they come before the padding.</summary>
    public int Predictions { get; internal set; }

    /// <summary>Pieces of documents.</summary>
    public int Pieces { get; internal set; }
}

/// <summary>Packs documents of token ids into sequences of one length, as a stream: the same documents give the same sequences.</summary>
/// <remarks>
/// What is packed are predictions: a document of n tokens (marks of begin and end included) makes n - 1 pairs of an input
/// and its target, and each pair is in exactly one sequence. A document cut in two loses context, but no prediction.
/// Documents of fewer than two tokens predict nothing and are counted in <see cref="Skipped"/>.
/// <code>
/// SequencePacking packing = new(new() { Length = 64, End = tokenizer.Special.End });
/// foreach (...) { packing.Add(ids); while (packing.TryTake(out PackedSequence? row)) { ... } }
/// packing.Finish(); while (packing.TryTake(out PackedSequence? row)) { ... }
/// </code>
/// Memory: the open sequences and those not taken yet.
/// </remarks>
public sealed class SequencePacking
{
    private readonly PackingOptions _options;
    private readonly Queue<PackedSequence> _ready = new();
    private readonly List<PackedSequence> _open = [];
    private readonly List<int> _document = [];

    /// <summary>Starts without documents.</summary>
    public SequencePacking(PackingOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.OpenSequences, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Padding);
        _options = options;
    }

    /// <summary>Packs documents, one sequence at a time.</summary>
    /// <param name="documents">Token ids and the weight of each document.</param>
    /// <param name="options">How.</param>
    public static IEnumerable<PackedSequence> Pack(
        IEnumerable<(ReadOnlyMemory<int> Ids, float Weight)> documents,
        PackingOptions options
    )
    {
        SequencePacking packing = new(options);
        PackedSequence? row;
        foreach ((ReadOnlyMemory<int> ids, float weight) in documents)
        {
            packing.Add(ids.Span, weight);
            while (packing.TryTake(out row))
                yield return row;
        }
        packing.Finish();
        while (packing.TryTake(out row))
            yield return row;
    }

    /// <summary>Documents so far, skipped ones included.</summary>
    public long Documents { get; private set; }

    /// <summary>Documents of fewer than two tokens, which predict nothing.</summary>
    public long Skipped { get; private set; }

    /// <summary>Predictions so far, in sequences of any state.</summary>
    public long Predictions { get; private set; }

    /// <summary>Packs the next document.</summary>
    /// <param name="ids">Its token ids, none negative; without marks that the options add.</param>
    /// <param name="weight">Weight of each of its predictions: finite, at least 0.</param>
    public void Add(ReadOnlySpan<int> ids, float weight = 1)
    {
        if (!float.IsFinite(weight) || weight < 0)
            throw new ArgumentOutOfRangeException(nameof(weight), weight, "A weight is finite and not negative.");
        foreach (int id in ids)
            ArgumentOutOfRangeException.ThrowIfNegative(id, nameof(ids));
        long number = Documents++;
        _document.Clear();
        if (_options.Begin is int begin)
            _document.Add(begin);
        _document.AddRange(ids);
        if (_options.End is int end)
            _document.Add(end);
        if (_document.Count < 2)
        {
            Skipped++;
            return;
        }
        int total = _document.Count - 1;
        Predictions += total;
        for (int done = 0; done < total; )
        {
            PackedSequence row = RowFor(total - done);
            int length = Math.Min(total - done, _options.Length - row.Predictions);
            Place(row, done, length, number, weight);
            done += length;
            if (row.Predictions == _options.Length)
                Close(row);
        }
    }

    /// <summary>Closes the open sequences, padded, after the last document; the next document starts others.</summary>
    public void Finish()
    {
        foreach (PackedSequence row in _open)
            _ready.Enqueue(row);
        _open.Clear();
    }

    /// <summary>Takes the next sequence that is ready.</summary>
    /// <returns>Whether there was one.</returns>
    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PackedSequence? row) =>
        _ready.TryDequeue(out row);

    private PackedSequence RowFor(int predictions)
    {
        if (_options.Kind == PackingKind.Concatenate)
            return _open.Count > 0 ? _open[0] : Open();
        int needed = Math.Min(predictions, _options.Length);
        foreach (PackedSequence row in _open)
            if (_options.Length - row.Predictions >= needed)
                return row;
        if (_open.Count == _options.OpenSequences)
            Close(_open.MaxBy(row => row.Predictions)!); // the first of the fullest
        return Open();
    }

    private PackedSequence Open()
    {
        int length = _options.Length;
        PackedSequence row = new(
            new int[length],
            new int[length],
            new int[length],
            new int[length],
            new long[length],
            new float[length]
        );
        row.Inputs.AsSpan().Fill(_options.Padding);
        row.Targets.AsSpan().Fill(-1);
        row.Segments.AsSpan().Fill(-1);
        row.Documents.AsSpan().Fill(-1);
        _open.Add(row);
        return row;
    }

    private void Close(PackedSequence row)
    {
        _open.Remove(row);
        _ready.Enqueue(row);
    }

    private void Place(PackedSequence row, int from, int length, long number, float weight)
    {
        for (int i = 0; i < length; i++)
        {
            int at = row.Predictions + i;
            row.Inputs[at] = _document[from + i];
            row.Targets[at] = _document[from + i + 1];
            row.Positions[at] = i;
            row.Segments[at] = row.Pieces;
            row.Documents[at] = number;
            row.Weights[at] = weight;
        }
        row.Predictions += length;
        row.Pieces++;
    }
}
