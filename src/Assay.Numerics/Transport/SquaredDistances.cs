using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>Squared Euclidean distances between two sets of points.</summary>
internal sealed class SquaredDistances : TransportCosts
{
    private readonly float[] _rows,
        _columns; // moved by the mean of both
    private readonly double[] _rowSquares,
        _columnSquares;
    private readonly int _dimensions;

    public SquaredDistances(ReadOnlySpan<float> rows, ReadOnlySpan<float> columns, int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        Check(rows, dimensions, "row");
        Check(columns, dimensions, "column");
        _dimensions = dimensions;
        double[] mean = new double[dimensions];
        AddTo(mean, rows);
        AddTo(mean, columns);
        for (int c = 0; c < dimensions; c++)
            mean[c] /= (rows.Length + (double)columns.Length) / dimensions;
        (_rows, _rowSquares) = Moved(rows, mean);
        (_columns, _columnSquares) = Moved(columns, mean);
    }

    public override int Rows => _rowSquares.Length;

    public override int Columns => _columnSquares.Length;

    public override void Fill(int first, int count, Span<double> block)
    {
        int m = Rows,
            d = _dimensions;
        float[] rented = ArrayPool<float>.Shared.Rent(count * m);
        Span<float> products = rented.AsSpan(0, count * m);
        Gemm.Multiply(false, true, count, m, d, _columns.AsSpan(first * d, count * d), d, _rows, d, products, m);
        for (int j = 0; j < count; j++)
            ToCosts(products.Slice(j * m, m), _rowSquares, _columnSquares[first + j], block.Slice(j * m, m));
        ArrayPool<float>.Shared.Return(rented);
    }

    // |t|^2 + |s|^2 - 2 t s, not below 0, where rounding would bring the distance of equal points.
    private static void ToCosts(
        ReadOnlySpan<float> products,
        ReadOnlySpan<double> squares,
        double square,
        Span<double> costs
    )
    {
        ref float p = ref MemoryMarshal.GetReference(products);
        ref double r = ref MemoryMarshal.GetReference(squares[..products.Length]);
        ref double c = ref MemoryMarshal.GetReference(costs[..products.Length]);
        Vector256<double> own = Vector256.Create(square),
            factor = Vector256.Create(-2.0);
        int i = 0;
        for (; i + 8 <= products.Length; i += 8)
        {
            (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.LoadUnsafe(ref p, (nuint)i));
            Vector256<double> first = Vector256.FusedMultiplyAdd(
                    low,
                    factor,
                    Vector256.LoadUnsafe(ref r, (nuint)i) + own
                ),
                second = Vector256.FusedMultiplyAdd(high, factor, Vector256.LoadUnsafe(ref r, (nuint)i + 4) + own);
            Vector256.MaxNative(first, Vector256<double>.Zero).StoreUnsafe(ref c, (nuint)i);
            Vector256.MaxNative(second, Vector256<double>.Zero).StoreUnsafe(ref c, (nuint)i + 4);
        }
        for (; i < products.Length; i++)
            costs[i] = Math.Max(0, Math.FusedMultiplyAdd(products[i], -2.0, squares[i] + square));
    }

    private static void Check(ReadOnlySpan<float> points, int dimensions, string which)
    {
        if (points.IsEmpty || points.Length % dimensions != 0)
            throw new ArgumentException(
                $"{points.Length} numbers are not a whole number of {which} points of {dimensions}."
            );
        for (int at = 0; at < points.Length; at++)
            if (!float.IsFinite(points[at]))
                throw new ArgumentException(
                    $"Number {at % dimensions} of {which} point {at / dimensions} is {points[at]}; points must be finite."
                );
    }

    private static void AddTo(double[] sum, ReadOnlySpan<float> points)
    {
        for (int start = 0; start < points.Length; start += sum.Length)
        for (int c = 0; c < sum.Length; c++)
            sum[c] += points[start + c];
    }

    private static (float[] Points, double[] Squares) Moved(ReadOnlySpan<float> points, double[] mean)
    {
        int d = mean.Length;
        float[] moved = new float[points.Length];
        double[] squares = new double[points.Length / d];
        for (int i = 0; i < squares.Length; i++)
        for (int c = 0; c < d; c++)
        {
            float value = (float)(points[i * d + c] - mean[c]);
            moved[i * d + c] = value;
            squares[i] += (double)value * value;
        }
        return (moved, squares);
    }
}
