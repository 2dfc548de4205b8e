using System.ComponentModel.DataAnnotations;
using Assay.Data;

namespace Assay.Select;

/// <summary>Options of <see cref="RandomSample"/>.</summary>
public sealed record RandomSampleOptions
{
    /// <summary>How much stays: a share of the rows in view or a count, in rows or bytes as <see cref="Budget"/> says.</summary>
    [Required]
    public Amount Keep { get; init; }

    /// <summary>
    /// What <see cref="Keep"/> counts. Rows, the default, keeps exactly that many. Bytes takes rows in random order until the
    /// next would exceed the bytes of text.
    /// </summary>
    public Budget Budget { get; init; } = Budget.Rows;

    /// <summary>
    /// A signal of weights, numbers of at least 0: a row comes next with a probability proportional to its weight. Rows of
    /// weight 0, and rows without one, are never drawn. Default: all rows alike.
    /// </summary>
    public string? Weight { get; init; }
}

/// <summary>Keeps a random sample: the control that every other selector has to beat at the same budget.</summary>
/// <remarks>
/// Each row has a random number of its own, drawn from the seed, the step and the row's id; those with the smallest stay.
/// So a row's luck does not depend on the rows around it, and a larger sample contains every smaller one. With weights it is
/// sampling without replacement, the number being exponential with the weight as its rate (Efraimidis and Spirakis, 2006).
/// </remarks>
[Method("select/random")]
public sealed class RandomSample(RandomSampleOptions options) : ISelector
{
    /// <inheritdoc/>
    /// <exception cref="AssayException">No earlier step computes the weights, or one is negative or infinite.</exception>
    public Selected Select(View view, Work work)
    {
        Ranking ranking = RandomOrder.Of(view, work, options.Budget, "random numbers", options.Weight);
        Verdicts verdicts = new(view, "random.not_drawn");
        verdicts.DropAll();
        foreach (int position in ranking.Order[..ranking.Prefix(options.Keep)])
            verdicts.Keep(position);
        return verdicts.ToSelected();
    }
}
