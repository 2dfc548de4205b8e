using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Assay.Data;

/// <summary>Finds private data in UTF-8 text, by form and by the words around it.</summary>
/// <remarks>
/// <para>E-mail: <c>local@domain</c>, the domain in ASCII with a last label of two or more letters; the local part may have Latin letters with marks.</para>
/// <para>Phone: a plus sign and 8 to 15 digits in groups; a North American number in groups of 3, 3 and 4; or a number with a leading 0,
/// 9 to 11 digits in two or more groups. Digits without a plus sign or separators are no phone number: most such are something else.</para>
/// <para>IP: addresses of the public internet. Those of private networks, loopback, documentation and other reserved ranges name nobody and
/// are left, as is what follows "version" or the like.</para>
/// <para>Card: 13 to 19 digits, in one piece or in a card's groups, with an issuer's prefix and a valid check digit (Luhn).</para>
/// <para>IBAN: a country's length and a remainder of 1 by 97. National numbers: <see cref="NationalId"/>. Credentials: user and password of
/// a URL. Secrets: keys that their issuers mark, private keys, and values that are assigned to a password, token or the like. Addresses, dates of birth,
/// coordinates and names of persons need words or signs around them that say so; most names have none.</para>
/// <para>Where two kinds claim the same bytes the one with the stronger form has them.</para>
/// </remarks>
/// <param name="kinds">What is looked for.</param>
public sealed class PiiFinder(params IReadOnlyList<PiiKind> kinds)
{
    private static readonly SearchValues<byte> s_starts = SearchValues.Create("@+(0123456789"u8);

    // Letters of one and two bytes, digits and underscores.
    private static readonly SearchValues<byte> s_wordBytes = SearchValues.Create([
        .. Enumerable
            .Range(0, 256)
            .Select(value => (byte)value)
            .Where(value =>
                char.IsAsciiLetterOrDigit((char)value)
                || value is (byte)'_' or >= 0x80 and <= 0xBF or >= 0xC3 and <= 0xDF
            ),
    ]);

    // The stronger the form, the earlier.
    private static readonly PiiKind[] s_strength =
    [
        PiiKind.Secret,
        PiiKind.Credentials,
        PiiKind.Iban,
        PiiKind.Card,
        PiiKind.NationalId,
        PiiKind.Email,
        PiiKind.Coordinates,
        PiiKind.BirthDate,
        PiiKind.Ip,
        PiiKind.Phone,
        PiiKind.Address,
        PiiKind.Person,
    ];

    private readonly bool[] _isWanted = [.. Enum.GetValues<PiiKind>().Select(kinds.Contains)];
    private readonly bool _readsNumbers = kinds.Any(kind => kind <= PiiKind.Card),
        _readsWords = kinds.Any(kind => kind > PiiKind.Card && kind != PiiKind.Credentials);

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<PiiKind> AllKinds { get; } = Enum.GetValues<PiiKind>();

    /// <summary>The items of a text, first to last; they do not overlap.</summary>
    public IReadOnlyList<PiiItem> Find(ReadOnlySpan<byte> text)
    {
        List<PiiItem> items = [];
        Find(text, items);
        return items;
    }

    /// <summary>The same, added to a list.</summary>
    public void Find(ReadOnlySpan<byte> text, List<PiiItem> items)
    {
        int first = items.Count;
        if (_readsNumbers)
            FindNumbers(text, items);
        if (_isWanted[(int)PiiKind.Credentials])
            UrlCredentials.Find(text, items);
        if (_readsWords)
            FindAtWords(text, items);
        Settle(items, first);
        items.RemoveAll(item => !_isWanted[(int)item.Kind]);
    }

