using System.Buffers.Text;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;

namespace Assay.Data;

/// <summary>What a column must hold for a row to be read; a row without a value there is not.</summary>
public sealed record ColumnCondition
{
    private readonly IReadOnlyList<string> _is = [];
    private byte[][] _texts = [];
    private double[] _numbers = [];

    /// <summary>The column.</summary>
    [Required, MinLength(1)]
    public string Column { get; init; } = "";

    /// <summary>The least number.</summary>
    public double? Min { get; init; }

    /// <summary>The greatest number.</summary>
    public double? Max { get; init; }

    /// <summary>The values that may stand there: texts, numbers, <c>true</c> or <c>false</c>.</summary>
    public IReadOnlyList<string> Is
    {
        get => _is;
        init
        {
            _is = value;
            _texts = [.. value.Select(Encoding.UTF8.GetBytes)];
            _numbers = [.. _texts.Select(text => TryNumber(text, out double number) ? number : double.NaN)];
        }
    }

    /// <summary>True if the value meets the condition; text that is a number counts as one.</summary>
    internal bool Holds(Cell cell)
    {
        double number = double.NaN;
        switch (cell.Type)
        {
            case ColumnType.Int64:
                number = cell.Whole;
                break;
            case ColumnType.Float64:
                number = cell.Number;
                break;
            case ColumnType.Bool:
                cell.Utf8 = cell.Whole != 0 ? "true"u8 : "false"u8;
                break;
            case ColumnType.Text:
                if (TryNumber(cell.Utf8, out double read))
                    number = read;
                break;
            default:
                return false;
        }
        if (Min is { } least && !(number >= least) || Max is { } most && !(number <= most))
            return false;
        if (_texts.Length == 0)
            return true;
        for (int i = 0; i < _texts.Length; i++)
            if (
                cell.Type is ColumnType.Int64 or ColumnType.Float64
                    ? number == _numbers[i]
                    : cell.Utf8.SequenceEqual(_texts[i])
            )
                return true;
        return false;
    }

    /// <summary>False only if no value between two meets the condition: numbers, or texts in the order of their bytes.</summary>
    internal bool MayHold(Cell least, Cell greatest)
    {
        if (least.Type == ColumnType.Text && greatest.Type == ColumnType.Text)
        {
            if (_texts.Length == 0)
                return true; // texts may be numbers, whose order is another
            foreach (byte[] text in _texts)
                if (least.Utf8.SequenceCompareTo(text) <= 0 && greatest.Utf8.SequenceCompareTo(text) >= 0)
                    return true;
            return false;
        }
        if (!TryNumber(least, out double low) || !TryNumber(greatest, out double high))
            return true;
        if (Min > high || Max < low)
            return false;
        foreach (double number in _numbers)
            if (number >= low && number <= high)
                return true;
        return _numbers.Length == 0;
    }

    private static bool TryNumber(Cell cell, out double number)
    {
        number = cell.Type == ColumnType.Int64 ? cell.Whole : cell.Number;
        return cell.Type is ColumnType.Int64 or ColumnType.Float64;
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, out double number) =>
        Utf8Parser.TryParse(text, out number, out int used) && used == text.Length && double.IsFinite(number);

    /// <summary>The condition in a form that tells it from others.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Column} {Min:R}..{Max:R} {string.Join('\0', Is)}");
}
