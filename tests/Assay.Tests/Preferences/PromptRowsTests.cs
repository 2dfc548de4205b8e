using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Preferences;

namespace Assay.Tests.Preferences;

public sealed class PromptRowsTests
{
    private static string[] Read(View view, string column = "prompt", int words = 0) =>
        [.. PromptRows.Read(view, column, words).Select(Encoding.UTF8.GetString)];

    [Fact]
    public void Prompts_come_from_their_column_from_pairs_or_from_the_first_words_of_texts()
    {
        Assert.Equal(["one", "two"], Read(PreferenceTables.Of("""{"prompt": "one"}""", """{"prompt": "two"}""")));
        Assert.Equal(
            ["\n\nHuman: hi\n\nAssistant:"],
            Read(
                PreferenceTables.Of(
                    """{"chosen": "\n\nHuman: hi\n\nAssistant: a", "rejected": "\n\nHuman: hi\n\nAssistant: b"}""",
                    """{"chosen": "\n\nHuman: hi\n\nAssistant: c", "rejected": "\n\nHuman: hi\n\nAssistant: b"}"""
                )
            )
        );
        Assert.Equal(
            ["a b  ", "é f "],
            Read(
                PreferenceTables.Of("""{"text": "a b  c d"}""", """{"text": "a b"}""", """{"text": "é f g"}"""),
                "text",
                words: 2
            )
        );
        Assert.Equal(
            ["\n\nHuman: hi\n\nAssistant:"],
            Read(PreferenceTables.Of("""{"prompt": [{"role": "user", "content": "hi"}]}"""))
        );
    }

    [Fact]
    public void Rows_without_prompts_are_refused()
    {
        Assert.Throws<AssayException>(() => Read(PreferenceTables.Of("""{"text": "a"}""")));
        Assert.Throws<AssayException>(() => Read(PreferenceTables.Of("""{"prompt": "a b"}"""), words: 2));
    }

    [Fact]
    public void Tokens_begin_with_the_mark_and_long_prompts_lose_their_beginning()
    {
        (int[][] tokens, int cut) = PromptRows.Encode(
            [
                [1, 2, 3],
                [],
            ],
            new ByteTokenizer(),
            3
        );
        Assert.Equal([1, 2, 3], tokens[0]);
        Assert.Equal([257], tokens[1]);
        Assert.Equal(1, cut);
    }
}
