using System.ComponentModel.DataAnnotations;
using Assay.Data;

namespace Assay.Select;

/// <summary>Options of <see cref="Holdout"/>.</summary>
public sealed record HoldoutOptions
{
    /// <summary>How many rows are held out: a share of the rows in view or a count.</summary>
    [Required]
    public Amount Size { get; init; }

    /// <summary>Name of the dataset that they become. Default: <c>target</c>.</summary>
    [Required]
    public string As { get; init; } = "target";
}

/// <summary>Moves a random sample out of the flow, as a dataset of its own to measure candidates on.</summary>
/// <remarks>The sample is drawn as <see cref="RandomSample"/> draws: a row's luck does not depend on the rows around it.</remarks>
[Method("select/holdout")]
public sealed class Holdout(HoldoutOptions options) : ISelector
{
    /// <inheritdoc/>
    /// <exception cref="AssayException">The name is empty, or a dataset has it already.</exception>
    public Selected Select(View view, Work work)
    {
        if (string.IsNullOrWhiteSpace(options.As))
            throw new AssayException(
                "the holdout has no name",
                hint: "Name it: select/holdout: { size: 5%, as: target }."
            );
        if (work.Datasets.ContainsKey(options.As))
            throw new AssayException(
                $"there is a dataset '{options.As}' already, so the holdout cannot be called that",
                hint: "Give it another name with 'as'. Taken: " + string.Join(", ", work.Datasets.Keys) + "."
            );
        Ranking ranking = RandomOrder.Of(view, work, Budget.Rows, "random numbers");
        Verdicts verdicts = new(view, $"holdout.{options.As}");
        foreach (int position in ranking.Order[..ranking.Prefix(options.Size)])
            verdicts.Drop(position);
        return verdicts.ToSelected(options.As);
    }
}
