namespace Assay.Data;

/// <summary>A failure that its user can mend: the message says what was wrong, where, what was expected and what to do.</summary>
/// <remarks>Shown without a stack trace. Anything else that escapes is a defect of Assay.</remarks>
public class AssayException : Exception
{
    /// <summary>Makes the failure.</summary>
    /// <param name="message">What was wrong, in one sentence.</param>
    /// <param name="where">Where, as far as it is known: file, line, column, key or byte.</param>
    /// <param name="hint">What to do about it.</param>
    /// <param name="cause">The lower failure, if there is one.</param>
    public AssayException(string message, Location? where = null, string? hint = null, Exception? cause = null)
        : base(message, cause)
    {
        Where = where;
        Hint = hint;
    }

    /// <summary>Where the failure is.</summary>
    public Location? Where { get; }

    /// <summary>What to do about it.</summary>
    public string? Hint { get; }

    /// <summary>The whole text: place, message, hint.</summary>
    public override string ToString() =>
        (Where is null ? "" : Where + ": ") + Message + (Hint is null ? "" : Environment.NewLine + "  " + Hint);
}

/// <summary>A place in an input. Lines and columns count from 1, bytes from 0.</summary>
/// <param name="File">Path as the user wrote it.</param>
/// <param name="Line">Line, or 0 if unknown.</param>
/// <param name="Column">Column in characters, or 0 if unknown.</param>
/// <param name="Byte">Offset in the (decompressed) file, or -1 if unknown.</param>
/// <param name="Key">Key or column name.</param>
public sealed record Location(string File, long Line = 0, int Column = 0, long Byte = -1, string? Key = null)
{
    /// <summary><c>file:line:column (byte n, key 'k')</c>, without what is unknown.</summary>
    public override string ToString()
    {
        string place = File + (Line > 0 ? ":" + Line : "") + (Line > 0 && Column > 0 ? ":" + Column : "");
        string detail = string.Join(
            ", ",
            new[] { Byte >= 0 ? $"byte {Byte}" : null, Key is null ? null : $"key '{Key}'" }.Where(part =>
                part is not null
            )
        );
        return detail.Length == 0 ? place : $"{place} ({detail})";
    }
}
