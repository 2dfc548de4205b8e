using System.Text;
using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>Texts that are rich in what tokenizers stumble over.</summary>
internal static class RandomText
{
    private static readonly string[] Pieces =
    [
        .. "'s|'t|'re|'ve|'m|'ll|'d|'S|'LL|'|''|a|b|the|Don|é|ß|日本|語|ab1|1|23|456|٣|½|²|Ⅷ|.|,|!?|--|_|€|😀|𝔸|𝟘|\u0301|\u0345|가|각|\u1100\u1161\u11A8|▁|Ġ|<s>|<|>|\u200B|\u180E|\u001F|\uFEFF|\uFFFD".Split(
            '|'
        ),
        .. (string[])
            [
                " ",
                " ",
                " ",
                "  ",
                "\n",
                "\n\n",
                "\r\n",
                "\t",
                "\u00A0",
                "\u2003",
                "\u3000",
                "\u0085",
                "\u2028",
                "\v",
                "|",
                "\0",
            ],
    ];

    public static string Next(RandomStream random, int pieces)
    {
        StringBuilder text = new();
        for (int i = random.NextInt32(pieces + 1); i > 0; i--)
            if (random.NextInt32(8) > 0)
                text.Append(Pieces[random.NextInt32(Pieces.Length)]);
            else if (new Rune(random.NextInt32(0xD800)) is var rune)
                text.Append(rune.ToString());
        return text.ToString();
    }

    /// <summary>Bytes that are mostly, but not only, UTF-8.</summary>
    public static byte[] NextBytes(RandomStream random, int pieces)
    {
        List<byte> bytes = [.. Encoding.UTF8.GetBytes(Next(random, pieces))];
        for (int i = random.NextInt32(4); i > 0 && bytes.Count > 0; i--)
            bytes[random.NextInt32(bytes.Count)] = (byte)random.NextInt32(256);
        return [.. bytes];
    }
}
