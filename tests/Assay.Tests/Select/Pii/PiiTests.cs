using System.Text;
using Assay.Data;
using Assay.Select;

namespace Assay.Tests.Select;

public class PiiTests
{
    [Theory]
    [InlineData("Write a@b.org, or c.d@e.fr.", "Write [email], or [email].")]
    [InlineData("a@b", "a@b")]
    [InlineData("@", "@")]
    [InlineData("+", "+")]
    [InlineData("(", "(")]
    [InlineData("", "")]
    [InlineData("..a..@b.org", "..a..@b.org")]
    [InlineData("a@b..org", "a@b..org")]
    [InlineData("a@-b.org", "a@-b.org")]
    [InlineData("call +1 212 555 0100 5 times", "call [phone] 5 times")]
    [InlineData("212-555-0123-99", "212-555-0123-99")]
    [InlineData("(212 555-0123", "([phone]")]
    [InlineData("4111 1111 1111 1111 12/29", "[card] 12/29")]
    [InlineData("4111-1111-1111-1111-12", "4111-1111-1111-1111-12")]
    [InlineData("8.8.8.8.8", "8.8.8.8.8")]
    [InlineData("08.8.8.8", "08.8.8.8")]
    [InlineData("256.8.8.8", "256.8.8.8")]
    [InlineData("8.8.8.8/24 8.8.8.8.", "[ip]/24 [ip].")]
    [InlineData("2001:4860:4860::8888.", "[ip].")]
    [InlineData("9999::1 20:15:30", "9999::1 20:15:30")]
    [InlineData("4111111111111111 41111111111111110", "[card] 41111111111111110")]
    [InlineData("x4111111111111111", "x4111111111111111")]
    [InlineData("é4111111111111111", "é4111111111111111")]
    public void Masks(string text, string masked) => Assert.Equal(masked, Pii.Mask(text));

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.255")]
    [InlineData("169.254.10.1")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.2.1")]
    [InlineData("198.18.0.1")]
    [InlineData("240.0.0.1")]
    [InlineData("2001:db8::1")]
    [InlineData("fe80::1")]
    public void Reserved_addresses_are_kept(string address) => Assert.Equal(address, Pii.Mask(address));

    [Theory]
    [InlineData("100.63.0.1")]
    [InlineData("172.32.0.1")]
    [InlineData("192.1.2.1")]
    [InlineData("223.255.255.255")]
    public void Public_addresses_beside_them_are_masked(string address) => Assert.Equal("[ip]", Pii.Mask(address));

    [Fact]
    public void FurtherKindsAreMaskedOnRequest()
    {
        const string text = "Mr. Ortega, born 3 May 1980, lives at 12 Elm Street; IBAN DE44500105175407324931.";
        Assert.Equal("Mr. Ortega, born 3 May 1980, lives at 12 Elm Street; IBAN [iban].", Pii.Mask(text));
        Assert.Equal(
            "Mr. [person], born [birth-date], lives at [address]; IBAN [iban].",
            Pii.Mask(text, new() { Kinds = PiiFinder.AllKinds })
        );
    }

    [Fact]
    public void Options_choose_kinds_and_masks_and_drop_rows_that_are_full_of_it()
    {
        View view = new(
            Dataset.OfTexts(["a@b.org 8.8.8.8", string.Concat(Enumerable.Repeat("a@b.org ", 6)), "plain", "8.8.8.8"])
        );
        (Selected selected, IReadOnlyList<string?> texts) = new Pii(
            new()
            {
                Kinds = [PiiKind.Email],
                Mask = "|||{kind}|||",
                MaxItems = 5,
            }
        ).RunOnTexts(view);
        Assert.Equal(["|||email||| 8.8.8.8", null, "plain", "8.8.8.8"], texts);
        Assert.Equal(1, selected.Reasons()["pii.too_many"]);
        Assert.Equal(["pii.email: 7"], selected.Notes!);
        Assert.Contains("nothing to mask", Assert.Throws<AssayException>(() => new Pii(new() { Kinds = [] })).Message);
    }

    [Fact]
    public void Threads_and_kills_change_nothing()
    {
        View view = new(
            Dataset.OfTexts(
                Enumerable.Range(0, 300).Select(i => $"row {i}: a{i}@b.org, 8.8.{i % 200}.8"),
                rowsPerTable: 20
            )
        );
        Pii pii = new(new());
        (Selected one, IReadOnlyList<string?> texts) = pii.RunOnTexts(view);
        using Pieces killed = Pieces.Temporary();
        pii.KilledIn("filter", view, killed);
        Selected two = pii.Select(view, new(killed) { Threads = 2 });
        Assert.Equal(texts, two.Texts(view));
        Assert.Equal(one.Notes!, two.Notes!);
        Assert.Equal(
            [
                "pii.email: 300",
                "pii.phone: 0",
                "pii.ip: 300",
                "pii.card: 0",
                "pii.iban: 0",
                "pii.national-id: 0",
                "pii.credentials: 0",
                "pii.secret: 0",
            ],
            two.Notes!
        );
    }
}
