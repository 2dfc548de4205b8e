using Assay.Data;

namespace Assay.Value;

/// <summary>Gives every row numbers that say what it is worth.</summary>
public interface IValuer
{
    /// <summary>Computes one or more signals for the rows in view; rows outside of it get NaN.</summary>
    IReadOnlyList<Signal> Value(View view, Work work);
}
