using System.Numerics;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Exact nearest neighbours among rows: every distance is computed.</summary>
/// <remarks>
/// Distances of a block of queries to a block of rows come from products of matrices in float32, of up to four groups of columns that
/// are added up in double, so that chains are short and their rounding errors small; those that could be among
/// the wanted ones, given the bound of that error, are computed again in double from their differences. The order is
/// therefore exactly that of the double distances, and of equal distances that of the indices.
/// <code>
/// NeighbourList five = new Neighbours(rows).Nearest(queries, 5);
/// new Neighbours(rows).Rank(queries, (query, order) => { ... }); // all rows, nearest first, a query at a time
/// </code>
/// </remarks>
public sealed class Neighbours
{
    private const int QueryBlock = 64,
        RowBlock = 256,
        RankedAtOnce = 4_000_000,
        ColumnGroups = 4,
        LeastGroup = 16;
    private readonly Matrix _rows;
    private readonly NeighbourDistance _distance;
    private readonly int _group; // columns of a product
    private readonly double[] _norms; // of rows: their squares, and for cosines their lengths
    private readonly double _longest,
        _shortest;

    /// <summary>Takes the rows to search; they are not copied.</summary>
    /// <param name="rows">At least one row of finite numbers.</param>
    /// <param name="distance">How far rows are from each other.</param>
    /// <exception cref="ArgumentException">There is no row, or a number is not finite.</exception>
    public Neighbours(Matrix rows, NeighbourDistance distance = NeighbourDistance.Euclidean)
    {
        if (rows.Rows == 0)
            throw new ArgumentException("There is no row to be a neighbour.");
        rows.Check(rows.Columns);
        _rows = rows;
        _distance = distance;
        _group = Math.Max(LeastGroup, (rows.Columns + ColumnGroups - 1) / ColumnGroups);
        _norms = Norms(rows);
        _longest = Math.Sqrt(_norms.Max());
        _shortest = Math.Sqrt(_norms.Where(norm => norm > 0).DefaultIfEmpty(1).Min());
    }

    /// <summary>The rows that are searched.</summary>
    public Matrix Rows => _rows;

    /// <summary>The nearest rows of each query.</summary>
    /// <param name="queries">Rows of as many columns.</param>
    /// <param name="count">Neighbours wanted, at least 1; all rows where there are fewer.</param>
    /// <exception cref="ArgumentException">The number of columns differs, or a number is not finite.</exception>
    public NeighbourList Nearest(Matrix queries, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        queries.Check(_rows.Columns);
        count = Math.Min(count, _rows.Rows);
        double[] norms = Norms(queries);
        int[] indices = new int[checked(queries.Rows * count)];
        double[] distances = new double[indices.Length];
        Workers.For(
            (queries.Rows + QueryBlock - 1) / QueryBlock,
            block =>
            {
                int first = block * QueryBlock,
                    size = Math.Min(QueryBlock, queries.Rows - first);
                NearestRows[] best = new NearestRows[size];
                for (int q = 0; q < size; q++)
                    best[q] = new(count);
                double[] products = new double[size * RowBlock];
                float[] parts = new float[size * RowBlock];
                for (int start = 0; start < _rows.Rows; start += RowBlock)
                {
                    int width = Math.Min(RowBlock, _rows.Rows - start);
                    Multiply(queries, first, size, start, width, parts, products);
                    for (int q = 0; q < size; q++)
                        Offer(queries, norms, first + q, start, products.AsSpan(q * width, width), best[q]);
                }
                for (int q = 0; q < size; q++)
                    best[q]
                        .Write(
                            indices.AsSpan((first + q) * count, count),
                            distances.AsSpan((first + q) * count, count)
                        );
            }
        );
        if (_distance == NeighbourDistance.Euclidean)
            for (int i = 0; i < distances.Length; i++)
                distances[i] = Math.Sqrt(distances[i]);
        return new(count, indices, distances);
    }

