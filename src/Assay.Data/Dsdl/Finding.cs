namespace Assay.Data.Dsdl;

/// <summary>Something to mend in a description or a sample.</summary>
/// <param name="Where">File, line, column and key.</param>
/// <param name="Message">What was expected and what was found.</param>
/// <param name="IsError">False for a warning.</param>
public sealed record Finding(Location Where, string Message, bool IsError = true)
{
    /// <summary><c>file:line:column (key 'k'): message</c>.</summary>
    public override string ToString() => $"{Where}: {Message}";
}

/// <summary>A description that cannot be used, with everything that is wrong with it.</summary>
public sealed class DsdlException : AssayException
{
    internal DsdlException(IReadOnlyList<Finding> errors)
        : base(
            errors.Count == 1
                ? errors[0].Message
                : $"{errors[0].Message} (the first of {errors.Count} errors in the description)",
            errors[0].Where
        ) => Errors = errors;

    /// <summary>What is wrong, in the order in which it was found.</summary>
    public IReadOnlyList<Finding> Errors { get; }

    /// <summary>Every error, a line each.</summary>
    public override string ToString() => string.Join(Environment.NewLine, Errors);
}

/// <summary>Collects what is found in a description, so that all of it is reported at once.</summary>
internal sealed class Findings
{
    private const int Limit = 100;
    private readonly List<Finding> _errors = [];
    private readonly List<Finding> _warnings = [];

    public IReadOnlyList<Finding> Warnings => _warnings;

    public bool HasErrors => _errors.Count > 0;

    public void Error(Place place, string key, string message)
    {
        // A template is looked at for each binding of its parameters.
        Finding error = new(place.At(key), message);
        if (_errors.Count < Limit && !_errors.Contains(error))
            _errors.Add(error);
    }

    public void Warn(Place place, string key, string message)
    {
        if (_warnings.Count < Limit)
            _warnings.Add(new(place.At(key), message, IsError: false));
    }

    public void ThrowIfAny()
    {
        if (HasErrors)
            throw new DsdlException(_errors);
    }
}
