using System.Globalization;
using Assay.Numerics;

namespace Assay.Data.Tests;

/// <summary>Writes sentences with private data and sentences with what looks like it, from a seed; numbers get their check digits by other code than the finder's.</summary>
internal sealed class WrittenPii(RandomStream random)
{
    private const string Lower = "abcdefghijklmnopqrstuvwxyz",
        Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        Digits = "0123456789";

    private static readonly string[] s_first =
        ["Anna", "Peter", "Zoë", "Mehmet", "Li", "Óscar", "Fatima", "John", "Ines", "Sean"],
        s_last =
        ["Meyer", "O'Neill", "Kowalska", "Smith-Jones", "Garcia", "Nakamura", "Okoye", "Novák", "Larsen", "Rossi"],
        s_carriers =

        [
            "Please note: {0}",
            "We have {0} on file.",
            "({0})",
            "Update the record, {0}, before noon.",
            "It says {0}; nothing else.",
            "The entry reads \"{0}\" in the list.",
        ];

    /// <summary>Marked sentences: as many with an item of each kind as without any but with something like it.</summary>
    public IEnumerable<string> Sentences(int each)
    {
        for (int i = 0; i < each; i++)
            foreach (PiiKind kind in PiiFinder.AllKinds)
            {
                yield return string.Format(CultureInfo.InvariantCulture, Any(s_carriers), Positive(kind));
                yield return string.Format(CultureInfo.InvariantCulture, Any(s_carriers), Negative(kind));
            }
    }

    private string Positive(PiiKind kind) =>
        kind switch
        {
            PiiKind.Email => Mark(
                kind,
                $"{Of(Lower, 3, 8)}{Any(".", "_", "-", "+")}{Of(Lower, 2, 8)}@{Of(Lower, 3, 10)}.{Any("org", "co.uk", "de", "example")}"
            ),
            PiiKind.Phone => Mark(
                kind,
                Any(
                    $"+{Any("44", "49", "33")} {Number(2, 9)}{Of(Digits, 2, 2)} {Of(Digits, 3, 3)} {Of(Digits, 4, 4)}",
                    $"({Number(2, 9)}{Of(Digits, 2, 2)}) {Number(2, 9)}{Of(Digits, 2, 2)}-{Of(Digits, 4, 4)}",
                    $"{Number(2, 9)}{Of(Digits, 2, 2)}-{Number(2, 9)}{Of(Digits, 2, 2)}-{Of(Digits, 4, 4)}",
                    $"0{Number(1, 9)}{Of(Digits, 2, 2)} {Of(Digits, 6, 6)}"
                )
            ),
            PiiKind.Ip => Mark(kind, $"{Number(80, 95)}.{Number(0, 255)}.{Number(0, 255)}.{Number(1, 254)}"),
            PiiKind.Card => Mark(kind, Card()),
            PiiKind.Iban => Mark(kind, Iban()),
            PiiKind.NationalId => Any(
                Mark(kind, $"{Number(100, 665)}-{Number(10, 99)}-{Number(1000, 9999)}"),
                Mark(kind, Cpf()),
                Mark(kind, Dni(Number(10_000_000, 99_999_999))),
                "passport no. " + Mark(kind, Of(Upper, 1, 1) + Of(Digits, 8, 8))
            ),
            PiiKind.Credentials =>
                $"{Any("https", "postgres", "ftp")}://{Mark(kind, $"{Of(Lower, 3, 8)}:{Of(Lower + Digits, 8, 12)}x7")}@{Of(Lower, 4, 9)}.org/{Of(Lower, 2, 5)}",
            PiiKind.Secret => Any(
                Mark(kind, "AKIA" + Token(Upper + Digits, 16)),
                Mark(kind, "ghp_" + Token(Upper + Lower + Digits, 36)),
                $"{Any("password", "api_key", "SECRET_TOKEN")} = '{Mark(kind, Token(Lower + Upper + Digits, 18) + "5k")}'"
            ),
            PiiKind.Address => Mark(
                kind,
                Any(
                    $"{Number(1, 899)} {Any("Oak", "Mill", "King's", "Upper Church")} {Any("Street", "Road", "Lane", "Ave", "Drive")}",
                    $"{Any("Garten", "Schiller", "Bahnhof")}{Any("straße", "str.", "weg")} {Number(1, 120)}",
                    $"{Number(1, 99)} {Any("rue", "avenue")} {Any("de la Gare", "Victor Hugo", "des Lilas")}"
                )
            ),
            PiiKind.BirthDate => $"{Any("born", "DOB:", "date of birth", "geboren am")} {Mark(kind, Date())}",
            PiiKind.Coordinates => Any(
                Mark(kind, $"{Decimal(-89, 89, 5)}, {Decimal(-179, 179, 5)}"),
                "position "
                    + Mark(
                        kind,
                        $"{Number(1, 89)}°{Number(1, 59)}'{Number(1, 59)}\"{Any("N", "S")} {Number(1, 179)}°{Number(1, 59)}'{Number(1, 59)}\"{Any("E", "W")}"
                    )
            ),
            _ => Any(
                $"{Any("Mr.", "Ms.", "Dr.", "Prof.")} {Mark(kind, Any(s_last))}",
                $"my name is {Mark(kind, $"{Any(s_first)} {Any(s_last)}")}",
                $"best regards, {Mark(kind, Any(s_first))}",
                Mark(kind, $"{Any(s_first)} {Any(s_last)}") + " went home" // nothing announces it
            ),
        };

