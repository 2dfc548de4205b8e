using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Data;
using Assay.Describe;
using Assay.Studies;

namespace Assay.Recipes.Execution;

/// <summary>Labels one dataset, without a recipe: <c>assay describe label</c>.</summary>
/// <remarks>
/// The label is kept in the store as a recipe's step is, without what people say: a change of their words computes nothing again. Writes <c>label.json</c>
/// and <c>label.md</c> into the folder.
/// </remarks>
/// <param name="store">Where results are kept.</param>
/// <param name="options">How to use the machine.</param>
/// <param name="observer">Hears how it goes.</param>
/// <param name="cancellation">Asks it to stop.</param>
public sealed class LabelRunner(
    Store store,
    RunOptions options,
    IRunObserver observer,
    CancellationToken cancellation = default
)
{
    /// <summary>Labels the data and writes the label.</summary>
    /// <param name="call">A method that is an <see cref="IDescriber"/>.</param>
    /// <exception cref="AssayException">Something that the user can mend went wrong.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop; finished work is kept.</exception>
    public LabelReport Run(MethodCall call)
    {
        Stopwatch clock = Stopwatch.StartNew();
        StepRunner steps = new(store, options, observer, cancellation);
        Flow flow = new CallReader(steps, new(store, options, observer, steps)).Read(call);
        LabelOptions asked = (LabelOptions)call.Options;
        StepSpec step = new(call.Method, asked with { About = new() { Kinds = asked.About.Kinds } });
        (_, IReadOnlyList<StepReport> reports) = steps.Run(step, flow, call.Seed);
        Label label = (
            reports[^1].Label
            ?? throw new AssayException(
                $"{call.Method.Name} labels nothing",
                hint: "'assay methods describe' lists what does."
            )
        ).With(asked.About);
        string title =
            asked.About.Title.Length > 0
                ? asked.About.Title
                : string.Join(
                    ", ",
                    call.Data.Path.Select(path => Path.GetFileName(Path.TrimEndingDirectorySeparator(path)))
                );
        return new()
        {
            Method = call.Method.Name,
            Options = call.Method.Written(call.Options),
            Seed = call.Seed,
            Data = call.Data.Path,
            Title = title,
            Label = label,
            Files =
            [
                StudyRunner.Write(call.Folder, new StudyFile("label.json", label.ToJson() + "\n")),
                StudyRunner.Write(call.Folder, new StudyFile("label.md", LabelMarkdown.Of(label, title))),
            ],
            Seconds = clock.Elapsed.TotalSeconds,
            Cached = reports[^1].Cached,
        };
    }
}

/// <summary>A label and what it was made from: what <c>assay describe label</c> prints as JSON and shows as a page.</summary>
public sealed record LabelReport
{
    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>Its options as one would write them in a recipe; empty where all are defaults.</summary>
    public required string Options { get; init; }

    /// <summary>Seed of every random choice.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The data that were given.</summary>
    public required IReadOnlyList<string> Data { get; init; }

    /// <summary>What to call them.</summary>
    public required string Title { get; init; }

    /// <summary>The label.</summary>
    public required Label Label { get; init; }

    /// <summary>Files that were written.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>How long it took.</summary>
    public required double Seconds { get; init; }

    /// <summary>True if the label came from the store.</summary>
    [JsonIgnore]
    public bool Cached { get; init; }

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Label.JsonOptions);
}
