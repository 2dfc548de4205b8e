using System.Text;
using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Learning.Tests;

/// <summary>Reference values: data/qdc-survey, from the official tools.</summary>
public sealed class DiversityTests
{
    private static readonly string[] Sentences =
    [
        "the cat sat on the mat",
        "the cat sat on the hat",
        "a dog ran in the park",
        "a dog ran in the dark",
        "quantum computers factor large numbers quickly",
    ];

    private static readonly double[] Five = [1, 0, 0, .8, .6, 0, 0, 1, 0, 0, 0, 1, 0, .6, .8];

    [Fact]
    public void LexicalMeasuresAreTheOfficialOnes()
    {
        int[][] texts = Codes(Sentences);
        Assert.Equal(2.962, LexicalDiversity.NGramDiversity(texts), 5e-4); // the tool rounds to three digits
        Assert.Equal(0.8788898309344878, LexicalDiversity.SelfRepetition(texts), 1e-12);
        Assert.Equal(1.2875503299472801, LexicalDiversity.SelfRepetition(texts, 2), 1e-12);
        Assert.Equal(0.607868548521274, LexicalDiversity.SelfBleu(texts), 1e-12);
        Assert.Equal(0.6531972647421809, LexicalDiversity.SelfBleu(texts, 2), 1e-12);
        Assert.Equal(0.2333333333333333, LexicalDiversity.Homogenisation(texts), 1e-12);
        Assert.Equal(2.719376804, LexicalDiversity.WordEntropy(texts), 5e-10);
        int[] all = [.. texts.SelectMany(text => text)];
        Assert.Equal(0.821058482, LexicalDiversity.Hdd(all, 10), 5e-10);
        Assert.Equal(15.0, LexicalDiversity.Mtld(all), 1e-9);
    }

