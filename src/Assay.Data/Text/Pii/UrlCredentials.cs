namespace Assay.Data;

/// <summary>User and password in URLs: <c>scheme://user:password@host</c>.</summary>
internal static class UrlCredentials
{
    private static ReadOnlySpan<byte> Ends => " \t\r\n/?#\"'<>`|()[]\\^"u8;

    /// <summary>Adds what stands between the slashes and the at sign, passwords that only stand in for one left out.</summary>
    public static void Find(ReadOnlySpan<byte> text, List<PiiItem> items)
    {
        for (int at = 0; at < text.Length; )
        {
            int slashes = text[at..].IndexOf("://"u8);
            if (slashes < 0)
                return;
            int start = at + slashes + 3,
                end = start,
                colon = -1;
            while (end < text.Length && text[end] != '@' && !Ends.Contains(text[end]))
            {
                if (text[end] == ':' && colon < 0)
                    colon = end;
                end++;
            }
            if (
                slashes + at > 1
                && char.IsAsciiLetterOrDigit((char)text[at + slashes - 1])
                && TextPlace.Is(text, end, (byte)'@')
                && colon >= 0
                && colon + 1 < end
                && TextPlace.IsWordAt(text, end + 1)
                && !SecretValue.IsPlaceholder(text[(colon + 1)..end])
            )
                items.Add(new(PiiKind.Credentials, start, end));
            at = end > start ? end : start;
        }
    }
}
