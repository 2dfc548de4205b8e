using Assay.Data;

namespace Assay.Describe;

/// <summary>Looks at a dataset and says what is in it.</summary>
public interface IDescriber
{
    /// <summary>Describes the rows in view.</summary>
    Label Describe(View view, Work work);
}