    [Fact]
    public void MeasuresOfVectorsAreTheOfficialOnes()
    {
        UnitRows rows = UnitRows.Of(Five, 3);
        double[] spectrum = rows.Spectrum();
        Assert.Equal([.2, .328, .472], spectrum, (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(2.8345671958614416, VendiScore.Of(spectrum), 1e-12);
        // The tool's 2.9136749117 has the square root of an eigenvalue in it that is 5e-17 by rounding and should be 0.
        Assert.Equal(2.9136749117435423, VendiScore.Of(spectrum, .5), 3e-8);
        Assert.Equal(
            Math.Pow(Math.Sqrt(.2) + Math.Sqrt(.328) + Math.Sqrt(.472), 2),
            VendiScore.Of(spectrum, .5),
            1e-12
        );
        Assert.Equal(2.700017280110591, VendiScore.Of(spectrum, 2), 1e-12);
        Assert.Equal(2.11864406779661, VendiScore.Of(spectrum, double.PositiveInfinity), 1e-12);
        Assert.Equal(.5472, EmbeddingDiversity.InternalDiversity(rows), 1e-12);
        Assert.Equal(.684, EmbeddingDiversity.MeanDistance(rows), 1e-12);
        Assert.Equal(.24, EmbeddingDiversity.Chamfer(rows), 1e-12);
        Assert.Equal(0.42532593165802907, EmbeddingDiversity.Radius(rows), 1e-12);
        Assert.Equal(-26.277661221750325, EmbeddingDiversity.LogDeterminant(spectrum, 5), 1e-6);
        Assert.Equal(0.32729927007299275, EmbeddingDiversity.NovelSum(rows), 1e-12);
        double[] densities = EmbeddingDiversity.Densities(rows, 2);
        Assert.Equal(
            [0.9128709287949139, 1.2909944476599768, 1.1180339881, 0.9128709287949139, 1.2909944476599768],
            densities,
            (a, b) => Math.Abs(a - b) < 1e-9
        );
        Assert.Equal(0.3521616358599328, EmbeddingDiversity.NovelSum(rows, 1, densities), 1e-12);
        Assert.Equal(0.16504271263963277, EmbeddingDiversity.NovelSum(rows, 2, densities), 1e-12);
        // Each row represented by the others only.
        Assert.Equal(
            .76,
            Enumerable
                .Range(0, 5)
                .Average(row =>
                    EmbeddingDiversity.FacilityLocation(
                        rows.Take([row]),
                        rows.Take([.. Enumerable.Range(0, 5).Where(other => other != row)])
                    )
                ),
            1e-12
        );
        Assert.Equal(1, EmbeddingDiversity.FacilityLocation(rows, rows), 1e-12);
    }

    [Fact]
    public void VendiScoresOfSmallKernels()
    {
        double[] identity = new double[16];
        for (int i = 0; i < 4; i++)
            identity[5 * i] = 1;
        Assert.Equal(4, VendiScore.OfSimilarities(identity, 4), 1e-12);
        Assert.Equal(1, VendiScore.OfSimilarities([.. Enumerable.Repeat(1.0, 16)], 4), 1e-9);
        foreach ((double s, double score) in ((double, double)[])[(0, 2), (.5, 1.7547653506), (.9, 1.2195906180)])
            Assert.Equal(score, VendiScore.OfSimilarities([1, s, s, 1], 2), 1e-10);
        double[] kernel = [1, .5, 0, .5, 1, 0, 0, 0, 1];
        Assert.Equal(2.7494592740, VendiScore.OfSimilarities(kernel, 3), 1e-10);
        Assert.Equal(2.6493511286, VendiScore.OfSimilarities(kernel, 3, 1, [.25, .25, .5]), 1e-10);
        Assert.Throws<ArgumentException>(() => VendiScore.OfSimilarities([2, 0, 0, 2], 2));
        Assert.Throws<ArgumentException>(() => VendiScore.OfSimilarities([1, 0, 1], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => VendiScore.Of([1], -1));
    }

    [Fact]
    public void ScoresExpectedByDeita()
    {
        Assert.Equal(3.0726388509, ExpectedScore.Of([0, 1, 2, 1, 0, -1]), 1e-10);
        Assert.Equal(3.5, ExpectedScore.Of([7, 7, 7, 7, 7, 7]), 1e-12);
        Assert.Throws<ArgumentException>(() => ExpectedScore.Of([1, double.NaN]));
        Assert.Throws<ArgumentException>(() => ExpectedScore.Of([]));
    }

    [Fact]
    public void AnArchiveHasItsBestRows()
    {
        EliteArchive archive = EliteArchive.Of([0, 0, 1, 3], [.5, .9, .2, .7], 5);
        Assert.Equal(.6, archive.Coverage, 1e-12);
        Assert.Equal(1.8, archive.Score, 1e-12);
        Assert.Equal(1.0397207708, archive.Entropy, 1e-10);
        Assert.Equal([1, 2, 3], archive.Elites);
        Assert.Throws<ArgumentException>(() => EliteArchive.Of([5], [1], 5));
        Assert.Throws<ArgumentException>(() => EliteArchive.Of([0], [double.NaN], 5));
        Assert.Throws<ArgumentException>(() => EliteArchive.Of([0, 1], [1], 5));
    }

    [Fact]
    public void EqualRowsHaveNoDiversity()
    {
        int[][] texts = Codes([.. Enumerable.Repeat("one two three four five", 6)]);
        Assert.Equal(1, LexicalDiversity.SelfBleu(texts), 1e-12);
        Assert.Equal(1, LexicalDiversity.Homogenisation(texts), 1e-12);
        Assert.Equal(Math.Log(1 + 2 * 5), LexicalDiversity.SelfRepetition(texts), 1e-12);
        UnitRows rows = UnitRows.Of([.. Enumerable.Repeat((double[])[1, 2, 2], 6).SelectMany(row => row)], 3);
        Assert.Equal(0, EmbeddingDiversity.Chamfer(rows), 1e-12);
        Assert.Equal(0, EmbeddingDiversity.MeanDistance(rows), 1e-12);
        Assert.Equal(0, EmbeddingDiversity.NovelSum(rows), 1e-12);
        Assert.Equal(1, VendiScore.Of(rows.Spectrum()), 1e-9);
        Assert.Equal(0, EmbeddingDiversity.Radius(rows), 1e-12);
    }

    [Fact]
    public void NothingInCommonIsZero()
    {
        int[][] texts = Codes("one two", "three four", "five");
        Assert.Equal(0, LexicalDiversity.Homogenisation(texts)); // the official tool says 1
        Assert.Equal(0, LexicalDiversity.SelfBleu(texts));
        Assert.Equal(0, LexicalDiversity.SelfRepetition(texts, 1));
    }

    [Fact]
    public void WhatIsTooShortHasNoNumberThatIsNone()
    {
        foreach (
            int[][] texts in (int[][][])
                [
                    [],
                    [
                        [],
                    ],
                    [
                        [],
                        [],
                    ],
                    [
                        [1],
                    ],
                    [
                        [1],
                        [],
                    ],
                ]
        )
        {
            double[] all =
            [
                LexicalDiversity.NGramDiversity(texts),
                LexicalDiversity.SelfRepetition(texts),
                LexicalDiversity.SelfBleu(texts),
                LexicalDiversity.Homogenisation(texts),
                LexicalDiversity.WordEntropy(texts),
                LexicalDiversity.ExpectationAdjustedDistinct(texts, 5),
                LexicalDiversity.Mtld([.. texts.SelectMany(text => text)]),
                LexicalDiversity.Hdd([.. texts.SelectMany(text => text)]),
            ];
            Assert.All(all, value => Assert.True(double.IsFinite(value)));
        }
        Assert.Equal(0, LexicalDiversity.CompressionRatio([]));
        Assert.Throws<ArgumentException>(() => UnitRows.Of([1, 0, 0, 0], 2));
        Assert.Throws<ArgumentException>(() => UnitRows.Of([1, double.NaN], 2));
        Assert.Throws<ArgumentException>(() => UnitRows.Of([1, 2, 3], 2));
    }

    [Fact]
    public void VeryLargeAndSmallVectorsHaveDirections()
    {
        UnitRows rows = UnitRows.Of([3e300, 4e300, 3e-300, 4e-300], 2);
        Assert.Equal(1, rows.Cosine(0, 1), 1e-12);
    }

    /// <summary>Words drawn evenly have an adjusted share of about 1, whatever the length; the plain share falls.</summary>
    [Fact]
    public void AdjustedDistinctDoesNotFallWithLength()
    {
        RandomStream random = new(3, "words");
        foreach (int words in (int[])[100, 1000, 10_000])
        {
            int[] text = [.. Enumerable.Range(0, words).Select(_ => random.NextInt32(500))];
            Assert.InRange(LexicalDiversity.ExpectationAdjustedDistinct([text], 500), 0.93, 1.07);
        }
    }

    [Fact]
    public void CompressionSeesRepetition()
    {
        byte[][] same = [.. Enumerable.Repeat(Encoding.UTF8.GetBytes(Sentences[4]), 100)];
        RandomStream random = new(1, "letters");
        byte[][] other = [.. same.Select(text => text.Select(_ => (byte)('a' + random.NextInt32(26))).ToArray())];
        Assert.True(LexicalDiversity.CompressionRatio(same) > 20);
        Assert.InRange(LexicalDiversity.CompressionRatio(other), 1.3, 1.9);
    }

    [Fact]
    public void SelfBleuIsBleuAgainstAllOthers() =>
        Prop.ForAll(
                Texts(least: 4).ToArbitrary(),
                texts =>
                {
                    string[] written = [.. texts.Select(text => string.Join(' ', text.Select(word => $"w{word}")))];
                    double expected = written
                        .Select(
                            (text, i) =>
                                Bleu.Sentence(text, [.. written.Where((_, j) => j != i)], BleuSmoothing.Floor).Score
                                / 100
                        )
                        .Average();
                    return Math.Abs(LexicalDiversity.SelfBleu(texts) - expected) < 1e-9;
                }
            )
            .Holds();

    [Fact]
    public void HomogenisationIsRougeOfAllPairs() =>
        Prop.ForAll(
                Texts(least: 1).ToArbitrary(),
                texts =>
                {
                    string[] written = [.. texts.Select(text => string.Join(' ', text.Select(word => $"w{word}")))];
                    double sum = 0;
                    for (int i = 0; i < texts.Length; i++)
                    for (int j = 0; j < texts.Length; j++)
                        sum += i == j ? 0 : Rouge.L(written[i], written[j]).F1;
                    return Math.Abs(LexicalDiversity.Homogenisation(texts) - sum / (texts.Length * (texts.Length - 1)))
                        < 1e-9;
                }
            )
            .Holds();

    /// <summary>Texts beyond 64 words go through several machine words with their carries.</summary>
    [Fact]
    public void LongTextsHaveTheirCommonSubsequence()
    {
        RandomStream random = new(5, "long");
        int[][] texts =
        [
            .. Enumerable
                .Range(0, 6)
                .Select(_ =>
                    Enumerable.Range(0, 150 + random.NextInt32(100)).Select(_ => random.NextInt32(6)).ToArray()
                ),
        ];
        double sum = 0;
        for (int i = 0; i < 6; i++)
        for (int j = 0; j < i; j++)
            sum += Rouge.L(string.Join(' ', texts[i]), string.Join(' ', texts[j])).F1 / 15;
        Assert.Equal(sum, LexicalDiversity.Homogenisation(texts), 1e-12);
    }

    [Fact]
    public void SelfRepetitionIsCountedByHand() =>
        Prop.ForAll(
                Texts(least: 1).ToArbitrary(),
                texts =>
                {
                    string[][] grams =
                    [
                        .. texts.Select(text =>
                            Enumerable
                                .Range(0, Math.Max(0, text.Length - 1))
                                .Select(i => $"{text[i]} {text[i + 1]}")
                                .Distinct()
                                .ToArray()
                        ),
                    ];
                    double expected = grams.Average(own =>
                        Math.Log(1 + own.Sum(gram => grams.Count(text => text.Contains(gram)) - 1))
                    );
                    return Math.Abs(LexicalDiversity.SelfRepetition(texts, 2) - expected) < 1e-9;
                }
            )
            .Holds();

    [Fact]
    public void ScoresAreInvariant() =>
        Prop.ForAll(
                Vectors().ToArbitrary(),
                values =>
                {
                    UnitRows rows = UnitRows.Of(values, 3),
                        turned = rows.Take([.. Enumerable.Range(0, rows.Rows).Reverse()]),
                        twice = rows.Take([.. Enumerable.Range(0, 2 * rows.Rows).Select(i => i % rows.Rows)]);
                    double[] spectrum = rows.Spectrum();
                    double last = rows.Rows + 1e-9;
                    foreach (double order in (double[])[0.1, 0.5, 1, 2, 10, double.PositiveInfinity])
                    {
                        double score = VendiScore.Of(spectrum, order);
                        if (score > last + 1e-9 || score < 1 - 1e-9)
                            return false;
                        last = score;
                        if (
                            Math.Abs(score - VendiScore.Of(twice.Spectrum(), order)) > 1e-7
                            || Math.Abs(score - VendiScore.Of(turned.Spectrum(), order)) > 1e-7
                        )
                            return false;
                    }
                    return Near(EmbeddingDiversity.Chamfer(rows), EmbeddingDiversity.Chamfer(turned))
                        && Near(EmbeddingDiversity.MeanDistance(rows), EmbeddingDiversity.MeanDistance(turned))
                        && Near(EmbeddingDiversity.NovelSum(rows), EmbeddingDiversity.NovelSum(turned))
                        && Near(
                            EmbeddingDiversity.InternalDiversity(rows),
                            EmbeddingDiversity.InternalDiversity(twice)
                        );
                }
            )
            .Holds();

    [Fact]
    public void TheEigenvaluesOfRowsAndOfColumnsAreTheSame()
    {
        RandomStream random = new(2, "rows");
        foreach ((int n, int d) in ((int, int)[])[(4, 30), (30, 4), (40, 41), (1, 1), (2, 1)])
        {
            UnitRows rows = UnitRows.Of([.. Enumerable.Range(0, n * d).Select(_ => random.NextGaussian())], d);
            double[] gram = new double[n * n];
            for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                gram[i * n + j] = rows.Cosine(i, j);
            double[] spectrum = rows.Spectrum();
            Assert.Equal(1, spectrum.Sum(), 1e-12);
            Assert.Equal(VendiScore.OfSimilarities(gram, n), VendiScore.Of(spectrum), 1e-9);
        }
    }

    [Fact]
    public void EigenvaluesAreThoseOfAnIndependentDecomposition()
    {
        RandomStream random = new(8, "matrix");
        foreach (int n in (int[])[0, 1, 2, 3, 10, 60])
        {
            double[] matrix = new double[n * n];
            for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++)
                matrix[i * n + j] = matrix[j * n + i] = i % 7 == 3 && j < i ? 0 : random.NextGaussian();
            double[] expected =
                n == 0
                    ? []
                    :
                    [
                        .. new MathNet.Numerics.LinearAlgebra.Double.DenseMatrix(n, n, [.. matrix])
                            .Evd(MathNet.Numerics.LinearAlgebra.Symmetricity.Symmetric)
                            .EigenValues.Select(value => value.Real)
                            .Order(),
                    ];
            Assert.Equal(expected, SymmetricSpectrum.Of(matrix, n), (a, b) => Math.Abs(a - b) < 1e-11);
        }
        Assert.Throws<ArgumentException>(() => SymmetricSpectrum.Of([double.NaN], 1));
        Assert.Throws<ArgumentException>(() => SymmetricSpectrum.Of([1, 2, 3], 2));
    }

    /// <summary>With few of many eigenvalues known, the exact score lies between the bounds; with all of them both are the score.</summary>
    [Fact]
    public void BoundsHoldTheScore()
    {
        RandomStream random = new(4, "rows");
        const int n = 120,
            d = 90;
        double[] values = new double[n * d];
        for (int row = 0; row < n; row++)
        for (int c = 0; c < d; c++)
            values[row * d + c] = random.NextGaussian() / (1 + c); // leading directions that stand out
        UnitRows rows = UnitRows.Of(values, d);
        foreach (double order in (double[])[0.5, 1, 2])
        {
            double exact = VendiScore.Of(rows.Spectrum(), order);
            (double low, double high) = VendiScore.Bounds(rows, 30, order, new(1, "start"));
            Assert.True(low < exact && exact < high, $"{low} {exact} {high}");
            Assert.True(order < 1 || high - low < 0.1 * exact, $"{low} {high}");
            (low, high) = VendiScore.Bounds(rows, d, order, new(1, "start"));
            Assert.Equal(exact, low, 1e-9);
            Assert.Equal(exact, high, 1e-9);
        }
    }

    [Fact]
    public void NeighboursAreFoundByHand()
    {
        UnitRows rows = UnitRows.Of(Five, 3);
        for (int k = 1; k < 5; k++)
        {
            double sum = 0;
            for (int i = 0; i < 5; i++)
                sum += Enumerable
                    .Range(0, 5)
                    .Where(j => j != i)
                    .Select(j => 1 - rows.Cosine(i, j))
                    .Order()
                    .ElementAt(k - 1);
            Assert.Equal(sum / 5, EmbeddingDiversity.NeighbourDistance(rows, k), 1e-12);
        }
        Assert.Equal(0, EmbeddingDiversity.NeighbourDistance(rows, 5));
    }

    private static bool Near(double a, double b) => Math.Abs(a - b) < 1e-9;

    private static Gen<int[][]> Texts(int least) =>
        Gen.Choose(0, 8)
            .ArrayOf()
            .Where(text => text.Length >= least)
            .ArrayOf()
            .Where(texts => texts.Length is >= 2 and <= 8);

    private static Gen<double[]> Vectors() =>
        Gen.Choose(-5, 5)
            .Select(value => (double)value)
            .ArrayOf(3)
            .Where(row => row.Any(value => value != 0))
            .ArrayOf()
            .Where(rows => rows.Length >= 2)
            .Select(rows => rows.SelectMany(row => row).ToArray());

    private static int[][] Codes(params string[] texts)
    {
        Dictionary<string, int> codes = [];
        return
        [
            .. texts.Select(text =>
                text.Split(' ')
                    .Select(word => codes.TryGetValue(word, out int code) ? code : codes[word] = codes.Count)
                    .ToArray()
            ),
        ];
    }
}
