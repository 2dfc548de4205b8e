namespace Assay.Numerics;

/// <summary>Where a <see cref="RandomStream"/> stands: enough to go on with the very same numbers.</summary>
/// <param name="Seed">The seed of the stream, from which its children and keyed numbers come.</param>
/// <param name="S0">First word of the generator; the four words are never all 0.</param>
/// <param name="S1">Second word of the generator.</param>
/// <param name="S2">Third word of the generator.</param>
/// <param name="S3">Fourth word of the generator.</param>
public readonly record struct RandomState(ulong Seed, ulong S0, ulong S1, ulong S2, ulong S3);
