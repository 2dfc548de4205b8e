using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;

namespace Assay.Select;

/// <summary>Options of <see cref="KCenter"/>.</summary>
public sealed record KCenterOptions : ModelEmbeddingOptions
{
    /// <summary>How many rows stay: a share of the rows in view, or a count.</summary>
    [Required]
    public Amount Keep { get; init; }

    /// <summary>A dataset that is held already: rows near to its rows are not needed. Default: none.</summary>
    [DatasetName]
    public string? Held { get; init; }
}

/// <summary>Keeps rows that leave no row far away: always the one farthest from those chosen so far.</summary>
/// <remarks>
/// <para>Source: Gonzalez, "Clustering to minimize the maximum intercluster distance" (1985); as a core-set, Sener and Savarese, "Active
/// Learning for Convolutional Neural Networks: A Core-Set Approach", ICLR 2018. The largest distance of a row from the nearest
/// chosen one is at most twice the least possible. The first row is the one nearest to the mean.</para>
/// <code>
/// int[] chosen = KCenter.Choose(vectors, 100);
/// </code>
/// </remarks>
[Method("select/k-center", Paper = "qdc-survey")]
public sealed class KCenter(KCenterOptions options) : ISelector, IModelUser
{
    private const string Stage = "centres";
    private const int RowsPerPiece = 2048;
    private const long NumbersBetweenPieces = 1L << 32; // some seconds

    /// <inheritdoc/>
    public ModelRequest? Model => options.Request;

    /// <inheritdoc/>
    /// <exception cref="AssayException">A side has no rows or no text, or a column is missing.</exception>
    public Selected Select(View view, Work work)
    {
        Verdicts verdicts = new(view, "k-center.covered");
        int count = (int)Math.Min(options.Keep.Of(view.DistinctRows.Length), view.DistinctRows.Length);
        if (count == view.DistinctRows.Length)
            return verdicts.ToSelected();
        View? other = options.Held is { Length: > 0 } name ? work.Dataset(name) : null;
        RowEmbedding space = RowEmbedding.Fit(options, work, other is null ? [view] : [view, other]);
        Matrix rows = space.Apply(view, work, "rows");
        Matrix? held = other is null || other.DistinctRows.IsEmpty ? null : space.Apply(other, work, "held");
        using Workers.LimitScope limit = Workers.Limit(Math.Min(256, work.Threads));
        int every = (int)Math.Clamp(NumbersBetweenPieces / Math.Max(1L, rows.Values.Length), 1, 1 << 20);
        ChosenRows kept = new(work, Stage, every);
        Cover cover = new(rows, held, kept.Kept(), work.Cancellation);
        while (cover.Chosen.Count < count)
        {
            cover.Add();
            kept.Keep(cover.Chosen);
            int done = cover.Chosen.Count;
            if (done % 64 == 0 || done == count)
                work.Progress?.Report(new(Stage, done, count, "rows"));
        }
        verdicts.DropAll();
        foreach (int position in cover.Chosen)
            verdicts.Keep(position);
        string note = string.Create(
            CultureInfo.InvariantCulture,
            $"no row is farther than {cover.Radius:G4} from one that is kept"
        );
        return verdicts.ToSelected() with { Notes = [note] };
    }

    /// <summary>The chosen rows in the order of choice; the first k of more are the choice of k.</summary>
    /// <param name="rows">Finite rows.</param>
    /// <param name="count">How many, at least 0; all where there are fewer.</param>
    /// <param name="held">Rows that are held already, of as many features, or null.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="ArgumentException">A number is not finite, or features differ.</exception>
    public static int[] Choose(Matrix rows, int count, Matrix? held = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Cover cover = new(rows, held, [], cancellation);
        while (cover.Chosen.Count < Math.Min(count, rows.Rows))
            cover.Add();
        return [.. cover.Chosen];
    }

    /// <summary>Rows, and how far each is from the nearest chosen one; the smallest number of equally far rows is chosen.</summary>
    private sealed class Cover
    {
        private readonly Matrix _rows;
        private readonly double[] _squares; // to the nearest chosen or held row; below 0 for chosen ones
        private readonly CancellationToken _cancellation;
        private int _farthest;

        public Cover(Matrix rows, Matrix? held, int[] chosen, CancellationToken cancellation)
        {
            if (held is not null && held.Columns != rows.Columns)
                throw new ArgumentException($"The rows have {rows.Columns} features, those held {held.Columns}.");
            foreach (float value in rows.Values)
                if (!float.IsFinite(value))
                    throw new ArgumentException($"A feature is {value}; features must be finite numbers.");
            (_rows, _cancellation) = (rows, cancellation);
            _squares = new double[rows.Rows];
            Array.Fill(_squares, double.PositiveInfinity);
            for (int row = 0; row < (held?.Rows ?? 0); row++)
                Update(held!.Row(row).ToArray());
            if (held is null or { Rows: 0 } && rows.Rows > 0)
                _farthest = NearestToMean();
            foreach (int row in chosen)
            {
                _farthest = row;
                Add();
            }
        }

        public List<int> Chosen { get; } = [];

        /// <summary>The largest distance of a row from the nearest chosen or held one.</summary>
        public double Radius => Math.Sqrt(Math.Max(0, _squares[_farthest]));

        public void Add()
        {
            int row = _farthest;
            Chosen.Add(row);
            _squares[row] = -1;
            Update(_rows.Row(row).ToArray());
        }

        private void Update(float[] centre)
        {
            _cancellation.ThrowIfCancellationRequested();
            int pieces = (_squares.Length + RowsPerPiece - 1) / RowsPerPiece;
            int[] farthest = new int[pieces];
            Workers.For(
                pieces,
                piece =>
                {
                    int start = piece * RowsPerPiece,
                        best = start;
                    for (int row = start; row < Math.Min(_squares.Length, start + RowsPerPiece); row++)
                    {
                        if (_squares[row] > 0)
                            _squares[row] = Math.Min(_squares[row], SquaredDistance(_rows.Row(row), centre));
                        if (_squares[row] > _squares[best])
                            best = row;
                    }
                    farthest[piece] = best;
                }
            );
            _farthest = farthest.Length == 0 ? 0 : farthest[0];
            foreach (int row in farthest)
                if (_squares[row] > _squares[_farthest])
                    _farthest = row;
        }

        private int NearestToMean()
        {
            double[] mean = new double[_rows.Columns];
            for (int row = 0; row < _rows.Rows; row++)
            for (int c = 0; c < mean.Length; c++)
                mean[c] += _rows[row, c] / (double)_rows.Rows;
            float[] centre = Array.ConvertAll(mean, value => (float)value);
            int nearest = 0;
            for (int row = 1; row < _rows.Rows; row++)
                if (SquaredDistance(_rows.Row(row), centre) < SquaredDistance(_rows.Row(nearest), centre))
                    nearest = row;
            return nearest;
        }

        // float32 in the lanes: a sum of d squares is right to some d x 6e-8 of itself.
        private static double SquaredDistance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
        {
            Vector<float> sum = default;
            int c = 0;
            for (; c + Vector<float>.Count <= a.Length; c += Vector<float>.Count)
            {
                Vector<float> difference = new Vector<float>(a[c..]) - new Vector<float>(b[c..]);
                sum += difference * difference;
            }
            double total = Vector.Sum(sum);
            for (; c < a.Length; c++)
                total += ((double)a[c] - b[c]) * ((double)a[c] - b[c]);
            return total;
        }
    }
}
