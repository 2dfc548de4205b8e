namespace Assay.Learning;

/// <summary>Every byte is a token: ids 0 to 255 are the bytes, 256 begins a text, 257 ends it, 258 pads. Lossless for any bytes.</summary>
public sealed class ByteTokenizer : ITokenizer
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

    /// <inheritdoc/>
    public int VocabularySize => 259;

    /// <inheritdoc/>
    public SpecialTokens Special { get; } = new(Begin: 256, End: 257, Padding: 258);

    /// <inheritdoc/>
    /// <remarks>The special tokens have no spelling; <see cref="EncodeOptions.AddSpecial"/> puts 256 before the text.</remarks>
    public void Encode(ReadOnlySpan<byte> text, List<int> ids, EncodeOptions options = EncodeOptions.Plain)
    {
        if (options.HasFlag(EncodeOptions.AddSpecial))
            ids.Add(256);
        ids.EnsureCapacity(ids.Count + text.Length);
        foreach (byte value in text)
            ids.Add(value);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> BytesOf(int id, bool first = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabularySize);
        return id < 256 ? Bytes.AsSpan(id, 1) : [];
    }

    /// <inheritdoc/>
    public bool IsSpecial(int id) => id is >= 256 and < 259;
}
