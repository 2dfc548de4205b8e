using System.Globalization;
using System.Text.Json;

namespace Assay.Data;

/// <summary><c>Date</c> and <c>Time</c>: ISO 8601 (<c>2020-12-29</c>, <c>15:32</c>, <c>20:20:39+00:00</c>), or by a pattern of strptime.</summary>
/// <remarks>A pattern decides alone: a date of any pattern need not look like ISO 8601 as well.</remarks>
/// <param name="name">Which of them.</param>
/// <param name="format">The pattern, or null for ISO 8601.</param>
public sealed class MomentType(string name, TimePattern? format) : FieldType(name)
{
    private static readonly TimePattern IsoDate = TimePattern.Parse("%Y-%m-%d");

    private static readonly TimePattern[] IsoTimes =
    [
        .. from zone in (string[])["", "%z"]
        from time in (string[])["%H:%M", "%H:%M:%S", "%H:%M:%S.%f"]
        select TimePattern.Parse(time + zone),
    ];

    /// <summary>The pattern, or null for ISO 8601.</summary>
    public TimePattern? Format { get; } = format;

    private bool IsDate => Name == "Date";

    internal override string Expected =>
        Format is not null ? $"a {Name.ToLowerInvariant()} as {Format.Text}"
        : IsDate ? "a date as 2020-12-29"
        : "a time as 15:32, 15:32:00 or 15:32:00+01:00";

    internal override DsdlValue? Read(DsdlNode node, DsdlReading reading)
    {
        // YAML 1.1 takes what is plain here for a date or a number of base 60: it is text.
        if (node is not DsdlScalar { IsText: true } scalar)
            return reading.Expected(this, node);
        foreach (
            TimePattern pattern in Format is not null ? [Format]
            : IsDate ? [IsoDate]
            : IsoTimes
        )
            if (pattern.Match(scalar.Text) is { } moment)
                return IsDate
                    ? new DateValue(scalar.Text, moment.Date)
                    : new TimeValue(scalar.Text, moment.Time, moment.Offset);
        return reading.Expected(this, node);
    }
}

/// <summary>A day.</summary>
/// <param name="Text">As written.</param>
/// <param name="Date">The day.</param>
public sealed record DateValue(string Text, DateOnly Date) : DsdlValue
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json) => json.WriteStringValue(Text);
}

/// <summary>A time of day.</summary>
/// <param name="Text">As written.</param>
/// <param name="Time">The time.</param>
/// <param name="Offset">Its distance from UTC, if it says so.</param>
public sealed record TimeValue(string Text, TimeOnly Time, TimeSpan? Offset) : DsdlValue
{
    /// <summary>ISO 8601 with seconds: <c>15:32:00</c>, <c>20:20:39+00:00</c>.</summary>
    public string Iso =>
        Time.ToString(
            Time.Ticks % TimeSpan.TicksPerSecond == 0 ? "HH:mm:ss" : "HH:mm:ss.ffffff",
            CultureInfo.InvariantCulture
        )
        + (
            Offset is { } offset
                ? (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString(@"hh\:mm", CultureInfo.InvariantCulture)
                : ""
        );

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json) => json.WriteStringValue(Text);
}

/// <summary>A pattern of strptime, in English: <c>%Y %y %m %d %j %H %I %M %S %f %p %z %b %B %a %A %%</c>.</summary>
public sealed class TimePattern
{
    private static readonly DateTimeFormatInfo English = CultureInfo.InvariantCulture.DateTimeFormat;
    private const string Known = "YymdjHIMSfpzbBaA%";

    private TimePattern(string text) => Text = text;

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>Parses a pattern.</summary>
    /// <exception cref="FormatException">It has a directive that is not known.</exception>
    public static TimePattern Parse(string text)
    {
        for (int at = text.IndexOf('%'); at >= 0; at = text.IndexOf('%', at + 2))
        {
            if (at + 1 == text.Length || !Known.Contains(text[at + 1]))
                throw new FormatException(
                    $"expected one of {string.Join(' ', Known.Select(letter => "%" + letter))}, found '{text[at..Math.Min(at + 2, text.Length)]}'"
                );
            if (at + 2 >= text.Length)
                break;
        }
        return new(text);
    }

    /// <summary>The day, time and distance from UTC that a text says; 1900-01-01 and midnight where it does not. Null if it does not match.</summary>
    public (DateOnly Date, TimeOnly Time, TimeSpan? Offset)? Match(string text)
    {
        Parts parts = new() { Rest = text };
        for (int i = 0; i < Text.Length; i++)
        {
            bool matches =
                Text[i] == '%' ? parts.Take(Text[++i])
                : char.IsWhiteSpace(Text[i]) ? parts.TakeSpace()
                : parts.TakeLiteral(Text[i]);
            if (!matches)
                return null;
        }
        return parts.Rest.Length > 0 ? null : parts.Moment();
    }

