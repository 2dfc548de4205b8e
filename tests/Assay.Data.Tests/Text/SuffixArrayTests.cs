using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Data.Tests;

public class SuffixArrayTests
{
    private static int[] BySorting(byte[] text)
    {
        int[] suffixes = [.. Enumerable.Range(0, text.Length)];
        Array.Sort(suffixes, (a, b) => text.AsSpan(a).SequenceCompareTo(text.AsSpan(b)));
        return suffixes;
    }

    private static byte[] Periodic(int period, int length)
    {
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++)
            text[i] = (byte)(i % period * 37 % 11);
        return text;
    }

    public static TheoryData<string, byte[]> Texts
    {
        get
        {
            Random random = new(1);
            byte[] noise = new byte[5000];
            random.NextBytes(noise);
            string fibonacci = "b",
                last = "a";
            while (last.Length < 4000)
                (fibonacci, last) = (last, last + fibonacci);
            return new()
            {
                { "empty", [] },
                { "one byte", [7] },
                { "two", [1, 0] },
                { "all equal", [.. Enumerable.Repeat((byte)255, 3000)] },
                { "all zero", new byte[3000] },
                { "ascending", [.. Enumerable.Range(0, 256).Select(i => (byte)i)] },
                { "descending", [.. Enumerable.Range(0, 256).Select(i => (byte)(255 - i))] },
                { "period 2", Periodic(2, 3001) },
                { "period 3", Periodic(3, 3000) },
                { "period 17", Periodic(17, 4000) },
                { "fibonacci", Encoding.ASCII.GetBytes(last) },
                { "noise", noise },
                { "noise of two letters", [.. noise.Select(value => (byte)(value & 1))] },
                { "the same twice", [.. noise, .. noise] },
                { "mississippi", "mississippi"u8.ToArray() },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Sorts_as_sorting_does(string name, byte[] text)
    {
        Assert.NotNull(name);
        Assert.Equal(BySorting(text), SuffixArray.Of(text));
    }

    [Fact]
    public void Sorts_any_text() =>
        Prop.ForAll(
                (
                    from letters in Gen.Elements(1, 2, 3, 4, 256)
                    from bytes in Gen.Choose(0, letters - 1).Select(value => (byte)value).ArrayOf()
                    from repeats in Gen.Choose(1, 5)
                    select Enumerable.Repeat(bytes, repeats).SelectMany(part => part).ToArray()
                ).ToArbitrary(),
                text => SuffixArray.Of(text).AsSpan().SequenceEqual(BySorting(text))
            )
            .Holds();

    [Fact]
    public void Wants_room_for_each_suffix() =>
        Assert.Throws<ArgumentException>(() => SuffixArray.Sort("abc"u8, new int[2]));

    [Fact]
    public void Cancellation_is_heard() =>
        Assert.ThrowsAny<OperationCanceledException>(() => SuffixArray.Of("abc"u8, new(canceled: true)));
}
