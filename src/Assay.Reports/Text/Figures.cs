using System.Globalization;
using Assay.Describe;
using Assay.Judge;

namespace Assay.Reports.Text;

/// <summary>Numbers as a person reads them: thin spaces between thousands, a unit, no more digits than are known.</summary>
public static class Figures
{
    /// <summary>The narrow space that never breaks: between thousands, and before a unit.</summary>
    public const string Thin = "\u202F";

    private static readonly NumberFormatInfo s_format = new()
    {
        NumberGroupSeparator = Thin,
        NegativeSign = "\u2212",
        NaNSymbol = "\u2013",
        PositiveInfinitySymbol = "\u221E",
        NegativeInfinitySymbol = "\u2212\u221E",
    };

    /// <summary>A whole number: <c>1 204 331</c>.</summary>
    public static string Count(long value) => value.ToString("N0", s_format);

    /// <summary>A whole number and what is counted: <c>1 row</c>, <c>2 rows</c>.</summary>
    public static string Count(long value, string unit) =>
        $"{Count(value)} {(value == 1 && unit.EndsWith('s') ? unit[..^1] : unit)}";

    /// <summary>A count that may be an estimate: <c>≈ 812 000 ± 1 300</c>, rounded to two digits of its standard error.</summary>
    public static string Estimate(Estimate estimate)
    {
        if (!(estimate.StandardError > 0.5) || !double.IsFinite(estimate.StandardError))
            return Count(estimate.Value);
        double unit = Math.Max(1, Math.Pow(10, Magnitude(estimate.StandardError) - 1));
        long Rounded(double value) => (long)(Math.Round(value / unit) * unit);
        return $"\u2248{Thin}{Count(Rounded(estimate.Value))} \u00B1{Thin}{Count(Rounded(estimate.StandardError))}";
    }

    /// <summary>A number with a fixed count of decimals; four digits before them stand without a space.</summary>
    public static string Fixed(double value, int decimals)
    {
        // Adding 0 turns a negative zero, which rounding can leave behind, into a plain one.
        double rounded = double.IsFinite(value) && Math.Abs(value) < 1e15 ? Math.Round(value, decimals) + 0.0 : value;
        return rounded.ToString((Math.Abs(rounded) < 10_000 ? "F" : "N") + decimals, s_format);
    }

    /// <summary>A number with about that many significant digits.</summary>
    public static string Number(double value, int digits = 3)
    {
        if (value == 0 || !double.IsFinite(value))
            return value.ToString("N0", s_format);
        int magnitude = Magnitude(value);
        if (magnitude is < -4 or > 14)
            return value.ToString("0." + new string('0', digits - 1) + "e+0", s_format);
        string text = Fixed(value, Math.Clamp(digits - 1 - magnitude, 0, 15));
        return text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;
    }

    /// <summary>A number without its unit, short enough for an axis: <c>25k</c>, <c>1.5M</c>.</summary>
    /// <param name="value">The number.</param>
    /// <param name="step">Distance to the next number on the axis, which decides the decimals.</param>
    public static string Short(double value, double step)
    {
        double size = Math.Max(Math.Abs(value), step);
        if (size is >= 1e15 or < 1e-4)
            return value == 0 ? "0" : Number(value, 2);
        (double divisor, string suffix) = size switch
        {
            >= 1e12 => (1e12, "T"),
            >= 1e9 => (1e9, "G"),
            >= 1e6 => (1e6, "M"),
            >= 1e4 => (1e3, "k"),
            _ => (1, ""),
        };
        int decimals = Math.Clamp(-(int)Math.Floor(Math.Log10(step / divisor) + 1e-9), 0, 8);
        string text = Fixed(value / divisor, decimals);
        return (suffix != "" && text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text) + suffix;
    }

    /// <summary>A share of a whole, in per cent; tiny shares are not rounded to nothing.</summary>
    public static string Share(double part, double whole)
    {
        double percent = whole == 0 ? 0 : 100 * part / whole;
        return percent switch
        {
            0 => "0" + Thin + "%",
            > 0 and < 0.1 => "<" + Thin + "0.1" + Thin + "%",
            > 99.9 and < 100 => ">" + Thin + "99.9" + Thin + "%",
            _ => Fixed(percent, 1) + Thin + "%",
        };
    }

