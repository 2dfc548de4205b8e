namespace Assay.Select;

/// <summary>What an amount of rows is counted in.</summary>
public enum Budget
{
    /// <summary>Rows.</summary>
    Rows,

    /// <summary>Bytes of text: candidates of equal bytes cost the same to train on, whatever the length of their rows.</summary>
    Bytes,
}
