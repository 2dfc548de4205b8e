using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Describe;

/// <summary>What one column holds, in bounded memory: about 0.5 MB at most with the default options.</summary>
internal sealed class ColumnSketch
{
    /// <summary>What kind of value it is; names the entries of <see cref="ColumnLabel.Kinds"/>.</summary>
    public enum Kind
    {
        Text,
        Number,
        Bool,
        Object,
        Array,
    }

    // How the bytes of a value are to be read: part of its identity.
    private enum Format : byte
    {
        Text,
        Json,
        Bool,
        Int64,
        Float64,
    }

    private const int ShownCharacters = 80;
    private const int LongestCharacter = 4;
    private const int FewestCounters = 512;
    private const int CountersPerShown = 8;
    private const int SampledValues = 1024;
    private const int ShownDamaged = 4;

    private readonly double _rankError;
    private readonly RandomStream _random;
    private readonly long[] _kinds = new long[Enum.GetValues<Kind>().Length];
    private readonly long[] _shapes = new long[Enum.GetValues<ValueShape>().Length];
    private HyperLogLog _distinct = new();
    private DistinctSample _repeats = new(SampledValues);
    private MisraGries _frequent;
    private NumberSketch? _numbers;
    private TextSketch? _text;
    private long _missing,
        _true,
        _writtenZeros,
        _padded;

    public ColumnSketch(LabelOptions options, RandomStream random)
    {
        _rankError = options.QuantileError;
        _random = random;
        _frequent = new(
            Math.Max(FewestCounters, CountersPerShown * options.Top),
            options.Top == 0 ? 0 : ShownCharacters * LongestCharacter
        );
    }

    private NumberSketch Numbers => _numbers ??= new(_rankError, _random.Child("numbers").Seed);

    private TextSketch Text => _text ??= new(_rankError, _random.Child("text").Seed);

    private long Present => _kinds.Sum();

    /// <summary>Hears of every value that is added, or null.</summary>
    public ColumnFollower? Follower { get; init; }

    /// <summary>True if the values so far may tell every row apart: short ones of which none has occurred twice.</summary>
    public bool MayIdentify =>
        !_repeats.HasRepeats
        && _kinds[(int)Kind.Object] + _kinds[(int)Kind.Array] == 0
        && _numbers is null or { IsWhole: true };

    public void AddMissing()
    {
        _missing++;
        Follower?.Missing();
    }

    public void AddText(ReadOnlySpan<byte> utf8)
    {
        Count(Kind.Text, Format.Text, utf8, utf8.Length);
        _shapes[(int)ValueShapeOf.Read(utf8)]++;
        _padded += ValueShapeOf.IsPadded(utf8) ? 1 : 0;
        Text.Add(utf8);
    }

    public void AddBool(bool value)
    {
        Count(Kind.Bool, Format.Bool, [(byte)(value ? 1 : 0)], value ? 1 : 0);
        if (value)
            _true++;
    }

    /// <summary>Adds a whole number that keeps all its digits; the others of its column must be such, too.</summary>
    public void AddInt64(long value, bool writtenAsZero)
    {
        _writtenZeros += writtenAsZero ? 1 : 0;
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        Count(Kind.Number, Format.Int64, bytes, value);
        Numbers.Add(value);
    }