    private static void FindNumbers(ReadOnlySpan<byte> text, List<PiiItem> items)
    {
        int done = 0; // end of the last item
        for (int at = 0; at < text.Length; )
        {
            int next = text[at..].IndexOfAny(s_starts);
            if (next < 0)
                return;
            at += next;
            PiiItem? item = text[at] == '@' ? Email(text, at, done) : Number(text, at);
            if (item is { } found)
            {
                items.Add(found);
                at = done = found.End;
            }
            else
                at = char.IsAsciiDigit((char)text[at]) ? EndOfWord(text, at) : at + 1;
        }
    }

    private void FindAtWords(ReadOnlySpan<byte> text, List<PiiItem> items)
    {
        for (int at = 0; at < text.Length; )
        {
            if (!TextPlace.IsWordAt(text, at))
            {
                int key = text[at] == '-' && _isWanted[(int)PiiKind.Secret] ? SecretValue.PrivateKey(text, at) : 0;
                if (key > 0)
                    items.Add(new(PiiKind.Secret, at, key));
                at = Math.Max(at + 1, key);
                continue;
            }
            int end = TextPlace.IsDigit(text[at]) ? AtDigit(text, at, items) : AtLetter(text, at, items);
            at = Math.Max(end, PartsOfIdentifier(text, at, items));
        }
    }

    // The end of what starts with the digit, if anything does.
    private int AtDigit(ReadOnlySpan<byte> text, int at, List<PiiItem> items)
    {
        if (FollowsDecimalPoint(text, at))
            return at;
        int start = at > 0 && text[at - 1] is (byte)'-' or (byte)'+' ? at - 1 : at;
        return Add(PiiKind.NationalId, at, Wanted(PiiKind.NationalId) ? NationalId.OfDigits(text, at) : 0)
            ?? Add(PiiKind.Coordinates, start, Wanted(PiiKind.Coordinates) ? GeoCoordinates.Length(text, start) : 0)
            ?? Add(PiiKind.Address, at, Wanted(PiiKind.Address) ? StreetAddress.FromNumber(text, at) : 0)
            ?? at;

        int? Add(PiiKind kind, int from, int length)
        {
            if (length == 0)
                return null;
            items.Add(new(kind, from, from + length));
            return from + length;
        }
    }

    private int AtLetter(ReadOnlySpan<byte> text, int at, List<PiiItem> items)
    {
        int end = at;
        if (Wanted(PiiKind.Secret) && SecretValue.Issued(text, at) is > 0 and int key)
            items.Add(new(PiiKind.Secret, at, end = key));
        if (char.IsAsciiLetterUpper((char)text[at]))
        {
            if (Wanted(PiiKind.Iban) && Iban.Length(text, at) is > 0 and int iban)
                items.Add(new(PiiKind.Iban, at, end = at + iban));
            else if (Wanted(PiiKind.NationalId) && NationalId.OfLetters(text, at) is > 0 and int id)
                items.Add(new(PiiKind.NationalId, at, end = at + id));
        }
        if (Wanted(PiiKind.Address) && StreetAddress.FromName(text, at) is > 0 and int address)
            items.Add(new(PiiKind.Address, at, end = at + address));
        if (Wanted(PiiKind.BirthDate) && BirthDate.At(text, at) is { } birth)
            items.Add(birth);
        if (Wanted(PiiKind.Person) && PersonName.At(text, at) is { } person)
            items.Add(person);
        return end;
    }

    // Goes to the end of a word and looks at what is assigned to it, or to its last part: DB_PASSWORD = ..., accessToken: ...
    private int PartsOfIdentifier(ReadOnlySpan<byte> text, int at, List<PiiItem> items)
    {
        int length = text[at..].IndexOfAnyExcept(s_wordBytes);
        ReadOnlySpan<byte> word = length < 0 ? text[at..] : text.Slice(at, length);
        if (!Wanted(PiiKind.Secret) || word.IsEmpty)
            return at + word.Length;
        bool hasParts = word.Contains((byte)'_') || word[1..].ContainsAnyInRange((byte)'A', (byte)'Z');
        for (int part = 0; part < (hasParts ? word.Length : 1); part++)
            if (
                (
                    part == 0
                    || word[part - 1] == '_'
                    || (char.IsAsciiLetterUpper((char)word[part]) && char.IsAsciiLetterLower((char)word[part - 1]))
                ) && SecretValue.Assigned(text, at + part) is { } secret
            )
            {
                items.Add(secret);
                break;
            }
        return at + word.Length;
    }

