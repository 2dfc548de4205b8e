using System.Buffers;
using System.Numerics;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Select;

/// <summary>How well rows are represented by those chosen so far, and what a candidate would add.</summary>
internal sealed class Gains
{
    private const int CandidateBlock = 16,
        RowBlock = 1024,
        ChunkRows = 4096;
    private readonly Matrix _candidates,
        _rows;
    private readonly float[] _best; // largest cosine of each represented row to a chosen one, at least 0
    private readonly CancellationToken _cancellation;

    /// <summary>Takes rows of length 1 (or 0).</summary>
    public Gains(Matrix candidates, Matrix rows, CancellationToken cancellation)
    {
        if (candidates.Columns != rows.Columns)
            throw new ArgumentException(
                $"The candidates have {candidates.Columns} features, those represented {rows.Columns}."
            );
        foreach (Matrix side in (Matrix[])[candidates, rows])
        foreach (float value in side.Values)
            if (!float.IsFinite(value))
                throw new ArgumentException($"A feature is {value}; features must be finite numbers.");
        (_candidates, _rows, _cancellation) = (candidates, rows, cancellation);
        _best = new float[rows.Rows];
    }

    /// <summary>The sum of what rows are represented by.</summary>
    public double Value { get; private set; }

    /// <summary>
    /// What each of some candidates would add. Parts run in parallel; each number is one sum in row order over products of one shape,
    /// so it does not depend on what else is asked for, and it never grows as more are chosen.
    /// </summary>
    public double[] Of(int[] some)
    {
        int blocks = (some.Length + CandidateBlock - 1) / CandidateBlock,
            chunks = (_rows.Rows + ChunkRows - 1) / ChunkRows;
        double[] parts = new double[blocks * chunks * CandidateBlock];
        Workers.For(
            blocks * chunks,
            piece =>
            {
                Span<int> own = stackalloc int[CandidateBlock];
                ReadOnlySpan<int> asked = some.AsSpan(piece / chunks * CandidateBlock);
                asked = asked[..Math.Min(CandidateBlock, asked.Length)];
                own.Fill(asked[0]);
                asked.CopyTo(own);
                AddGains(_candidates.Take(own), piece % chunks * ChunkRows, parts.AsSpan(piece * CandidateBlock));
            }
        );
        double[] gains = new double[some.Length];
        for (int i = 0; i < gains.Length; i++)
        for (int chunk = 0; chunk < chunks; chunk++)
            gains[i] += parts[(i / CandidateBlock * chunks + chunk) * CandidateBlock + i % CandidateBlock];
        return gains;
    }

    /// <summary>Chooses a candidate.</summary>
    public void Take(int candidate)
    {
        float[] chosen = _candidates.Row(candidate).ToArray();
        int chunks = (_rows.Rows + ChunkRows - 1) / ChunkRows;
        double[] sums = new double[chunks];
        Workers.For(
            chunks,
            chunk =>
            {
                _cancellation.ThrowIfCancellationRequested();
                for (int row = chunk * ChunkRows; row < Math.Min(_rows.Rows, (chunk + 1) * ChunkRows); row++)
                {
                    _best[row] = Math.Max(_best[row], Dot(_rows.Row(row), chosen));
                    sums[chunk] += _best[row];
                }
            }
        );
        Value = sums.Sum();
    }

    // Adds what candidates gain over a chunk of rows to their sums.
    private void AddGains(Matrix own, int first, Span<double> sums)
    {
        int d = _rows.Columns,
            end = Math.Min(_rows.Rows, first + ChunkRows);
        float[] cosines = ArrayPool<float>.Shared.Rent(CandidateBlock * RowBlock);
        for (int start = first; start < end; start += RowBlock)
        {
            _cancellation.ThrowIfCancellationRequested();
            int width = Math.Min(RowBlock, end - start);
            Gemm.Multiply(
                false,
                true,
                CandidateBlock,
                width,
                d,
                own.Values,
                d,
                _rows.Values.Slice(start * d, width * d),
                d,
                cosines.AsSpan(0, CandidateBlock * width),
                width
            );
            for (int c = 0; c < CandidateBlock; c++)
                sums[c] += Above(cosines.AsSpan(c * width, width), _best.AsSpan(start, width));
        }
        ArrayPool<float>.Shared.Return(cosines);
    }

    // The sum of max(0, cosine - best).
    private static double Above(ReadOnlySpan<float> cosines, ReadOnlySpan<float> best)
    {
        Vector<double> sum = default;
        int i = 0;
        for (; i + Vector<float>.Count <= cosines.Length; i += Vector<float>.Count)
        {
            Vector.Widen(
                Vector.Max(Vector<float>.Zero, new Vector<float>(cosines[i..]) - new Vector<float>(best[i..])),
                out Vector<double> low,
                out Vector<double> high
            );
            sum += low + high;
        }
        double total = Vector.Sum(sum);
        for (; i < cosines.Length; i++)
            total += Math.Max(0, cosines[i] - best[i]);
        return total;
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Vector<float> sum = default;
        int c = 0;
        for (; c + Vector<float>.Count <= a.Length; c += Vector<float>.Count)
            sum += new Vector<float>(a[c..]) * new Vector<float>(b[c..]);
        float total = Vector.Sum(sum);
        for (; c < a.Length; c++)
            total += a[c] * b[c];
        return total;
    }
}

/// <summary>Greedy choice that computes a gain again only while an older one could still be the largest.</summary>
/// <param name="gains">What candidates would add.</param>
/// <param name="bounds">A gain of each candidate with nothing chosen; taken over.</param>
internal sealed class LazyGreedy(Gains gains, double[] bounds)
{
    private const int AtOnce = 16; // one product of matrices costs little more than one row of it

    // How many were chosen when the bound was computed, or -1 for chosen ones, which stay in the queue until they come up.
    private readonly int[] _fresh = new int[bounds.Length];
    private readonly PriorityQueue<int, (double, int)> _queue = new(
        Enumerable.Range(0, bounds.Length).Select(row => (row, (-bounds[row], row)))
    );

    /// <summary>The chosen candidates in the order of choice.</summary>
    public List<int> Chosen { get; } = [];

    /// <summary>The candidate that adds most; of equal ones the first.</summary>
    public int Best()
    {
        int[] stale = new int[AtOnce];
        while (true)
        {
            int count = 0;
            while (count < AtOnce && _queue.TryPeek(out int row, out _))
            {
                if (_fresh[row] < 0)
                    _queue.Dequeue();
                else if (_fresh[row] == Chosen.Count && count == 0)
                    return row;
                else if (_fresh[row] == Chosen.Count)
                    break;
                else
                    stale[count++] = _queue.Dequeue();
            }
            int[] some = stale[..count];
            double[] now = gains.Of(some);
            for (int i = 0; i < count; i++)
            {
                bounds[some[i]] = now[i];
                _fresh[some[i]] = Chosen.Count;
                _queue.Enqueue(some[i], (-bounds[some[i]], some[i]));
            }
        }
    }

    /// <summary>Chooses a candidate, whether it is the best or not.</summary>
    public void Take(int row)
    {
        gains.Take(row);
        Chosen.Add(row);
        _fresh[row] = -1;
    }
}
