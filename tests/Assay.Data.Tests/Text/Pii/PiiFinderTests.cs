using System.Text;
using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Data.Tests;

public sealed class PiiFinderTests
{
    private static readonly Lazy<Dictionary<PiiKind, PiiScore>> s_heldOut =
            new(() => LabelledText.OfFile("pii.heldout.txt").Scores()),
        s_written = new(() => LabelledText.Of(new WrittenPii(new(0, "pii")).Sentences(150)).Scores()),
        s_hard = new(() => LabelledText.OfFile("pii.labelled.txt").Scores());

    private static readonly byte[] s_heldOutText = Encoding.UTF8.GetBytes(
        string.Join('\n', LabelledText.OfFile("pii.heldout.txt").Lines)
    );

    private static void Check(
        Lazy<Dictionary<PiiKind, PiiScore>> scores,
        PiiKind kind,
        int right,
        int found,
        int labelled
    )
    {
        PiiScore score = scores.Value[kind];
        Assert.True(
            (right, found, labelled) == (score.Right, score.Found, score.Labelled),
            $"{score}\n{score.Row(kind.ToString())}\nWrong:\n{string.Join('\n', score.Wrong)}\nMissed:\n{string.Join('\n', score.Missed)}"
        );
    }

    /// <summary>What docs/methods/pii.md says of sentences that were written before the rules met them. Two defects that they showed were mended (phrases with letters beyond ASCII never fitted, nor did King's Road).</summary>
    [Theory]
    [InlineData(PiiKind.Email, 12, 12, 13)]
    [InlineData(PiiKind.Phone, 14, 15, 16)]
    [InlineData(PiiKind.Ip, 7, 8, 7)]
    [InlineData(PiiKind.Card, 5, 6, 5)]
    [InlineData(PiiKind.Iban, 7, 7, 9)]
    [InlineData(PiiKind.NationalId, 14, 15, 18)]
    [InlineData(PiiKind.Credentials, 6, 6, 7)]
    [InlineData(PiiKind.Secret, 15, 15, 16)]
    [InlineData(PiiKind.Address, 14, 14, 15)]
    [InlineData(PiiKind.BirthDate, 12, 15, 13)]
    [InlineData(PiiKind.Coordinates, 10, 13, 10)]
    [InlineData(PiiKind.Person, 11, 13, 20)]
    public void HeldOutSentences(PiiKind kind, int right, int found, int labelled) =>
        Check(s_heldOut, kind, right, found, labelled);

    /// <summary>What the page says of generated sentences; a quarter of the names stand there with nothing that announces them.</summary>
    [Theory]
    [InlineData(PiiKind.Email, 150, 150, 150)]
    [InlineData(PiiKind.Phone, 150, 150, 150)]
    [InlineData(PiiKind.Ip, 150, 150, 150)]
    [InlineData(PiiKind.Card, 150, 153, 150)]
    [InlineData(PiiKind.Iban, 150, 150, 150)]
    [InlineData(PiiKind.NationalId, 150, 150, 150)]
    [InlineData(PiiKind.Credentials, 150, 150, 150)]
    [InlineData(PiiKind.Secret, 150, 150, 150)]
    [InlineData(PiiKind.Address, 150, 150, 150)]
    [InlineData(PiiKind.BirthDate, 150, 150, 150)]
    [InlineData(PiiKind.Coordinates, 150, 150, 150)]
    [InlineData(PiiKind.Person, 109, 124, 150)]
    public void WrittenSentences(PiiKind kind, int right, int found, int labelled) =>
        Check(s_written, kind, right, found, labelled);

    /// <summary>The sample on which the first four kinds were made, most of its lines hard on purpose.</summary>
    [Theory]
    [InlineData(PiiKind.Email, 9, 10, 10)]
    [InlineData(PiiKind.Phone, 13, 16, 16)]
    [InlineData(PiiKind.Ip, 6, 7, 6)]
    [InlineData(PiiKind.Card, 7, 7, 7)]
    public void HardSentences(PiiKind kind, int right, int found, int labelled) =>
        Check(s_hard, kind, right, found, labelled);

    [Fact]
    public void AnyBytesAreReadAndItemsAreInOrder() => Prop.ForAll<byte[]>(bytes => InOrder(bytes)).Holds();

    [Fact]
    public void PiecesOfTheSamplesAreReadToo() =>
        Prop.ForAll<int, int>(
                (from, length) =>
                {
                    byte[] all = s_heldOutText;
                    int start = (int)((uint)from % (uint)all.Length),
                        end = start + (int)((uint)length % (uint)Math.Min(400, all.Length - start));
                    return InOrder(all[start..end]);
                }
            )
            .Holds();

    private static bool InOrder(byte[] text)
    {
        int end = 0;
        foreach (PiiItem item in new PiiFinder(PiiFinder.AllKinds).Find(text))
        {
            if (item.Start < end || item.End <= item.Start || item.End > text.Length)
                return false;
            end = item.End;
        }
        return true;
    }

    /// <summary>Texts that would take hours if something were looked at again from every place.</summary>
    [Theory]
    [InlineData("sk-")]
    [InlineData("eyJ-")]
    [InlineData("A-")]
    [InlineData("-----BEGIN PRIVATE KEY-----")]
    [InlineData("born ")]
    [InlineData("1 A")]
    [InlineData("a://b:")]
    [InlineData("password=")]
    [InlineData("Dear ")]
    [InlineData("5, ")]
    [InlineData("a@")]
    [InlineData("passport ")]
    public void LongTextsTakeTimeInProportion(string part)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(part, 300_000 / part.Length)));
        System.Diagnostics.Stopwatch clock = System.Diagnostics.Stopwatch.StartNew();
        new PiiFinder(PiiFinder.AllKinds).Find(text);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed}");
    }

    [Fact]
    public void OfTwoThatOverlapTheStrongerStays()
    {
        byte[] text = Encoding.UTF8.GetBytes("https://jane:s3cretpass@mail.example.org/");
        Assert.Equal(PiiKind.Credentials, Assert.Single(new PiiFinder(PiiFinder.AllKinds).Find(text)).Kind);
        Assert.Equal(PiiKind.Email, Assert.Single(new PiiFinder(PiiKind.Email).Find(text)).Kind);
        Assert.Empty(new PiiFinder(PiiKind.Iban).Find(text));
    }

    [Fact]
    public void Check_digit_is_Luhns()
    {
        Assert.True(CardNumber.Luhn([7, 9, 9, 2, 7, 3, 9, 8, 7, 1, 3]));
        for (byte last = 0; last < 10; last++)
            Assert.Equal(last == 3, CardNumber.Luhn([7, 9, 9, 2, 7, 3, 9, 8, 7, 1, last]));
    }
}
