namespace Assay.Judge;

/// <summary>A policy that has been measured: how far it went from its reference, and what it won by that.</summary>
/// <param name="Arm">How it was made: <c>dpo</c>, <c>best of n</c>.</param>
/// <param name="Seed">Which repetition of the arm; arms are compared seed by seed.</param>
/// <param name="Strength">How hard it was pushed (1 / beta, steps, N), in any unit: it orders an arm's policies, and nothing is computed from it.</param>
/// <param name="Kl">Divergence from the reference in nats per answer; an estimate from samples may be a little below 0.</param>
/// <param name="Reward">What it is judged by: gold reward, win rate; more is better.</param>
public sealed record PolicyPoint(string Arm, int Seed, double Strength, double Kl, double Reward);
