using System.Runtime.CompilerServices;

namespace Assay.Numerics;

/// <summary>How loops of kernels are compiled.</summary>
internal static class Compile
{
    /// <summary>
    /// Optimised at the first call, and never as part of a caller. The compiler inlines only so much into one method, in proportion to
    /// the method's own size: a loop that became part of a small caller would find that spent, and call every operation on lanes.
    /// </summary>
    public const MethodImplOptions Apart = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;
}
