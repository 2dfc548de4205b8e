using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using Assay.Data;

namespace Assay.Value;

/// <summary>The word n-grams of texts, each hashed into one of some buckets. Reuses its buffers; not thread-safe.</summary>
/// <remarks>
/// As DSIR has them (Xie et al., "Data Selection for Language Models via Importance Resampling", arXiv 2302.03169): lower
/// case; tokens are runs of letters, numbers and underscores, or runs of what is neither that nor white space; the tokens
/// of an n-gram are joined by a space; the bucket is the SHA-256 of its UTF-8, read as a big-endian integer, modulo the
/// number of buckets. Letters and numbers are Unicode's categories L and N, without combining marks, as in Python's
/// <c>\w</c>. Of a text longer than 16 MiB only so much is read.
/// </remarks>
public sealed class HashedNGrams
{
    private const int MostBytes = 1 << 24,
        KnownBits = 16,
        MostBuckets = 1 << 24;
    private readonly int _orders;
    private readonly uint _buckets;
    private readonly ulong[] _powers = new ulong[8]; // of 2^32, modulo the buckets: what each word of a hash counts

    // Where n-grams went lately: most words are seen again soon, and SHA-256 is slow.
    private readonly (ulong Hash, int Bucket)[] _known = new (ulong, int)[1 << KnownBits];
    private readonly Sha256Lanes _lanes = new();
    private readonly (ulong Hash, int Place)[] _waiting = new (ulong, int)[Sha256Lanes.Lanes];
    private int _waitingCount;
    private readonly List<(int Start, int End)> _tokens = [];
    private byte[] _text = new byte[1 << 12];
    private int[] _found = new int[1 << 10];

    /// <summary>Starts with empty buffers.</summary>
    /// <param name="buckets">Number of buckets, 1 to 2^24; DSIR's: 10,000.</param>
    /// <param name="orders">N-grams of 1 to so many tokens, at least 1; DSIR's: 2.</param>
    public HashedNGrams(int buckets = 10_000, int orders = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buckets, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(buckets, MostBuckets);
        ArgumentOutOfRangeException.ThrowIfLessThan(orders, 1);
        (_buckets, _orders) = ((uint)buckets, orders);
        _powers[^1] = 1 % _buckets;
        for (int i = _powers.Length - 2; i >= 0; i--)
            _powers[i] = (_powers[i + 1] << 32) % _buckets;
        Array.Fill(_known, (0UL, -1));
    }

    /// <summary>Tokens of the text read last.</summary>
    public int Tokens => _tokens.Count;

    /// <summary>The bucket of every n-gram of a text, repeats counted; valid until the next call.</summary>
    public ReadOnlySpan<int> Read(ReadOnlySpan<byte> utf8)
    {
        Tokenise(utf8[..Math.Min(utf8.Length, MostBytes)]);
        int count = 0;
        if (_found.Length < _tokens.Count * (long)_orders)
            _found = new int[2 * _tokens.Count * _orders];
        for (int order = 1; order <= _orders; order++)
        for (int i = 0; i + order <= _tokens.Count; i++)
            Find(_text.AsSpan(_tokens[i].Start.._tokens[i + order - 1].End), count++);
        HashWaiting();
        return _found.AsSpan(0, count);
    }

    /// <summary>The bucket of one n-gram, its tokens in lower case with a space between them.</summary>
    public int BucketOf(ReadOnlySpan<byte> nGram)
    {
        Find(nGram, 0);
        HashWaiting();
        return _found[0];
    }

    // Puts the bucket of an n-gram in its place among those found, now or when eight are waiting.
    private void Find(ReadOnlySpan<byte> nGram, int place)
    {
        ulong hash = XxHash3.HashToUInt64(nGram);
        ref (ulong Hash, int Bucket) known = ref _known[hash >> (64 - KnownBits)];
        if (known.Hash == hash && known.Bucket >= 0)
            _found[place] = known.Bucket;
        else if (nGram.Length > Sha256Lanes.LongestMessage)
            known = (hash, _found[place] = BucketOfLong(nGram));
        else
        {
            _lanes.Set(_waitingCount, nGram);
            _waiting[_waitingCount++] = (hash, place);
            if (_waitingCount == _waiting.Length)
                HashWaiting();
        }
    }

