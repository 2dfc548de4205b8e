using Assay.Data;
using Assay.Learning;
using Assay.Make;
using Assay.Numerics;
using Assay.Studies;
using Assay.Tests.Preferences;
using Microsoft.Extensions.AI;

namespace Assay.Tests.Make;

public sealed class RationalesTests
{
    private static View Pairs(int count = 40) =>
        PreferenceTables.Of([
            .. Enumerable
                .Range(0, count)
                .Select(i =>
                    $$"""{"prompt": "P{{i}}", "chosen": "{{(i % 4 == 3 ? "dull" : "good")}} {{i}}", "rejected": "bad {{i}}", "margin": 2}"""
                ),
        ]);

    private static Made Run(Func<string, string, string> reply, RationalesOptions? options = null, int threads = 2)
    {
        using Pieces pieces = Pieces.Temporary();
        return new Rationales(options ?? new() { Writer = "fake" }, new FakeWriter(reply)).Make(
            Pairs(),
            new Work(pieces) { Threads = threads, Random = new RandomStream(7, "make") }
        );
    }

    // Reads the instructions as a told writer does.
    private static string Told(string system, string user) =>
        system.Contains("preferred the first", StringComparison.Ordinal)
            ? "The first answer is kind.\nBetter: 1"
            : "The second answer is kind.\nBetter: 2";

    [Fact]
    public void Rationales_follow_the_label_in_an_order_that_is_drawn()
    {
        Made made = Run(Told);
        StudyTable table = StudyTable.Of(new View(made.Rows), default);
        Assert.Equal(40, table.Rows);
        string[] first = table.Words("rationale_first"),
            written = table.Words("rationale");
        Assert.InRange(first.Count(side => side == "chosen"), 10, 30);
        for (int i = 0; i < 40; i++)
            Assert.Equal(first[i] == "chosen" ? "The first answer is kind." : "The second answer is kind.", written[i]);
        Assert.Equal(
            "0.0%",
            made.Study.Facts.Single(fact => fact.Name == "Contradict the label").Value.Replace(" ", "")
        );
        Assert.Equal(2, table.Numbers("margin")[0]);
        Assert.Equal(written, StudyTable.Of(new View(Run(Told, threads: 1).Rows), default).Words("rationale"));
    }

    [Fact]
    public void A_writer_that_is_not_told_is_held_against_the_labels()
    {
        // It knows good answers, and takes the first of others.
        static string Blind(string system, string user)
        {
            Assert.DoesNotContain("preferred", system);
            bool second = user.Contains("<answer 2>\ngood", StringComparison.Ordinal);
            return $"It is kinder.\n**Better: {(second ? 2 : 1)}**";
        }
        Made made = Run(Blind, new() { Writer = "fake", Blind = true });
        int left = made.Rows.RowCount;
        Assert.InRange(left, 31, 39); // the dull ones that came second are judged otherwise
        Assert.Contains($"{left} of 40 pairs have a rationale; {40 - left}", made.Study.Answer);
        Made kept = Run(
            Blind,
            new()
            {
                Writer = "fake",
                Blind = true,
                KeepPairs = true,
            }
        );
        Assert.Equal(40, kept.Rows.RowCount);
        Assert.Equal(
            40 - left,
            StudyTable.Of(new View(kept.Rows), default).Words("rationale").Count(text => text.Length == 0)
        );
    }

    [Theory]
    [InlineData("It is short.\nBetter: 2", "It is short.", 2)]
    [InlineData("**Better: 1**", "", 1)]
    [InlineData(
        "The first answer is better because it is short.",
        "The first answer is better because it is short.",
        1
    )]
    [InlineData(
        "Response 2 is better. In all, answer 2 is clearly better.",
        "Response 2 is better. In all, answer 2 is clearly better.",
        2
    )]
    [InlineData("The first is better, or the second is better.", "The first is better, or the second is better.", null)]
    [InlineData("Both are fine.", "Both are fine.", null)]
    public void Verdicts_are_read_from_the_last_line_or_from_words(string reply, string rationale, int? verdict) =>
        Assert.Equal((rationale, verdict), Rationales.Parse(reply));

    [Fact]
    public void Replies_that_contradict_are_left_out_and_none_left_is_said()
    {
        AssayException failure = Assert.Throws<AssayException>(() =>
            Run((system, user) => Told(system, user).Contains("Better: 1") ? "x\nBetter: 2" : "x\nBetter: 1")
        );
        Assert.Contains("40 contradict the label", failure.Message);
        Assert.Contains(
            "cannot be asked",
            Assert
                .Throws<AssayException>(() =>
                    Run((_, _) => throw new ChatEndpointException("no route", transient: false))
                )
                .Message
        );
    }

    [Fact]
    public void A_writer_that_is_none_is_said()
    {
        Assert.Contains("neither a folder with a model nor an address", Refused(new() { Writer = "nowhere" }));
        Assert.Contains("which model", Refused(new() { Writer = "http://localhost:1/v1" }));

        static string Refused(RationalesOptions options)
        {
            using Pieces pieces = Pieces.Temporary();
            return Assert
                .Throws<AssayException>(() => new Rationales(options).Make(Pairs(2), new Work(pieces)))
                .Message;
        }
    }

    private sealed class FakeWriter(Func<string, string, string> reply) : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            CancellationToken cancellationToken = default
        )
        {
            ChatMessage[] both = [.. messages];
            return Task.FromResult(
                new ChatResponse(new ChatMessage(ChatRole.Assistant, reply(both[0].Text, both[1].Text)))
            );
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            CancellationToken cancellationToken = default
        ) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose() { }
    }
}
