using Assay.Learning;

namespace Assay.Features;

/// <summary>Tells two sets of texts apart by their words and runs of words.</summary>
/// <remarks>
/// Logistic regression on tf-idf of n-grams hashed into 2^18 columns, n-grams of a single text left out; rows of length 1.
/// Both sides weigh the same, however many texts they have: a score of 0.5 is a text as likely on one side as on the other.
/// It is safe to score with one classifier from several threads, each with a reader of its own.
/// <code>
/// TextContrast classifier = TextContrast.Fit(wanted, others);
/// double probability = classifier.Reader().Score("Some text."u8);
/// </code>
/// </remarks>
public sealed class TextContrast
{
    // Longer texts are judged by their start.
    private const int TextBytes = 1 << 20;
    private readonly int _nGrams;
    private readonly double[] _weights; // by column of hashed n-grams: inverse document frequency, 0 where it was left out
    private readonly double[] _coefficients;
    private readonly double _intercept;

    private TextContrast(int nGrams, TfIdfModel terms, LogisticModel model)
    {
        _nGrams = nGrams;
        _intercept = model.Intercepts[0];
        _weights = new double[terms.Columns];
        _coefficients = new double[terms.Columns];
        for (int i = 0; i < terms.Terms.Length; i++)
        {
            _weights[terms.Terms[i]] = terms.Weights[i];
            _coefficients[terms.Terms[i]] = model.Coefficients[i];
        }
    }

    /// <summary>Learns from texts.</summary>
    /// <param name="positive">UTF-8 texts that are wanted, at least one.</param>
    /// <param name="negative">Texts that are not, at least one.</param>
    /// <param name="nGrams">N-grams of 1 to so many words are counted, 1 to 5.</param>
    /// <param name="c">Inverse strength of the penalty on the weights, as in scikit-learn.</param>
    /// <exception cref="ArgumentException">A side has no text, or no text has words.</exception>
    public static TextContrast Fit(
        IEnumerable<ReadOnlyMemory<byte>> positive,
        IEnumerable<ReadOnlyMemory<byte>> negative,
        int nGrams = 2,
        double c = 10
    )
    {
        TextGrams grams = Grams(nGrams);
        return Fit(grams.Count(positive), grams.Count(negative), nGrams, c);
    }

    /// <summary>The same from counts of <see cref="Grams"/>, one row a text.</summary>
    internal static TextContrast Fit(SparseMatrix positive, SparseMatrix negative, int nGrams, double c)
    {
        if (positive.Rows == 0 || negative.Rows == 0)
            throw new ArgumentException($"There is no {(positive.Rows == 0 ? "positive" : "negative")} text.");
        int rows = positive.Rows + negative.Rows;
        int[] labels = new int[rows];
        double[] weights = new double[rows];
        for (int i = 0; i < rows; i++)
        {
            bool isPositive = i < positive.Rows;
            labels[i] = isPositive ? 1 : 0;
            weights[i] = rows / 2.0 / (isPositive ? positive.Rows : negative.Rows);
        }
        SparseMatrix counts = SparseMatrix.Stack(positive, negative);
        TfIdfModel terms = TfIdf.Fit(counts);
        LogisticRegression learner = new(new() { C = c, Tolerance = 1e-5 });
        return new(nGrams, terms, learner.Fit(terms.Transform(counts), labels, classes: 2, weights));
    }

    /// <summary>What counts n-grams for a classifier.</summary>
    internal static TextGrams Grams(int nGrams) => new(new() { NGrams = nGrams, TextBytes = TextBytes });

    /// <summary>A reader with buffers of its own, for one thread.</summary>
    public TextReader Reader() => new(this);

    /// <summary>Scores texts, one thread at a time.</summary>
    public sealed class TextReader
    {
        private readonly TextContrast _classifier;
        private readonly TextGrams _grams;

        internal TextReader(TextContrast classifier) => (_classifier, _grams) = (classifier, Grams(classifier._nGrams));

        /// <summary>The probability, between 0 and 1, that a UTF-8 text is of the wanted side.</summary>
        public double Score(ReadOnlySpan<byte> utf8)
        {
            ReadOnlySpan<ulong> found = _grams.Of(utf8, TextGrams.HashBits);
            double sum = 0,
                square = 0;
            for (int start = 0, end; start < found.Length; start = end)
            {
                int column = (int)found[start];
                for (end = start + 1; end < found.Length && found[end] == found[start]; end++) { }
                double value = (1 + Math.Log(end - start)) * _classifier._weights[column];
                sum += value * _classifier._coefficients[column];
                square += value * value;
            }
            double logit = _classifier._intercept + (square > 0 ? sum / Math.Sqrt(square) : 0);
            return logit >= 0 ? 1 / (1 + Math.Exp(-logit)) : Math.Exp(logit) / (1 + Math.Exp(logit));
        }
    }
}
