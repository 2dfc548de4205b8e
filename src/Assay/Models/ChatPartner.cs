using Assay.Data;
using Assay.Learning;
using Microsoft.Extensions.AI;

namespace Assay.Models;

/// <summary>A chat model that a method asks many things: where it is, what it is asked at a time, what its failures say.</summary>
/// <param name="Role">What it is to the method, and the option that names it: <c>writer</c>, <c>judge</c>.</param>
/// <param name="Address">The address of an endpoint, or a folder with a language model.</param>
/// <param name="Model">The name of the model at the endpoint.</param>
/// <param name="KeyVariable">The environment variable that holds the key; it may be unset.</param>
/// <param name="Cache">Where replies are kept; empty: with the pieces of the work, so that a killed run does not pay twice.</param>
internal sealed record ChatPartner(string Role, string Address, string Model, string KeyVariable, string Cache)
{
    /// <summary>Opens the model.</summary>
    /// <param name="work">Where replies are kept by default.</param>
    /// <param name="meter">Adds up tokens and costs of replies that are not in the cache, or null.</param>
    /// <exception cref="AssayException">It is neither a folder nor an address, or has no name.</exception>
    public IChatClient Connect(Work work, UsageMeter? meter = null)
    {
        if (Directory.Exists(Address))
        {
            LanguageModel model = ModelFolder.Read(Address);
            return new LocalChatClient(model, model.Tokenizer, Path.GetFileName(Address));
        }
        if (!Uri.TryCreate(Address, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            throw new AssayException(
                $"'{Address}' is neither a folder with a model nor an address",
                hint: "An endpoint's address looks like http://localhost:8000/v1."
            );
        if (Model.Length == 0)
            throw new AssayException(
                $"the endpoint has to be told which model is to be the {Role}",
                hint: $"Name it with '{Role}-model'."
            );
        string cache = Cache.Length > 0 ? Cache : Path.Combine(work.Pieces.Folder, "replies");
        return new ChatPipeline { Cache = new ReplyCache(cache), Meter = meter }.Connect(
            new()
            {
                Address = address,
                Model = Model,
                Key = Environment.GetEnvironmentVariable(KeyVariable),
            }
        );
    }

    /// <summary>Asks everything, several at a time.</summary>
    /// <param name="client">The model.</param>
    /// <param name="count">How many requests.</param>
    /// <param name="messages">The messages of a request.</param>
    /// <param name="options">Temperature and length of replies.</param>
    /// <param name="parallel">Requests at a time.</param>
    /// <param name="stage">What progress calls the replies.</param>
    /// <param name="work">Progress and cancellation.</param>
    /// <returns>The replies, in the order of the requests.</returns>
    /// <exception cref="AssayException">The model cannot be asked.</exception>
    public string[] Ask(
        IChatClient client,
        int count,
        Func<int, IList<ChatMessage>> messages,
        ChatOptions options,
        int parallel,
        string stage,
        Work work
    )
    {
        string[] replies = new string[count];
        int done = 0;
        try
        {
            Parallel
                .ForAsync(
                    0,
                    count,
                    new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = work.Cancellation },
                    async (i, stop) =>
                    {
                        ChatResponse reply = await client.GetResponseAsync(messages(i), options.Clone(), stop);
                        replies[i] = reply.Text;
                        work.Progress?.Report(new(stage, Interlocked.Increment(ref done), count, "replies"));
                    }
                )
                .GetAwaiter()
                .GetResult();
        }
        catch (ChatEndpointException failure)
        {
            throw new AssayException(
                $"the {Role} cannot be asked: {failure.Message}",
                hint: $"Check '{Role}', '{Role}-model' and the key; replies so far are kept, run it again to go on.",
                cause: failure
            );
        }
        catch (ArgumentException failure)
        {
            throw new AssayException(
                $"the {Role} cannot be asked: {failure.Message}",
                hint: "A row may be too long for the model's context; leave long ones out (select/where), or lower 'max-tokens'.",
                cause: failure
            );
        }
        return replies;
    }
}
