using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Assay.Tests;

/// <summary>
/// Damages sound input: bits and bytes changed, stretches cut out, doubled, repeated or taken from elsewhere, ends cut off, numbers
/// and lengths made large or small, words of the format put in. What it does depends on its seed alone.
/// </summary>
internal sealed class Mutator(ulong seed)
{
    private const int Longest = 1 << 20;

    private static readonly long[] Numbers =
    [
        0,
        1,
        -1,
        0x7F,
        0x80,
        0xFF,
        0x7FFF,
        0xFFFF,
        0x10000,
        0x7FFFFFFF,
        0x80000000,
        0xFFFFFFFF,
        1L << 40,
        long.MaxValue,
        long.MinValue,
    ];

    private readonly Random _random = new(HashCode(seed));

    /// <summary>One damaged input.</summary>
    /// <param name="seeds">Sound ones.</param>
    /// <param name="words">Words of the format.</param>
    /// <param name="window">Where in a sound one the damage is to be, or null for anywhere.</param>
    public byte[] Next(IReadOnlyList<byte[]> seeds, IReadOnlyList<byte[]> words, Func<byte[], Range>? window)
    {
        byte[] sound = seeds[_random.Next(seeds.Count)];
        (int start, int length) = (0, sound.Length);
        bool isWithin = window is not null && _random.Next(3) > 0;
        if (isWithin)
            (start, length) = window!(sound).GetOffsetAndLength(sound.Length);
        List<byte> bytes = [.. sound.AsSpan(start, length)];
        for (int change = _random.Next(1, 6); change > 0 && bytes.Count > 0; change--)
            Change(bytes, seeds, words, keepsLength: isWithin);
        return [.. sound.AsSpan(0, start), .. bytes, .. sound.AsSpan(start + length)];
    }

    private void Change(List<byte> bytes, IReadOnlyList<byte[]> seeds, IReadOnlyList<byte[]> words, bool keepsLength)
    {
        // The beginning and the end hold what leads to the rest.
        int at = _random.Next(4) switch
        {
            0 => _random.Next(Math.Min(bytes.Count, 64)),
            1 => bytes.Count - 1 - _random.Next(Math.Min(bytes.Count, 900)),
            _ => _random.Next(bytes.Count),
        };
        int length = Math.Min(_random.Next(1, _random.Next(8) == 0 ? 256 : 12), bytes.Count - at);
        switch (_random.Next(keepsLength ? 6 : 13))
        {
            case 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2:
                bytes[at] = _random.Next(4) switch
                {
                    0 => 0,
                    1 => 0xFF,
                    2 => 0x7F,
                    _ => 0x80,
                };
                break;
            case 3:
                for (int i = 0; i < length; i++)
                    bytes[at + i] = bytes[_random.Next(bytes.Count)];
                break;
            case 4:
                Overwrite(bytes, at, Number());
                break;
            case 5:
                if (words.Count > 0)
                    Overwrite(bytes, at, words[_random.Next(words.Count)]);
                break;
            case 6:
                bytes.RemoveRange(at, length);
                break;
            case 7:
                bytes.InsertRange(at, bytes.GetRange(_random.Next(bytes.Count - length + 1), length));
                break;
            case 8:
                if (words.Count > 0)
                    bytes.InsertRange(at, words[_random.Next(words.Count)]);
                break;
            case 9:
                Repeat(bytes, at, length);
                break;
            case 10:
                Renumber(bytes, at);
                break;
            case 11:
                byte[] other = seeds[_random.Next(seeds.Count)];
                int from = _random.Next(other.Length + 1);
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other[from..]);
                break;
            default:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
        }
    }

    private void Repeat(List<byte> bytes, int at, int length)
    {
        List<byte> piece = bytes.GetRange(at, length);
        int times = 1 << _random.Next(1, 14);
        for (int i = 0; i < times && bytes.Count + piece.Count < Longest; i++)
            bytes.InsertRange(at, piece);
    }

    /// <summary>Puts another number in place of one that is written in digits.</summary>
    private void Renumber(List<byte> bytes, int at)
    {
        int start = bytes.FindIndex(at, b => b is >= (byte)'0' and <= (byte)'9');
        if (start < 0)
            return;
        int end = start;
        while (end < bytes.Count && bytes[end] is >= (byte)'0' and <= (byte)'9')
            end++;
        bytes.RemoveRange(start, end - start);
        string number = _random.Next(4) switch
        {
            0 => new string('9', _random.Next(1, 400)),
            1 => "1e" + _random.Next(-400, 400).ToString(CultureInfo.InvariantCulture),
            2 => _random.Next(0, 300).ToString(CultureInfo.InvariantCulture),
            _ => Numbers[_random.Next(Numbers.Length)].ToString(CultureInfo.InvariantCulture),
        };
        bytes.InsertRange(start, Encoding.ASCII.GetBytes(number));
    }

    private byte[] Number()
    {
        byte[] bytes = new byte[8];
        long number = Numbers[_random.Next(Numbers.Length)] + _random.Next(-2, 3);
        int size = 1 << _random.Next(1, 4);
        if (_random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
            return bytes[..size];
        }
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return bytes[^size..];
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] with)
    {
        for (int i = 0; i < with.Length && at + i < bytes.Count; i++)
            bytes[at + i] = with[i];
    }

    private static int HashCode(ulong seed)
    {
        seed = (seed ^ (seed >> 31)) * 0x9E3779B97F4A7C15;
        return (int)(seed >> 32);
    }
}