    private void HashWaiting()
    {
        if (_waitingCount == 0)
            return;
        _lanes.Hash();
        for (int lane = 0; lane < _waitingCount; lane++)
        {
            ulong sum = 0; // eight products below 2^56
            for (int word = 0; word < _powers.Length; word++)
                sum += _lanes.Digest(lane, word) * _powers[word];
            (ulong hash, int place) = _waiting[lane];
            _found[place] = (int)(sum % _buckets);
            _known[hash >> (64 - KnownBits)] = (hash, _found[place]);
        }
        _waitingCount = 0;
    }

    private int BucketOfLong(ReadOnlySpan<byte> nGram)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(nGram, digest);
        ulong sum = 0;
        for (int word = 0; word < _powers.Length; word++)
            sum += BinaryPrimitives.ReadUInt32BigEndian(digest[(4 * word)..]) * _powers[word];
        return (int)(sum % _buckets);
    }

    // Writes the tokens in lower case, a space between them.
    private void Tokenise(ReadOnlySpan<byte> utf8)
    {
        _tokens.Clear();
        int needed = 4 * utf8.Length + 16; // a space a token, letters whose lower case is longer, broken bytes as U+FFFD
        if (_text.Length < needed)
            _text = new byte[Math.Max(needed, 2 * _text.Length)];
        int written = 0,
            start = 0;
        Kind current = Kind.Space;
        for (int at = 0; at < utf8.Length; )
        {
            Rune rune;
            int length = 1;
            if (utf8[at] < 0x80)
                rune = new(utf8[at]);
            else
                Rune.DecodeFromUtf8(utf8[at..], out rune, out length);
            Kind kind = Words.WhiteSpaceLength(utf8, at) > 0 ? Kind.Space : KindOf(rune);
            if (kind != current)
            {
                End(start, written, current);
                if (current != Kind.Space)
                    _text[written++] = (byte)' ';
                start = written;
                current = kind;
            }
            at += length;
            if (kind == Kind.Space)
                continue;
            if (rune.IsAscii)
                _text[written++] = rune.Value is >= 'A' and <= 'Z' ? (byte)(rune.Value | 0x20) : (byte)rune.Value;
            else if (rune.Value == 0x130)
            {
                // The dotted capital I is the one letter whose lower case is two characters, the second a mark.
                _text[written++] = (byte)'i';
                End(start, written, current);
                _text[written++] = (byte)' ';
                start = written;
                current = Kind.Other;
                written += new Rune(0x307).EncodeToUtf8(_text.AsSpan(written));
            }
            else
            {
                bool isFinalSigma =
                    rune.Value == 0x3A3 && written > start && (at == utf8.Length || !IsLetter(utf8[at..]));
                Rune lower = isFinalSigma ? new(0x3C2) : Rune.ToLowerInvariant(rune);
                written += lower.EncodeToUtf8(_text.AsSpan(written));
            }
        }
        End(start, written, current);
    }

    private void End(int start, int end, Kind kind)
    {
        if (kind != Kind.Space)
            _tokens.Add((start, end));
    }

    private static bool IsLetter(ReadOnlySpan<byte> utf8)
    {
        Rune.DecodeFromUtf8(utf8, out Rune rune, out _);
        return Rune.IsLetter(rune);
    }

    private static Kind KindOf(Rune rune) =>
        Rune.IsLetterOrDigit(rune) || rune.Value == '_' || (!rune.IsAscii && Rune.IsNumber(rune))
            ? Kind.Word
            : Kind.Other;

    private enum Kind
    {
        Space,
        Word,
        Other,
    }
}
