namespace Assay.Data;

/// <summary>Something to mend in a description or a sample.</summary>
/// <param name="Where">File, line, column and key.</param>
/// <param name="Message">What was expected and what was found.</param>
/// <param name="IsError">False for a warning.</param>
public sealed record DsdlFinding(Location Where, string Message, bool IsError = true)
{
    /// <summary><c>file:line:column (key 'k'): message</c>.</summary>
    public override string ToString() => $"{Where}: {Message}";
}

/// <summary>Collects what is found in a description, so that all of it is reported at once.</summary>
internal sealed class DsdlFindings
{
    private const int Limit = 100;
    private readonly DocumentProblems _errors = new();
    private readonly HashSet<DsdlFinding> _known = []; // a template is looked at for each binding of its parameters
    private readonly List<DsdlFinding> _warnings = [];

    public IReadOnlyList<DsdlFinding> Warnings => _warnings;

    public bool HasErrors => _errors.Count > 0;

    public void Error(Place place, string key, string message)
    {
        DsdlFinding error = new(place.At(key), message);
        if (_known.Count <= Limit && _known.Add(error))
            _errors.Add(new(error.Where, error.Message));
    }

    public void Warn(Place place, string key, string message)
    {
        if (_warnings.Count < Limit)
            _warnings.Add(new(place.At(key), message, IsError: false));
    }

    public void ThrowIfAny() => _errors.ThrowIfAny();
}
