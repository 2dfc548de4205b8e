namespace Assay.Data;

/// <summary>
/// Finished pieces of a step, as files of one folder. A piece appears under its name only when it is whole and on disk
/// (written to a temporary name, synced, renamed), so what a killed run leaves is either a finished piece or rubbish
/// that the next run sweeps away.
/// </summary>
public sealed class Pieces : IDisposable
{
    private const string Unfinished = ".part";
    private readonly bool _temporary;

    /// <summary>Uses <paramref name="folder"/>, made if need be; sweeps unfinished pieces of earlier runs away.</summary>
    public Pieces(string folder)
    {
        Folder = folder;
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.EnumerateFiles(folder, "*" + Unfinished))
            File.Delete(file);
    }

    private Pieces(string folder, bool temporary)
        : this(folder) => _temporary = temporary;

    /// <summary>Pieces in a temporary folder that goes with the object: for the library and for tests.</summary>
    public static Pieces Temporary() => new(Directory.CreateTempSubdirectory("assay-").FullName, temporary: true);

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The file name of a piece, whether it exists or not.</summary>
    public string PathOf(string stage, int index) => Path.Combine(Folder, $"{stage}-{index:D6}");

    /// <summary>True if the piece is finished.</summary>
    public bool Has(string stage, int index) => File.Exists(PathOf(stage, index));

    /// <summary>Opens a finished piece.</summary>
    public FileStream Open(string stage, int index) =>
        new(PathOf(stage, index), FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);

    /// <summary>Writes a piece whole or not at all.</summary>
    /// <exception cref="AssayException">The disk is full or not writable.</exception>
    public void Write(string stage, int index, Action<Stream> write) =>
        WriteFile(PathOf(stage, index), write, durable: !_temporary);

    /// <summary>Deletes the pieces of a stage that is no longer needed.</summary>
    public void Delete(string stage)
    {
        foreach (string file in Directory.EnumerateFiles(Folder, stage + "-??????"))
            File.Delete(file);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_temporary && Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Writes any file whole or not at all: to a temporary name beside it, synced, then renamed over it.</summary>
    /// <exception cref="AssayException">The disk is full or not writable.</exception>
    public static void WriteFile(string path, Action<Stream> write) => WriteFile(path, write, durable: true);

    // What goes with the process anyway need not survive the machine: syncing is most of the cost of a small piece.
    private static void WriteFile(string path, Action<Stream> write, bool durable)
    {
        // Always the same name, so that a killed run's rubbish is overwritten and not piled up.
        string temporary = path + Unfinished;
        try
        {
            using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: durable);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception failure)
        {
            try
            {
                File.Delete(temporary);
            }
            catch (Exception ignored) when (ignored is IOException or UnauthorizedAccessException) { }
            if (failure is IOException or UnauthorizedAccessException)
                throw new AssayException(
                    $"cannot write: {failure.Message}",
                    new(path),
                    "Nothing half-written was left behind. Free some space (or fix the permissions) and run the same command again; it goes on from here.",
                    failure
                );
            throw;
        }
    }
}
