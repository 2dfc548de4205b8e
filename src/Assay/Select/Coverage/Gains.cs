using System.Buffers;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Select;

/// <summary>How well rows are represented by those chosen so far, and what a candidate would add.</summary>
internal sealed class Gains
{
    private const int CandidateBlock = 64,
        RowBlock = 1024;
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
    /// What each of some candidates would add. Blocks run in parallel; each number is one sum in row order over products of one shape,
    /// so it does not depend on what else is asked for, and it never grows as more are chosen.
    /// </summary>
    public double[] Of(int[] some)
    {
        double[] gains = new double[some.Length];
        Workers.For(
            (some.Length + CandidateBlock - 1) / CandidateBlock,
            block =>
            {
                int first = block * CandidateBlock,
                    count = Math.Min(CandidateBlock, some.Length - first),
                    d = _rows.Columns;
                Span<int> full = stackalloc int[CandidateBlock];
                full.Fill(some[first]);
                some.AsSpan(first, count).CopyTo(full);
                Matrix own = _candidates.Take(full);
                float[] cosines = ArrayPool<float>.Shared.Rent(CandidateBlock * RowBlock);
                for (int start = 0; start < _rows.Rows; start += RowBlock)
                {
                    _cancellation.ThrowIfCancellationRequested();
                    int width = Math.Min(RowBlock, _rows.Rows - start);
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
                    ReadOnlySpan<float> best = _best.AsSpan(start, width);
                    for (int c = 0; c < count; c++)
                    {
                        double sum = 0;
                        ReadOnlySpan<float> of = cosines.AsSpan(c * width, width);
                        for (int i = 0; i < of.Length; i++)
                            sum += Math.Max(0, of[i] - best[i]);
                        gains[first + c] += sum;
                    }
                }
                ArrayPool<float>.Shared.Return(cosines);
            }
        );
        return gains;
    }

    /// <summary>Chooses a candidate.</summary>
    public void Take(int candidate)
    {
        ReadOnlySpan<float> chosen = _candidates.Row(candidate);
        double value = 0;
        for (int row = 0; row < _rows.Rows; row++)
        {
            ReadOnlySpan<float> of = _rows.Row(row);
            double cosine = 0;
            for (int c = 0; c < of.Length; c++)
                cosine += (double)of[c] * chosen[c];
            _best[row] = Math.Max(_best[row], (float)cosine);
            value += _best[row];
        }
        Value = value;
    }
}

/// <summary>Greedy choice that computes a gain again only while an older one could still be the largest.</summary>
/// <param name="gains">What candidates would add.</param>
/// <param name="bounds">A gain of each candidate with nothing chosen; taken over.</param>
internal sealed class LazyGreedy(Gains gains, double[] bounds)
{
    private const int AtOnce = 64; // one product of matrices costs hardly more than one row of it

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