    /// <summary>What has been read so far.</summary>
    private ref struct Parts()
    {
        public ReadOnlySpan<char> Rest;
        private int _year = 1900,
            _month = 1,
            _day = 1,
            _hour,
            _minute,
            _second,
            _dayOfYear;
        private long _fraction; // ticks
        private bool? _isAfternoon;
        private bool _isTwelve;
        private TimeSpan? _offset;

        public bool TakeLiteral(char letter)
        {
            if (Rest.Length == 0 || Rest[0] != letter)
                return false;
            Rest = Rest[1..];
            return true;
        }

        public bool TakeSpace()
        {
            if (Rest.Length == 0 || !char.IsWhiteSpace(Rest[0]))
                return false;
            Rest = Rest.TrimStart();
            return true;
        }

        public bool Take(char directive)
        {
            switch (directive)
            {
                case 'Y':
                    return Number(4, 4, out _year);
                case 'y':
                    bool two = Number(2, 2, out _year);
                    _year += _year < 69 ? 2000 : 1900;
                    return two;
                case 'm':
                    return Number(1, 2, out _month);
                case 'd':
                    return Number(1, 2, out _day);
                case 'j':
                    return Number(1, 3, out _dayOfYear) && _dayOfYear is >= 1 and <= 366;
                case 'H':
                    return Number(1, 2, out _hour);
                case 'I':
                    _isTwelve = true;
                    return Number(1, 2, out _hour) && _hour is >= 1 and <= 12;
                case 'M':
                    return Number(1, 2, out _minute);
                case 'S':
                    return Number(1, 2, out _second);
                case 'f':
                    int before = Rest.Length;
                    if (!Number(1, 6, out int fraction))
                        return false;
                    _fraction = fraction * (long)Math.Pow(10, 7 - (before - Rest.Length));
                    return true;
                case 'p':
                    if (!Word([English.AMDesignator, English.PMDesignator], out int half))
                        return false;
                    _isAfternoon = half == 1;
                    return true;
                case 'z':
                    return Offset();
                case 'b':
                    return Word(English.AbbreviatedMonthNames, out int abbreviated) && (_month = abbreviated + 1) > 0;
                case 'B':
                    return Word(English.MonthNames, out int month) && (_month = month + 1) > 0;
                case 'a':
                    return Word(English.AbbreviatedDayNames, out _);
                case 'A':
                    return Word(English.DayNames, out _);
                default:
                    return TakeLiteral('%');
            }
        }

        public readonly (DateOnly, TimeOnly, TimeSpan?)? Moment()
        {
            int hour = _isTwelve && _isAfternoon is { } afternoon ? _hour % 12 + (afternoon ? 12 : 0) : _hour;
            if (
                _year < 1
                || _month is < 1 or > 12
                || _day < 1
                || _day > DateTime.DaysInMonth(_year, _month)
                || hour > 23
                || _minute > 59
                || _second > 59
                || _dayOfYear == 366 && !DateTime.IsLeapYear(_year)
            )
                return null;
            DateOnly date =
                _dayOfYear > 0 ? new DateOnly(_year, 1, 1).AddDays(_dayOfYear - 1) : new(_year, _month, _day);
            return (date, new TimeOnly(hour, _minute, _second).Add(TimeSpan.FromTicks(_fraction)), _offset);
        }

        private bool Number(int least, int most, out int number)
        {
            int digits = 0;
            number = 0;
            while (digits < Math.Min(most, Rest.Length) && char.IsAsciiDigit(Rest[digits]))
                number = number * 10 + Rest[digits++] - '0';
            Rest = Rest[digits..];
            return digits >= least;
        }

        private bool Word(string[] words, out int which)
        {
            for (which = 0; which < words.Length; which++)
                if (words[which].Length > 0 && Rest.StartsWith(words[which], StringComparison.OrdinalIgnoreCase))
                {
                    Rest = Rest[words[which].Length..];
                    return true;
                }
            return false;
        }

        private bool Offset()
        {
            if (Rest.StartsWith('Z'))
            {
                Rest = Rest[1..];
                _offset = TimeSpan.Zero;
                return true;
            }
            if (Rest.Length == 0 || Rest[0] is not ('+' or '-'))
                return false;
            int sign = Rest[0] == '-' ? -1 : 1;
            Rest = Rest[1..];
            if (!Number(2, 2, out int hours))
                return false;
            if (Rest.StartsWith(':'))
                Rest = Rest[1..];
            if (!Number(2, 2, out int minutes) || hours > 23 || minutes > 59)
                return false;
            _offset = sign * new TimeSpan(hours, minutes, 0);
            return true;
        }
    }
}
