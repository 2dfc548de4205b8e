namespace Assay.Learning;

/// <summary>A language model as generation needs it: feed tokens, get the logits of the next one.</summary>
public interface ITokenModel
{
    /// <summary>The most tokens that one text may have.</summary>
    int ContextLength { get; }

    /// <summary>Starts a text; texts that are under way at the same time know nothing of each other.</summary>
    ITokenContext Begin();
}

/// <summary>One text of an <see cref="ITokenModel"/>: what was computed for its tokens is kept (the KV cache).</summary>
public interface ITokenContext : IDisposable
{
    /// <summary>Adds tokens to the text.</summary>
    /// <param name="tokens">At least one; with those before no more than <see cref="ITokenModel.ContextLength"/>.</param>
    /// <returns>[vocabulary] logits of the token after them, valid until the next call.</returns>
    ReadOnlySpan<float> Append(ReadOnlySpan<int> tokens);
}
