using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>The passes over all costs that Sinkhorn's algorithm is made of.</summary>
internal sealed class SinkhornPasses(
    TransportCosts costs,
    double[] rowMass,
    double[] columnMass,
    double epsilon,
    CancellationToken cancellation
)
{
    private const int BlockCosts = 1 << 17, // 1 MiB of double, which a core's cache holds
        MostColumns = 256,
        MostChunks = 32,
        Lanes = 4;
    private readonly int _rows = costs.Rows,
        _perBlock = Math.Clamp(BlockCosts / costs.Rows, 8, MostColumns);

    /// <summary>f = g = 0, and how far its rows are off, however small epsilon is.</summary>
    public TransportState Start()
    {
        int chunks = Chunks();
        double[] largest = new double[chunks * _rows],
            sums = new double[chunks * _rows];
        Array.Fill(largest, double.NegativeInfinity);
        ForColumns(
            chunks,
            (chunk, j, of) =>
                AddLogs(
                    of,
                    Math.Log(columnMass[j]),
                    largest.AsSpan(chunk * _rows, _rows),
                    sums.AsSpan(chunk * _rows, _rows)
                )
        );
        double[] excess = new double[_rows];
        for (int i = 0; i < _rows; i++)
        {
            double top = double.NegativeInfinity,
                sum = 0;
            for (int at = i; at < largest.Length; at += _rows)
                top = Math.Max(top, largest[at]);
            for (int at = i; at < largest.Length; at += _rows)
                sum += sums[at] * Math.Exp(largest[at] - top);
            excess[i] = top + Math.Log(sum);
        }
        return new()
        {
            Iterations = 0,
            RowPotentials = new double[_rows],
            ColumnPotentials = new double[columnMass.Length],
            RowExcess = excess,
            MarginalError = double.PositiveInfinity,
            Change = double.PositiveInfinity,
        };
    }

    /// <summary>Updates f and then g; null if relaxation took a sum out of double's range.</summary>
    public TransportState? Iterate(TransportState state, double relaxation)
    {
        double[] f = new double[_rows],
            g = new double[columnMass.Length],
            scaled = new double[_rows];
        double change = 0;
        for (int i = 0; i < _rows; i++)
        {
            f[i] = state.RowPotentials[i] - relaxation * epsilon * state.RowExcess[i];
            scaled[i] = f[i] / epsilon + Math.Log(rowMass[i]);
            change = Math.Max(change, Math.Abs(f[i] - state.RowPotentials[i]));
        }
        int chunks = Chunks();
        double[] rows = new double[chunks * _rows],
            errors = new double[chunks],
            changes = new double[chunks];
        ForColumns(
            chunks,
            (chunk, j, of) =>
            {
                double largest = Shift(of, scaled, 1 / epsilon);
                double sum = Exponentiate(of, largest),
                    old = state.ColumnPotentials[j],
                    best = -epsilon * (largest + Math.Log(sum));
                g[j] = (1 - relaxation) * old + relaxation * best;
                double mass = columnMass[j] * (relaxation == 1 ? 1 : Math.Exp((g[j] - best) / epsilon));
                AddScaled(rows.AsSpan(chunk * _rows, _rows), mass / sum, of);
                errors[chunk] += Math.Abs(mass - columnMass[j]);
                changes[chunk] = Math.Max(changes[chunk], Math.Abs(g[j] - old));
            }
        );
        double error = errors.Sum();
        double[] excess = new double[_rows];
        for (int i = 0; i < _rows; i++)
        {
            double mass = 0;
            for (int at = i; at < rows.Length; at += _rows)
                mass += rows[at];
            error += Math.Abs(mass - rowMass[i]);
            excess[i] = Math.Log(mass / rowMass[i]);
            if (!double.IsFinite(excess[i]) && relaxation > 1)
                return null;
        }
        return new()
        {
            Iterations = state.Iterations + 1,
            RowPotentials = f,
            ColumnPotentials = g,
            RowExcess = excess,
            MarginalError = error,
            Change = Math.Max(change, changes.Max()),
        };
    }

    /// <summary>The sum of the plan, and of the plan times costs.</summary>
    public (double Mass, double Cost) Measure(TransportState state)
    {
        int chunks = Chunks();
        double[] masses = new double[chunks],
            sums = new double[chunks];
        double[] scaled = new double[_rows];
        for (int i = 0; i < _rows; i++)
            scaled[i] = state.RowPotentials[i] / epsilon + Math.Log(rowMass[i]);
        ForColumns(
            chunks,
            (chunk, j, of) =>
            {
                double[] rented = ArrayPool<double>.Shared.Rent(_rows);
                Span<double> plan = rented.AsSpan(0, _rows);
                of.CopyTo(plan);
                double largest = Shift(plan, scaled, 1 / epsilon);
                double mass = Exponentiate(plan, largest);
                double scale = columnMass[j] * Math.Exp(largest + state.ColumnPotentials[j] / epsilon);
                masses[chunk] += scale * mass;
                double cost = 0;
                for (int i = 0; i < plan.Length; i++)
                    cost += plan[i] * of[i];
                sums[chunk] += scale * cost;
                ArrayPool<double>.Shared.Return(rented);
            }
        );
        return (masses.Sum(), sums.Sum());
    }

    /// <summary>The mean of all costs by mass.</summary>
    public double MeanCost()
    {
        int chunks = Chunks();
        double[] sums = new double[chunks];
        ForColumns(
            chunks,
            (chunk, j, of) =>
            {
                double sum = 0;
                for (int i = 0; i < of.Length; i++)
                    sum += rowMass[i] * of[i];
                sums[chunk] += columnMass[j] * sum;
            }
        );
        return sums.Sum();
    }

    private delegate void ColumnVisitor(int chunk, int column, Span<double> costs);

    private int Chunks() => Math.Min(MostChunks, (columnMass.Length + _perBlock - 1) / _perBlock);

    // Every column once, those of a chunk in their order on one thread; the visitor may write over the costs.
    private void ForColumns(int chunks, ColumnVisitor visit) =>
        Workers.For(
            chunks,
            chunk =>
            {
                int start = (int)((long)columnMass.Length * chunk / chunks),
                    end = (int)((long)columnMass.Length * (chunk + 1) / chunks);
                double[] rented = ArrayPool<double>.Shared.Rent(_perBlock * _rows);
                try
                {
                    for (int first = start; first < end; first += _perBlock)
                    {
                        cancellation.ThrowIfCancellationRequested();
                        int count = Math.Min(_perBlock, end - first);
                        Span<double> block = rented.AsSpan(0, count * _rows);
                        costs.Fill(first, count, block);
                        for (int j = 0; j < count; j++)
                            visit(chunk, first + j, block.Slice(j * _rows, _rows));
                    }
                }
                finally
                {
                    ArrayPool<double>.Shared.Return(rented);
                }
            }
        );

    // x = shift - scale x; the largest of them.
    private static double Shift(Span<double> x, ReadOnlySpan<double> shift, double scale)
    {
        Vector256<double> largest = Vector256.Create(double.NegativeInfinity),
            factor = Vector256.Create(-scale);
        ref double xs = ref MemoryMarshal.GetReference(x);
        ref double shifts = ref MemoryMarshal.GetReference(shift[..x.Length]);
        int i = 0;
        for (; i + Lanes <= x.Length; i += Lanes)
        {
            Vector256<double> value = Vector256.FusedMultiplyAdd(
                Vector256.LoadUnsafe(ref xs, (nuint)i),
                factor,
                Vector256.LoadUnsafe(ref shifts, (nuint)i)
            );
            value.StoreUnsafe(ref xs, (nuint)i);
            largest = Vector256.MaxNative(largest, value);
        }
        double top = double.NegativeInfinity;
        for (int lane = 0; lane < Lanes; lane++)
            top = Math.Max(top, largest[lane]);
        for (; i < x.Length; i++)
        {
            x[i] = Math.FusedMultiplyAdd(x[i], -scale, shift[i]);
            top = Math.Max(top, x[i]);
        }
        return top;
    }

    // x = exp(x - largest); their sum.
    private static double Exponentiate(Span<double> x, double largest)
    {
        Vector256<double> sum = default,
            shift = Vector256.Create(largest);
        ref double xs = ref MemoryMarshal.GetReference(x);
        int i = 0;
        for (; i + Lanes <= x.Length; i += Lanes)
        {
            Vector256<double> value = Vector256.Exp(Vector256.LoadUnsafe(ref xs, (nuint)i) - shift);
            value.StoreUnsafe(ref xs, (nuint)i);
            sum += value;
        }
        double total = Vector256.Sum(sum);
        for (; i < x.Length; i++)
            total += x[i] = Math.Exp(x[i] - largest);
        return total;
    }

    // y += a x.
    private static void AddScaled(Span<double> y, double a, ReadOnlySpan<double> x)
    {
        Vector256<double> factor = Vector256.Create(a);
        ref double ys = ref MemoryMarshal.GetReference(y);
        ref double xs = ref MemoryMarshal.GetReference(x[..y.Length]);
        int i = 0;
        for (; i + Lanes <= y.Length; i += Lanes)
            Vector256
                .FusedMultiplyAdd(
                    factor,
                    Vector256.LoadUnsafe(ref xs, (nuint)i),
                    Vector256.LoadUnsafe(ref ys, (nuint)i)
                )
                .StoreUnsafe(ref ys, (nuint)i);
        for (; i < y.Length; i++)
            y[i] = Math.FusedMultiplyAdd(a, x[i], y[i]);
    }

    // Adds b exp(-cost / epsilon) to sums that are kept as sum x exp(largest).
    private void AddLogs(ReadOnlySpan<double> of, double logMass, Span<double> largest, Span<double> sums)
    {
        double scale = -1 / epsilon;
        Vector256<double> factor = Vector256.Create(scale),
            shift = Vector256.Create(logMass);
        ref double costsAt = ref MemoryMarshal.GetReference(of);
        ref double largestAt = ref MemoryMarshal.GetReference(largest[..of.Length]);
        ref double sumAt = ref MemoryMarshal.GetReference(sums[..of.Length]);
        int i = 0;
        for (; i + Lanes <= of.Length; i += Lanes)
        {
            Vector256<double> x = Vector256.FusedMultiplyAdd(
                    Vector256.LoadUnsafe(ref costsAt, (nuint)i),
                    factor,
                    shift
                ),
                before = Vector256.LoadUnsafe(ref largestAt, (nuint)i),
                top = Vector256.MaxNative(before, x);
            Vector256
                .FusedMultiplyAdd(
                    Vector256.LoadUnsafe(ref sumAt, (nuint)i),
                    Vector256.Exp(before - top),
                    Vector256.Exp(x - top)
                )
                .StoreUnsafe(ref sumAt, (nuint)i);
            top.StoreUnsafe(ref largestAt, (nuint)i);
        }
        for (; i < of.Length; i++)
        {
            double x = Math.FusedMultiplyAdd(of[i], scale, logMass),
                top = Math.Max(largest[i], x);
            sums[i] = sums[i] * Math.Exp(largest[i] - top) + Math.Exp(x - top);
            largest[i] = top;
        }
    }
}
