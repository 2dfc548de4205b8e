using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json;
using Assay.Data;

namespace Assay.Select;

/// <summary>Options of <see cref="Pii"/>.</summary>
public sealed record PiiOptions
{
    /// <summary>What is masked. Default: the kinds that have a form of their own; the others, which words around them give away, are masked on request.</summary>
    [Required]
    public IReadOnlyList<PiiKind> Kinds { get; init; } =
    [
        PiiKind.Email,
        PiiKind.Phone,
        PiiKind.Ip,
        PiiKind.Card,
        PiiKind.Iban,
        PiiKind.NationalId,
        PiiKind.Credentials,
        PiiKind.Secret,
    ];

    /// <summary>What stands for an item; <c>{kind}</c> becomes email, phone, national-id and so on. Default: <c>[{kind}]</c>.</summary>
    public string Mask { get; init; } = "[{kind}]";

    /// <summary>Rows with more items than this are dropped (<c>pii.too_many</c>); Dolma drops above 5. Default: none are.</summary>
    [Range(0, int.MaxValue)]
    public int? MaxItems { get; init; }
}

/// <summary>
/// Masks private data in texts: e-mail addresses, telephone numbers, public IP addresses, numbers of cards, accounts and identity, keys and
/// passwords; on request also addresses, dates of birth, coordinates and names. Counts what it masks; can drop rows that are full of it.
/// </summary>
/// <remarks>
/// Source: "A Survey on Data Selection for Language Models", arXiv 2402.16827, sections 3.3 (Dolma's limit of five items) and 3.6. What
/// is taken for an item is said at <see cref="PiiFinder"/>.
/// </remarks>
[Method("select/pii", Paper = "data-selection-survey", Revision = 2)]
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
                hint: $"Name kinds: {string.Join(", ", PiiFinder.AllKinds.Select(NameOf))}; or leave 'kinds' out."
            );
        _options = options;
    }

    /// <inheritdoc/>
    public Selected Select(View view, Work work) =>
        new TextPass(
            view,
            work,
            ["pii.too_many"],
            [.. _options.Kinds.Distinct().Select(kind => "pii." + NameOf(kind))]
        ).Run(() => new Masker(_options));

    /// <summary>Masks a text.</summary>
    /// <returns>The text with each item replaced.</returns>
    public static string Mask(string text, PiiOptions? options = null)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Masker masker = new(options ?? new());
        return Encoding.UTF8.GetString(masker.Mask(utf8));
    }

    // As the recipe writes it: national-id.
    private static string NameOf(PiiKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());

    private sealed class Masker(PiiOptions options) : ICountingJudge
    {
        private readonly PiiFinder _finder = new(options.Kinds);
        private readonly PiiKind[] _kinds = [.. options.Kinds.Distinct()];
        private readonly byte[][] _masks =
        [
            .. options
                .Kinds.Distinct()
                .Select(kind => Encoding.UTF8.GetBytes(options.Mask.Replace("{kind}", NameOf(kind)))),
        ];
        private readonly long[] _counts = new long[options.Kinds.Distinct().Count()];
        private readonly List<PiiItem> _items = [];
        private byte[] _masked = [];

        public ReadOnlySpan<long> Counts => _counts;

        public TextVerdict Judge(Batch batch, int row)
        {
            ReadOnlySpan<byte> text = batch.Text(row);
            Find(text);
            if (_items.Count == 0)
                return TextVerdict.Keep;
            foreach (PiiItem item in _items)
                _counts[Array.IndexOf(_kinds, item.Kind)]++;
            return _items.Count > options.MaxItems ? TextVerdict.Drop(0) : TextVerdict.Edit(Masked(text));
        }

        public ReadOnlySpan<byte> Mask(ReadOnlySpan<byte> text)
        {
            Find(text);
            return Masked(text);
        }

        private void Find(ReadOnlySpan<byte> text)
        {
            _items.Clear();
            _finder.Find(text, _items);
        }

        private ReadOnlySpan<byte> Masked(ReadOnlySpan<byte> text)
        {
            int longest = _masks.Max(mask => mask.Length);
            if (_masked.Length < text.Length + ((long)_items.Count * longest))
                _masked = new byte[checked(2 * (text.Length + (_items.Count * longest)))];
            int read = 0,
                written = 0;
            foreach (PiiItem item in _items)
            {
                Append(text[read..item.Start]);
                Append(_masks[Array.IndexOf(_kinds, item.Kind)]);
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
