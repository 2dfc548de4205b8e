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

    private readonly double _rankError;
    private readonly RandomStream _random;
    private readonly long[] _kinds = new long[Enum.GetValues<Kind>().Length];
    private HyperLogLog _distinct = new();
    private MisraGries _frequent;
    private NumberSketch? _numbers;
    private TextSketch? _text;
    private long _missing,
        _true;

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

    public void AddMissing(long rows = 1) => _missing += rows;

    public void AddText(ReadOnlySpan<byte> utf8)
    {
        Count(Kind.Text, Format.Text, utf8);
        Text.Add(utf8);
    }

    public void AddBool(bool value)
    {
        Count(Kind.Bool, Format.Bool, [(byte)(value ? 1 : 0)]);
        if (value)
            _true++;
    }

    /// <summary>Adds a whole number that keeps all its digits; the others of its column must be such, too.</summary>
    public void AddInt64(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        Count(Kind.Number, Format.Int64, bytes);
        Numbers.Add(value);
    }

    public void AddFloat64(double value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value == 0 ? 0.0 : value); // -0 is 0
        Count(Kind.Number, Format.Float64, bytes);
        Numbers.Add(value);
    }

    /// <summary>Adds a value that is known by its JSON alone: nested ones, and numbers beyond a double.</summary>
    public void AddJson(Kind kind, ReadOnlySpan<byte> json) => Count(kind, Format.Json, json);

    public void Merge(ColumnSketch other)
    {
        _missing += other._missing;
        _true += other._true;
        for (int i = 0; i < _kinds.Length; i++)
            _kinds[i] += other._kinds[i];
        _distinct.Merge(other._distinct);
        _frequent.Merge(other._frequent);
        if (other._numbers is not null)
            Numbers.Merge(other._numbers);
        if (other._text is not null)
            Text.Merge(other._text);
    }

    public ColumnLabel Label(Field field, int top)
    {
        // While no counter was ever taken away, every distinct value has one.
        bool exact = _frequent.Error == 0;
        long distinct = exact
            ? _frequent.Count
            : (long)Math.Clamp(Math.Round(_distinct.Estimate()), _frequent.Count, Present);
        double error = exact ? 0 : HyperLogLog.RelativeStandardError * distinct;
        long bools = _kinds[(int)Kind.Bool];
        return new(field.Name, field.Type)
        {
            Rows = Present + _missing,
            Missing = _missing,
            Distinct = new(distinct, error),
            Duplicates = new(Present - distinct, error),
            Frequent = [.. _frequent.MostFrequent(top).Where(value => value.Count > 1).Select(Show)],
            FrequentError = _frequent.Error,
            Kinds =
            [
                .. Enum.GetValues<Kind>()
                    .Where(kind => _kinds[(int)kind] > 0)
                    .OrderByDescending(kind => _kinds[(int)kind])
                    .Select(kind => new Share(
                        kind.ToString().ToLowerInvariant(),
                        _kinds[(int)kind],
                        (double)_kinds[(int)kind] / Present
                    )),
            ],
            Numbers = _numbers?.Distribution(),
            Text = _text?.Label(),
            TrueShare = bools == 0 ? null : (double)_true / bools,
        };
    }

    public void Write(Stream stream)
    {
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(_missing);
        writer.Write(_true);
        foreach (long count in _kinds)
            writer.Write(count);
        writer.Write(_numbers is not null);
        writer.Write(_text is not null);
        writer.Flush();
        _distinct.Write(stream);
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
        ColumnSketch sketch = new(options, random) { _missing = reader.ReadInt64(), _true = reader.ReadInt64() };
        for (int i = 0; i < sketch._kinds.Length; i++)
            sketch._kinds[i] = reader.ReadInt64();
        bool numbers = reader.ReadBoolean(),
            text = reader.ReadBoolean();
        sketch._distinct = HyperLogLog.Read(stream);
        sketch._frequent = MisraGries.Read(stream);
        sketch._numbers = numbers ? NumberSketch.Read(stream) : null;
        sketch._text = text ? TextSketch.Read(stream) : null;
        if (sketch._missing < 0 || sketch._kinds.Min() < 0 || sketch._frequent.Total != sketch.Present)
            throw new InvalidDataException("The stored counts do not add up.");
        return sketch;
    }

    private void Count(Kind kind, Format format, ReadOnlySpan<byte> value)
    {
        _kinds[(int)kind]++;
        ulong hash = XxHash3.HashToUInt64(value, (long)format);
        _distinct.Add(hash);
        _frequent.Add(hash, (byte)format, value);
    }

    private static FrequentValue Show(Frequent value)
    {
        string text = (Format)value.Kind switch
        {
            Format.Bool => value.Bytes[0] != 0 ? "true" : "false",
            Format.Int64 => BinaryPrimitives.ReadInt64LittleEndian(value.Bytes).ToString(CultureInfo.InvariantCulture),
            Format.Float64 => BinaryPrimitives
                .ReadDoubleLittleEndian(value.Bytes)
                .ToString("R", CultureInfo.InvariantCulture),
            _ => Encoding.UTF8.GetString(value.Bytes),
        };
        int characters = 0,
            end = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (characters++ == ShownCharacters)
                return new(text[..end] + "…", value.Count, IsCut: true);
            end += rune.Utf16SequenceLength;
        }
        return new(value.IsCut ? text + "…" : text, value.Count, value.IsCut);
    }
}