    private bool Wanted(PiiKind kind) => _isWanted[(int)kind];

    // In the order of the text; of two that overlap the stronger stays, of equals the longer, then the first.
    private static void Settle(List<PiiItem> items, int first)
    {
        if (items.Count - first < 2)
            return;
        items.Sort(first, items.Count - first, Comparer<PiiItem>.Create((a, b) => a.Start.CompareTo(b.Start)));
        int kept = first;
        for (int i = first + 1; i < items.Count; i++)
        {
            PiiItem item = items[i],
                last = items[kept];
            if (item.Start >= last.End)
                items[++kept] = item;
            else if (
                Rank(item) is int rank
                && (rank < Rank(last) || (rank == Rank(last) && item.End - item.Start > last.End - last.Start))
            )
                items[kept] = item;
        }
        items.RemoveRange(kept + 1, items.Count - kept - 1);
    }

    private static int Rank(PiiItem item) => Array.IndexOf(s_strength, item.Kind);

    private static PiiItem? Email(ReadOnlySpan<byte> text, int at, int from)
    {
        int start = at;
        while (start > from)
            if (IsLocal(text[start - 1]))
                start--;
            else if (start > from + 1 && text[start - 1] >= 0x80 && text[start - 2] is >= 0xC3 and <= 0xC9)
                start -= 2; // a Latin letter with a mark
            else
                break;
        while (start < at && !IsWord(text[start]))
            start++;
        int end = at + 1;
        while (end < text.Length && (IsAlphanumeric(text[end]) || text[end] is (byte)'.' or (byte)'-'))
            end++;
        while (end > at && text[end - 1] is (byte)'.' or (byte)'-')
            end--;
        ReadOnlySpan<byte> domain = text[Math.Min(at + 1, end)..end];
        int lastDot = domain.LastIndexOf((byte)'.');
        if (start == at || text[at - 1] == '.' || lastDot <= 0 || domain.IndexOf(".."u8) >= 0 || domain[0] == '-')
            return null;
        ReadOnlySpan<byte> last = domain[(lastDot + 1)..];
        foreach (byte letter in last)
            if (!char.IsAsciiLetter((char)letter))
                return null;
        // icon@2x.png names a picture of double density.
        bool isPicture = lastDot == 2 && char.IsAsciiDigit((char)domain[0]) && domain[1] == 'x';
        return last.Length < 2 || isPicture ? null : new(PiiKind.Email, start, end);
    }

    private static PiiItem? Number(ReadOnlySpan<byte> text, int at)
    {
        if (at > 0 && (IsWord(text[at - 1]) || FollowsDecimalPoint(text, at)))
            return null;
        if (char.IsAsciiDigit((char)text[at]))
        {
            if (CardNumber.Length(text[at..]) is > 0 and int card && !ContinuesAt(text, at + card))
                return new(PiiKind.Card, at, at + card);
            if (IpLength(text[at..]) is > 0 and int address && !IsVersion(text[..at]))
                return new(PiiKind.Ip, at, at + address);
        }
        int phone = PhoneNumber.Length(text[at..]);
        return phone > 0 ? new(PiiKind.Phone, at, at + phone) : null;
    }

