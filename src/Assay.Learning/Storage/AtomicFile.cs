namespace Assay.Learning;

/// <summary>Files that are there whole or not at all: written to a temporary name beside, synced, then renamed.</summary>
internal static class AtomicFile
{
    /// <summary>What a killed run may leave behind ends in this; the next write of the same file overwrites it.</summary>
    public const string Unfinished = ".part";

    /// <summary>Writes a file over the one that may be there.</summary>
    /// <exception cref="IOException">The disk is full or not writable; what was there before still is.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = path + Unfinished;
        try
        {
            using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            try
            {
                File.Delete(temporary);
            }
            catch (Exception ignored) when (ignored is IOException or UnauthorizedAccessException) { }
            throw;
        }
    }
}
