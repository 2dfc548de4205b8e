using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Learning;

namespace Assay.Features;

/// <summary>Turns rows into vectors of one space, so that methods can compare them.</summary>
/// <remarks>
/// <para>Fitted on some views, it may be applied to these and to others: a pool and a target come to lie in one space.</para>
/// <list type="bullet">
/// <item>tf-idf: counts of n-grams, hashed into 2^18 columns, weighed by <see cref="TfIdf"/> (n-grams of a single row are left
/// out, and all but the 2^15 that most rows have), reduced to the leading directions of <see cref="TruncatedSvd"/>. Both are learned from a random sample of rows, to which
/// each view gives an equal share if it has it.</item>
/// <item>hashed: every n-gram has a random sign in each dimension (Achlioptas, "Database-friendly random projections", 2003), and
/// a row is the sum of (1 + ln count) signs. Nothing is learned, so common words weigh as much as rare ones.</item>
/// <item>columns: numbers that the rows come with, such as embeddings of another program.</item>
/// <item>hidden-states: the mean, over the bytes of a text, of what the head of the step's language model reads.</item>
/// </list>
/// <code>
/// RowEmbedding space = RowEmbedding.Fit(options, work, pool, target);
/// Matrix vectors = space.Apply(pool, work, "pool vectors");
/// </code>
/// </remarks>
public sealed class RowEmbedding
{
    private const int RowsAtOnce = 512;
    private readonly IRowEmbedder _embedder;
    private readonly bool _unitLength;

    private RowEmbedding(IRowEmbedder embedder, EmbeddingOptions options)
    {
        (_embedder, _unitLength) = (embedder, options.UnitLength);
        Name = NameOf(options, embedder.Dimensions);
    }

    /// <summary>What vectors are made of, in a few words, since whatever is measured with them depends on it.</summary>
    public string Name { get; }

    /// <summary>Numbers of a vector.</summary>
    public int Dimensions => _embedder.Dimensions;

    /// <summary>Learns what there is to learn; a run that goes on after a kill does not learn it again.</summary>
    /// <param name="options">How rows become vectors.</param>
    /// <param name="work">Its pieces get one named <c>embedding</c>.</param>
    /// <param name="views">What to learn from, at least one view.</param>
    /// <exception cref="AssayException">There are no rows, they have no text, or a column is missing.</exception>
    public static RowEmbedding Fit(EmbeddingOptions options, Work work, params IReadOnlyList<View> views)
    {
        IRowEmbedder embedder = options.Embed switch
        {
            EmbeddingKind.Hashed => new HashedEmbedder(options),
            EmbeddingKind.Columns => ColumnEmbedder.Of(options, views),
            EmbeddingKind.HiddenStates => new HiddenStateEmbedder(options, ModelOf(work)),
            _ => TfIdfEmbedder.Fit(options, work, views),
        };
        return new(embedder, options);
    }

    private static string NameOf(EmbeddingOptions options, int dimensions) =>
        options.Embed switch
        {
            EmbeddingKind.Columns => $"columns, {dimensions} numbers",
            EmbeddingKind.HiddenStates => $"hidden states, {dimensions} numbers",
            _ =>
                $"{(options.Embed == EmbeddingKind.Hashed ? "hashed" : "tf-idf")} n-grams of {(options.Unit == TextUnit.Words ? "words" : "characters")}, {dimensions} numbers",
        };

    private static Transformer ModelOf(Work work) =>
        Transformer.Load(
            work.ModelFolder
                ?? throw new AssayException(
                    "'embed: hidden-states' needs a language model, and this step trains none",
                    hint: "Use 'embed: tf-idf' here."
                )
        );

