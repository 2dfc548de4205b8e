namespace Assay.Select;

/// <summary>When the training error stops to fall fast: after which epoch to look at the outputs.</summary>
/// <remarks>
/// The paper looks where the drop of the training error begins to slow down. The rule here: of the first 15 percent of the epochs, the one
/// whose error lies deepest below the line from the first error to the last of them.
/// </remarks>
public static class SeparatingEpoch
{
    /// <summary>The share of the epochs that is looked at.</summary>
    public const double Share = 0.15;

    /// <summary>How many of the first epochs of a training the rule looks at: at least 1.</summary>
    public static int Horizon(int epochs) =>
        Math.Max(1, (int)Math.Round(Share * epochs, MidpointRounding.AwayFromZero));

    /// <summary>The epoch, counted from 1.</summary>
    /// <param name="errors">The training error after epochs 1 to <see cref="Horizon"/>, at least one.</param>
    public static int Of(IReadOnlyList<double> errors)
    {
        if (errors.Count == 0)
            throw new ArgumentException("There is no error.", nameof(errors));
        int best = 0;
        double deepest = 0;
        for (int i = 1; i < errors.Count; i++)
        {
            double line = errors[0] + (errors[^1] - errors[0]) * i / (errors.Count - 1);
            if (line - errors[i] > deepest)
                (best, deepest) = (i, line - errors[i]);
        }
        return best + 1;
    }
}
