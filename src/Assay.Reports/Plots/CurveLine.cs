using Assay.Value;

namespace Assay.Reports.Plots;

/// <summary>One curve of a <see cref="CurvePlot"/>.</summary>
/// <param name="Name">What it is called in the legend.</param>
/// <param name="Points">From left to right, shares from 0 to 1.</param>
/// <param name="Style">How it is drawn: <c>accent</c>, <c>other</c> or <c>faded</c>.</param>
public sealed record CurveLine(string Name, IReadOnlyList<CurvePoint> Points, string Style);
