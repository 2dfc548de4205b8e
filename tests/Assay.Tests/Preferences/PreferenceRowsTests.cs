using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Preferences;

namespace Assay.Tests.Preferences;

public class PreferenceRowsTests
{
    [Fact]
    public void PairsOfTexts()
    {
        PreferenceRows rows = Read(
            """{"prompt": "Q: ", "chosen": "yes", "rejected": "no", "score_chosen": 4, "score_rejected": 1.5, "agreement": 0.75}""",
            """{"prompt": "Q: ", "chosen": "same", "rejected": "same"}"""
        );
        Assert.Equal(PreferenceFormat.Pairs, rows.Format);
        PreferencePair pair = Assert.Single(rows.Pairs);
        Assert.Equal(("Q: ", "yes", "no"), Texts(pair));
        Assert.Equal((2.5, 0.75), (pair.Margin, pair.Agreement));
        Assert.Equal(1, rows.Ties);
    }

    [Fact]
    public void MessagesSayTheSameAsDialogues()
    {
        PreferenceRows messages = Read(
                """{"prompt": [{"role":"system","content":"Be kind."},{"role":"user","content":"Hi"}], "chosen": [{"role":"assistant","content":"Hello"}], "rejected": [{"role":"assistant","content":"Go"}]}"""
            ),
            whole = Read(
                """{"chosen": [{"role":"system","content":"Be kind."},{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}], "rejected": [{"role":"system","content":"Be kind."},{"role":"user","content":"Hi"},{"role":"assistant","content":"Go"}]}"""
            ),
            dialogues = Read(
                """{"chosen": "\n\nSystem: Be kind.\n\nHuman: Hi\n\nAssistant: Hello", "rejected": "\n\nSystem: Be kind.\n\nHuman: Hi\n\nAssistant: Go"}"""
            );
        (string, string, string) expected = ("\n\nSystem: Be kind.\n\nHuman: Hi\n\nAssistant:", " Hello", " Go");
        Assert.Equal(expected, Texts(messages.Pairs[0]));
        Assert.Equal(expected, Texts(whole.Pairs[0]));
        Assert.Equal(expected, Texts(dialogues.Pairs[0]));
        Assert.Equal(PreferenceFormat.Dialogues, dialogues.Format);
    }

    [Fact]
    public void DialoguesThatPartEarlierKeepWhatTheyShare()
    {
        PreferenceRows rows = Read(
            """{"chosen": "\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant: d", "rejected": "\n\nHuman: a\n\nAssistant: bx\n\nHuman: c\n\nAssistant: d"}""",
            """{"chosen": "abc", "rejected": "abd"}"""
        );
        Assert.Equal(
            ("\n\nHuman: a\n\nAssistant:", " b\n\nHuman: c\n\nAssistant: d", " bx\n\nHuman: c\n\nAssistant: d"),
            Texts(rows.Pairs[0])
        );
        Assert.Equal(("", "abc", "abd"), Texts(rows.Pairs[1]));
    }

    [Fact]
    public void SingleLabels()
    {
        PreferenceRows rows = Read(
            """{"prompt": "p", "completion": "good", "label": true}""",
            """{"prompt": "p", "completion": "bad", "label": false}"""
        );
        Assert.Equal(("p", "good", null), Texts(rows.Pairs[0]));
        Assert.Equal(("p", null, "bad"), Texts(rows.Pairs[1]));
        Assert.Contains("kto", Assert.Throws<AssayException>(() => rows.Both("train/dpo")).Hint);
    }

    [Fact]
    public void ScoredListsGiveEveryPairThatDiffers()
    {
        PreferenceRows rows = Read(
            """{"prompt": "p", "completions": ["a", "b", "c"], "scores": [1, 3, 1]}""",
            """{"prompt": "p", "completions": ["a", "b"], "scores": [1, 1]}"""
        );
        Assert.Equal([("p", "b", "a"), ("p", "b", "c")], rows.Pairs.Select(Texts));
        Assert.All(rows.Pairs, pair => Assert.Equal(2, pair.Margin));
        Assert.Equal(1, rows.Ties);
    }

