using Assay.Data;

namespace Assay.Evidence;

/// <summary>A file of measurements as rows without text, read as the commands read it; its tables go when it is disposed.</summary>
internal sealed class TableFile : IDisposable
{
    private readonly Pieces _pieces = Pieces.Temporary();

    /// <summary>Reads a file.</summary>
    /// <exception cref="AssayException">It is not there, or a row cannot be read.</exception>
    public TableFile(string path)
    {
        SourcePlan plan = SourcePlan.Find("table", new() { Path = [Path.GetFullPath(path)], Table = true }, "/");
        IngestResult read = Ingest.Run(plan, BadRowPolicy.Fail, new(_pieces));
        View = new(
            new Dataset(
                Path.GetFileName(path),
                path,
                read.Schema,
                "text",
                read.Infos,
                index => Table.Read(read.Tables[index])
            )
        );
    }

    /// <summary>The rows.</summary>
    public View View { get; }

    public void Dispose() => _pieces.Dispose();
}
