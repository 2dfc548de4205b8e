namespace Assay.Numerics;

/// <summary>What a point would add to the hypervolume of points taken before.</summary>
/// <remarks>Fewer than four objectives are padded with objectives in which all points lie 1 below the reference: volumes stay as they are.</remarks>
internal sealed class AddedVolume
{
    private readonly int _m;
    private readonly double[] _taken;
    private readonly double[] _point;
    private readonly ExclusiveVolume _volume;
    private int _count;

    /// <summary>Starts with nothing taken; at most <paramref name="capacity"/> points can be.</summary>
    public AddedVolume(int m, ReadOnlySpan<double> reference, int capacity)
    {
        _m = Math.Max(4, m);
        double[] corner = new double[_m];
        Array.Fill(corner, 1);
        reference.CopyTo(corner);
        int stride = ExclusiveVolume.Stride(_m);
        _taken = new double[capacity * stride];
        _point = new double[stride];
        _volume = new(_m, corner);
    }

    /// <summary>The volume between the point, which lies below the reference, and the reference that no point taken covers.</summary>
    public double Of(ReadOnlySpan<double> point)
    {
        point.CopyTo(_point);
        return _volume.Of(_m, _point, _taken, _count);
    }

    /// <summary>Takes the point.</summary>
    public void Take(ReadOnlySpan<double> point) => point.CopyTo(_taken.AsSpan(_count++ * _point.Length));
}
