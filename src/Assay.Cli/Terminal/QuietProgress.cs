using Assay.Data;
using Assay.Recipes;
using Assay.Recipes.Execution;

namespace Assay.Cli.Terminal;

/// <summary>Hears everything and says nothing: <c>--quiet</c>.</summary>
internal sealed class QuietProgress : IRunObserver
{
    public void CandidateStarted(string name) { }

    public void StepStarted(string method, string written, bool cached) { }

    public void StepFinished(StepReport report) { }

    public void Report(Progress value) { }
}
