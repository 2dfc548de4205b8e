using System.IO.Hashing;

namespace Assay.Learning;

/// <summary>Turns tokens into columns of a fixed number by hashing: text features without a vocabulary.</summary>
/// <remarks>
/// Weinberger et al., "Feature Hashing for Large Scale Multitask Learning" (2009): one hash picks the column, one of its
/// bits the sign, so that tokens that collide cancel on average. The hash is XxHash3.
/// </remarks>
public sealed class FeatureHasher
{
    private readonly SparseMatrixBuilder _builder;
    private readonly bool _signed;
    private readonly ulong _mask;

    /// <summary>Starts without rows.</summary>
    /// <param name="bits">Base-2 logarithm of the number of columns, 1 to 26.</param>
    /// <param name="signed">Whether half of the tokens count negatively.</param>
    public FeatureHasher(int bits, bool signed = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 26);
        _builder = new(1 << bits);
        _mask = (1UL << bits) - 1;
        _signed = signed;
    }

    /// <summary>Counts a token in the current row.</summary>
    /// <param name="token">Its bytes; any, none too.</param>
    /// <param name="value">What it counts, finite.</param>
    public void Add(ReadOnlySpan<byte> token, float value = 1)
    {
        ulong hash = XxHash3.HashToUInt64(token);
        _builder.Add((int)(hash & _mask), _signed && hash >> 63 == 1 ? -value : value);
    }

    /// <summary>Ends the current row.</summary>
    /// <param name="normalise">Scales the row to Euclidean length 1.</param>
    public void EndRow(bool normalise = true) => _builder.EndRow(normalise);

    /// <summary>The matrix of all ended rows.</summary>
    public SparseMatrix Build() => _builder.Build();
}
