using Assay.Judge;
using Assay.Studies;

namespace Assay.Reports.Plots;

/// <summary>A candidate in a plane of two objectives.</summary>
/// <param name="Name">Its name.</param>
/// <param name="X">First objective.</param>
/// <param name="Y">Second objective.</param>
/// <param name="Standing">How it stands.</param>
/// <param name="Chosen">True for the candidate that was chosen.</param>
public sealed record FrontierPoint(string Name, Interval X, Interval Y, Standing Standing, bool Chosen);

/// <summary>One axis of a <see cref="FrontierPlot"/>.</summary>
/// <param name="Metric">The objective.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Maximise">True if more is better.</param>
public sealed record Axis(string Metric, string Unit, bool Maximise)
{
    /// <summary>The metric with its unit.</summary>
    public string Heading =>
        Unit is "" or "share" or "bytes" || Metric.Contains(Unit, StringComparison.Ordinal)
            ? Visible(Metric)
            : $"{Visible(Metric)}, {Visible(Unit)}";

    private static string Visible(string text) => Text.Visible.Line(text, 60);
}
