using Assay.Data;

namespace Assay.Order;

/// <summary>Puts the rows in view into the order in which they are trained on.</summary>
/// <remarks>An ordered selection (<see cref="Selection.IsOrdered"/>) is gone through as it stands: training does not shuffle it.</remarks>
public interface IOrderer
{
    /// <summary>The order.</summary>
    /// <returns>
    /// Every place of the view's selection, from 0 to its count - 1, once: first the place of the row that comes first. A row that
    /// is repeated has several places.
    /// </returns>
    int[] Order(View view, Work work);
}