    private string Negative(PiiKind kind) =>
        kind switch
        {
            PiiKind.Email => Any(
                $"@{Of(Lower, 3, 9)}",
                $"{Of(Lower, 3, 6)}@localhost",
                $"{Of(Lower, 3, 6)}@{Number(1, 9)}.{Number(0, 9)}.{Number(0, 9)}",
                $"photo@{Number(2, 3)}x.png"
            ),
            PiiKind.Phone => Any(
                $"{Number(1990, 2024)}-{Number(2025, 2030)}",
                $"{Of(Digits, 2, 2)}.{Of(Digits, 2, 2)}.{Number(1990, 2024)}",
                $"{Number(10, 99)},{Of(Digits, 3, 3)},{Of(Digits, 3, 3)}",
                $"ISBN {Isbn()}"
            ),
            PiiKind.Ip => Any(
                $"version {Number(1, 20)}.{Number(0, 9)}.{Number(0, 9)}.{Number(0, 99)}",
                $"192.168.{Number(0, 255)}.{Number(1, 254)}",
                $"{Number(10, 120)}.0.{Number(1000, 9999)}.{Number(1, 200)}",
                $"section {Number(1, 9)}.{Number(1, 9)}.{Number(1, 9)}.{Number(1, 9)}"
            ),
            PiiKind.Card => Any(Broken(Card()), Isbn().Replace("-", ""), "order " + Of("123456789", 14, 14)),
            PiiKind.Iban => Any(
                Broken(Iban()),
                $"{Of(Upper, 2, 2)}{Of(Digits, 2, 2)} {Of(Digits, 4, 4)}",
                $"{Of(Upper, 2, 2)}{Of(Digits, 4, 9)}"
            ),
            PiiKind.NationalId => Any(
                $"part {Number(900, 999)}-{Number(10, 99)}-{Number(1000, 9999)}",
                Broken(Cpf()),
                $"{Of(Digits, 8, 8)}-{Number(10, 99)}",
                $"{Of(Digits, 4, 4)} {Of(Digits, 4, 4)} {Of(Digits, 4, 4)} items"
            ),
            PiiKind.Credentials => Any(
                $"https://{Of(Lower, 4, 9)}.org:8080/{Of(Lower, 3, 6)}@{Of(Lower, 3, 6)}",
                "postgres://user:password@host/db",
                $"https://{Of(Lower, 4, 9)}.org/a:b"
            ),
            PiiKind.Secret => Any(
                "password: required",
                "api_key = YOUR_API_KEY",
                "token = next_token(42)",
                $"commit {Of("0123456789abcdef", 40, 40)}",
                "password=${PASSWORD}"
            ),
            PiiKind.Address => Any(
                $"in {Number(1950, 2020)} Wall Street fell",
                $"{Number(2, 99)} cars on the road",
                $"{Number(2, 99)} Days of Summer",
                $"chapter {Number(1, 30)} Drive slowly"
            ),
            PiiKind.BirthDate => Any($"on {Date()} the shop opened", $"born in {Number(1900, 1999)}", $"due {Date()}"),
            PiiKind.Coordinates => Any(
                $"{Decimal(0, 9, 4)}, {Decimal(0, 9, 4)}, {Decimal(0, 9, 4)}",
                $"from {Decimal(1, 9, 3)} to {Decimal(1, 9, 3)}",
                $"{Number(5, 35)}° in the shade"
            ),
            _ => Any(
                "Dear customer",
                "Miss Universe",
                "the Black Sea",
                "I am Legion",
                "Mr. and Mrs. were there",
                "Monday Morning News"
            ),
        };