    /// <summary>Hands out all rows for each query, the nearest first, as KNN-Shapley values need them.</summary>
    /// <param name="queries">Rows of as many columns.</param>
    /// <param name="visit">
    /// Called once a query, from several threads at once and in any order, with the query's index and the rows' indices in
    /// order of distance; the span is valid during the call only.
    /// </param>
    /// <exception cref="ArgumentException">The number of columns differs, or a number is not finite.</exception>
    public void Rank(Matrix queries, RankVisitor visit)
    {
        queries.Check(_rows.Columns);
        double[] norms = Norms(queries);
        int n = _rows.Rows,
            queriesPerBlock = Math.Clamp(RankedAtOnce / n, 4, QueryBlock);
        Workers.For(
            (queries.Rows + queriesPerBlock - 1) / queriesPerBlock,
            block =>
            {
                int first = block * queriesPerBlock,
                    size = Math.Min(queriesPerBlock, queries.Rows - first);
                float[] scores = new float[checked(size * n)];
                double[] products = new double[size * Math.Min(RowBlock, n)];
                float[] parts = new float[products.Length];
                for (int start = 0; start < n; start += RowBlock)
                {
                    int width = Math.Min(RowBlock, n - start);
                    Multiply(queries, first, size, start, width, parts, products);
                    for (int q = 0; q < size; q++)
                        Estimates(
                            norms[first + q],
                            start,
                            products.AsSpan(q * width, width),
                            scores.AsSpan(q * n + start, width)
                        );
                }
                int[] order = new int[n];
                double[] exact = new double[n];
                FloatOrder sorter = new(n);
                for (int q = 0; q < size; q++)
                {
                    Sort(queries, norms, first + q, scores.AsSpan(q * n, n), sorter, order, exact);
                    visit(first + q, order);
                }
            }
        );
    }

    /// <summary>The exact distance of a query and a row, the squared one for Euclidean distances.</summary>
    private double Exact(Matrix queries, double[] norms, int query, int row)
    {
        ReadOnlySpan<float> a = queries.Row(query),
            b = _rows.Row(row);
        if (_distance == NeighbourDistance.Euclidean)
        {
            double sum = 0;
            Vector<double> sums = default;
            int j = 0;
            for (; j + Vector<float>.Count <= a.Length; j += Vector<float>.Count)
            {
                Vector.Widen(new Vector<float>(a[j..]), out Vector<double> a0, out Vector<double> a1);
                Vector.Widen(new Vector<float>(b[j..]), out Vector<double> b0, out Vector<double> b1);
                sums += (a0 - b0) * (a0 - b0) + (a1 - b1) * (a1 - b1);
            }
            for (; j < a.Length; j++)
                sum += ((double)a[j] - b[j]) * ((double)a[j] - b[j]);
            return sum + Vector.Sum(sums);
        }
        double lengths = Math.Sqrt(norms[query]) * Math.Sqrt(_norms[row]);
        return lengths == 0 ? 1 : 1 - Product(a, b) / lengths;
    }

    // The estimates of neighbouring rows, as float32.
    private void Estimates(double norm, int start, ReadOnlySpan<double> products, Span<float> scores)
    {
        int j = 0;
        if (_distance == NeighbourDistance.Euclidean)
            for (; j + Vector<float>.Count <= products.Length; j += Vector<float>.Count)
            {
                int middle = j + Vector<double>.Count;
                Vector<double> low = new Vector<double>(_norms, start + j) - 2 * new Vector<double>(products[j..]),
                    high = new Vector<double>(_norms, start + middle) - 2 * new Vector<double>(products[middle..]);
                Vector.Narrow(low + new Vector<double>(norm), high + new Vector<double>(norm)).CopyTo(scores[j..]);
            }
        for (; j < products.Length; j++)
            scores[j] = (float)Estimate(norm, start + j, products[j]);
    }

    private double Estimate(double norm, int row, double product)
    {
        if (_distance == NeighbourDistance.Euclidean)
            return norm + _norms[row] - 2.0 * product;
        double lengths = Math.Sqrt(norm) * Math.Sqrt(_norms[row]);
        return lengths == 0 ? 1 : 1 - product / lengths;
    }

    // A sum of m products in float32 is off by at most m u |a||b|, whatever its order (Higham, "Accuracy and Stability of
    // Numerical Algorithms", section 3.1), and by the smallest normal number where a product is smaller than that. Over groups of
    // columns the products of lengths add up to at most the product of the whole lengths.
    private double Error(double norm)
    {
        double relative = (Math.Min(_group, _rows.Columns) + 4) * 6e-8,
            underflow = _rows.Columns * 2.4e-38,
            length = Math.Sqrt(norm);
        if (_distance == NeighbourDistance.Euclidean)
            return 2 * (relative * length * _longest + underflow) + 1e-12 * (norm + _longest * _longest);
        return relative + 1e-12 + (length > 0 ? underflow / (length * _shortest) : 0);
    }

