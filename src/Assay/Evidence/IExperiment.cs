namespace Assay.Evidence;

/// <summary>An experiment that shows, or refutes, what a paper claims, on real data in minutes: <c>assay replicate</c>.</summary>
/// <remarks>
/// A seed is measured by itself, so that seeds are kept, resumed and added; what they say together is concluded afterwards, by rules
/// that were fixed before. Every comparison has its controls in it: equal rows, tokens and updates, random choice, the
/// simplest rival.
/// </remarks>
public interface IExperiment
{
    /// <summary>The paper's slug, as in <c>[Method(Paper = ...)]</c>.</summary>
    string Slug { get; }

    /// <summary>The paper's title and year.</summary>
    string Title { get; }

    /// <summary>What is done, in two or three sentences: data, sizes, arms.</summary>
    string Protocol { get; }

    /// <summary>Names of the folders of data that it reads.</summary>
    IReadOnlyList<string> Data { get; }

    /// <summary>Seeds by default, at least 2.</summary>
    int Seeds { get; }

    /// <summary>Raised when the experiment changes, so that kept seeds are not mixed with others.</summary>
    int Revision => 1;

    /// <summary>Measures one seed; depends on nothing but the trial.</summary>
    Figures Measure(Trial trial);

    /// <summary>What the seeds say about each claim.</summary>
    IReadOnlyList<Finding> Conclude(Trials trials);
}
