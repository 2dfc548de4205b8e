using Microsoft.Extensions.AI;

namespace Assay.Learning;

/// <summary>How the messages of a chat become the text that a language model continues.</summary>
/// <remarks>
/// Markup and what was said are kept apart, so that a message cannot speak for somebody else: special tokens are
/// recognised in the markup only.
/// </remarks>
/// <param name="Start">Markup before a message, <c>{role}</c> standing for who says it.</param>
/// <param name="End">Markup after a message.</param>
/// <param name="Stops">Texts that end a reply, beside the tokenizer's own end token; none empty.</param>
public sealed record ChatTemplate(string Start, string End, IReadOnlyList<string> Stops)
{
    /// <summary>No markup at all: a base model continues the messages as one text.</summary>
    public static ChatTemplate None { get; } = new("", "", []);

    /// <summary>Roles at the start of lines, for models that know no special tokens.</summary>
    public static ChatTemplate Plain { get; } = new("{role}: ", "\n", ["\nuser:", "\nsystem:", "\nassistant:"]);

    /// <summary>ChatML, as Qwen and SmolLM have it.</summary>
    public static ChatTemplate ChatMl { get; } = new("<|im_start|>{role}\n", "<|im_end|>\n", ["<|im_end|>"]);

    /// <summary>The tokens of a chat, up to where the reply begins.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="instructions">A first message of the system, or null.</param>
    /// <param name="tokenizer">The tokenizer of the model; its begin token, if any, comes first.</param>
    public int[] Encode(IEnumerable<ChatMessage> messages, string? instructions, ITokenizer tokenizer)
    {
        List<int> ids = [];
        if (tokenizer.Special.Begin is { } begin)
            ids.Add(begin);
        if (instructions is not null)
            messages = messages.Prepend(new(ChatRole.System, instructions));
        // A space at the end of the markup goes to the text after it: tokens of words begin with their space.
        string space = EndsInSpace ? " " : "";
        foreach (ChatMessage message in messages)
        {
            Markup(StartOf(message.Role));
            ids.AddRange(tokenizer.Encode(space + message.Text));
            Markup(End);
        }
        Markup(StartOf(ChatRole.Assistant));
        return [.. ids];

        void Markup(string text)
        {
            if (text.Length > 0)
                ids.AddRange(tokenizer.Encode(text, EncodeOptions.RecogniseSpecial));
        }
    }

    /// <summary>True if a reply begins with a space that belongs to the markup.</summary>
    internal bool EndsInSpace => Start.EndsWith(' ');

    private string StartOf(ChatRole role) => (EndsInSpace ? Start[..^1] : Start).Replace("{role}", role.Value);
}
