using Assay.Data;
using Assay.Recipes;
using Assay.Recipes.Execution;

namespace Assay.Cli.Terminal;

/// <summary>Prints what a run would do: <c>--dry-run</c>.</summary>
internal static class PlanTable
{
    public static void Write(RunPlan plan, Recipe recipe, TextWriter output)
    {
        output.WriteLine($"{recipe.Path}  ({new ByteSize(plan.Bytes)} to read, seed {recipe.Seed})");
        string candidate = "";
        int width = plan.Parts.Max(part => part.Method.Length);
        foreach (PlannedStep part in plan.Parts)
        {
            if (part.Candidate != candidate && part.Candidate.Length > 0)
                output.WriteLine($"  {part.Candidate}");
            candidate = part.Candidate;
            string cost =
                part.Cached ? "stored"
                : part.Seconds is { } seconds ? $"about {seconds:0.0} s"
                : "never ran here";
            output.WriteLine(
                $"{(candidate.Length > 0 ? "    " : "  ")}{(part.Cached ? "✓" : "·")} {part.Method.PadRight(width)}  {cost, -14}  {part.Written}"
            );
        }
        output.WriteLine();
        output.WriteLine(
            plan.Unknown.Count == 0
                ? $"Estimate: {plan.KnownSeconds:0.0} s, from earlier runs in this store."
                : $"Estimate: {plan.KnownSeconds:0.0} s for the steps that have run in this store before; unknown for {string.Join(", ", plan.Unknown)}."
        );
    }
}