    [Fact]
    public void AnnotationsOfAlpacaEval()
    {
        PreferenceRows rows = Read(
            """{"instruction": "i", "output_1": "x", "output_2": "y", "preference": 1.9}""",
            """{"instruction": "i", "output_1": "x", "output_2": "y", "preference": 1.0}""",
            """{"instruction": "i", "output_1": "x", "output_2": "y", "preference": 1.5}"""
        );
        Assert.Equal([("i", "y", "x"), ("i", "x", "y")], rows.Pairs.Select(Texts));
        Assert.Equal([0.9, 1], rows.Pairs.Select(pair => pair.Agreement!.Value), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(1, rows.Ties);
    }

    [Theory]
    [InlineData("""{"text": "nothing"}""", "has no preferences")]
    [InlineData("""{"prompt": "p", "chosen": 5, "rejected": "x"}""", "'chosen' has no text")]
    [InlineData("""{"prompt": "p", "chosen": null, "rejected": "x"}""", "'chosen' has nothing")]
    [InlineData("""{"prompt": "p", "chosen": [{"role": "robot", "content": "x"}], "rejected": "x"}""", "role 'robot'")]
    [InlineData("""{"prompt": "p", "chosen": [{"role": "user"}], "rejected": "x"}""", "without a text 'content'")]
    [InlineData("""{"prompt": "p", "completion": "x", "label": 0.5}""", "neither true nor false")]
    [InlineData("""{"prompt": "p", "completions": ["a"], "scores": [1, 2]}""", "2 scores of 1 completions")]
    [InlineData(
        """{"instruction": "i", "output_1": "x", "output_2": "y", "preference": 3}""",
        "3 instead of a number from 1"
    )]
    [InlineData("""{"prompt": "p", "chosen": "x", "rejected": "x"}""", "no row of 'rows' prefers")]
    public void WhatIsWrongIsSaid(string line, string message) =>
        Assert.Contains(message, Assert.Throws<AssayException>(() => Read(line)).Message);

    [Fact]
    public void HarmlessDialoguesShareTheirPrompts()
    {
        using StreamReader reader = new(
            new System.IO.Compression.GZipStream(
                File.OpenRead(SharedData.Path("hh-rlhf/harmless-base-test.jsonl.gz")),
                System.IO.Compression.CompressionMode.Decompress
            )
        );
        PreferenceRows rows = Read([.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal(2312, rows.Pairs.Count + rows.Ties);
        Assert.All(rows.Pairs, pair => Assert.EndsWith("\n\nAssistant:", Encoding.UTF8.GetString(pair.Prompt)));
        Assert.True(rows.Pairs.Count(pair => pair.Chosen!.AsSpan().IndexOf("\n\nHuman:"u8) < 0) > 2200);
    }

    [Fact]
    public void TokensKeepTheEndOfPromptsAndTheBeginningOfCompletions()
    {
        PreferencePair[] pairs =
        [
            new(0, "prompt"u8.ToArray(), "yes"u8.ToArray(), "no"u8.ToArray()),
            new(1, "a long prompt"u8.ToArray(), "0123456789abcdef"u8.ToArray(), null),
        ];
        PreferenceTokens tokens = PreferenceTokens.Of(pairs, new ByteTokenizer(), 16);
        Assert.Equal([257, .. "prompt"u8.ToArray().Select(value => (int)value)], tokens.Pairs[0].Prompt);
        Assert.Equal([.. "yes"u8.ToArray().Select(value => (int)value), 257], tokens.Pairs[0].Chosen);
        Assert.Equal("0123456789ab", Encoding.UTF8.GetString([.. tokens.Pairs[1].Chosen.Select(id => (byte)id)]));
        Assert.Equal("ompt", Encoding.UTF8.GetString([.. tokens.Pairs[1].Prompt.Select(id => (byte)id)])[^4..]);
        Assert.Equal(17, tokens.Pairs[1].Prompt.Length + tokens.Pairs[1].Chosen.Length);
        Assert.Empty(tokens.Pairs[1].Rejected);
        Assert.Equal((1, 1), (tokens.CutPrompts, tokens.CutCompletions));
    }

    private static PreferenceRows Read(params string[] lines) => PreferenceRows.Read(PreferenceTables.Of(lines));

    private static (string, string?, string?) Texts(PreferencePair pair) =>
        (
            Encoding.UTF8.GetString(pair.Prompt),
            pair.Chosen is null ? null : Encoding.UTF8.GetString(pair.Chosen),
            pair.Rejected is null ? null : Encoding.UTF8.GetString(pair.Rejected)
        );
}
