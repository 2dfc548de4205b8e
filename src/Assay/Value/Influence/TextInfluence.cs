using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>Influence of rows of text by the gradients of a language model: rows are read, cut into chunks, scored and forgotten.</summary>
/// <param name="model">The model.</param>
/// <param name="parameters">The parameters that count; the same ones, in the same order, on the side of the target.</param>
/// <param name="chunks">How a row's text is cut.</param>
public sealed class TextInfluence(Transformer model, IReadOnlyList<Parameter> parameters, TextChunks chunks)
{
    private const int PieceRows = 64;

    /// <summary>The parameters that count.</summary>
    public IReadOnlyList<Parameter> Parameters => parameters;

    /// <summary>The weights of the linear layers between embedding and output: those whose curvature is a Kronecker product.</summary>
    /// <remarks>Queries, keys and values of a layer are one weight.</remarks>
    /// <param name="model">The model.</param>
    /// <param name="attention">Whether attention's are among them: else the feed-forward layers alone.</param>
    public static Parameter[] LinearLayers(Transformer model, bool attention = true) =>
        [
            .. model
                .TrainableParameters()
                .Where(parameter =>
                    parameter.Name.StartsWith("layers.", StringComparison.Ordinal)
                    && !parameter.Name.Contains("_norm.", StringComparison.Ordinal)
                    && (attention || !parameter.Name.Contains(".attention.", StringComparison.Ordinal))
                ),
        ];

    /// <summary>All chunks of rows, in their order: a target, or rows that curvature is told from.</summary>
    /// <exception cref="AssayException">There is not one.</exception>
    public TokenSamples Read(View view, IEnumerable<int> rows, CancellationToken cancellation)
    {
        List<int[]> all = [];
        view.ForEach(rows, (batch, row) => all.AddRange(chunks.Of(batch.Text(row))), cancellation);
        return all.Count > 0
            ? new(model, all)
            : throw new AssayException(
                $"influence: no row of '{view.Dataset.Name}' has a chunk of {chunks.LeastTokens} tokens or more",
                hint: "Name the column that holds the text, or lower 'least-tokens'."
            );
    }

    /// <summary>The influence of rows along a direction.</summary>
    /// <param name="view">Where they are.</param>
    /// <param name="rows">Ordinals; those of one table best stand together.</param>
    /// <param name="direction">The target's gradient, perhaps times the inverse curvature.</param>
    /// <param name="unit">What a row's number is.</param>
    /// <param name="cancellation">Ends the work between batches.</param>
    /// <returns>One number for each of <paramref name="rows"/>; 0 for one without a chunk.</returns>
    public double[] Score(
        View view,
        IReadOnlyList<int> rows,
        float[] direction,
        InfluenceUnit unit,
        CancellationToken cancellation
    )
    {
        List<int[]> all = [];
        List<int> owners = [];
        int place = 0;
        view.ForEach(
            rows,
            (batch, row) =>
            {
                foreach (int[] chunk in chunks.Of(batch.Text(row)))
                {
                    all.Add(chunk);
                    owners.Add(place);
                }
                place++;
            },
            cancellation
        );
        double[] products = GradientInfluence.Products(
            parameters,
            new TokenSamples(model, all),
            direction,
            unit == InfluenceUnit.Cosine,
            cancellation
        );
        double[] sums = new double[rows.Count],
            sizes = new double[rows.Count];
        for (int i = 0; i < products.Length; i++)
        {
            double size = unit == InfluenceUnit.Cosine ? 1 : all[i].Length - 1;
            sums[owners[i]] += size * products[i];
            sizes[owners[i]] += size;
        }
        for (int i = 0; i < sums.Length && unit != InfluenceUnit.Row; i++)
            sums[i] = sizes[i] > 0 ? sums[i] / sizes[i] : 0;
        return sums;
    }

    /// <summary>The influence of all distinct rows in view, in pieces: a killed run scores the missing ones.</summary>
    /// <returns>One number for each of <see cref="View.DistinctRows"/>.</returns>
    public double[] ScoreAll(View view, Work work, string stage, float[] direction, InfluenceUnit unit)
    {
        int[] rows = view.DistinctRows.ToArray();
        int pieces = (rows.Length + PieceRows - 1) / PieceRows;
        int SizeOf(int piece) => Math.Min(PieceRows, rows.Length - piece * PieceRows);
        work.Make(
            stage,
            pieces,
            (piece, stream) =>
            {
                using Workers.LimitScope limit = Workers.Limit(1); // pieces are what runs in parallel
                int[] own = rows[(piece * PieceRows)..(piece * PieceRows + SizeOf(piece))];
                stream.Write(MemoryMarshal.AsBytes<double>(Score(view, own, direction, unit, work.Cancellation)));
            },
            piece => SizeOf(piece),
            "rows"
        );
        double[] scores = new double[rows.Length];
        for (int piece = 0; piece < pieces; piece++)
        {
            using FileStream stream = work.Pieces.Open(stage, piece);
            stream.ReadExactly(MemoryMarshal.AsBytes(scores.AsSpan(piece * PieceRows, SizeOf(piece))));
        }
        return scores;
    }

    /// <summary>A direction that is computed once over all runs of a step.</summary>
    /// <param name="work">Keeps it.</param>
    /// <param name="stage">Its name.</param>
    /// <param name="compute">Computes it: as many floats as the parameters are.</param>
    public float[] Kept(Work work, string stage, Func<float[]> compute)
    {
        work.Make(
            stage,
            1,
            (_, stream) =>
            {
                using Workers.LimitScope limit = Workers.Limit(Math.Min(256, work.Threads));
                stream.Write(MemoryMarshal.AsBytes<float>(compute()));
            }
        );
        float[] direction = new float[parameters.Sum(parameter => parameter.Tensor.Length)];
        using FileStream stream = work.Pieces.Open(stage, 0);
        stream.ReadExactly(MemoryMarshal.AsBytes(direction.AsSpan()));
        return direction;
    }
}

/// <summary>What the influence of a row of several chunks is.</summary>
public enum InfluenceUnit
{
    /// <summary>Of the row's mean loss over its tokens: the product with the row's own gradient, whatever its length.</summary>
    Token,

    /// <summary>Of the sum over its tokens: long rows count for more, as they do in training.</summary>
    Row,

    /// <summary>The mean of the cosines of its chunks, each counting once: Quad's.</summary>
    Cosine,
}
