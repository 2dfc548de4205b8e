namespace Assay.Numerics;

/// <summary>Work that falls into numbered pieces which do not depend on each other: the body of <see cref="Workers.For{TBody}(int, TBody)"/>.</summary>
/// <remarks>
/// Implemented by a struct, and best by a <c>ref struct</c> that holds the spans it works on: nothing is then allocated.
/// All pieces run on the one struct, so <see cref="Run"/> must not write to its fields.
/// </remarks>
public interface IPieces
{
    /// <summary>Does one piece; called once for each piece, from any thread, in any order.</summary>
    /// <param name="piece">From 0 to the number of pieces - 1.</param>
    void Run(int piece);
}
