namespace Assay.Plan;

/// <summary>Where designs move at each time while noise (time 0) becomes designs (time 1).</summary>
public interface IVelocityField
{
    /// <summary>Numbers of a design.</summary>
    int Dimensions { get; }

    /// <summary>The velocity of each design.</summary>
    /// <param name="designs">Row-major.</param>
    /// <param name="time">In [0, 1], the same for all.</param>
    /// <param name="velocities">Receives as many numbers.</param>
    void Velocities(ReadOnlySpan<float> designs, double time, Span<float> velocities);
}
