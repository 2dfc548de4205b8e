using System.Text;

namespace Assay.Data;

/// <summary>Dates and times in ISO 8601, for any year: those beyond 0 to 9999 have a sign and at least six digits.</summary>
internal static class CalendarText
{
    public const long SecondsPerDay = 86_400;

    /// <summary>Writes a date, a time of day, or both with a <c>T</c> between them, into <paramref name="room"/> from its start on.</summary>
    /// <param name="room">Where to.</param>
    /// <param name="days">Days since 1970-01-01, or null for a time alone.</param>
    /// <param name="ticks">Ticks since midnight, below a day; or null for a date alone.</param>
    /// <param name="perSecond">Ticks per second, a power of ten.</param>
    /// <param name="isUtc">Whether a <c>Z</c> follows.</param>
    public static ReadOnlySpan<byte> Append(ByteBuffer room, long? days, long? ticks, long perSecond, bool isUtc)
    {
        room.Truncate(0);
        if (days is { } day)
        {
            (long year, int month, int dayOfMonth) = DateOf(day);
            Append(room, year is < 0 or > 9999 ? $"{year:+000000;-000000}" : $"{year:0000}");
            Append(room, $"-{month:00}-{dayOfMonth:00}");
        }
        if (ticks is not { } tick)
            return room.Span;
        if (days is not null)
            room.Append((byte)'T');
        long seconds = tick / perSecond,
            fraction = tick % perSecond;
        Append(room, $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}");
        if (fraction > 0)
        {
            long nanoseconds = fraction * (1_000_000_000 / perSecond);
            Append(
                room,
                nanoseconds % 1_000_000 == 0 ? $".{nanoseconds / 1_000_000:000}"
                    : nanoseconds % 1_000 == 0 ? $".{nanoseconds / 1_000:000000}"
                    : $".{nanoseconds:000000000}"
            );
        }
        if (isUtc)
            room.Append((byte)'Z');
        return room.Span;
    }

    /// <summary>
    /// The date of the proleptic Gregorian calendar. Years are counted from March in eras of 400 years, so that leap days come last.
    /// </summary>
    private static (long Year, int Month, int Day) DateOf(long daysSince1970)
    {
        const int perEra = 146_097,
            marchYear0 = 719_468; // days from 0000-03-01 to 1970-01-01
        long days = daysSince1970 + marchYear0,
            era = (long)Math.Floor(days / (double)perEra);
        int inEra = (int)(days - era * perEra);
        int year = (inEra - inEra / 1_460 + inEra / 36_524 - inEra / 146_096) / 365;
        int inYear = inEra - (365 * year + year / 4 - year / 100);
        int month = (5 * inYear + 2) / 153; // from March on
        int day = inYear - (153 * month + 2) / 5 + 1;
        month = month < 10 ? month + 3 : month - 9;
        return (era * 400 + year + (month <= 2 ? 1 : 0), month, day);
    }

    private static void Append(ByteBuffer room, string text) =>
        room.Advance(Encoding.UTF8.GetBytes(text, room.Reserve(text.Length)));
}
