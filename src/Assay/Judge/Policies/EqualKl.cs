using Assay.Data;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Compares ways to train a policy at equal divergence from its reference: the reward that each reaches for the same KL.</summary>
/// <remarks>
/// "Learning to summarize from human feedback", arXiv 2009.01325, section 4.3 and figure 5; "Is DPO superior to PPO for LLM alignment?", arXiv 2404.10719. Two methods at their own default
/// strengths differ in how far they went as much as in how well, and going further nearly always wins.
/// </remarks>
[Method("judge/equal-kl", Paper = "summarize-feedback")]
public sealed class EqualKl(EqualKlOptions options) : IStudy
{
    /// <summary>Compares the arms of a table, a row for each policy.</summary>
    /// <exception cref="AssayException">A column is missing, a value does not fit, or there are not two arms.</exception>
    public Study Run(View data, Work work)
    {
        StudyTable table = StudyTable.Of(data, work.Cancellation);
        PolicyPoint[] points = Read(table);
        PolicyCurves curves = new(points, options.Envelope);
        if (curves.Arms.Count < 2)
            throw new AssayException(
                $"there is one arm only, '{curves.Arms[0]}'",
                hint: $"Give the rows of at least two; '{options.Arm}' is the column that tells them apart."
            );
        if (options.Against.Length > 0 && !curves.Arms.Contains(options.Against))
            throw new AssayException(
                $"there is no arm '{options.Against}' to compare with",
                hint: "There are: " + string.Join(", ", curves.Arms) + "."
            );
        return EqualKlStudy.Of(points, curves, options);
    }

    private PolicyPoint[] Read(StudyTable table)
    {
        string[] arms = table.Words(options.Arm),
            seeds = table.Has(options.Seed) ? table.Words(options.Seed) : new string[table.Rows];
        double[] kl = table.Numbers(options.Divergence),
            reward = table.Numbers(options.Reward),
            strength = table.Has(options.Strength) ? table.Numbers(options.Strength) : new double[table.Rows];
        if (Array.IndexOf(arms, "") is >= 0 and int nameless)
            throw table.Wrong(nameless, options.Arm, $"'{options.Arm}' is empty", "Every policy needs an arm.");
        List<string> names = [.. seeds.Distinct()];
        List<PolicyPoint> points = [];
        for (int row = 0; row < arms.Length; row++)
            points.Add(new(arms[row], names.IndexOf(seeds[row]), strength[row], kl[row], reward[row]));
        PolicyPoint[] reference = [.. points.Where(point => point.Arm == options.Reference)];
        points.RemoveAll(point => point.Arm == options.Reference);
        if (points.Count == 0)
            throw new AssayException(
                "all rows are of the reference",
                hint: $"Give the rows of at least two arms; '{options.Arm}' is the column that tells them apart."
            );
        // A reference that was measured in one repetition only is that of all; else each repetition begins at its own.
        bool isShared = reference.Select(point => point.Seed).Distinct().Count() == 1;
        foreach ((string arm, int seed) in points.Select(point => (point.Arm, point.Seed)).Distinct().ToArray())
            points.AddRange(
                reference
                    .Where(point => isShared || point.Seed == seed)
                    .Select(point => point with { Arm = arm, Seed = seed, Strength = 0 })
            );
        return [.. points];
    }
}
