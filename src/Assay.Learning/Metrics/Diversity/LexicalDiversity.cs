using System.IO.Compression;
using System.Runtime.InteropServices;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>How much the words of texts repeat, within and across texts; a text is a list of words, each a number.</summary>
/// <remarks>
/// The measures of "Surveying the Effects of Quality, Diversity, and Complexity in Synthetic Data From Large Language Models", arXiv 2412.02980, section 3.2, as the tool
/// <c>diversity</c> (Shaib and others, arXiv 2403.00553) computes them. All but <see cref="Mtld"/> depend on how long texts are: shorter ones look more diverse.
/// </remarks>
public static class LexicalDiversity
{
    private const int BleuOrders = 4;
    private const double BleuFloor = 0.1; // smoothing method 1 of nltk: matches where there are none
    private const double MtldRatio = 0.72;

    /// <summary>The sum over n from 1 to <paramref name="orders"/> of distinct n-grams over all, of the texts one after the other: n-grams cross their borders.</summary>
    /// <param name="texts">The texts, in an order that matters.</param>
    /// <param name="orders">From 1.</param>
    public static double NGramDiversity(IReadOnlyList<int[]> texts, int orders = 4)
    {
        int[] all = [.. texts.SelectMany(text => text)];
        double sum = 0;
        for (int n = 1; n <= orders; n++)
        {
            NGramCodes codes = new();
            int[] grams = codes.Of(all, n);
            sum += grams.Length == 0 ? 0 : codes.Count / (double)grams.Length;
        }
        return sum;
    }

