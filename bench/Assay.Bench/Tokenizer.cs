using System.IO.Compression;
using Assay.Learning;

namespace Assay.Bench;

/// <summary>
/// Tokenizers on one core: <c>tokenizer tokenizer.json[.gz] text[.gz] [megabytes]</c>. The text is repeated up to the size,
/// for training it is taken as it is. "cold" has the text once, by a tokenizer that has seen nothing.
/// </summary>
internal static class Tokenizer
{
    public static void Run(string[] arguments)
    {
        string[] paths = [.. arguments.Where(File.Exists)];
        if (paths.Length != 2)
        {
            Console.Error.WriteLine("usage: tokenizer tokenizer.json[.gz] text[.gz] [megabytes]");
            return;
        }
        byte[] file = Read(paths[0]);
        byte[] once = Read(paths[1]);
        long size = 1_000_000L * arguments.Where(a => int.TryParse(a, out _)).Select(int.Parse).FirstOrDefault(20);
        byte[] text = new byte[Math.Max(size, once.Length)];
        for (int at = 0; at < text.Length; at += once.Length)
            once.AsSpan(0, Math.Min(once.Length, text.Length - at)).CopyTo(text.AsSpan(at));

        BpeTokenizer tokenizer = TokenizerFile.Read(file);
        List<int> ids = new(text.Length);
        tokenizer.Encode(once, ids);
        Console.WriteLine(
            $"{paths[1]}: {once.Length / 1e6:F1} MB, {(double)once.Length / ids.Count:F2} bytes a token, one thread"
        );
        Rate.Print("read tokenizer.json", file.Length, () => TokenizerFile.Read(file), runs: 3);
        Rate.Print(
            "encode",
            text.Length,
            () =>
            {
                ids.Clear();
                tokenizer.Encode(text, ids);
            }
        );
        Rate.Print(
            "encode, cold",
            once.Length,
            () =>
            {
                ids.Clear();
                new BpeTokenizer(tokenizer.Definition).Encode(once, ids);
            }
        );
        int[] all = tokenizer.Encode(text);
        System.Buffers.ArrayBufferWriter<byte> decoded = new(text.Length + 64);
        Rate.Print(
            "decode",
            text.Length,
            () =>
            {
                decoded.ResetWrittenCount();
                tokenizer.Decode(all, decoded);
            }
        );
        foreach (int vocabulary in (int[])[1024, 8192, 32768])
            Rate.Print(
                $"train {vocabulary}",
                once.Length,
                () =>
                {
                    BpeTrainer trainer = new(new() { VocabularySize = vocabulary });
                    trainer.Add(once);
                    trainer.Train();
                },
                runs: 3
            );
    }

    private static byte[] Read(string path)
    {
        if (!path.EndsWith(".gz", StringComparison.Ordinal))
            return File.ReadAllBytes(path);
        using GZipStream stream = new(File.OpenRead(path), CompressionMode.Decompress);
        using MemoryStream content = new();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
