using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Assay.Data;

/// <summary>How many: a share of what there is (<c>30%</c>) or a count (<c>5000</c>, <c>20k</c>, <c>5M</c>).</summary>
public readonly record struct Amount : IParsable<Amount>
{
    private Amount(double value, bool isShare)
    {
        Value = value;
        IsShare = isShare;
    }

    /// <summary>The share in [0, 1], or the count.</summary>
    public double Value { get; }

    /// <summary>True for a share, false for a count.</summary>
    public bool IsShare { get; }

    /// <summary>A share in [0, 1].</summary>
    public static Amount Share(double share) =>
        share is >= 0 and <= 1
            ? new(share, true)
            : throw new ArgumentOutOfRangeException(nameof(share), share, "A share lies between 0 and 1.");

    /// <summary>A count, not negative.</summary>
    public static Amount Count(long count) =>
        count >= 0
            ? new(count, false)
            : throw new ArgumentOutOfRangeException(nameof(count), count, "A count is not negative.");

    /// <summary>The number of items out of <paramref name="total"/>: a share rounds down, a count is capped.</summary>
    /// <remarks>In decimal, so that 29% of 100 is 29 although 0.29 in binary is a little less.</remarks>
    public long Of(long total) => IsShare ? (long)((decimal)Value * total) : Math.Min(total, (long)Value);

    /// <inheritdoc/>
    public static Amount Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out Amount amount) ? amount : throw new FormatException("Expected " + Expected + ".");

    /// <summary>What a written amount looks like.</summary>
    public const string Expected = "a share such as 30% or a count such as 5000, 20k or 5M";

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Amount result)
    {
        result = default;
        s = s?.Trim();
        if (string.IsNullOrEmpty(s))
            return false;
        bool share = s[^1] == '%';
        double scale = char.ToLowerInvariant(s[^1]) switch
        {
            '%' => 0.01,
            'k' => 1e3,
            'm' => 1e6,
            'g' => 1e9,
            _ => 1,
        };
        string digits = scale == 1 ? s : s[..^1];
        if (!decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
            return false;
        double value = (double)(number * (decimal)scale);
        if (share ? value > 1 : value != Math.Floor(value) || value > long.MaxValue)
            return false;
        result = new(value, share);
        return true;
    }

    /// <summary>As it would be written in a recipe.</summary>
    public override string ToString() =>
        IsShare
            ? (Value * 100).ToString("0.######", CultureInfo.InvariantCulture) + "%"
            : Value.ToString("0", CultureInfo.InvariantCulture);
}
