using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using Assay.Numerics;
using Microsoft.Extensions.AI;

namespace Assay.Learning;

/// <summary>A chat client over a language model of this process.</summary>
/// <remarks>
/// Temperature (default 1; 0 takes the most likely token), top-p, top-k, seed, stop sequences, the most output tokens and
/// instructions are taken from the request's options; penalties, tools and response formats are refused. The same
/// request gives the same reply: the random numbers come from the request's seed, or 0.
/// </remarks>
/// <param name="model">The model.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="name">The name of the model, for the replies.</param>
/// <param name="template">How messages become text; null: <see cref="ChatTemplate.Plain"/>.</param>
public sealed class LocalChatClient(ITokenModel model, ITokenizer tokenizer, string name, ChatTemplate? template = null)
    : IChatClient
{
    private readonly ChatTemplate _template = template ?? ChatTemplate.Plain;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The messages do not fit in the model's context.</exception>
    /// <exception cref="NotSupportedException">An option is asked for that the model cannot follow.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The messages do not fit in the model's context.</exception>
    /// <exception cref="NotSupportedException">An option is asked for that the model cannot follow.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        Refuse(options);
        int[] prompt = _template.Encode(messages, options?.Instructions, tokenizer);
        if (prompt.Length == 0)
            throw new ArgumentException("there is nothing to reply to: the messages have no text", nameof(messages));
        int room = Math.Min(options?.MaxOutputTokens ?? int.MaxValue, model.ContextLength - prompt.Length);
        if (room < 1)
            throw new ArgumentException(
                $"the messages have {prompt.Length} tokens, and the context of {name} is {model.ContextLength} with the reply",
                nameof(messages)
            );
        Generation generation = new(model, tokenizer, prompt, room, Sampling(options), Seed(options), Stops(options));
        using (generation)
        {
            ArrayBufferWriter<byte> text = new();
            bool more = true,
                begun = !_template.EndsInSpace;
            while (more)
            {
                cancellationToken.ThrowIfCancellationRequested();
                // Off the caller's thread: a token is milliseconds of computing.
                more = await Task.Run(() => generation.Next(text), cancellationToken);
                string piece = Encoding.UTF8.GetString(text.WrittenSpan);
                text.ResetWrittenCount();
                if (piece.Length == 0)
                    continue;
                if (!begun && piece[0] == ' ')
                    piece = piece[1..];
                begun = true;
                yield return Update(new TextContent(piece));
            }
        }
        ChatResponseUpdate last = Update(
            new UsageContent(
                new()
                {
                    InputTokenCount = prompt.Length,
                    OutputTokenCount = generation.Made,
                    TotalTokenCount = prompt.Length + generation.Made,
                }
            )
        );
        last.FinishReason = generation.Ended ? ChatFinishReason.Stop : ChatFinishReason.Length;
        yield return last;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("assay", null, name)
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    /// <summary>Does nothing: the model is the caller's.</summary>
    public void Dispose() { }

    private ChatResponseUpdate Update(AIContent content) => new(ChatRole.Assistant, [content]) { ModelId = name };

    private static SamplingOptions Sampling(ChatOptions? options) =>
        new()
        {
            Temperature = options?.Temperature ?? 1,
            TopP = options?.TopP ?? 1,
            TopK = options?.TopK ?? 0,
        };

    private static ulong Seed(ChatOptions? options) => unchecked((ulong)(options?.Seed ?? 0));

    private StopSequences Stops(ChatOptions? options) => new([.. _template.Stops, .. options?.StopSequences ?? []]);

    private static void Refuse(ChatOptions? options)
    {
        string? refused =
            options is null ? null
            : options.FrequencyPenalty is not (null or 0) ? "a frequency penalty"
            : options.PresencePenalty is not (null or 0) ? "a presence penalty"
            : options.Tools is { Count: > 0 } ? "tools"
            : options.ResponseFormat is not (null or ChatResponseFormatText) ? "a response format"
            : options.ConversationId is not null ? "a conversation that it remembers"
            : null;
        if (refused is not null)
            throw new NotSupportedException($"a local model cannot follow {refused}");
    }

    /// <summary>One reply in the making.</summary>
    private sealed class Generation(
        ITokenModel model,
        ITokenizer tokenizer,
        int[] prompt,
        int room,
        SamplingOptions sampling,
        ulong seed,
        StopSequences stops
    ) : IDisposable
    {
        private readonly ITokenContext _context = model.Begin();
        private readonly TokenSampler _sampler = new(sampling);
        private readonly RandomStream _random = new(seed, "chat");
        private readonly StreamingDecoder _decoder = new(tokenizer);
        private readonly List<int> _tokens = [.. prompt];
        private int _fed;

        /// <summary>Tokens made so far.</summary>
        public int Made => _tokens.Count - prompt.Length;

        /// <summary>True if the text has come to its end, and was not cut for want of room.</summary>
        public bool Ended { get; private set; }

        /// <summary>Makes a token, and writes the text that is certain by now.</summary>
        /// <returns>False if it was the last.</returns>
        public bool Next(ArrayBufferWriter<byte> text)
        {
            ReadOnlySpan<int> all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_tokens);
            int token = _sampler.Next(_context.Append(all[_fed..]), all, _random);
            _fed = all.Length;
            _tokens.Add(token);
            ArrayBufferWriter<byte> characters = new();
            _decoder.Append(token, characters);
            Ended = token == tokenizer.Special.End || stops.Append(characters.WrittenSpan, text);
            if (!Ended && Made < room)
                return true;
            if (stops.Stopped is null)
            {
                characters.ResetWrittenCount();
                _decoder.Flush(characters);
                Ended |= stops.Append(characters.WrittenSpan, text);
                if (stops.Stopped is null)
                    stops.Flush(text);
            }
            return false;
        }

        public void Dispose() => _context.Dispose();
    }
}
