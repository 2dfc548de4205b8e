using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Assay.Learning;

/// <summary>A model behind an OpenAI-compatible endpoint.</summary>
public sealed record ChatEndpoint
{
    /// <summary>The base address, http or https, to which <c>/chat/completions</c> is added: <c>http://localhost:8000/v1</c>.</summary>
    public required Uri Address { get; init; }

    /// <summary>The name of the model, as the endpoint knows it.</summary>
    public required string Model { get; init; }

    /// <summary>The key that the endpoint asks for, or null. Appears in no message, log or cache.</summary>
    public string? Key { get; init; }

    /// <summary>How long one attempt may take; above 0.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>The bare client: one attempt a request, every failure a <see cref="ChatEndpointException"/>.</summary>
    /// <exception cref="ArgumentException">The address, the model or the timeout is not usable.</exception>
    public IChatClient Connect()
    {
        if (!Address.IsAbsoluteUri || Address.Scheme is not ("http" or "https"))
            throw new ArgumentException(
                $"the address of an endpoint begins with http:// or https://, found '{Address}'"
            );
        ArgumentException.ThrowIfNullOrWhiteSpace(Model);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Timeout, TimeSpan.Zero);
        OpenAIClientOptions options = new()
        {
            Endpoint = Address,
            NetworkTimeout = Timeout,
            // Retries are RetryingChatClient's: two layers of them would multiply.
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        };
        // The library insists on a key; endpoints of one's own machine ask for none and pass over any.
        ApiKeyCredential key = new(string.IsNullOrEmpty(Key) ? "none" : Key);
        return new EndpointErrorsChatClient(new OpenAI.Chat.ChatClient(Model, key, options).AsIChatClient(), this);
    }

    /// <summary>The model and the address, without the key.</summary>
    public override string ToString() => $"{Model} at {Address}";
}