    public void AddFloat64(double value, bool writtenAsZero)
    {
        _writtenZeros += writtenAsZero ? 1 : 0;
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value == 0 ? 0.0 : value); // -0 is 0
        Count(Kind.Number, Format.Float64, bytes, value);
        Numbers.Add(value);
    }

    /// <summary>Adds a value that is known by its JSON alone: nested ones, and numbers beyond a double.</summary>
    public void AddJson(Kind kind, ReadOnlySpan<byte> json) => Count(kind, Format.Json, json, json.Length);

    public void Merge(ColumnSketch other)
    {
        _missing += other._missing;
        _true += other._true;
        _writtenZeros += other._writtenZeros;
        _padded += other._padded;
        for (int i = 0; i < _kinds.Length; i++)
            _kinds[i] += other._kinds[i];
        for (int i = 0; i < _shapes.Length; i++)
            _shapes[i] += other._shapes[i];
        _repeats.Merge(other._repeats);
        _distinct.Merge(other._distinct);
        _frequent.Merge(other._frequent);
        if (other._numbers is not null)
            Numbers.Merge(other._numbers);
        if (other._text is not null)
            Text.Merge(other._text);
    }

    /// <summary>What the column holds.</summary>
    /// <param name="field">The column.</param>
    /// <param name="top">Most frequent values to name.</param>
    /// <param name="fewest">Values and counts of fewer rows than this are left out.</param>
    public ColumnLabel Label(Field field, int top, long fewest)
    {
        // While no counter was ever taken away, every distinct value has one.
        bool exact = _frequent.Error == 0;
        long distinct =
            exact ? _frequent.Count
            : _repeats.HasRepeats ? (long)Math.Clamp(Math.Round(_distinct.Estimate()), _frequent.Count, Present)
            : Present;
        double error = exact ? 0 : HyperLogLog.RelativeStandardError * distinct;
        long bools = _kinds[(int)Kind.Bool];
        ValueShapes shapes = Shapes();
        return new(field.Name, field.Type)
        {
            Rows = Present + _missing,
            Missing = _missing,
            Distinct = new(distinct, error),
            Duplicates = new(Present - distinct, error),
            IsUnique = Present > 0 && !_repeats.HasRepeats,
            Frequent =
            [
                .. _frequent
                    .MostFrequent(top)
                    .Where(value => value.Count > 1 && value.Count >= fewest)
                    .Select(value => Show(value)),
            ],
            FrequentError = _frequent.Error,
            Most = top == 0 ? null : Most(exact, fewest),
            Least = top == 0 ? null : Least(exact, fewest),
            Kinds =
            [
                .. Enum.GetValues<Kind>()
                    .Where(kind => _kinds[(int)kind] > 0 && _kinds[(int)kind] >= fewest)
                    .OrderByDescending(kind => _kinds[(int)kind])
                    .Select(kind => new Share(
                        kind.ToString().ToLowerInvariant(),
                        _kinds[(int)kind],
                        (double)_kinds[(int)kind] / Present
                    )),
            ],
            Shapes = shapes,
            Damaged = top == 0 || shapes.MonthDays == 0 ? [] : Damaged(fewest),
            Numbers = _numbers?.Distribution(fewest),
            WrittenZeros = _writtenZeros >= fewest ? _writtenZeros : 0,
            Text = _text?.Label(fewest),
            TrueShare = bools == 0 ? null : (double)_true / bools,
        };
    }

    private ValueShapes Shapes()
    {
        long Of(ValueShape shape) => _shapes[(int)shape];
        return new()
        {
            Numbers = Of(ValueShape.Number),
            Dates = Of(ValueShape.Date),
            Truths = Of(ValueShape.Truth),
            MonthDays = Of(ValueShape.MonthDay),
            SpreadsheetErrors = Of(ValueShape.SpreadsheetError),
            Placeholders = Of(ValueShape.Placeholder),
            Padded = _padded,
        };
    }

    private IReadOnlyList<DamagedValue> Damaged(long fewest) =>
        [
            .. SpreadsheetDamage
                .Of(
                    _frequent
                        .MostFrequent(_frequent.Capacity)
                        .Where(value => value.Count >= fewest)
                        .Select(value => Show(value).Value)
                )
                .Take(ShownDamaged),
        ];

    private ExtremeValue? Most(bool exact, long fewest)
    {
        IReadOnlyList<Frequent> top = _frequent.MostFrequent(2);
        if (top.Count == 0 || top[0].Count < fewest)
            return null;
        long second = top.Count > 1 ? top[1].Count : 0;
        return top[0].Count > second + _frequent.Error ? new(Show(top[0]).Value, top[0].Count)
            : exact ? new(null, top[0].Count)
            : null;
    }

    private ExtremeValue? Least(bool exact, long fewest)
    {
        if (!exact)
            return fewest <= 1 && _repeats.Occurrences.Count(count => count == 1) > 1 ? new(null, 1) : null;
        IReadOnlyList<Frequent> all = _frequent.MostFrequent(_frequent.Capacity);
        if (all.Count == 0 || all[^1].Count < fewest)
            return null;
        return all.Count > 1 && all[^2].Count == all[^1].Count
            ? new(null, all[^1].Count)
            : new(Show(all[^1]).Value, all[^1].Count);
    }

    public void Write(Stream stream)
    {
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(_missing);
        writer.Write(_true);
        writer.Write(_writtenZeros);
        writer.Write(_padded);
        foreach (long count in _kinds)
            writer.Write(count);
        foreach (long count in _shapes)
            writer.Write(count);
        writer.Write(_numbers is not null);
        writer.Write(_text is not null);
        writer.Flush();
        _distinct.Write(stream);
        _repeats.Write(stream);
        _frequent.Write(stream);
        _numbers?.Write(stream);
        _text?.Write(stream);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="IOException">The bytes end early.</exception>
    /// <exception cref="InvalidDataException">The bytes are damaged.</exception>
    public static ColumnSketch Read(Stream stream, LabelOptions options, RandomStream random)
    {
        using BinaryReader reader = new(stream, Encoding.UTF8, leaveOpen: true);
        ColumnSketch sketch = new(options, random)
        {
            _missing = reader.ReadInt64(),
            _true = reader.ReadInt64(),
            _writtenZeros = reader.ReadInt64(),
            _padded = reader.ReadInt64(),
        };
        for (int i = 0; i < sketch._kinds.Length; i++)
            sketch._kinds[i] = reader.ReadInt64();
        for (int i = 0; i < sketch._shapes.Length; i++)
            sketch._shapes[i] = reader.ReadInt64();
        bool numbers = reader.ReadBoolean(),
            text = reader.ReadBoolean();
        sketch._distinct = HyperLogLog.Read(stream);
        sketch._repeats = DistinctSample.Read(stream);
        sketch._frequent = MisraGries.Read(stream);
        sketch._numbers = numbers ? NumberSketch.Read(stream) : null;
        sketch._text = text ? TextSketch.Read(stream) : null;
        if (sketch._missing < 0 || sketch._kinds.Min() < 0 || sketch._frequent.Total != sketch.Present)
            throw new InvalidDataException("The stored counts do not add up.");
        return sketch;
    }

    private void Count(Kind kind, Format format, ReadOnlySpan<byte> value, double number)
    {
        _kinds[(int)kind]++;
        ulong hash = XxHash3.HashToUInt64(value, (long)format);
        _distinct.Add(hash);
        _repeats.Add(hash);
        Follower?.Value(hash, (byte)format, value, number);
        _frequent.Add(hash, (byte)format, value);
    }

    private static FrequentValue Show(Frequent value)
    {
        (string text, bool isCut) = Shown(value.Kind, value.Bytes, value.IsCut);
        return new(text, value.Count, isCut);
    }

    /// <summary>A value as text; its first 80 characters and an ellipsis where it is longer.</summary>
    /// <param name="format">How its bytes are to be read, as <see cref="ColumnFollower.Value"/> was told.</param>
    /// <param name="bytes">Its bytes, the first 320 at least.</param>
    /// <param name="isCut">True if these are not all.</param>
    public static (string Text, bool IsCut) Shown(byte format, byte[] bytes, bool isCut)
    {
        string text = (Format)format switch
        {
            Format.Bool => bytes[0] != 0 ? "true" : "false",
            Format.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes).ToString(CultureInfo.InvariantCulture),
            Format.Float64 => BinaryPrimitives
                .ReadDoubleLittleEndian(bytes)
                .ToString("R", CultureInfo.InvariantCulture),
            _ => Encoding.UTF8.GetString(bytes),
        };
        int characters = 0,
            end = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (characters++ == ShownCharacters)
                return (text[..end] + "…", true);
            end += rune.Utf16SequenceLength;
        }
        return (isCut ? text + "…" : text, isCut);
    }
}