    /// <summary>Distinct words over how many would be expected of as many draws from a vocabulary: about 1 for words drawn evenly, whatever the length.</summary>
    /// <remarks>Liu, Sabour and others, "Rethinking and Refining the Distinct Metric" (2022): U / (V (1 - ((V - 1) / V)^C)).</remarks>
    /// <param name="texts">The texts.</param>
    /// <param name="vocabulary">Words that could occur; at least as many as do.</param>
    public static double ExpectationAdjustedDistinct(IReadOnlyList<int[]> texts, int vocabulary)
    {
        int distinct = texts.SelectMany(text => text).Distinct().Count();
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabulary, distinct);
        long words = texts.Sum(text => (long)text.Length);
        return words == 0 ? 0 : distinct / (vocabulary * (1 - Math.Pow((vocabulary - 1.0) / vocabulary, words)));
    }

    /// <summary>The mean over texts of ln(1 + how often its n-grams stand in other texts): 0 if no text repeats another.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="n">Words of an n-gram; 4 as a rule.</param>
    public static double SelfRepetition(IReadOnlyList<int[]> texts, int n = 4)
    {
        NGramCodes codes = new();
        int[][] distinct = [.. texts.Select(text => codes.Of(text, n).Distinct().ToArray())];
        long[] holders = new long[codes.Count];
        foreach (int[] text in distinct)
        foreach (int gram in text)
            holders[gram]++;
        return texts.Count == 0 ? 0 : distinct.Average(text => Math.Log(1 + text.Sum(gram => holders[gram] - 1)));
    }

    /// <summary>The mean over texts of the BLEU of each with all others as references: 1 if all are the same.</summary>
    /// <remarks>
    /// As nltk's sentence BLEU with its first smoothing: an order without a match counts 0.1, also where the text is too short for it, and a text that shares no word scores 0. What
    /// an n-gram may match at most is the largest count in any other text; the two largest are kept, so that time grows with the words and not with their square.
    /// </remarks>
    /// <param name="texts">At least two texts, else 0.</param>
    /// <param name="orders">Longest n-grams, from 1.</param>
    public static double SelfBleu(IReadOnlyList<int[]> texts, int orders = BleuOrders)
    {
        if (texts.Count < 2)
            return 0;
        double[] logarithms = new double[texts.Count];
        bool[] shares = new bool[texts.Count];
        for (int n = 1; n <= orders; n++)
        {
            NGramCodes codes = new();
            Dictionary<int, int>[] counts =
            [
                .. texts.Select(text => codes.Of(text, n).CountBy(gram => gram).ToDictionary()),
            ];
            (int Most, int Holder, int Second)[] references = new (int, int, int)[codes.Count];
            foreach ((int i, Dictionary<int, int> text) in counts.Index())
            foreach ((int gram, int count) in text)
            {
                ref (int Most, int Holder, int Second) of = ref references[gram];
                of = count > of.Most ? (count, i, of.Most) : (of.Most, of.Holder, Math.Max(of.Second, count));
            }
            for (int i = 0; i < counts.Length; i++)
            {
                long matches = 0;
                foreach ((int gram, int count) in counts[i])
                    matches += Math.Min(
                        count,
                        references[gram].Holder == i ? references[gram].Second : references[gram].Most
                    );
                shares[i] |= n == 1 && matches > 0;
                double total = Math.Max(1, texts[i].Length - n + 1);
                logarithms[i] += Math.Log((matches > 0 ? matches : BleuFloor) / total) / orders;
            }
        }
        int[] lengths = [.. texts.Select(text => text.Length).Order()];
        double sum = 0;
        for (int i = 0; i < texts.Count; i++)
            if (shares[i])
                sum += Math.Exp(
                    logarithms[i] + Math.Min(0, 1 - (double)Closest(lengths, texts[i].Length) / texts[i].Length)
                );
        return sum / texts.Count;
    }

    // The length of another text that is nearest to one of these lengths, the shorter of two as near.
    private static int Closest(int[] sorted, int length)
    {
        int at = Array.BinarySearch(sorted, length);
        if ((at > 0 && sorted[at - 1] == length) || (at + 1 < sorted.Length && sorted[at + 1] == length))
            return length;
        int below = at > 0 ? sorted[at - 1] : int.MinValue,
            above = at + 1 < sorted.Length ? sorted[at + 1] : int.MaxValue;
        return (long)length - below <= (long)above - length ? below : above;
    }

    /// <summary>Homogenisation: the mean over pairs of texts of the F1 of ROUGE-L, the longest common subsequence of words. 1 if all are the same.</summary>
    /// <remarks>Nothing in common is 0; the official tool turns exactly 0 into 1.</remarks>
    /// <param name="texts">At least two texts, else 0; time grows with their square.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public static double Homogenisation(IReadOnlyList<int[]> texts, CancellationToken cancellation = default)
    {
        int n = texts.Count;
        if (n < 2)
            return 0;
        double[] sums = new double[n];
        Workers.For(
            n,
            i =>
            {
                cancellation.ThrowIfCancellationRequested();
                CommonSubsequence common = new(texts[i]);
                for (int j = 0; j < i; j++)
                {
                    int words = texts[i].Length + texts[j].Length;
                    sums[i] += words == 0 ? 0 : 2.0 * common.With(texts[j]) / words;
                }
            }
        );
        return 2 * sums.Sum() / ((double)n * (n - 1));
    }

    /// <summary>Bytes over bytes after gzip at its best: much above 3 or 4, texts repeat each other. Depends on the order and, a little, on the version of zlib.</summary>
    /// <remarks>Compressed once; the official tool compresses what is compressed already.</remarks>
    /// <param name="texts">UTF-8; a line feed is put after each.</param>
    public static double CompressionRatio(IEnumerable<byte[]> texts)
    {
        using MemoryStream compressed = new();
        long bytes = 0;
        using (GZipStream gzip = new(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
            foreach (byte[] text in texts)
            {
                gzip.Write(text);
                gzip.WriteByte((byte)'\n');
                bytes += text.Length + 1;
            }
        return compressed.Length == 0 ? 0 : bytes / (double)compressed.Length;
    }

    /// <summary>MTLD: the mean length of runs of words whose share of distinct words stays above 0.72, forwards and backwards. The less words repeat, the longer.</summary>
    /// <remarks>McCarthy and Jarvis, "MTLD, vocd-D, and HD-D" (2010). A run that is not complete counts in part; without any repetition it is the number of words.</remarks>
    /// <param name="words">The words of a text, or of several one after the other.</param>
    public static double Mtld(ReadOnlySpan<int> words)
    {
        if (words.IsEmpty)
            return 0;
        int[] backwards = words.ToArray();
        Array.Reverse(backwards);
        return (RunLength(words) + RunLength(backwards)) / 2;

        static double RunLength(ReadOnlySpan<int> words)
        {
            HashSet<int> types = [];
            double factors = 0;
            int length = 0;
            foreach (int word in words)
            {
                types.Add(word);
                length++;
                if (types.Count > MtldRatio * length)
                    continue;
                factors++;
                types.Clear();
                length = 0;
            }
            if (length > 0)
                factors += (1 - (double)types.Count / length) / (1 - MtldRatio);
            return factors > 0 ? words.Length / factors : words.Length;
        }
    }

    /// <summary>HD-D: the share of distinct words expected in a draw of so many words of the text; 0 where it has fewer.</summary>
    /// <param name="words">The words of a text, or of several one after the other.</param>
    /// <param name="draw">Words of the draw; 42 as a rule.</param>
    public static double Hdd(ReadOnlySpan<int> words, int draw = 42)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(draw, 1);
        int all = words.Length;
        if (all < draw)
            return 0;
        double sum = 0;
        foreach ((int _, int count) in words.ToArray().CountBy(word => word))
            sum += count > all - draw ? 1 : 1 - Math.Exp(LogChoose(all - count, draw) - LogChoose(all, draw));
        return sum / draw;
    }

    /// <summary>Entropy of the shares of words, in nats.</summary>
    public static double WordEntropy(IEnumerable<int[]> texts) =>
        Spread.Entropy(texts.SelectMany(text => text).CountBy(word => word).Select(word => (long)word.Value));

    private static double LogChoose(int n, int k) =>
        IncompleteBeta.LogGamma(n + 1) - IncompleteBeta.LogGamma(k + 1) - IncompleteBeta.LogGamma(n - k + 1);

    // Numbers for n-grams, exactly: an n-gram is its first n - 1 words and a last one.
    private sealed class NGramCodes
    {
        private readonly List<Dictionary<(int Before, int Word), int>> _codes = [];

        /// <summary>Number of distinct n-grams so far.</summary>
        public int Count => _codes.Count == 0 ? 0 : _codes[^1].Count;

        /// <summary>The n-grams of a text; always of one n.</summary>
        public int[] Of(int[] text, int n)
        {
            while (_codes.Count < n)
                _codes.Add([]);
            if (text.Length < n)
                return [];
            int[] codes = new int[text.Length - n + 1];
            for (int length = 1; length <= n; length++)
            for (int i = 0; i < codes.Length; i++)
            {
                Dictionary<(int, int), int> of = _codes[length - 1];
                ref int code = ref CollectionsMarshal.GetValueRefOrAddDefault(
                    of,
                    (codes[i], text[i + length - 1]),
                    out bool known
                );
                if (!known)
                    code = of.Count - 1;
                codes[i] = code;
            }
            return codes;
        }
    }

    // The length of the longest common subsequence, 64 places of a text at a time: Hyyrö, "Bit-parallel LCS-length computation revisited" (2004).
    private sealed class CommonSubsequence
    {
        private readonly Dictionary<int, ulong[]> _places = [];
        private readonly int _length;
        private readonly ulong[] _open; // a place is 0 where the subsequence grows

        public CommonSubsequence(int[] text)
        {
            _length = text.Length;
            _open = new ulong[(text.Length + 63) / 64];
            for (int i = 0; i < text.Length; i++)
            {
                if (!_places.TryGetValue(text[i], out ulong[]? of))
                    _places.Add(text[i], of = new ulong[_open.Length]);
                of[i / 64] |= 1UL << (i % 64);
            }
        }

        public int With(int[] other)
        {
            Array.Fill(_open, ulong.MaxValue);
            foreach (int word in other)
            {
                if (!_places.TryGetValue(word, out ulong[]? places))
                    continue;
                ulong carry = 0;
                for (int block = 0; block < _open.Length; block++)
                {
                    ulong v = _open[block],
                        u = v & places[block];
                    UInt128 sum = (UInt128)v + u + carry;
                    carry = (ulong)(sum >> 64);
                    _open[block] = (ulong)sum | (v - u);
                }
            }
            int length = 0;
            for (int i = 0; i < _length; i++)
                length += (_open[i / 64] >> (i % 64) & 1) == 0 ? 1 : 0;
            return length;
        }
    }
}
