namespace Assay.Numerics;

/// <summary>A hypervolume and how far it may be off.</summary>
/// <param name="Value">The hypervolume.</param>
/// <param name="StandardError">Standard error of the value; 0 if it is exact.</param>
public readonly record struct HypervolumeEstimate(double Value, double StandardError);
