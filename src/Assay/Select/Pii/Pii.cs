using System.ComponentModel.DataAnnotations;
using System.Text;
using Assay.Data;

namespace Assay.Select;

/// <summary>Options of <see cref="Pii"/>.</summary>
public sealed record PiiOptions
{
    /// <summary>What is masked. Default: all four.</summary>
    [Required]
    public IReadOnlyList<PiiKind> Kinds { get; init; } = [PiiKind.Email, PiiKind.Phone, PiiKind.Ip, PiiKind.Card];

    /// <summary>What stands for an item; <c>{kind}</c> becomes email, phone, ip or card. Default: <c>[{kind}]</c>.</summary>
    public string Mask { get; init; } = "[{kind}]";

    /// <summary>Rows with more items than this are dropped (<c>pii.too_many</c>); Dolma drops above 5. Default: none are.</summary>
    [Range(0, int.MaxValue)]
    public int? MaxItems { get; init; }
}

/// <summary>
/// Masks private data in texts: e-mail addresses, telephone numbers, public IP addresses and numbers of payment cards. Counts what it
/// masks; can drop rows that are full of it.
/// </summary>
/// <remarks>
/// Source: "A Survey on Data Selection for Language Models", arXiv 2402.16827, sections 3.3 (Dolma's limit of five items) and 3.6. What
/// is taken for an item is said at <see cref="PiiFinder"/>.
/// </remarks>
[Method("select/pii", Paper = "data-selection-survey")]
public sealed class Pii : ISelector
{
    private readonly PiiOptions _options;

    /// <summary>Takes the options.</summary>
    /// <exception cref="AssayException">No kind is named.</exception>
    public Pii(PiiOptions options)
    {
        if (options.Kinds.Count == 0)
            throw new AssayException(
                "select/pii has nothing to mask",
                hint: "Name kinds: email, phone, ip, card; or leave 'kinds' out for all of them."
            );
        _options = options;
    }

    /// <inheritdoc/>
    public Selected Select(View view, Work work) =>
        new TextPass(
            view,
            work,
            ["pii.too_many"],
            [.. Enum.GetNames<PiiKind>().Select(name => "pii." + name.ToLowerInvariant())]
        ).Run(() => new Masker(_options));

    /// <summary>Masks a text.</summary>
    /// <returns>The text with each item replaced.</returns>
    public static string Mask(string text, PiiOptions? options = null)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Masker masker = new(options ?? new());
        return Encoding.UTF8.GetString(masker.Mask(utf8, PiiFinder.Find(utf8)));
    }

    private sealed class Masker(PiiOptions options) : ICountingJudge
    {
        private readonly byte[]?[] _masks =
        [
            .. Enum.GetValues<PiiKind>()
                .Select(kind =>
                    options.Kinds.Contains(kind)
                        ? Encoding.UTF8.GetBytes(options.Mask.Replace("{kind}", kind.ToString().ToLowerInvariant()))
                        : null
                ),
        ];
        private readonly long[] _counts = new long[Enum.GetValues<PiiKind>().Length];
        private readonly List<PiiItem> _items = [];
        private byte[] _masked = [];

        public ReadOnlySpan<long> Counts => _counts;

        public TextVerdict Judge(Batch batch, int row)
        {
            ReadOnlySpan<byte> text = batch.Text(row);
            _items.Clear();
            PiiFinder.Find(text, _items);
            _items.RemoveAll(item => _masks[(int)item.Kind] is null);
            if (_items.Count == 0)
                return TextVerdict.Keep;
            foreach (PiiItem item in _items)
                _counts[(int)item.Kind]++;
            return _items.Count > options.MaxItems ? TextVerdict.Drop(0) : TextVerdict.Edit(Mask(text, _items));
        }

        public ReadOnlySpan<byte> Mask(ReadOnlySpan<byte> text, IReadOnlyList<PiiItem> items)
        {
            int longest = _masks.Max(mask => mask?.Length ?? 0);
            if (_masked.Length < text.Length + ((long)items.Count * longest))
                _masked = new byte[checked(2 * (text.Length + (items.Count * longest)))];
            int read = 0,
                written = 0;
            foreach (PiiItem item in items)
            {
                if (_masks[(int)item.Kind] is not { } mask)
                    continue;
                Append(text[read..item.Start]);
                Append(mask);
                read = item.End;
            }
            Append(text[read..]);
            return _masked.AsSpan(0, written);

            void Append(ReadOnlySpan<byte> bytes)
            {
                bytes.CopyTo(_masked.AsSpan(written));
                written += bytes.Length;
            }
        }
    }
}
