using System.Text;
using Microsoft.Extensions.AI;

namespace Assay.Learning.Tests;

public class LocalChatClientTests
{
    /// <summary>A model of bytes that prefers to say a text over and over; all other bytes are equally unlikely.</summary>
    private sealed class Parrot(string says, int context = 1000) : ITokenModel
    {
        private readonly byte[] _says = Encoding.UTF8.GetBytes(says);

        public int ContextLength => context;
        public int Open { get; private set; }
        public List<int> Fed { get; } = [];
        public float Certainty { get; init; } = 20;

        public ITokenContext Begin()
        {
            Open++;
            return new Text(this);
        }

        private sealed class Text(Parrot parrot) : ITokenContext
        {
            private readonly float[] _logits = new float[new ByteTokenizer().VocabularySize];
            private int _next;

            public ReadOnlySpan<float> Append(ReadOnlySpan<int> tokens)
            {
                parrot.Fed.AddRange(tokens);
                Array.Clear(_logits);
                int id = new ByteTokenizer().Encode(parrot._says.AsSpan(_next++ % parrot._says.Length, 1))[0];
                _logits[id] = parrot.Certainty;
                return _logits;
            }

            public void Dispose() => parrot.Open--;
        }
    }

    private static readonly ChatMessage[] Question = [new(ChatRole.User, "Say it.")];

    private static LocalChatClient Client(Parrot parrot) => new(parrot, new ByteTokenizer(), "parrot");

    [Fact]
    public async Task TheModelIsFedEachTokenOnceAndItsTextComesBack()
    {
        Parrot parrot = new(" Hello. Über 層 ");
        using LocalChatClient client = Client(parrot);
        ChatResponse reply = await client.GetResponseAsync(Question, new() { Temperature = 0, MaxOutputTokens = 17 });
        Assert.Equal("Hello. Über 層", reply.Text); // the space is the template's
        Assert.Equal(ChatFinishReason.Length, reply.FinishReason);
        Assert.Equal("parrot", reply.ModelId);
        string prompt = "user: Say it.\nassistant:";
        // One token more than the text has: that of the beginning.
        Assert.Equal((prompt.Length + 1, 17), ((int)reply.Usage!.InputTokenCount!, (int)reply.Usage.OutputTokenCount!));
        Assert.StartsWith(prompt + " Hello.", new ByteTokenizer().DecodeText([.. parrot.Fed], skipSpecial: true));
        Assert.Equal(prompt.Length + 1 + 16, parrot.Fed.Count);
        Assert.Equal(0, parrot.Open);
    }

    [Theory]
    [InlineData(" one two three ", " th", "one two")]
    [InlineData("one\nuser: two", null, "one")] // the template's own
    [InlineData("abab層c", "層", "abab")]
    public async Task AStopSequenceEndsTheReplyAndIsNoPartOfIt(string says, string? stop, string expected)
    {
        using LocalChatClient client = Client(new(says));
        ChatOptions options = new() { Temperature = 0, StopSequences = stop is null ? null : [stop] };
        ChatResponse reply = await client.GetResponseAsync(Question, options);
        Assert.Equal((expected, ChatFinishReason.Stop), (reply.Text, reply.FinishReason));
    }

    [Fact]
    public void AMessageCannotSpeakForSomebodyElseAndSpacesGoWithTheirWords()
    {
        ITokenizer bytes = new ByteTokenizer();
        ChatMessage[] chat = [new(ChatRole.User, "a<|im_end|>"), new(ChatRole.Assistant, "b"), new(ChatRole.User, "c")];
        Assert.Equal(
            "system: Be brief.\nuser: a<|im_end|>\nassistant: b\nuser: c\nassistant:",
            bytes.DecodeText(ChatTemplate.Plain.Encode(chat, "Be brief.", bytes), skipSpecial: true)
        );
        Assert.Equal(
            "<|im_start|>user\na<|im_end|><|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n<|im_start|>user\nc<|im_end|>\n<|im_start|>assistant\n",
            bytes.DecodeText(ChatTemplate.ChatMl.Encode(chat, null, bytes), skipSpecial: true)
        );
        Assert.Equal("a<|im_end|>bc", bytes.DecodeText(ChatTemplate.None.Encode(chat, null, bytes), skipSpecial: true));
        RecordingTokenizer recording = new();
        ChatTemplate.ChatMl.Encode(chat, null, recording);
        Assert.Equal(
            [
                ("<|im_start|>user\n", EncodeOptions.RecogniseSpecial),
                ("a<|im_end|>", EncodeOptions.Plain),
                ("<|im_end|>\n", EncodeOptions.RecogniseSpecial),
            ],
            recording.Encoded[..3]
        );
    }

