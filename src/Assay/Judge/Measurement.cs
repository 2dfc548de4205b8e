namespace Assay.Judge;

/// <summary>One number measured for a candidate, over several seeds.</summary>
/// <param name="Metric">Its name as the recipe writes it: <c>bits-per-byte@target</c>.</param>
/// <param name="Unit">Its unit: <c>bits/byte</c>, <c>bytes</c>, <c>rows</c>, <c>share</c>.</param>
/// <param name="Values">One value per seed, in the order of the seeds.</param>
/// <param name="Interval">Mean with its confidence interval over the seeds.</param>
public sealed record Measurement(string Metric, string Unit, IReadOnlyList<double> Values, Interval Interval);

/// <summary>An estimate and the interval that covers the truth at the stated confidence.</summary>
/// <param name="Mean">The estimate.</param>
/// <param name="Low">Lower end; equal to <paramref name="Mean"/> when nothing varies.</param>
/// <param name="High">Upper end.</param>
/// <param name="Confidence">Confidence in (0, 1), such as 0.95.</param>
public sealed record Interval(double Mean, double Low, double High, double Confidence);
