using Assay.Numerics;

namespace Assay.Describe;

/// <summary>A column as a <see cref="RowMixture"/> reads it: categories or numbers, one for each row.</summary>
public sealed class MixtureColumn
{
    private MixtureColumn(int[]? codes, int categories, double[]? numbers) =>
        (Codes, Categories, Numbers) = (codes, categories, numbers);

    /// <summary>The category of each row, from 0, or -1 where it is missing; null for numbers.</summary>
    public int[]? Codes { get; }

    /// <summary>Number of categories; 0 for numbers.</summary>
    public int Categories { get; }

    /// <summary>The number of each row, NaN where it is missing; null for categories.</summary>
    public double[]? Numbers { get; }

    /// <summary>Number of rows.</summary>
    public int Rows => Codes?.Length ?? Numbers!.Length;

    /// <summary>A column of categories.</summary>
    /// <param name="codes">For each row a number below <paramref name="categories"/>, or -1 where it is missing.</param>
    /// <param name="categories">Number of categories, at least 1.</param>
    public static MixtureColumn Of(int[] codes, int categories)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(categories, 1);
        foreach (int code in codes)
            if (code < -1 || code >= categories)
                throw new ArgumentOutOfRangeException(nameof(codes), code, $"Expected -1 to {categories - 1}.");
        return new(codes, categories, null);
    }

    /// <summary>A column of numbers; their ranks count, as normal scores, so that far values do not rule it.</summary>
    /// <param name="numbers">Finite numbers, NaN where they are missing.</param>
    public static MixtureColumn Of(double[] numbers)
    {
        int[] rows = [.. Enumerable.Range(0, numbers.Length).Where(row => !double.IsNaN(numbers[row]))];
        double[] keys = [.. rows.Select(row => numbers[row])],
            scores = new double[numbers.Length];
        Array.Fill(scores, double.NaN);
        Array.Sort(keys, rows);
        for (int from = 0, to; from < rows.Length; from = to)
        {
            to = from + 1;
            while (to < rows.Length && keys[to] == keys[from])
                to++;
            double score = Gaussian.Quantile((from + to) / 2.0 / rows.Length);
            for (int i = from; i < to; i++)
                scores[rows[i]] = score;
        }
        return new(null, 0, scores);
    }

    /// <summary>The same column of some rows only.</summary>
    public MixtureColumn Take(IReadOnlyList<int> rows) =>
        new(
            Codes is null ? null : [.. rows.Select(row => Codes[row])],
            Categories,
            Numbers is null ? null : [.. rows.Select(row => Numbers[row])]
        );
}

/// <summary>Settings of a <see cref="RowMixture"/>.</summary>
public sealed record MixtureSettings
{
    /// <summary>Components K, at least 1; components that nothing needs stay empty.</summary>
    public int Components { get; init; } = 16;

    /// <summary>Chains that are averaged.</summary>
    public int Chains { get; init; } = 3;

    /// <summary>Gibbs sweeps over all rows of each chain; the first half is left out.</summary>
    public int Sweeps { get; init; } = 50;

    /// <summary>Concentration alpha of the components, in all.</summary>
    public double Concentration { get; init; } = 1;

    /// <summary>Pseudo-count beta of each category.</summary>
    public double Smoothing { get; init; } = 0.5;
}

/// <summary>A mixture of rows: within a component columns are independent; asks how one column is distributed where another has a given value.</summary>
/// <remarks>
/// CrossCat with one view (Mansinghka et al., "CrossCat", JMLR 17, 2016), which the Dataset Nutrition Label (arXiv 1805.03677) queries through BayesDB:
/// z ~ Categorical(pi), pi ~ Dirichlet(alpha / K); categories ~ Categorical(theta), theta ~ Dirichlet(beta); numbers ~ Normal with a Normal-Gamma
/// prior; missing cells count for nothing. Collapsed Gibbs sampling; P(A | B = b) is the sum over components of P(z | B = b) P(A | z), averaged over
/// sampled states of all chains.
/// </remarks>
public sealed class RowMixture
{
    private const int StatesKept = 6;
    private readonly IReadOnlyList<MixtureColumn> _columns;
    private readonly MixtureSettings _settings;
    private readonly List<State> _states;

    private RowMixture(IReadOnlyList<MixtureColumn> columns, MixtureSettings settings, List<State> states) =>
        (_columns, _settings, _states) = (columns, settings, states);