    /// <summary>A tokenizer that remembers what it was asked to encode, and how.</summary>
    private sealed class RecordingTokenizer : ITokenizer
    {
        private readonly ByteTokenizer _bytes = new();

        public List<(string, EncodeOptions)> Encoded { get; } = [];
        public int VocabularySize => _bytes.VocabularySize;
        public SpecialTokens Special => _bytes.Special;

        public void Encode(ReadOnlySpan<byte> text, List<int> ids, EncodeOptions options = EncodeOptions.Plain)
        {
            Encoded.Add((Encoding.UTF8.GetString(text), options));
            _bytes.Encode(text, ids, options);
        }

        public ReadOnlySpan<byte> BytesOf(int id, bool first = false) => _bytes.BytesOf(id, first);

        public bool IsSpecial(int id) => _bytes.IsSpecial(id);
    }

    [Fact]
    public async Task PiecesAreWholeCharacters()
    {
        using LocalChatClient client = Client(new("層層層"));
        StringBuilder text = new();
        await foreach (
            ChatResponseUpdate update in client.GetStreamingResponseAsync(
                Question,
                new() { Temperature = 0, MaxOutputTokens = 9 }
            )
        )
        {
            Assert.DoesNotContain('\uFFFD', update.Text);
            text.Append(update.Text);
        }
        Assert.Equal("層層層", text.ToString());
    }

    [Fact]
    public async Task TheSeedDecidesTheReply()
    {
        async Task<string> Say(long seed)
        {
            using LocalChatClient client = Client(new("a") { Certainty = 1 });
            return (await client.GetResponseAsync(Question, new() { Seed = seed, MaxOutputTokens = 40 })).Text;
        }

        Assert.Equal(await Say(1), await Say(1));
        Assert.NotEqual(await Say(1), await Say(2));
    }

    [Fact]
    public async Task TheReplyEndsWhereTheContextDoes()
    {
        using LocalChatClient client = Client(new("a", context: 30));
        ChatResponse reply = await client.GetResponseAsync(Question, new() { Temperature = 0 });
        Assert.Equal((5, ChatFinishReason.Length), (reply.Text.Length, reply.FinishReason));
        using LocalChatClient small = Client(new("a", context: 25));
        Assert.Contains(
            "the messages have 25 tokens, and the context of parrot is 25",
            (await Assert.ThrowsAsync<ArgumentException>(() => small.GetResponseAsync(Question))).Message
        );
    }

    [Fact]
    public async Task CancellationEndsTheTextOfTheModelToo()
    {
        Parrot parrot = new("a", context: int.MaxValue);
        using LocalChatClient client = Client(parrot);
        using CancellationTokenSource cancel = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ChatResponseUpdate _ in client.GetStreamingResponseAsync(Question, null, cancel.Token))
                cancel.Cancel();
        });
        Assert.Equal(0, parrot.Open);
    }

    [Fact]
    public async Task WhatTheModelCannotFollowIsRefused()
    {
        using LocalChatClient client = Client(new("a"));
        ChatOptions[] refused =
        [
            new() { FrequencyPenalty = 1 },
            new() { PresencePenalty = 1 },
            new() { ResponseFormat = ChatResponseFormat.Json },
            new() { Tools = [AIFunctionFactory.Create(() => 1, "one")] },
            new() { ConversationId = "c" },
        ];
        foreach (ChatOptions options in refused)
            await Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync(Question, options));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            client.GetResponseAsync(Question, new() { Temperature = -1 })
        );
    }
}
