using System.Text;

namespace Assay.Data;

/// <summary>Keys and tokens that their issuers mark, private keys, and values that text assigns to a password, a token or the like.</summary>
internal static class SecretValue
{
    private const int ShortestValue = 8,
        LongestValue = 200,
        LongestKey = 1 << 14,
        LongestHeader = 1 << 10; // of a web token

    // What issuers put before their keys; how many characters follow at least, and at most.
    private static readonly (byte[] Prefix, int Least, int Most, bool Capitals)[]?[] s_issued = ByFirst(
        ("AKIA", 16, 16, true), // Amazon
        ("ASIA", 16, 16, true),
        ("ghp_", 36, 40, false), // GitHub
        ("gho_", 36, 40, false),
        ("ghu_", 36, 40, false),
        ("ghs_", 36, 40, false),
        ("ghr_", 36, 80, false),
        ("github_pat_", 50, 100, false),
        ("glpat-", 20, 30, false), // GitLab
        ("xoxb-", 20, 100, false), // Slack
        ("xoxp-", 20, 100, false),
        ("xoxa-", 20, 100, false),
        ("xoxr-", 20, 100, false),
        ("xoxs-", 20, 100, false),
        ("sk_live_", 16, 120, false), // Stripe
        ("sk_test_", 16, 120, false),
        ("rk_live_", 16, 120, false),
        ("sk-", 32, 200, false), // OpenAI and others
        ("AIza", 35, 35, false), // Google
        ("ya29.", 30, 300, false),
        ("SG.", 60, 70, false), // SendGrid
        ("npm_", 36, 36, false),
        ("hf_", 30, 40, false), // Hugging Face
        ("pypi-", 80, 250, false)
    );

    private static readonly PhraseList s_names = new(
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "secret",
        "token",
        "api_key",
        "api-key",
        "apikey",
        "api key",
        "access_key",
        "accesskey",
        "access key",
        "private_key",
        "auth_key",
        "client_secret"
    );

    // Beginnings of what stands in for a value, and words that do as a whole.
    private static readonly PhraseList s_placeholders =
            new(
                "your",
                "my_",
                "my-",
                "xxx",
                "***",
                "...",
                "process.env",
                "os.environ",
                "env.",
                "config.",
                "getenv",
                "changeme",
                "placeholder",
                "redacted",
                "example"
            ),
        s_standIns = new("password", "passwd", "pass", "pwd", "secret", "token", "null", "none", "undefined", "string");

    private static (byte[], int, int, bool)[]?[] ByFirst(
        params (string Prefix, int Least, int Most, bool Capitals)[] issued
    )
    {
        var byFirst = new (byte[], int, int, bool)[]?[256];
        foreach (var group in issued.GroupBy(one => one.Prefix[0]))
            byFirst[group.Key] =
            [
                .. group.Select(one => (Encoding.ASCII.GetBytes(one.Prefix), one.Least, one.Most, one.Capitals)),
            ];
        return byFirst;
    }

    /// <summary>The key that starts at a place, where a word starts; its end, or 0.</summary>
    public static int Issued(ReadOnlySpan<byte> text, int at)
    {
        if (text[at] == 'e')
            return text[at..].StartsWith("eyJ"u8) ? WebToken(text, at) : 0;
        if (s_issued[text[at]] is { } issued)
            foreach ((byte[] prefix, int least, int most, bool capitals) in issued)
                if (text[at..].StartsWith(prefix))
                {
                    int start = at + prefix.Length,
                        end = start,
                        stop = Math.Min(text.Length, start + most + 1);
                    while (end < stop && (capitals ? IsCapital(text[end]) : IsToken(text[end])))
                        end++;
                    while (end > start && text[end - 1] is (byte)'.' or (byte)'-')
                        end--;
                    ReadOnlySpan<byte> key = text[start..end];
                    return
                        key.Length >= least
                        && key.Length <= most
                        && !TextPlace.IsWordAt(text, end)
                        && (prefix[^1] != '-' || key.ContainsAnyInRange((byte)'0', (byte)'9'))
                        && Variety(key) >= 8
                        ? end
                        : 0;
                }
        return 0;
    }

    /// <summary>A private key in PEM from its dashes to the dashes behind it, or to the end of the text; the end, or 0.</summary>
    public static int PrivateKey(ReadOnlySpan<byte> text, int at)
    {
        ReadOnlySpan<byte> begin = "-----BEGIN "u8;
        if (!text[at..].StartsWith(begin))
            return 0;
        int close = text[(at + begin.Length)..].IndexOf("-----"u8);
        if (close is < 0 or > 40)
            return 0;
        int body = at + begin.Length + close + 5;
        if (text[..(body - 5)][at..].IndexOf("PRIVATE KEY"u8) < 0)
            return 0;
        int end = text[body..Math.Min(text.Length, body + LongestKey)].IndexOf("-----END "u8);
        if (end < 0)
            return 0;
        int last = text[(body + end + 9)..].IndexOf("-----"u8);
        return last is < 0 or > 40 ? 0 : body + end + 9 + last + 5;
    }

