using Assay.Judge;

namespace Assay.Reports.Plots;

/// <summary>One line of an <see cref="IntervalPlot"/>.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Measured">The measurement.</param>
/// <param name="Accent">True for the line to look at first.</param>
public sealed record IntervalRow(string Name, Measurement Measured, bool Accent);