    // Length of a public address at the start, or 0.
    private static int IpLength(ReadOnlySpan<byte> text)
    {
        int end = 0;
        while (end < text.Length && end < 40 && (char.IsAsciiHexDigit((char)text[end]) || text[end] == ':'))
            end++;
        if (text[..end].Count((byte)':') >= 2)
        {
            if (text[end - 1] == ':' && text[end - 2] != ':')
                end--;
            return !(end < text.Length && IsWord(text[end])) && IsPublic6(text[..end]) ? end : 0;
        }
        Span<byte> octets = stackalloc byte[4];
        int at = 0;
        for (int i = 0; i < 4; i++)
        {
            if (i > 0 && (at >= text.Length || text[at++] != '.'))
                return 0;
            int start = at,
                value = 0;
            while (at < text.Length && at < start + 3 && char.IsAsciiDigit((char)text[at]))
                value = (10 * value) + text[at++] - '0';
            if (at == start || value > 255 || (text[start] == '0' && at > start + 1))
                return 0;
            octets[i] = (byte)value;
        }
        return ContinuesAt(text, at) || !IsPublic4(octets) ? 0 : at;
    }

    // Special-purpose address registry of IANA (RFC 6890 and its successors).
    private static bool IsPublic4(ReadOnlySpan<byte> ip) =>
        (ip[0], ip[1], ip[2]) switch
        {
            (0 or 10 or 127 or >= 224, _, _) => false,
            (100, >= 64 and < 128, _) => false,
            (169, 254, _) or (192, 168, _) or (172, >= 16 and < 32, _) or (198, 18 or 19, _) => false,
            (192, 0, 0 or 2) or (192, 88, 99) or (198, 51, 100) or (203, 0, 113) => false,
            _ => true,
        };

    // Global unicast is 2000::/3; within it 2001::/23 (protocols), 2001:db8::/32 and 3fff::/20 (documentation) are reserved.
    private static bool IsPublic6(ReadOnlySpan<byte> text)
    {
        Span<byte> ip = stackalloc byte[16];
        if (
            !IPAddress.TryParse(Encoding.ASCII.GetString(text), out IPAddress? address)
            || address.AddressFamily != AddressFamily.InterNetworkV6
            || !address.TryWriteBytes(ip, out _)
            || ip[0] >> 5 != 1
        )
            return false;
        return (ip[0], ip[1], ip[2], ip[3]) switch
        {
            (0x20, 0x01, < 2, _) or (0x20, 0x01, 0x0d, 0xb8) or (0x3f, 0xff, < 0x10, _) => false,
            _ => true,
        };
    }

    private static bool IsVersion(ReadOnlySpan<byte> before)
    {
        before = Words.Trim(before);
        int start = before.Length;
        while (start > 0 && char.IsAsciiLetter((char)before[start - 1]))
            start--;
        ReadOnlySpan<byte> word = before[start..];
        foreach (
            string name in (ReadOnlySpan<string>)["version", "v", "ver", "release", "build", "firmware", "section"]
        )
            if (Ascii.EqualsIgnoreCase(word, name))
                return true;
        return false;
    }

    // True if what ends before `at` goes on there as a word or a decimal fraction.
    private static bool ContinuesAt(ReadOnlySpan<byte> text, int at) =>
        at < text.Length
        && (
            IsWord(text[at])
            || text[at] is (byte)'.' or (byte)'-' && at + 1 < text.Length && char.IsAsciiDigit((char)text[at + 1])
        );

    private static bool FollowsDecimalPoint(ReadOnlySpan<byte> text, int at) =>
        at > 1
        && text[at - 1] is (byte)'.' or (byte)',' or (byte)'-' or (byte)'/'
        && char.IsAsciiDigit((char)text[at - 2]);

    private static int EndOfWord(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && IsWord(text[at]))
            at++;
        return at;
    }

    private static bool IsLocal(byte value) =>
        IsAlphanumeric(value) || value is (byte)'.' or (byte)'_' or (byte)'%' or (byte)'+' or (byte)'-' or (byte)'\'';

    private static bool IsAlphanumeric(byte value) => char.IsAsciiLetterOrDigit((char)value);

    /// <summary>True for what a number cannot touch: letters, digits and underscores, and every byte beyond ASCII.</summary>
    internal static bool IsWord(byte value) => IsAlphanumeric(value) || value == '_' || value >= 0x80;
}
