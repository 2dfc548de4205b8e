using System.IO.Hashing;

namespace Assay.Data;

/// <summary>
/// Standard input as a file: it can be read once only, so it is written to the folder of downloads, under a hash of what it holds and
/// with the extension of the format that its first bytes tell.
/// </summary>
internal static class StandardInput
{
    /// <summary>What a path calls it.</summary>
    public const string Path = "-";

    private static readonly Lock Once = new();
    private static (string Name, string Path)? _kept;

    /// <summary>The name that rows are said to come from, and where it lies now; read the first time, in this process.</summary>
    /// <exception cref="AssayException">There is none, or it cannot be kept.</exception>
    public static (string Name, string Path) Fetch(string folder, Work work)
    {
        lock (Once)
        {
            if (_kept is { } kept)
                return kept;
            if (!Console.IsInputRedirected)
                throw new AssayException(
                    "expected data on standard input ('-'), found the terminal",
                    hint: "Pipe it in: cat rows.jsonl | assay ... -"
                );
            using Stream input = Console.OpenStandardInput();
            _kept = Keep(input, folder, work);
            return _kept.Value;
        }
    }

    /// <summary>Writes a stream to a file, with bounded memory.</summary>
    /// <exception cref="AssayException">The disk is full or not writable.</exception>
    public static (string Name, string Path) Keep(Stream input, string folder, Work work)
    {
        string temporary = System.IO.Path.Combine(folder, $"stdin-{Environment.ProcessId}");
        XxHash128 hash = new();
        Directory.CreateDirectory(folder);
        Pieces.WriteFile(
            temporary,
            file =>
            {
                byte[] buffer = new byte[1 << 18];
                long done = 0;
                for (int got; (got = input.Read(buffer)) > 0; )
                {
                    hash.Append(buffer.AsSpan(0, got));
                    file.Write(buffer.AsSpan(0, got));
                    done += got;
                    work.Cancellation.ThrowIfCancellationRequested();
                    work.Progress?.Report(new("read standard input", done, 0, "bytes"));
                }
            }
        );
        string extension = ExtensionOf(temporary);
        string path = System.IO.Path.Combine(
            folder,
            $"stdin-{Convert.ToHexStringLower(hash.GetCurrentHash())}{extension}"
        );
        // What was read before keeps its time of change, so that its hash stays known.
        if (File.Exists(path))
            File.Delete(temporary);
        else
            File.Move(temporary, path);
        return ("stdin" + extension, path);
    }

    /// <summary>How the name of a file that starts like this should end.</summary>
    private static string ExtensionOf(string path)
    {
        byte[] start = new byte[4096];
        int length = 0;
        try
        {
            using Stream content = SourceFile.Inspect("stdin", path, SourceFormat.Text).OpenContent();
            length = content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        }
        catch (Exception failure) when (failure is InvalidDataException or ZstdSharp.ZstdException)
        {
            // A damaged file will be told of when its rows are read.
        }
        return FormatTraits.Guess(start.AsSpan(0, length)).Extensions.FirstOrDefault(".txt");
    }
}
