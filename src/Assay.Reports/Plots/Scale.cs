using System.Globalization;
using Assay.Reports.Text;

namespace Assay.Reports.Plots;

/// <summary>A mark on an axis.</summary>
/// <param name="At">Where, 0 at the low end and 1 at the high end.</param>
/// <param name="Label">What stands there.</param>
public readonly record struct Tick(double At, string Label);

/// <summary>Maps values onto an axis from 0 to 1, linearly or by logarithm, and puts ticks at round numbers.</summary>
public sealed class Scale
{
    private readonly double _low;
    private readonly double _high;
    private readonly double _shift;

    private Scale(double low, double high, bool logarithmic, double shift = 0)
    {
        (_low, _high, IsLogarithmic, _shift) = (low, high, logarithmic, shift);
    }

    /// <summary>True if equal distances are equal ratios.</summary>
    public bool IsLogarithmic { get; }

    /// <summary>A linear scale over exactly that range; a range without width is widened.</summary>
    public static Scale Linear(double low, double high)
    {
        if (!(high > low))
        {
            double margin = low == 0 ? 1 : Math.Abs(low) * 0.05;
            return new(low - margin, low + margin, false);
        }
        return new(low, high, false);
    }

    /// <summary>A scale by the logarithm of x + <paramref name="shift"/>, over exactly that range; the sums are positive.</summary>
    public static Scale Logarithmic(double low, double high, double shift = 0) =>
        high > low
            ? new(Math.Log10(low + shift), Math.Log10(high + shift), true, shift)
            : new(Math.Log10(low + shift) - 0.5, Math.Log10(low + shift) + 0.5, true, shift);

    /// <summary>A scale with some air around the values; logarithmic if they are positive and span more than a factor of 50.</summary>
    public static Scale Around(IEnumerable<double> values, double air = 0.06)
    {
        double low = double.PositiveInfinity,
            high = double.NegativeInfinity;
        foreach (double value in values)
            if (double.IsFinite(value))
                (low, high) = (Math.Min(low, value), Math.Max(high, value));
        if (low > high)
            return Linear(0, 1);
        if (low > 0 && high / low > 50)
        {
            double ratio = Math.Pow(high / low, air);
            return Logarithmic(low / ratio, high * ratio);
        }
        double margin = (high - low) * air;
        return Linear(low - margin, high + margin);
    }

    /// <summary>A scale with some air around the values, logarithmic or not as is asked for; a logarithmic one leaves out what is not positive.</summary>
    public static Scale Around(IEnumerable<double> values, bool logarithmic, double air = 0.04)
    {
        double[] shown = [.. values.Where(value => double.IsFinite(value) && (!logarithmic || value > 0))];
        if (shown.Length == 0)
            return logarithmic ? Logarithmic(1, 10) : Linear(0, 1);
        double low = shown.Min(),
            high = shown.Max();
        if (!logarithmic)
            return Linear(low - (high - low) * air, high + (high - low) * air);
        double ratio = Math.Pow(high / low, air);
        return Logarithmic(low / ratio, high * ratio);
    }

    /// <summary>Where a value lies: 0 at the low end, 1 at the high end; values outside are put at the nearer end.</summary>
    public double At(double value)
    {
        double v = IsLogarithmic ? Math.Log10(Math.Max(value + _shift, double.Epsilon)) : value;
        // Halved, so that the widest range of doubles does not overflow.
        double at = (v / 2 - _low / 2) / (_high / 2 - _low / 2);
        return double.IsNaN(at) ? 0 : Math.Clamp(at, 0, 1);
    }

