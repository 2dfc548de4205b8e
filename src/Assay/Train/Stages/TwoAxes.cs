using Assay.Numerics;

namespace Assay.Train;

/// <summary>A model on two axes, more being better on both: what it was specialised in, and what it is to keep.</summary>
/// <param name="Name">Which model.</param>
/// <param name="Specialised">The score of the speciality.</param>
/// <param name="General">The score of everything else.</param>
public sealed record TwoAxes(string Name, double Specialised, double General)
{
    /// <summary>The general score over another model's: 1 if nothing was lost.</summary>
    public double Retention(TwoAxes from) => General / from.General;

    /// <summary>What was won in the speciality.</summary>
    public double Gain(TwoAxes from) => Specialised - from.Specialised;

    /// <summary>Which of some models no other dominates.</summary>
    public static bool[] Front(IReadOnlyList<TwoAxes> models) => NonDominated.IsNonDominated(Minimised(models), 2);

    /// <summary>The area that some models dominate, from the reference on.</summary>
    /// <param name="models">The models.</param>
    /// <param name="specialised">The reference's score of the speciality.</param>
    /// <param name="general">The reference's general score.</param>
    public static double Hypervolume(IReadOnlyList<TwoAxes> models, double specialised = 0, double general = 0) =>
        Numerics.Hypervolume.Exact(Minimised(models), 2, [-specialised, -general]);

    private static double[] Minimised(IReadOnlyList<TwoAxes> models) =>
        [.. models.SelectMany(model => (double[])[-model.Specialised, -model.General])];
}
