using System.Globalization;
using System.Text;

namespace Assay.Learning;

internal static class ArpaWriter
{
    public static void Write(NGramModel model, Stream stream)
    {
        BufferedStream buffer = new(stream, 1 << 16);
        NGramTable table = model.Table;
        long[] counts = new long[model.Order + 1];
        for (int node = 1; node < table.Count; node++)
            counts[table[node].Order]++;
        Text(buffer, "\\data\\\n");
        for (int order = 1; order <= model.Order; order++)
            Text(buffer, $"ngram {order}={counts[order]}\n");
        for (int order = 1; order <= model.Order; order++)
        {
            Text(buffer, $"\n\\{order}-grams:\n");
            for (int node = 1; node < table.Count; node++)
                if (table[node].Order == order)
                    WriteNGram(model, node, buffer);
        }
        Text(buffer, "\n\\end\\\n");
        buffer.Flush();
    }

    private static void WriteNGram(NGramModel model, int node, Stream stream)
    {
        NGramTable table = model.Table;
        Span<int> words = stackalloc int[NGramModel.MaxOrder];
        int order = table[node].Order;
        for (int at = node, i = order - 1; i >= 0; at = table[at].Context, i--)
            words[i] = table[at].Word;
        Logarithm(stream, table[node].LogProbability);
        for (int i = 0; i < order; i++)
        {
            ReadOnlySpan<byte> word = model.Vocabulary[words[i]];
            if (word.IndexOfAny(" \t\r\n"u8) >= 0)
                throw new InvalidOperationException(
                    $"The word '{Encoding.UTF8.GetString(word)}' has white space in it, which the ARPA format cannot hold."
                );
            stream.WriteByte((byte)(i == 0 ? '\t' : ' '));
            stream.Write(word);
        }
        if (table[node].LogBackoff != 0)
        {
            stream.WriteByte((byte)'\t');
            Logarithm(stream, table[node].LogBackoff);
        }
        stream.WriteByte((byte)'\n');
    }

    private static void Logarithm(Stream stream, double natural)
    {
        Span<byte> text = stackalloc byte[64];
        (natural / Math.Log(10)).TryFormat(text, out int length, "F8", CultureInfo.InvariantCulture);
        stream.Write(text[..length]);
    }

    private static void Text(Stream stream, string text) => stream.Write(Encoding.ASCII.GetBytes(text));
}
