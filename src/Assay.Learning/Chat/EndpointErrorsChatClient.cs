using System.ClientModel;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Assay.Learning;

/// <summary>Turns whatever the library below throws into a <see cref="ChatEndpointException"/> that says what happened where.</summary>
internal sealed class EndpointErrorsChatClient(IChatClient inner, ChatEndpoint endpoint) : DelegatingChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            return await base.GetResponseAsync(messages, options, cancellationToken);
        }
        catch (Exception failure) when (Translate(failure, cancellationToken) is { } clear)
        {
            throw clear;
        }
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await using IAsyncEnumerator<ChatResponseUpdate> updates = base.GetStreamingResponseAsync(
                messages,
                options,
                cancellationToken
            )
            .GetAsyncEnumerator(cancellationToken);
        bool finished = false;
        while (true)
        {
            try
            {
                if (!await updates.MoveNextAsync())
                    break;
            }
            catch (Exception failure) when (Translate(failure, cancellationToken) is { } clear)
            {
                throw clear;
            }
            finished |= updates.Current.FinishReason is not null;
            yield return updates.Current;
        }
        // A connection that was closed early looks like the end of the stream.
        if (!finished)
            throw new ChatEndpointException($"{endpoint}: the reply broke off before its end", transient: true);
    }

    private ChatEndpointException? Translate(Exception failure, CancellationToken cancellation) =>
        failure switch
        {
            OperationCanceledException when cancellation.IsCancellationRequested => null,
            OperationCanceledException => new(
                $"{endpoint}: no reply within {endpoint.Timeout.TotalSeconds:0.###} s",
                transient: true,
                failure
            ),
            ClientResultException { Status: > 0 } answered => Answered(answered),
            ClientResultException or HttpRequestException or IOException or SocketException => new(
                $"{endpoint}: the connection failed: {Innermost(failure)}",
                transient: true,
                failure
            ),
            // What a reply that is not JSON, or JSON of another shape, ends in within the library.
            JsonException
            or FormatException
            or InvalidOperationException
            or KeyNotFoundException
            or ArgumentOutOfRangeException => new(
                $"{endpoint}: the reply is not a chat completion: {failure.Message}",
                transient: true,
                failure
            ),
            _ => null,
        };

    private ChatEndpointException Answered(ClientResultException answered)
    {
        bool transient = answered.Status is 408 or 409 or 425 or 429 or >= 500;
        // A success that the library could not read is the endpoint's slip, not the request's.
        transient |= answered.Status < 300;
        string message = answered.Message.ReplaceLineEndings(" ").Trim();
        return new(
            $"{endpoint}: status {answered.Status}: {(message.Length > 500 ? message[..500] + "..." : message)}",
            transient,
            answered
        )
        {
            Status = answered.Status,
            RetryAfter = answered.GetRawResponse() is { } response
                ? RetryAfterHeader.Of(response.Headers, DateTimeOffset.UtcNow)
                : null,
        };
    }

    private static string Innermost(Exception failure) =>
        failure is { InnerException: { } inner } ? Innermost(inner) : failure.Message;
}
