using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>Tells what language a text is in, by runs of 1 to 4 letters.</summary>
/// <remarks>
/// A naive Bayes model over runs of letters, which Cavnar and Trenkle ("N-gram-based text categorization", 1994) showed to
/// tell languages apart. Long texts are looked at in windows of some ten words, each of which is divided among the languages
/// by their probabilities: a text half in one language and half in another has a share of a half of each, and a page of
/// which nothing but the menu is English does not pass as English.
/// <code>
/// LanguageIdentifier.TextReader reader = LanguageIdentifier.Bundled.Reader();
/// string? language = reader.Read("Wo ist der Bahnhof?"u8) ? reader.Best : null; // de
/// </code>
/// Safe to use from several threads, each with a reader of its own.
/// </remarks>
public sealed class LanguageIdentifier
{
    // Letters after which a window ends: with its word, or in a script without spaces somewhat later.
    private const int WindowLetters = 64,
        LongestWindow = 96;

    // Runs overlap and tell the same thing several times; with this weight the probabilities of short texts are about as
    // often right as they say.
    private const double Weight = 0.25;

    // Runs of letters of the whole of languages that a language's own counts are mixed with.
    private const double PriorRuns = 1000;
    private const int MostRuns = 1 << 18;
    private const int Pad = 8; // numbers that are added at once

    private static readonly Lazy<LanguageIdentifier> s_bundled = new(ReadBundled);
    private readonly ulong[] _hashes; // open addressing; 0 is free
    private readonly int[] _runs;
    private readonly float[] _logRatios; // runs x padded languages: ln of the run's probability over its mean
    private readonly int _width;
    private readonly string[] _languages;