    /// <summary>Components that hold a row, on the average of states.</summary>
    public double ComponentsUsed => _states.Average(state => state.Rows.Count(rows => rows > 0));

    /// <summary>Fits the mixture.</summary>
    /// <param name="columns">The columns, all of as many rows.</param>
    /// <param name="settings">Settings.</param>
    /// <param name="random">Random numbers; each chain has a stream of its own.</param>
    /// <param name="each">Runs a body for 0 to count - 1, on any number of threads.</param>
    /// <exception cref="ArgumentException">There are no rows, or columns differ in length.</exception>
    public static RowMixture Fit(
        IReadOnlyList<MixtureColumn> columns,
        MixtureSettings settings,
        RandomStream random,
        Action<int, Action<int>> each
    )
    {
        if (columns.Count == 0 || columns[0].Rows == 0 || columns.Any(column => column.Rows != columns[0].Rows))
            throw new ArgumentException("A mixture needs columns of the same number of rows, at least 1.");
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Components, 1, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Chains, 1, nameof(settings));
        List<State>[] chains = new List<State>[settings.Chains];
        each(
            settings.Chains,
            chain => chains[chain] = new Chain(columns, settings, random.Child("chain").Child(chain)).Run()
        );
        return new(columns, settings, [.. chains.SelectMany(states => states)]);
    }

    /// <summary>P(A | B = b): a probability for each category of A.</summary>
    /// <param name="of">The column A, of categories.</param>
    /// <param name="given">The column B, of categories.</param>
    /// <param name="value">Its category b.</param>
    public double[] Conditional(int of, int given, int value) =>
        Query(of, (state, component) => Predictive(state, component, given, value));

    /// <summary>P(A): a probability for each category of A.</summary>
    public double[] Marginal(int of) => Query(of, (_, _) => 1);

    private double[] Query(int of, Func<State, int, double> weightOf)
    {
        double[] sum = new double[_columns[of].Categories];
        foreach (State state in _states)
        {
            double[] weights = new double[_settings.Components];
            for (int component = 0; component < weights.Length; component++)
                weights[component] =
                    (state.Rows[component] + _settings.Concentration / weights.Length) * weightOf(state, component);
            double total = weights.Sum();
            for (int component = 0; component < weights.Length; component++)
            for (int category = 0; category < sum.Length; category++)
                sum[category] +=
                    weights[component] / total * Predictive(state, component, of, category) / _states.Count;
        }
        return sum;
    }

    private double Predictive(State state, int component, int column, int category)
    {
        int categories = _columns[column].Categories;
        int[] counts = state.Counts[column];
        int start = component * categories,
            total = 0;
        for (int i = 0; i < categories; i++)
            total += counts[start + i];
        return (counts[start + category] + _settings.Smoothing) / (total + _settings.Smoothing * categories);
    }

    /// <summary>How many rows each component holds, and for each column of categories how many of each (component by component).</summary>
    private sealed record State(int[] Rows, int[][] Counts);

    /// <summary>One chain of the sampler.</summary>
    private sealed class Chain
    {
        // Of the Normal-Gamma prior of scores, which have mean 0 and variance 1: weight of the mean, shape, rate.
        private const double Weight = 1,
            Shape = 1.5,
            Rate = 0.5;
        private readonly IReadOnlyList<MixtureColumn> _columns;
        private readonly MixtureSettings _settings;
        private readonly RandomStream _random;
        private readonly int _rows,
            _components;
        private readonly int[] _componentOf,
            _rowsIn;
        private readonly int[][] _counts,
            _present;
        private readonly double[][] _sums,
            _squares;
        private readonly double[] _logOfCount,
            _logOfRows;
        private readonly double[][] _logOfTotal;
        private readonly double[] _logGammas;

        public Chain(IReadOnlyList<MixtureColumn> columns, MixtureSettings settings, RandomStream random)
        {
            (_columns, _settings, _random) = (columns, settings, random);
            (_rows, _components) = (columns[0].Rows, settings.Components);
            _componentOf = new int[_rows];
            _rowsIn = new int[_components];
            _counts = [.. columns.Select(column => new int[_components * column.Categories])];
            _present = [.. columns.Select(_ => new int[_components])];
            _sums = [.. columns.Select(column => new double[column.Numbers is null ? 0 : _components])];
            _squares = [.. columns.Select(column => new double[column.Numbers is null ? 0 : _components])];
            // Counts are whole: their logarithms come from tables.
            _logOfCount = Logs(settings.Smoothing);
            _logOfRows = Logs(settings.Concentration / _components);
            _logOfTotal = [.. columns.Select(column => Logs(settings.Smoothing * Math.Max(1, column.Categories)))];
            // log Γ(a + 1/2) - log Γ(a) for the shape a = Shape + n / 2, by the recurrence of Γ.
            _logGammas = new double[_rows + 2];
            _logGammas[0] = Math.Log(2 / Math.Sqrt(Math.PI)); // Γ(2) / Γ(3/2)
            for (int n = 1; n < _logGammas.Length; n++)
                _logGammas[n] = Math.Log(Shape + (n - 1) / 2.0) - _logGammas[n - 1];
        }

        public List<State> Run()
        {
            for (int row = 0; row < _rows; row++)
                Move(row, _componentOf[row] = _random.NextInt32(_components), 1);
            List<State> states = [];
            int burnIn = _settings.Sweeps / 2,
                every = Math.Max(1, (_settings.Sweeps - burnIn) / StatesKept);
            double[] weights = new double[_components];
            for (int sweep = 1; sweep <= _settings.Sweeps; sweep++)
            {
                for (int row = 0; row < _rows && _components > 1; row++)
                {
                    Move(row, _componentOf[row], -1);
                    Move(row, _componentOf[row] = Draw(row, weights), 1);
                }
                if (sweep == _settings.Sweeps || (sweep > burnIn && (sweep - burnIn) % every == 0))
                    states.Add(new([.. _rowsIn], [.. _counts.Select(counts => (int[])counts.Clone())]));
            }
            return states;
        }

        private double[] Logs(double added)
        {
            double[] logs = new double[_rows + 1];
            for (int i = 0; i < logs.Length; i++)
                logs[i] = Math.Log(i + added);
            return logs;
        }

        private void Move(int row, int component, int by)
        {
            _rowsIn[component] += by;
            for (int c = 0; c < _columns.Count; c++)
                if (_columns[c].Codes is { } codes)
                {
                    if (codes[row] < 0)
                        continue;
                    _counts[c][component * _columns[c].Categories + codes[row]] += by;
                    _present[c][component] += by;
                }
                else if (_columns[c].Numbers![row] is var number && !double.IsNaN(number))
                {
                    _sums[c][component] += by * number;
                    _squares[c][component] += by * number * number;
                    _present[c][component] += by;
                }
        }

        private int Draw(int row, double[] weights)
        {
            // All empty components are alike: what is found of the first holds for the others.
            int firstEmpty = Array.IndexOf(_rowsIn, 0);
            for (int component = 0; component < weights.Length; component++)
                if (_rowsIn[component] > 0 || component == firstEmpty)
                    weights[component] = LogWeight(row, component);
                else
                    weights[component] = weights[firstEmpty];
            double most = weights.Max(),
                total = 0;
            for (int component = 0; component < weights.Length; component++)
                total += weights[component] = Math.Exp(weights[component] - most);
            double left = _random.NextDouble() * total;
            int drawn = 0;
            while (drawn < weights.Length - 1 && (left -= weights[drawn]) >= 0)
                drawn++;
            return drawn;
        }

        private double LogWeight(int row, int component)
        {
            double weight = _logOfRows[_rowsIn[component]];
            for (int c = 0; c < _columns.Count; c++)
                if (_columns[c].Codes is { } codes)
                {
                    if (codes[row] >= 0)
                        weight +=
                            _logOfCount[_counts[c][component * _columns[c].Categories + codes[row]]]
                            - _logOfTotal[c][_present[c][component]];
                }
                else if (_columns[c].Numbers![row] is var number && !double.IsNaN(number))
                    weight += LogDensity(c, component, number);
            return weight;
        }

        // Student's t: the predictive density of a number under the Normal-Gamma posterior.
        private double LogDensity(int column, int component, double number)
        {
            int n = _present[column][component];
            double weight = Weight + n,
                shape = Shape + n / 2.0,
                mean = _sums[column][component] / weight,
                rate = Rate + Math.Max(0, _squares[column][component] - _sums[column][component] * mean) / 2,
                scale = 2 * rate * (weight + 1) / weight, // degrees of freedom (2 shape) times the squared scale of t
                distance = number - mean;
            return _logGammas[n]
                - 0.5 * Math.Log(Math.PI * scale)
                - (shape + 0.5) * Math.Log(1 + distance * distance / scale);
        }
    }
}