    /// <summary>Bytes in the largest fitting power of 1024: <c>1.21 GiB</c>.</summary>
    public static string Bytes(double bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        int unit = 0;
        while (Math.Abs(bytes) >= 1024 && unit < units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }
        return (unit == 0 ? Fixed(bytes, 0) : Number(bytes)) + Thin + units[unit];
    }

    /// <summary>A length of time: <c>2 h 05 min</c>, <c>3 min 04 s</c>, <c>4.2 s</c>, <c>18 ms</c>.</summary>
    public static string Duration(double seconds)
    {
        if (!double.IsFinite(seconds) || seconds < 0)
            return "\u2013";
        if (seconds < 0.0005)
            return "<" + Thin + "1" + Thin + "ms";
        if (seconds < 0.9995)
            return Fixed(seconds * 1000, 0) + Thin + "ms";
        if (seconds < 59.95)
            return Fixed(seconds, 1) + Thin + "s";
        long whole = (long)Math.Round(Math.Min(seconds, 1e12));
        return whole < 3600
            ? $"{whole / 60}{Thin}min {whole % 60:00}{Thin}s"
            : $"{Count(whole / 3600)}{Thin}h {whole % 3600 / 60:00}{Thin}min";
    }

    /// <summary>A measured number in its unit, without the unit's name unless it is part of the number (bytes, per cent).</summary>
    public static string Value(double value, string unit, int? decimals = null) =>
        unit switch
        {
            "bytes" => Bytes(value),
            "share" => Fixed(value * 100, Math.Max(0, (decimals ?? 3) - 2)) + Thin + "%",
            "rows" or "tokens" => Fixed(value, 0),
            _ => decimals is int places ? Fixed(value, places) : Number(value, 4),
        };

    /// <summary>The estimate.</summary>
    /// <param name="measured">What was measured.</param>
    /// <param name="decimals">Decimals to show; if not given, as many as the interval leaves certain.</param>
    public static string Mean(Measurement measured, int? decimals = null) =>
        Value(measured.Interval.Mean, measured.Unit, decimals ?? Decimals(measured.Interval));

    /// <summary>The interval's ends: <c>[0.905, 0.919]</c>; empty when nothing varies.</summary>
    /// <inheritdoc cref="Mean"/>
    public static string Ends(Measurement measured, int? decimals = null)
    {
        (double _, double low, double high, double _) = measured.Interval;
        if (low == high || !double.IsFinite(low) || !double.IsFinite(high))
            return "";
        decimals ??= Decimals(measured.Interval);
        return $"[{Value(low, measured.Unit, decimals)}, {Value(high, measured.Unit, decimals)}]";
    }

    /// <summary>A difference, with its sign.</summary>
    /// <inheritdoc cref="Mean"/>
    public static string Signed(Measurement measured, int? decimals = null) =>
        (measured.Interval.Mean > 0 ? "+" : "") + Mean(measured, decimals);

    /// <summary>Decimals in which all the estimates can be compared: those of the widest interval, or null without any.</summary>
    public static int? Decimals(IEnumerable<Interval> intervals) => intervals.Min(Decimals);

    /// <summary>The unit to write after a value, or nothing where the value says it or has none.</summary>
    public static string UnitAfter(string unit) => unit is "bytes" or "share" or "" ? "" : " " + Visible.Line(unit, 24);

    /// <summary>Two digits of the interval's half-width, which is all that its mean is good for.</summary>
    private static int? Decimals(Interval interval)
    {
        double half = (interval.High - interval.Low) / 2;
        return half > 0 && double.IsFinite(half) ? Math.Clamp(1 - Magnitude(half), 0, 8) : null;
    }

    private static int Magnitude(double value) => (int)Math.Floor(Math.Log10(Math.Abs(value)) + 1e-12);
}
