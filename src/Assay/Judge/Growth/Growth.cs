using Assay.Data;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Tells which abilities go on growing with more rows, which stop and which do not grow, and shares a budget of rows out accordingly.</summary>
/// <remarks>
/// Source: "Dynamics of Instruction Tuning: Each Ability of Large Language Models Has Its Own Growth Pace", arXiv 2310.19651. The recipe is the one that the released mixture follows; the formulas of
/// Complexity and Transference are not published, so both are of our own definition.
/// </remarks>
[Method("judge/growth", Paper = "instruction-dynamics")]
public sealed class Growth(GrowthOptions options) : IStudy
{
    /// <inheritdoc/>
    /// <exception cref="AssayException">The rows are neither measured scores nor labelled rows of abilities.</exception>
    public Study Run(View data, Work work)
    {
        StudyTable table = StudyTable.Of(data, work.Cancellation);
        GrowthData read = table.Has(options.Score)
            ? GrowthTable.Read(table, options, data.Dataset.Name)
            : GrowthTraining.Of(data, options, work);
        GrowthRules rules = new()
        {
            Full = options.Full,
            PlateauRows = options.PlateauRows,
            Smooth = options.Smooth,
        };
        GrowthPace[] paces =
        [
            .. read.Abilities.Select(scores =>
                GrowthPace.Of(scores, rules, work.Random.Child("bootstrap").Child(scores.Ability))
            ),
        ];
        RowDemand[] demands =
        [
            .. paces.Select(
                (pace, i) =>
                    new RowDemand(
                        pace.Class,
                        (int)Math.Ceiling(pace.PlateauRows),
                        (int)Math.Ceiling(pace.Scores.Sizes[0]),
                        read.Available[i]
                    )
            ),
        ];
        int budget =
            options.Budget > 0
                ? options.Budget
                : (int)Math.Min(int.MaxValue, paces.Sum(pace => Math.Ceiling(pace.Scores.Sizes[^2])));
        int[] rows =
            options.Allocate == AllocationRule.Recipe ? RowAllocation.Of(demands, budget)
            : paces.All(pace => pace.Curve is not null)
                ? RowAllocation.ByCurves([.. paces.Select(pace => pace.Curve!)], demands, budget)
            : throw new AssayException(
                "an ability was scored at two sizes only, which is too few for a curve",
                hint: "Use 'allocate: recipe', or score it at a third size."
            );
        return GrowthStudy.Of(paces, demands, rows, budget, read, options);
    }
}
