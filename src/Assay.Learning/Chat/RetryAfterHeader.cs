using System.ClientModel.Primitives;
using System.Globalization;

namespace Assay.Learning;

/// <summary>The wait that a reply asks for: <c>retry-after-ms</c>, else <c>Retry-After</c> in seconds or as a date (RFC 9110).</summary>
internal static class RetryAfterHeader
{
    public static TimeSpan? Of(PipelineResponseHeaders headers, DateTimeOffset now) =>
        Parse(
            headers.TryGetValue("retry-after-ms", out string? milliseconds) ? milliseconds : null,
            headers.TryGetValue("Retry-After", out string? after) ? after : null,
            now
        );

    public static TimeSpan? Parse(string? milliseconds, string? after, DateTimeOffset now)
    {
        if (Number(milliseconds) is { } ms)
            return TimeSpan.FromMilliseconds(ms);
        if (Number(after) is { } seconds)
            return TimeSpan.FromSeconds(seconds);
        return DateTimeOffset.TryParseExact(
            after,
            "r",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out DateTimeOffset date
        )
            ? (date > now ? date - now : TimeSpan.Zero)
            : null;
    }

    // A wait of more than a year is as good as none, and could not be held by a TimeSpan if it were much longer.
    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
        && number < 3e10
            ? number
            : null;
}