    private LanguageIdentifier(string[] languages, ulong[] runs, IEnumerable<float[]> logRatios)
    {
        _languages = languages;
        _width = (languages.Length + Pad - 1) / Pad * Pad;
        _logRatios = new float[runs.Length * _width];
        foreach ((int i, float[] ratios) in logRatios.Index())
            ratios.CopyTo(_logRatios.AsSpan(i * _width));
        _hashes = new ulong[BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, 2 * runs.Length))];
        _runs = new int[_hashes.Length];
        for (int i = 0; i < runs.Length; i++)
        {
            int place = Place(runs[i]);
            (_hashes[place], _runs[place]) = (runs[i], i);
        }
    }

    /// <summary>The model that comes with Assay: 25 languages, from a page of plain text of each.</summary>
    public static LanguageIdentifier Bundled => s_bundled.Value;

    /// <summary>The languages, in alphabetical order.</summary>
    public IReadOnlyList<string> Languages => _languages;

    /// <summary>The place of a language in <see cref="Languages"/>, or -1.</summary>
    public int PlaceOf(string language) => Array.IndexOf(_languages, language);

    /// <summary>A reader with buffers of its own, for one thread.</summary>
    public TextReader Reader() => new(this);

    private int Place(ulong hash)
    {
        int mask = _hashes.Length - 1,
            place = (int)(hash >> 32) & mask;
        while (_hashes[place] != 0 && _hashes[place] != hash)
            place = (place + 1) & mask;
        return place;
    }

    private static LanguageIdentifier ReadBundled()
    {
        Trainer trainer = new();
        using Stream stream = typeof(LanguageIdentifier).Assembly.GetManifestResourceStream("languages.txt")!;
        using StreamReader lines = new(stream);
        string language = "";
        while (lines.ReadLine() is { } line)
            if (line.StartsWith('='))
                language = line[1..];
            else if (!line.StartsWith('#'))
                trainer.Add(language, Encoding.UTF8.GetBytes(line));
        return trainer.Build();
    }

    /// <summary>Learns languages from texts.</summary>
    public sealed class Trainer
    {
        private readonly Dictionary<string, Dictionary<ulong, int>[]> _counts = [];

        /// <summary>Adds a text of a language.</summary>
        /// <param name="language">Its name.</param>
        /// <param name="utf8">The text.</param>
        public void Add(string language, ReadOnlySpan<byte> utf8)
        {
            if (!_counts.TryGetValue(language, out Dictionary<ulong, int>[]? counts))
                _counts.Add(
                    language,
                    counts = [.. Enumerable.Range(0, LetterGrams.Orders).Select(_ => new Dictionary<ulong, int>())]
                );
            LetterGrams grams = new(utf8);
            Span<ulong> hashes = stackalloc ulong[LetterGrams.Orders];
            while (grams.Next(hashes))
                for (int order = 0; order < hashes.Length; order++)
                    if (hashes[order] != 0)
                        counts[order][hashes[order]] = counts[order].GetValueOrDefault(hashes[order]) + 1;
        }

        /// <summary>The model of all texts added.</summary>
        /// <exception cref="ArgumentException">There are fewer than two languages, or one has no letters.</exception>
        public LanguageIdentifier Build()
        {
            string[] languages = [.. _counts.Keys.Order(StringComparer.Ordinal)];
            if (languages.Length < 2)
                throw new ArgumentException(
                    $"There are texts of {languages.Length} languages; two are needed at least."
                );
            if (languages.FirstOrDefault(language => _counts[language][0].Count == 0) is { } silent)
                throw new ArgumentException($"The texts of the language '{silent}' have no letters.");
            List<(ulong Run, float[] LogRatios, double Share)> runs = [];
            for (int order = 0; order < LetterGrams.Orders; order++)
            {
                Dictionary<ulong, int>[] counts = [.. languages.Select(language => _counts[language][order])];
                double[] totals = [.. counts.Select(count => (double)count.Values.Sum())];
                foreach (ulong run in counts.SelectMany(count => count.Keys).Distinct())
                {
                    double mean = 0;
                    for (int i = 0; i < counts.Length; i++)
                        mean += counts[i].GetValueOrDefault(run) / Math.Max(1, totals[i]) / counts.Length;
                    float[] ratios = new float[counts.Length];
                    for (int i = 0; i < counts.Length; i++)
                        ratios[i] = (float)
                            Math.Log((counts[i].GetValueOrDefault(run) / mean + PriorRuns) / (totals[i] + PriorRuns));
                    runs.Add((run, ratios, mean));
                }
            }
            if (runs.Count > MostRuns)
                runs = [.. runs.OrderByDescending(run => run.Share).ThenBy(run => run.Run).Take(MostRuns)];
            return new(languages, [.. runs.Select(run => run.Run)], runs.Select(run => run.LogRatios));
        }
    }

    /// <summary>Reads texts, one thread at a time.</summary>
    public sealed class TextReader
    {
        private readonly LanguageIdentifier _model;
        private readonly double[] _shares;
        private readonly float[] _window; // sums of at most some hundred numbers

        internal TextReader(LanguageIdentifier model)
        {
            _model = model;
            _shares = new double[model._languages.Length];
            _window = new float[model._width];
        }

        /// <summary>The share of each language in the text read last, in the order of <see cref="Languages"/>; they sum to 1.</summary>
        public ReadOnlySpan<double> Shares => _shares;

        /// <summary>Place of the language of the largest share.</summary>
        public int BestPlace => Array.IndexOf(_shares, _shares.Max());

        /// <summary>The language of the largest share.</summary>
        public string Best => _model._languages[BestPlace];

        /// <summary>Reads a UTF-8 text.</summary>
        /// <returns>False if it has no letters: then it is in no language, and all shares are 0.</returns>
        public bool Read(ReadOnlySpan<byte> utf8)
        {
            Array.Clear(_shares);
            Array.Clear(_window);
            LetterGrams grams = new(utf8);
            Span<ulong> hashes = stackalloc ulong[LetterGrams.Orders];
            long letters = 0;
            int inWindow = 0;
            while (grams.Next(hashes))
            {
                foreach (ulong hash in hashes)
                    if (hash != 0)
                        AddRun(hash);
                inWindow += grams.IsWordEnd ? 0 : 1;
                if (inWindow >= (grams.IsWordEnd ? WindowLetters : LongestWindow))
                    EndWindow();
            }
            if (inWindow > 0)
                EndWindow();
            foreach (ref double share in _shares.AsSpan())
                share /= Math.Max(1, letters);
            return letters > 0;

            void EndWindow()
            {
                Span<float> ratios = _window.AsSpan(0, _shares.Length);
                double most = double.NegativeInfinity,
                    sum = 0;
                foreach (float ratio in ratios)
                    most = Math.Max(most, ratio);
                foreach (float ratio in ratios)
                    sum += Math.Exp(Weight * (ratio - most));
                for (int i = 0; i < ratios.Length; i++)
                    _shares[i] += inWindow * Math.Exp(Weight * (ratios[i] - most)) / sum;
                letters += inWindow;
                inWindow = 0;
                Array.Clear(_window);
            }
        }

        private void AddRun(ulong hash)
        {
            int place = _model.Place(hash);
            if (_model._hashes[place] == 0)
                return;
            ref float ratios = ref _model._logRatios[_model._runs[place] * _window.Length];
            ref float window = ref MemoryMarshal.GetArrayDataReference(_window);
            for (nuint i = 0; i < (nuint)_window.Length; i += Pad)
                (Vector256.LoadUnsafe(ref window, i) + Vector256.LoadUnsafe(ref ratios, i)).StoreUnsafe(ref window, i);
        }
    }
}
