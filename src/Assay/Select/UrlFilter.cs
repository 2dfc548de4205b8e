using System.ComponentModel.DataAnnotations;
using System.Text;
using Assay.Data;

namespace Assay.Select;

/// <summary>Options of <see cref="UrlFilter"/>.</summary>
public sealed record UrlFilterOptions
{
    /// <summary>The column that holds the address.</summary>
    [Required]
    public string Column { get; init; } = "url";

    /// <summary>
    /// A dataset of which each row's text is a blocked domain, such as <c>example.org</c>, which blocks its sub-domains too; or a
    /// blocked address, such as <c>example.org/page</c>.
    /// </summary>
    [DatasetName]
    public string? Blocked { get; init; }

    /// <summary>Words of which one in the address is enough for a row to go.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Words of which two different ones must be in the address.</summary>
    public IReadOnlyList<string> SoftWords { get; init; } = [];

    /// <summary>Letters that must be nowhere in the address, within words or across them.</summary>
    public IReadOnlyList<string> Substrings { get; init; } = [];
}

/// <summary>Drops rows by the address that they come from: blocked domains and pages, and words in the address.</summary>
/// <remarks>
/// The rules of RefinedWeb and FineWeb as "A Survey on Data Selection for Language Models" (arXiv 2402.16827) lists them; the
/// lists are the user's. Case does not count. Words of an address are its runs of letters and digits. Rows without an
/// address stay.
/// </remarks>
[Method("select/url", Paper = "data-selection-survey")]
public sealed class UrlFilter : ISelector
{
    private const int SoftWordsNeeded = 2;
    private static readonly string[] s_reasons =
    [
        "url.domain",
        "url.subdomain",
        "url.address",
        "url.word",
        "url.soft_words",
        "url.substring",
    ];
    private readonly UrlFilterOptions _options;
    private readonly HashSet<string> _words,
        _softWords;
    private readonly string[] _substrings;

    /// <summary>Takes the options.</summary>
    /// <exception cref="AssayException">There is nothing to drop rows for, or a word is more than one.</exception>
    public UrlFilter(UrlFilterOptions options)
    {
        if (options.Blocked is null && options.Words.Count + options.SoftWords.Count + options.Substrings.Count == 0)
            throw new AssayException(
                "select/url has nothing to drop rows for",
                hint: "Give 'blocked' (a dataset of domains and addresses), 'words', 'soft-words' or 'substrings'."
            );
        foreach (string word in options.Words.Concat(options.SoftWords).Concat(options.Substrings))
            if (word.Length == 0 || !word.All(char.IsAsciiLetterOrDigit))
                throw new AssayException(
                    $"select/url: '{word}' is no word of an address",
                    hint: "Words of addresses have ASCII letters and digits only; write two words as two."
                );
        _options = options;
        _words = [.. options.Words.Select(word => word.ToLowerInvariant())];
        _softWords = [.. options.SoftWords.Select(word => word.ToLowerInvariant())];
        _substrings = [.. options.Substrings.Select(word => word.ToLowerInvariant())];
    }

    /// <inheritdoc/>
    /// <exception cref="AssayException">The column is missing or holds no text.</exception>
    public Selected Select(View view, Work work)
    {
        HashSet<string> blocked = _options.Blocked is { } name ? Entries(work.Dataset(name), work) : [];
        if (view.Dataset.Schema.Find(_options.Column) is not { Type: ColumnType.Text })
            throw new AssayException(
                $"'{view.Dataset.Name}' has no column '{_options.Column}' of text",
                hint: "Name the column of addresses with 'column:'. There are: "
                    + string.Join(", ", view.Dataset.Schema.Select(field => field.Name))
                    + "."
            );
        Verdicts verdicts = new(view, s_reasons);
        Scan.Tables(
            view,
            work,
            "addresses",
            (batch, start) =>
            {
                Column? column = batch.Table.Find(_options.Column);
                foreach (int row in batch.Rows)
                {
                    work.Cancellation.ThrowIfCancellationRequested();
                    if (column is not null && !column.IsNull(batch.Local(row)))
                    {
                        int reason = ReasonOf(Encoding.UTF8.GetString(column.Utf8(batch.Local(row))), blocked);
                        if (reason >= 0)
                            verdicts.Drop(start, reason);
                    }
                    start++;
                }
            }
        );
        return verdicts.ToSelected();
    }

    // Place of the first reason that holds, or -1.
    private int ReasonOf(string url, HashSet<string> blocked)
    {
        string address = Normalise(url);
        if (address.Length == 0)
            return -1;
        if (blocked.Count > 0)
        {
            string host = HostOf(address);
            if (blocked.Contains(host))
                return 0;
            for (int dot = host.IndexOf('.'); dot >= 0; dot = host.IndexOf('.', dot + 1))
                if (blocked.Contains(host[(dot + 1)..]))
                    return 1;
            if (blocked.Contains(address))
                return 2;
        }
        string[] words = address.Split(
            [.. address.Where(c => !char.IsAsciiLetterOrDigit(c)).Distinct()],
            StringSplitOptions.RemoveEmptyEntries
        );
        if (words.Any(_words.Contains))
            return 3;
        if (words.Where(_softWords.Contains).Distinct().Take(SoftWordsNeeded).Count() == SoftWordsNeeded)
            return 4;
        string letters = string.Concat(words);
        return _substrings.Any(substring => letters.Contains(substring, StringComparison.Ordinal)) ? 5 : -1;
    }

    private static HashSet<string> Entries(View list, Work work)
    {
        HashSet<string> entries = [];
        list.ForEach(
            list.DistinctRows.ToArray(),
            (batch, row) =>
            {
                string entry = Normalise(Encoding.UTF8.GetString(batch.Text(row)));
                if (entry.Length > 0)
                    entries.Add(entry);
            },
            work.Cancellation
        );
        return entries;
    }

    // Lower case, without scheme, user, fragment, and a slash at the end.
    private static string Normalise(string url)
    {
        string address = url.Trim().ToLowerInvariant();
        int scheme = address.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
            address = address[(scheme + 3)..];
        int fragment = address.IndexOf('#');
        if (fragment >= 0)
            address = address[..fragment];
        int path = address.IndexOfAny(['/', '?']),
            user = address.AsSpan(0, path < 0 ? address.Length : path).LastIndexOf('@');
        return address[(user + 1)..].TrimEnd('/');
    }

    // Without port and without the dot that may end it.
    private static string HostOf(string address)
    {
        int end = address.IndexOfAny(['/', '?', ':']);
        return (end < 0 ? address : address[..end]).TrimEnd('.');
    }
}