    /// <summary>The vectors of the rows in view, kept as finished pieces of the work.</summary>
    /// <param name="view">The rows.</param>
    /// <param name="work">Where pieces are kept and who is told.</param>
    /// <param name="stage">Name of the stage, unique within the step.</param>
    /// <returns>One row for each of <see cref="View.DistinctRows"/>, in their order; <see cref="Dimensions"/> columns.</returns>
    /// <exception cref="AssayException">The vectors do not fit in memory, or a value is missing.</exception>
    public Matrix Apply(View view, Work work, string stage)
    {
        int rows = view.DistinctRows.Length;
        long bytes = (long)rows * Dimensions * sizeof(float);
        // Methods take copies of them: moved, scaled, or of some rows.
        if (2 * bytes > work.MemoryBytes || bytes / sizeof(float) > Array.MaxLength)
            throw new AssayException(
                $"{rows:N0} vectors of {Dimensions} numbers and what is computed of them need {new ByteSize(2 * bytes)}, and the step has {new ByteSize(work.MemoryBytes)}",
                hint: "Give the run more memory, lower 'dimensions', or select fewer rows first (select/random)."
            );
        work.Make(
            stage,
            view.TableCount,
            (index, stream) =>
            {
                ReadOnlySpan<int> selected = view.RowsOf(index);
                if (selected.IsEmpty)
                    return;
                using Batch batch = view.Read(index);
                for (int start = 0; start < selected.Length; start += RowsAtOnce)
                {
                    work.Cancellation.ThrowIfCancellationRequested();
                    ReadOnlySpan<int> part = selected[start..Math.Min(selected.Length, start + RowsAtOnce)];
                    stream.Write(MemoryMarshal.AsBytes(Embed(batch, part).Values));
                }
            },
            index => view.RowsOf(index).Length,
            "rows"
        );
        float[] values = new float[rows * Dimensions];
        int at = 0;
        for (int index = 0; index < view.TableCount; index++)
        {
            int length = view.RowsOf(index).Length * Dimensions;
            using FileStream stream = work.Pieces.Open(stage, index);
            stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan(at, length)));
            at += length;
        }
        return new(values, Dimensions);
    }

    /// <summary>The vectors of the rows in view, kept nowhere: for a few thousand.</summary>
    /// <param name="view">The rows.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <returns>One row for each of <see cref="View.DistinctRows"/>, in their order.</returns>
    public Matrix Embed(View view, CancellationToken cancellation)
    {
        float[] values = new float[view.DistinctRows.Length * Dimensions];
        int at = 0;
        for (int index = 0; index < view.TableCount; index++)
        {
            ReadOnlySpan<int> rows = view.RowsOf(index);
            if (rows.IsEmpty)
                continue;
            cancellation.ThrowIfCancellationRequested();
            using Batch batch = view.Read(index);
            Embed(batch, rows).Values.CopyTo(values.AsSpan(at * Dimensions));
            at += rows.Length;
        }
        return new(values, Dimensions);
    }

    private Matrix Embed(Batch batch, ReadOnlySpan<int> rows)
    {
        Matrix vectors = _embedder.Embed(batch, rows);
        return _unitLength ? OfUnitLength(vectors) : vectors;
    }

    /// <summary>Rows scaled to length 1; one of zeros stays as it is.</summary>
    /// <param name="rows">Finite rows.</param>
    public static Matrix OfUnitLength(Matrix rows)
    {
        float[] values = rows.Values.ToArray();
        for (int start = 0; start < values.Length; start += rows.Columns)
        {
            Span<float> row = values.AsSpan(start, rows.Columns);
            double square = 0;
            foreach (float value in row)
                square += (double)value * value;
            double scale = square > 0 ? 1 / Math.Sqrt(square) : 0;
            foreach (ref float value in row)
                value = (float)(value * scale);
        }
        return new(values, rows.Columns);
    }
}

/// <summary>One way to turn rows into vectors.</summary>
internal interface IRowEmbedder
{
    /// <summary>Numbers of a vector.</summary>
    int Dimensions { get; }

    /// <summary>The vectors of some rows of a table, one each, in their order; from several threads at once.</summary>
    Matrix Embed(Batch batch, ReadOnlySpan<int> rows);
}