    /// <summary>About <paramref name="count"/> ticks at 1, 2 or 5 times a power of ten.</summary>
    /// <param name="count">How many would be welcome, at least 2.</param>
    /// <param name="unit">The unit of the values, which decides how they are written.</param>
    public IReadOnlyList<Tick> Ticks(int count = 5, string unit = "")
    {
        List<Tick> ticks = IsLogarithmic ? LogarithmicTicks(count, unit) : LinearTicks(count, unit);
        if (ticks.Count < 2 && IsLogarithmic)
            ticks = LinearTicksOfLogarithmic(count, unit);
        // Of ticks that are too near for their labels to tell them apart, the first one stands.
        return [.. ticks.DistinctBy(tick => tick.Label)];
    }

    /// <summary>A fraction of the axis as an SVG length: <c>37.5%</c>.</summary>
    public static string Percent(double fraction) =>
        (fraction * 100).ToString("0.##", CultureInfo.InvariantCulture) + "%";

    private List<Tick> LinearTicks(int count, string unit)
    {
        List<Tick> ticks = [];
        double step = Step((_high / count) - (_low / count), unit);
        if (!double.IsFinite(step) || step <= 0)
            return ticks;
        double first = Math.Ceiling(_low / step - 1e-9);
        for (int i = 0; i <= 2 * count + 2; i++)
        {
            double value = (first + i) * step;
            if (value > _high + step * 1e-9)
                break;
            ticks.Add(new(At(value), Label(value, step, unit)));
        }
        return ticks;
    }

    private List<Tick> LogarithmicTicks(int count, string unit)
    {
        List<Tick> ticks = [];
        double first = Math.Pow(10, _low) - _shift;
        if (_shift > 0 && first < 0.5)
            ticks.Add(new(0, Label(0, 1, unit)));
        if (unit == "bytes")
        {
            double doublings = (_high - _low) / Math.Log10(2);
            int step = Array.Find([1, 2, 3, 4, 5, 10, 20], step => doublings / step <= count) is > 0 and int found
                ? found
                : 40;
            for (int power = 0; power <= 1000; power += step)
                if (IsWithin(Math.Pow(2, power)))
                    ticks.Add(new(At(Math.Pow(2, power)), Figures.Bytes(Math.Pow(2, power))));
            return ticks;
        }
        int every = Math.Max(1, (int)Math.Ceiling((_high - _low) / count));
        double[] digits = (_high - _low) * 3 <= count ? [1, 2, 5] : [1];
        for (int power = (int)Math.Floor(_low); power <= _high; power++)
            foreach (double digit in digits)
            {
                double value = digit * Math.Pow(10, power);
                if (power % every == 0 && (power >= 0 || _shift == 0) && IsWithin(value))
                    ticks.Add(new(At(value), Label(value, value, unit)));
            }
        return ticks;
    }

    private bool IsWithin(double value)
    {
        double v = Math.Log10(value + _shift);
        return v >= _low - 1e-9 && v <= _high + 1e-9;
    }

    private List<Tick> LinearTicksOfLogarithmic(int count, string unit)
    {
        double low = Math.Pow(10, _low) - _shift,
            high = Math.Pow(10, _high) - _shift;
        return [.. Linear(low, high).LinearTicksAt(count, unit, At)];
    }

    private IEnumerable<Tick> LinearTicksAt(int count, string unit, Func<double, double> at) =>
        LinearTicks(count, unit).Select(tick => tick with { At = at(_low + tick.At * (_high - _low)) });

    private static double Step(double rough, string unit)
    {
        // Bytes are written in powers of 1024, so that round numbers of them are powers of 1024 times 1, 2 or 5.
        double thousand = 1;
        if (unit == "bytes")
            while (rough / thousand >= 1024)
                thousand *= 1024;
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough / thousand)));
        double digit = rough / thousand / power;
        return (
                digit < 1.5 ? 1
                : digit < 3.5 ? 2
                : digit < 7.5 ? 5
                : 10
            )
            * power
            * thousand;
    }

    private static string Label(double value, double step, string unit) =>
        unit switch
        {
            "bytes" => Figures.Bytes(value),
            "share" => Figures.Short(value * 100, step * 100) + Figures.Thin + "%",
            _ => Figures.Short(value, step),
        };
}
