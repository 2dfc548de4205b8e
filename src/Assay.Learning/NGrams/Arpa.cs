namespace Assay.Learning;

/// <summary>Reads and writes n-gram models in the ARPA format, as SRILM (<c>ngram-format(5)</c>) and KenLM have it.</summary>
/// <remarks>
/// Logarithms in the file are to base 10. A model of bytes has the words <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>, and a file
/// whose words are all of that form is read as a model of bytes.
/// </remarks>
public static class Arpa
{
    /// <summary>Reads a model.</summary>
    /// <remarks>
    /// Where the file has no <c>&lt;unk&gt;</c> or <c>&lt;/s&gt;</c>, they get log10 p = -100 (as in KenLM). A missing backoff
    /// weight is 1. Memory grows with the n-grams that are there, not with the counts that the header claims.
    /// </remarks>
    /// <param name="stream">The file; gzip and the like must be undone by the caller.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="ArpaException">The file is not an ARPA file, or is damaged; says in which line.</exception>
    public static NGramModel Read(Stream stream, CancellationToken cancellation = default) =>
        new ArpaReader(stream).Read(cancellation);

    /// <summary>Writes a model, with eight decimals: read back, its log-probabilities differ by less than 1e-6.</summary>
    /// <exception cref="InvalidOperationException">A word of the model has a space, tab or line break in it.</exception>
    public static void Write(NGramModel model, Stream stream) => ArpaWriter.Write(model, stream);
}
