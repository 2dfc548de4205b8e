using System.Text;

namespace Assay.Numerics;

/// <summary>Count, mean and standard deviation in one pass, and of parts that are merged.</summary>
/// <remarks>Welford (1962) for single numbers; Chan, Golub and LeVeque (1979) for merging.</remarks>
public sealed class Moments
{
    private double _squares; // sum of squared differences from the mean

    /// <summary>Numbers added.</summary>
    public long Count { get; private set; }

    /// <summary>Their mean; 0 without any.</summary>
    public double Mean { get; private set; }

    /// <summary>
    /// The population standard deviation (divided by the count), or null without numbers, or where it is beyond the range
    /// of a double.
    /// </summary>
    public double? StandardDeviation
    {
        get
        {
            double variance = _squares / Count;
            return Count > 0 && double.IsFinite(variance) ? Math.Sqrt(variance) : null;
        }
    }

    /// <summary>Adds a finite number.</summary>
    public void Add(double value)
    {
        Count++;
        double delta = value - Mean;
        if (double.IsFinite(delta))
            Mean += delta / Count;
        else
            Mean += value / Count - Mean / Count; // the difference of huge numbers overflows, its parts do not
        _squares += delta * (value - Mean);
    }

    /// <summary>Adds all that <paramref name="other"/> has seen.</summary>
    public void Merge(Moments other)
    {
        if (other.Count == 0)
            return;
        long count = Count + other.Count;
        double delta = other.Mean - Mean,
            share = (double)other.Count / count;
        Mean = double.IsFinite(delta) ? Mean + delta * share : Mean * (1 - share) + other.Mean * share;
        _squares += other._squares + delta * delta * Count * share;
        Count = count;
    }

    /// <summary>Writes the state.</summary>
    public void Write(Stream stream)
    {
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Count);
        writer.Write(Mean);
        writer.Write(_squares);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged.</exception>
    public static Moments Read(Stream stream) =>
        SketchReader.Read(
            stream,
            reader =>
            {
                Moments moments = new() { Count = reader.Total(), Mean = reader.Finite() };
                moments._squares = reader.Double();
                SketchReader.Check(!(moments._squares < 0), "its variance is negative");
                return moments;
            }
        );
}