    private string Card()
    {
        string body = Any("4" + Of(Digits, 14, 14), $"5{Number(1, 5)}{Of(Digits, 13, 13)}");
        string number = body + Digits.First(check => LuhnSum(body + check) % 10 == 0);
        return Any(number, string.Join(' ', number.Chunk(4).Select(four => new string(four))));
    }

    private static int LuhnSum(string digits) =>
        digits.Reverse().Select((digit, i) => i % 2 == 0 ? digit - '0' : "0246813579"[digit - '0'] - '0').Sum();

    private string Iban()
    {
        (string country, int length) = Any(("DE", 22), ("AT", 20), ("ES", 24), ("PL", 28));
        string account = Of(Digits, length - 4, length - 4);
        var whole = System.Numerics.BigInteger.Parse(
            account + string.Concat(country.Select(letter => letter - 'A' + 10)) + "00",
            CultureInfo.InvariantCulture
        );
        string number = $"{country}{(int)(98 - whole % 97):00}{account}";
        return Any(number, string.Join(' ', number.Chunk(4).Select(four => new string(four))));
    }

    private string Cpf()
    {
        string digits = Of("123456789", 9, 9);
        for (int length = 9; length < 11; length++)
            digits += digits.Select((digit, i) => (digit - '0') * (length + 1 - i)).Sum() * 10 % 11 % 10;
        return $"{digits[..3]}.{digits[3..6]}.{digits[6..9]}-{digits[9..]}";
    }

    private static string Dni(int number) => $"{number}{"TRWAGMYFPDXBNJZSQVHLCKE"[number % 23]}";

    private string Isbn()
    {
        string digits = "978" + Of(Digits, 9, 9);
        int sum = digits.Select((digit, i) => (digit - '0') * (i % 2 == 0 ? 1 : 3)).Sum();
        return $"978-{digits[3]}-{digits[4..8]}-{digits[8..]}-{(10 - sum % 10) % 10}";
    }

    // The last digit is another one.
    private static string Broken(string number) => number[..^1] + (char)('0' + (number[^1] - '0' + 1) % 10);

    private string Date() =>
        Any(
            $"{Number(1940, 2005)}-{Number(1, 12):00}-{Number(1, 28):00}",
            $"{Number(1, 28)}.{Number(1, 12)}.{Number(1940, 2005)}",
            $"{Number(1, 28)} {Any("March", "Oct", "december")} {Number(1940, 2005)}",
            $"{Any("March", "Oct.", "December")} {Number(1, 28)}, {Number(1940, 2005)}"
        );

    private string Decimal(int least, int most, int places) =>
        (least + (most - least) * random.NextDouble()).ToString("F" + places, CultureInfo.InvariantCulture);

    private string Token(string of, int length)
    {
        char[] token = [.. Enumerable.Range(0, length).Select(i => of[i * 7 % of.Length])];
        random.Shuffle<char>(token);
        return new(token);
    }

    private string Of(string letters, int least, int most) =>
        string.Concat(Enumerable.Range(0, Number(least, most)).Select(_ => letters[random.NextInt32(letters.Length)]));

    private int Number(int least, int most) => least + random.NextInt32(most - least + 1);

    private T Any<T>(params T[] of) => of[random.NextInt32(of.Length)];

    private static string Mark(PiiKind kind, string text) => $"{{{{{kind}|{text}}}}}";
}
