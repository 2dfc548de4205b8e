using Microsoft.Extensions.AI;

namespace Assay.Learning.Tests;

/// <summary>The code of docs/chat.md, compiled.</summary>
internal static class ChatPage
{
    public static async Task Endpoint()
    {
        // csharpier-ignore-start
        ChatEndpoint endpoint = new()
        {
            Address = new("http://localhost:8000/v1"),   // what /chat/completions is added to
            Model = "qwen3-4b",
            Key = Environment.GetEnvironmentVariable("OPENAI_API_KEY"),   // null where none is asked for
        };
        UsageMeter meter = new(new ChatPrices(InputPerMillion: 0.15m, OutputPerMillion: 0.60m), limit: 5m);
        ReplyCache cache = new(".assay/replies", Console.Error.WriteLine);

        ChatPipeline pipeline = new()
        {
            Cache = cache,
            Meter = meter,
            Limits = new() { RequestsPerMinute = 500, TokensPerMinute = 200_000 },
        };
        using IChatClient client = pipeline.Connect(endpoint);
        ChatResponse reply = await client.GetResponseAsync([new(ChatRole.User, "What is 6 times 7?")], new() { Temperature = 0 });

        Console.WriteLine($"{reply.Text}   cost so far: {meter.Used.Cost}, from the cache: {cache.Hits}");
        // csharpier-ignore-end
    }

    public static string Local(ITokenModel model, ITokenizer tokenizer)
    {
        // csharpier-ignore-start
        using IChatClient client = new LocalChatClient(model, tokenizer, "my-model", ChatTemplate.ChatMl);
        // csharpier-ignore-end

        return client.ToString()!;
    }
}