    /// <summary>The value that is assigned to a name that starts at a place, such as <c>password = "..."</c>.</summary>
    public static PiiItem? Assigned(ReadOnlySpan<byte> text, int at)
    {
        int name = s_names.LengthOfStart(text, at);
        if (name == 0)
            return null;
        // db_password_2, secretToken: the rest of an identifier, then a sign of assignment.
        int sign = at + name;
        while (sign < text.Length && sign < at + 40 && (TextPlace.IsWordAt(text, sign) || text[sign] == '-'))
            sign++;
        sign = TextPlace.Skip(text, sign, "\"'"u8);
        sign = TextPlace.Skip(text, sign, " \t"u8);
        bool isWord = TextPlace.IsWord(text, sign, "is"u8);
        if (!isWord && !(sign < text.Length && text[sign] is (byte)'=' or (byte)':'))
            return null;
        int start = TextPlace.Skip(text, sign + (isWord ? 2 : 1), "=> \t"u8);
        if (start == text.Length)
            return null;
        bool isQuoted = text[start] is (byte)'"' or (byte)'\'' or (byte)'`';
        byte quote = isQuoted ? text[start++] : (byte)0;
        int end = start;
        while (end < text.Length && end - start <= LongestValue && text[end] > ' ' && text[end] < 0x7F)
        {
            if (
                isQuoted
                    ? text[end] == quote
                    : text[end] is (byte)'"' or (byte)'\'' or (byte)',' or (byte)';' or (byte)'<' or (byte)')'
            )
                break;
            end++;
        }
        if (isQuoted && !TextPlace.Is(text, end, quote))
            return null;
        while (!isQuoted && end > start && text[end - 1] is (byte)'.' or (byte)':' or (byte)'?' or (byte)'!')
            end--;
        ReadOnlySpan<byte> value = text[start..end];
        bool letters = false,
            digits = false;
        foreach (byte one in value)
        {
            letters |= char.IsAsciiLetter((char)one);
            digits |= TextPlace.IsDigit(one);
        }
        return
            value.Length >= ShortestValue
            && value.Length <= LongestValue
            && letters
            && digits
            && Variety(value) >= 6
            && value.IndexOf("://"u8) < 0
            && !value.ContainsAny("({[$%"u8)
            && !IsPlaceholder(value)
            ? new(PiiKind.Secret, start, end)
            : null;
    }

    /// <summary>True for what stands in for a password in documentation.</summary>
    public static bool IsPlaceholder(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || value[0] is (byte)'$' or (byte)'{' or (byte)'<' or (byte)'%' or (byte)'[')
            return true;
        return s_placeholders.LengthOfStart(value, 0) > 0
            || s_standIns.Length(value, 0) is > 0 and int length && length == value.Length
            || Variety(value) < 3;
    }

    // header.payload.signature, all Base64 for URLs; header and payload are JSON objects, so that both start alike.
    private static int WebToken(ReadOnlySpan<byte> text, int at)
    {
        // Most of what is none ends here, so that a text of many beginnings takes no time in its square.
        int header = text[at..Math.Min(text.Length, at + LongestHeader)].IndexOf((byte)'.');
        if (header < 15 || !text[(at + header + 1)..].StartsWith("eyJ"u8))
            return 0;
        int end = at,
            dots = 0;
        int stop = Math.Min(text.Length, at + LongestKey);
        while (end < stop && (IsBase64Url(text[end]) || (text[end] == '.' && dots < 2)))
            dots += text[end++] == '.' ? 1 : 0;
        ReadOnlySpan<byte> token = text[at..end];
        return dots == 2 && end > at + header && token.Length - token.LastIndexOf((byte)'.') > 20 ? end : 0;
    }

    private static int Variety(ReadOnlySpan<byte> value)
    {
        UInt128 seen = 0;
        foreach (byte one in value)
            seen |= UInt128.One << (one & 0x7F);
        return (int)UInt128.PopCount(seen);
    }

    private static bool IsCapital(byte value) => char.IsAsciiLetterUpper((char)value) || TextPlace.IsDigit(value);

    private static bool IsToken(byte value) =>
        char.IsAsciiLetterOrDigit((char)value) || value is (byte)'_' or (byte)'-' or (byte)'.';

    private static bool IsBase64Url(byte value) =>
        char.IsAsciiLetterOrDigit((char)value) || value is (byte)'_' or (byte)'-';
}
