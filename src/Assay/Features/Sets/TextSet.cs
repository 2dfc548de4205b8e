using System.Runtime.InteropServices;
using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Features;

/// <summary>A sample of texts with their words as numbers and, where they are wanted, their vectors: what a <see cref="SetMeasure"/> looks at.</summary>
/// <remarks>Words stand between white space, and case counts, as in the tools that define most of the measures.</remarks>
internal sealed class TextSet
{
    private readonly Lazy<double[]> _spectrum;

    private TextSet(byte[][] texts, int[][] words, int vocabulary, UnitRows? vectors, RandomStream random)
    {
        (Texts, Words, Vocabulary, Vectors, Random) = (texts, words, vocabulary, vectors, random);
        _spectrum = new(() => Vectors!.Spectrum());
    }

    /// <summary>The texts, UTF-8, in random order.</summary>
    public byte[][] Texts { get; }

    /// <summary>The words of each text; those that are spelled alike have one number.</summary>
    public int[][] Words { get; }

    /// <summary>Different words of this set and of those that it is compared with.</summary>
    public int Vocabulary { get; }

    /// <summary>A vector of each text, or null.</summary>
    public UnitRows? Vectors { get; }

    /// <summary>Where the starts of clusters come from.</summary>
    public RandomStream Random { get; }

    /// <summary>The eigenvalues of the cosines over the rows.</summary>
    public double[] Spectrum => _spectrum.Value;

    /// <summary>Sets of texts that are to be compared.</summary>
    /// <param name="sets">The texts of each, in random order.</param>
    /// <param name="vectors">A vector of each text, or null.</param>
    /// <param name="random">Starts of clusters.</param>
    public static IReadOnlyList<TextSet> Of(
        IReadOnlyList<byte[][]> sets,
        IReadOnlyList<UnitRows>? vectors,
        RandomStream random
    )
    {
        Dictionary<string, int> codes = [];
        int[][][] words = [.. sets.Select(set => set.Select(text => Codes(text, codes)).ToArray())];
        return [.. sets.Select((set, i) => new TextSet(set, words[i], codes.Count, vectors?[i], random))];
    }

    /// <summary>Some of the texts.</summary>
    public TextSet Take(int[] which) =>
        new(
            Array.ConvertAll(which, i => Texts[i]),
            Array.ConvertAll(which, i => Words[i]),
            Vocabulary,
            Vectors?.Take(which),
            Random
        );

    /// <summary>A text up to the end of its first words.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="words">How many; 0 for the whole text.</param>
    /// <returns>Null where the text has fewer, or none.</returns>
    public static byte[]? FirstWords(ReadOnlySpan<byte> text, int words)
    {
        foreach (Range word in Data.Words.Of(text))
            if (words == 0)
                return text.ToArray();
            else if (--words == 0)
                return text[..word.End.Value].ToArray();
        return null;
    }

    private static int[] Codes(byte[] text, Dictionary<string, int> codes)
    {
        List<int> words = [];
        foreach (Range word in Data.Words.Of(text))
        {
            ref int code = ref CollectionsMarshal.GetValueRefOrAddDefault(
                codes,
                Encoding.UTF8.GetString(text.AsSpan(word)),
                out bool known
            );
            words.Add(known ? code : code = codes.Count - 1);
        }
        return [.. words];
    }
}
