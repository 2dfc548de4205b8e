using System.Text;
using System.Text.RegularExpressions;
using Assay.Data;

namespace Assay.Describe;

/// <summary>What can be counted in a text about how demanding it is, without a model.</summary>
internal static partial class TextShape
{
    /// <summary>Words of a sentence on average; 0 of nothing.</summary>
    public static double WordsPerSentence(byte[] text) =>
        Words.Count(text) / (double)Math.Max(1, Sentences.Count(text));

    /// <summary>Lines that hold anything: steps of a reasoning, statements of a program.</summary>
    public static int Steps(byte[] text)
    {
        int steps = 0;
        foreach (Range line in text.AsSpan().Split((byte)'\n'))
            steps += Words.Trim(text.AsSpan(line)).IsEmpty ? 0 : 1;
        return steps;
    }

    /// <summary>Digits over bytes.</summary>
    public static double Digits(byte[] text) =>
        text.Length == 0 ? 0 : text.Count(b => b is >= (byte)'0' and <= (byte)'9') / (double)text.Length;

    /// <summary>How deep brackets nest; one that closes nothing does not count.</summary>
    public static int Depth(byte[] text)
    {
        int depth = 0,
            most = 0;
        foreach (byte b in text)
            if (b is (byte)'(' or (byte)'[' or (byte)'{')
                most = Math.Max(most, ++depth);
            else if (b is (byte)')' or (byte)']' or (byte)'}')
                depth = Math.Max(0, depth - 1);
        return most;
    }

    /// <summary>McCabe's number of a program, estimated from its words: 1 and one for each branch, loop, condition and handler. Prose has such words too.</summary>
    public static int Branches(byte[] text) => 1 + BranchWords().Count(Encoding.UTF8.GetString(text));

    /// <summary>The signs of operations between numbers, in their order: the path of a solution.</summary>
    public static string Operations(byte[] text) =>
        string.Concat(Operators().Matches(Encoding.UTF8.GetString(text)).Select(sign => Sign(sign.Groups[1].Value)));

    /// <summary>True if the last visible character ends a sentence, a quotation or a block.</summary>
    public static bool EndsWhole(byte[] text) =>
        Encoding.UTF8.GetString(Words.Trim(text)) is [.., char last] && ".!?…。！？\"'”’)]}`".Contains(last);

    private static string Sign(string sign) =>
        sign switch
        {
            "×" or "x" => "*",
            "÷" => "/",
            "−" => "-",
            _ => sign,
        };

    [GeneratedRegex(@"\b(?:if|elif|for|foreach|while|case|catch|except|when)\b|&&|\|\||\s\?\s")]
    private static partial Regex BranchWords();

    [GeneratedRegex(@"(?<=[\d)])\s*([-+*/^×÷x−])\s*(?=[\d(])")]
    private static partial Regex Operators();
}
