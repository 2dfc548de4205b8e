using Assay.Data;
using Assay.Models;

namespace Assay.Train;

/// <summary>The texts that a language model is trained and measured on.</summary>
internal static class CorpusText
{
    /// <summary>The text of the rows in view.</summary>
    /// <param name="method">Who asks, for the message.</param>
    /// <param name="view">The rows.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="AssayException">There is none.</exception>
    public static TokenStream Of(string method, View view, CancellationToken cancellation)
    {
        TokenStream text = TokenStream.Of(view, cancellation);
        return text.Bytes > 0
            ? text
            : throw new AssayException(
                $"{method}: the rows have no text in their column '{view.Dataset.TextColumn}'",
                hint: "Name the column that holds the text."
            );
    }

    /// <summary>The text of the held-out rows, or null without them.</summary>
    /// <inheritdoc cref="Of"/>
    public static TokenStream? OfHeldOut(string method, View? heldOut, CancellationToken cancellation)
    {
        if (heldOut is null)
            return null;
        TokenStream text = TokenStream.Of(heldOut, cancellation);
        return text.Bytes > 0
            ? text
            : throw new AssayException($"{method}: the held-out rows have no text", hint: "Hold out more rows.");
    }
}