    private void Offer(
        Matrix queries,
        double[] norms,
        int query,
        int start,
        ReadOnlySpan<double> products,
        NearestRows best
    )
    {
        double error = Error(norms[query]);
        for (int j = 0; j < products.Length; j++)
        {
            // A product too large for float32 says nothing.
            if (double.IsFinite(products[j]) && Estimate(norms[query], start + j, products[j]) - error > best.Worst)
                continue;
            best.Offer(Exact(queries, norms, query, start + j), start + j);
        }
    }

    // Sorts by estimates; runs in which neighbours are nearer than both errors are put in exact order.
    private void Sort(
        Matrix queries,
        double[] norms,
        int query,
        Span<float> scores,
        FloatOrder sorter,
        int[] order,
        double[] exact
    )
    {
        sorter.Sort(scores, order);
        // What is not finite stands at an end.
        if (!float.IsFinite(scores[0]) || !float.IsFinite(scores[^1]))
        {
            for (int i = 0; i < order.Length; i++)
                order[i] = i;
            SortExactly(queries, norms, query, order, exact);
            return;
        }
        // Scores are rounded to float32 when they are kept, by 2^-24 of their size.
        double largest = Math.Max(Math.Abs(scores[0]), Math.Abs(scores[^1]));
        float near = MathF.BitIncrement((float)(2 * Error(norms[query]) + 2.4e-7 * largest));
        for (int start = NextNear(scores, 0, near), end; start < order.Length; start = NextNear(scores, end, near))
        {
            end = start + 2;
            while (end < order.Length && scores[end] - scores[end - 1] <= near)
                end++;
            SortExactly(queries, norms, query, order.AsSpan(start, end - start), exact.AsSpan(start, end - start));
        }
    }

    /// <summary>The first place from <paramref name="start"/> on whose score is near to that behind it, or the number of scores.</summary>
    private static int NextNear(ReadOnlySpan<float> scores, int start, float near)
    {
        Vector<float> nears = new(near);
        for (; start + Vector<float>.Count < scores.Length; start += Vector<float>.Count)
            if (
                Vector.LessThanOrEqualAny(
                    new Vector<float>(scores[(start + 1)..]) - new Vector<float>(scores[start..]),
                    nears
                )
            )
                break;
        for (; start + 1 < scores.Length; start++)
            if (scores[start + 1] - scores[start] <= near)
                return start;
        return scores.Length;
    }

    private void SortExactly(Matrix queries, double[] norms, int query, Span<int> order, Span<double> exact)
    {
        for (int i = 0; i < order.Length; i++)
            exact[i] = Exact(queries, norms, query, order[i]);
        if (order.Length == 2)
        {
            if (exact[0] > exact[1] || (exact[0] == exact[1] && order[0] > order[1]))
                (order[0], order[1]) = (order[1], order[0]);
            return;
        }
        exact.Sort(order);
        for (int from = 0, to; from < order.Length; from = to)
        {
            for (to = from + 1; to < order.Length && exact[to] == exact[from]; )
                to++;
            if (to - from > 1)
                order[from..to].Sort();
        }
    }

    private void Multiply(Matrix queries, int first, int size, int start, int width, float[] parts, double[] products)
    {
        int d = _rows.Columns;
        Span<double> sums = products.AsSpan(0, size * width);
        for (int column = 0; column < d; column += _group)
        {
            Gemm.Multiply(
                false,
                true,
                size,
                width,
                Math.Min(_group, d - column),
                queries.Values.Slice(first * d, size * d)[column..],
                d,
                _rows.Values.Slice(start * d, width * d)[column..],
                d,
                parts,
                width
            );
            Add(sums, parts, column > 0);
        }
    }

    private static void Add(Span<double> sums, ReadOnlySpan<float> parts, bool accumulate)
    {
        int i = 0;
        for (; i + Vector<float>.Count <= sums.Length; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(parts[i..]), out Vector<double> low, out Vector<double> high);
            Span<double> second = sums[(i + Vector<double>.Count)..];
            (accumulate ? new Vector<double>(sums[i..]) + low : low).CopyTo(sums[i..]);
            (accumulate ? new Vector<double>(second) + high : high).CopyTo(second);
        }
        for (; i < sums.Length; i++)
            sums[i] = (accumulate ? sums[i] : 0) + parts[i];
    }

    private static double[] Norms(Matrix rows)
    {
        double[] norms = new double[rows.Rows];
        for (int i = 0; i < norms.Length; i++)
            norms[i] = Product(rows.Row(i), rows.Row(i));
        return norms;
    }

    private static double Product(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int j = 0; j < a.Length; j++)
            sum += (double)a[j] * b[j];
        return sum;
    }
}
