namespace Assay.Numerics.Tests;

/// <summary>Hurts stored bytes in every way that a test can afford.</summary>
internal static class Damage
{
    /// <summary>Cuts the bytes anywhere, which must be refused, and flips bits, which must be refused or do no harm.</summary>
    public static void Try(byte[] bytes, Action<Stream> read)
    {
        read(new MemoryStream(bytes));
        for (int length = 0; length < bytes.Length; length += 1 + length / 20)
            Assert.Throws<InvalidDataException>(() => read(new MemoryStream(bytes[..length])));
        for (int at = 0; at < bytes.Length; at += 1 + at / 100)
        for (int bit = 0; bit < 8; bit++)
        {
            byte[] hurt = [.. bytes];
            hurt[at] ^= (byte)(1 << bit);
            try
            {
                read(new MemoryStream(hurt));
            }
            catch (InvalidDataException) { }
        }
    }
}
