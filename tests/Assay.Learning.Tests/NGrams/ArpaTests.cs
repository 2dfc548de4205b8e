using System.Text;

namespace Assay.Learning.Tests;

public class ArpaTests
{
    // In the style of SRILM's ngram-format(5): text before \data\, no backoff where nothing follows, tabs and spaces.
    private const string Small = """
        a comment that readers skip
        \data\
        ngram 1=5
        ngram 2=3
        ngram 3=1

        \1-grams:
        -1.0	<unk>
        -99	<s>	-0.30103
        -0.69897	</s>
        -0.5	a	-0.2
        -0.6	b

        \2-grams:
        -0.3	<s> a	-0.1
        -0.4	a b
        -0.2	b </s>

        \3-grams:
        -0.05	<s> a b

        \end\

        """;

    private static NGramModel Read(string text) => Arpa.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)));

    private static double Log10(NGramModel model, string context, string word) =>
        Math.Log10(NGramModelTests.Probability(model, context, word));

    [Fact]
    public void ASmallFileIsReadAndScored()
    {
        NGramModel model = Read(Small);
        Assert.Equal((3, NGramUnit.Words, 5, 9), (model.Order, model.Unit, model.VocabularySize, model.NGrams));
        Assert.Equal(-0.3, Log10(model, "", "a"), 9);
        Assert.Equal(-0.05, Log10(model, "a", "b"), 9); // <s> a b
        Assert.Equal(-0.30103 - 0.6, Log10(model, "", "b"), 9); // bow(<s>) p(b)
        Assert.Equal(-0.1 - 0.2 - 0.5, Log10(model, "a", "a"), 9); // bow(<s> a) bow(a) p(a)
        Assert.Equal(-0.2, Log10(model, "a b", "</s>"), 9); // a b has no backoff weight: 1
        Assert.Equal(-0.1 - 0.2 - 1.0, Log10(model, "a", "x"), 9);
        Assert.Equal(-0.4, Log10(model, "x a", "b"), 9);
        Assert.Equal(-0.2 - 0.69897, Log10(model, "x a", "</s>"), 9);
    }

    [Fact]
    public void WindowsLineEndsAndAMissingLastLineEndAreFine()
    {
        NGramModel model = Read(Small.Replace("\n", "\r\n").TrimEnd());
        Assert.Equal(-0.05, Log10(model, "a", "b"), 9);
    }

    [Fact]
    public void ASuffixThatWasPrunedIsPassedOver()
    {
        // 'b c' is pruned while 'a b c' is there; after it the state is 'c'.
        NGramModel model = Read(
            """
            \data\
            ngram 1=6
            ngram 2=2
            ngram 3=1
            \1-grams:
            -1	<unk>
            -99	<s>
            -1	</s>
            -0.5	a	-0.1
            -0.6	b	-0.2
            -0.7	c	-0.3
            \2-grams:
            -0.2	a b	-0.4
            -0.3	c a
            \3-grams:
            -0.1	a b c
            \end\
            """
        );
        Assert.Equal(-0.1, Log10(model, "x a b", "c"), 9);
        Assert.Equal(-0.3, Log10(model, "x a b c", "a"), 9);
        Assert.Equal(-0.3 - 0.6, Log10(model, "x a b c", "b"), 9);
    }

    [Fact]
    public void MissingMarksGetWhatKenLmGivesThem()
    {
        NGramModel model = Read("\\data\\\nngram 1=1\n\\1-grams:\n0 a\n\\end\\\n");
        Assert.Equal(0, Log10(model, "", "a"), 9);
        Assert.Equal(-100, Log10(model, "a", "x"), 9);
        Assert.Equal(-100, Log10(model, "a", "</s>"), 9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void WhatIsWrittenReadsBackAsTheSameModel(int order)
    {
        string[] rows = [.. Enumerable.Range(0, 300).Select(i => $"the {i % 7} über {i * i % 11} of {i % 3} {i % 13}")];
        NGramModel model = NGramModelTests.Train(order, rows);
        using MemoryStream file = new();
        Arpa.Write(model, file);
        file.Position = 0;
        NGramModel again = Arpa.Read(file);
        Assert.Equal((model.Order, model.NGrams, model.Unit), (again.Order, again.NGrams, again.Unit));
        foreach (string context in (string[])["", "the", "the 3 über", "x of", "über 4 of 2", "3 3 3 3"])
        foreach (string word in (string[])["the", "3", "of", "</s>", "unseen", "über"])
            Assert.Equal(
                Math.Log(NGramModelTests.Probability(model, context, word)),
                Math.Log(NGramModelTests.Probability(again, context, word)),
                1e-6
            );
    }

    [Fact]
    public void AModelOfBytesReadsBackAsOne()
    {
        NGramTrainer trainer = new(3, NGramUnit.Bytes);
        trainer.AddBytes("a b\nc a b \t x"u8);
        trainer.EndRow();
        NGramModel model = trainer.Build();
        using MemoryStream file = new();
        Arpa.Write(model, file);
        file.Position = 0;
        NGramModel again = Arpa.Read(file);
        Assert.Equal(NGramUnit.Bytes, again.Unit);
        Assert.Equal(Score(model), Score(again), 1e-6);

        static double Score(NGramModel model)
        {
            NGramScorer scorer = new(model);
            scorer.AddBytes("c a\n\xFF"u8);
            return scorer.EndRow().LogProbability;
        }
    }

    [Fact]
    public void AWordWithASpaceCannotBeWritten()
    {
        NGramTrainer trainer = new(1, NGramUnit.Words);
        trainer.Add("a b"u8);
        Assert.Throws<InvalidOperationException>(() => Arpa.Write(trainer.Build(), Stream.Null));
    }

    [Theory]
    [InlineData("", 1, "the file ends where the line '\\data\\' should be")]
    [InlineData("\\data\\\n", 2, "the file ends where 'ngram 1=...'")]
    [InlineData("\\data\\\n\\1-grams:\n", 2, "expected 'ngram 1=<count>'")]
    [InlineData("\\data\\\nngram 2=5\n", 2, "expected 'ngram 1=<count>', found 'ngram 2=5'")]
    [InlineData("\\data\\\nngram 1=-5\n", 2, "expected 'ngram 1=<count>', found 'ngram 1=-5'")]
    [InlineData("\\data\\\nngram 1=99999999999999999999\n", 2, "expected 'ngram 1=<count>'")]
    [InlineData("\\data\\\nngram 1=1\n\\2-grams:\n", 3, "expected '\\1-grams:', found '\\2-grams:'")]
    [InlineData(
        "\\data\\\nngram 1=9000000000000\n\\1-grams:\n-1 a\n\\end\\\n",
        5,
        "claims 9000000000000 1-grams, and there are 1"
    )]
    [InlineData("\\data\\\nngram 1=1\n\\1-grams:\n-1 a\n-1 b\n\\end\\\n", 5, "claims 1 1-grams, and here is one more")]
    [InlineData("\\data\\\nngram 1=2\n\\1-grams:\n-1 a\n-1 a\n\\end\\\n", 5, "is there twice")]
    [InlineData("\\data\\\nngram 1=1\n\\1-grams:\nx a\n", 4, "expected a finite number, found 'x'")]
    [InlineData("\\data\\\nngram 1=1\n\\1-grams:\nNaN a\n", 4, "expected a finite number, found 'NaN'")]
    [InlineData("\\data\\\nngram 1=1\n\\1-grams:\n0.5 a\n", 4, "is not positive, found '0.5'")]
    [InlineData("\\data\\\nngram 1=1\n\\1-grams:\n-1\n", 4, "expected a logarithm, 1 word, found '-1'")]
    [InlineData("\\data\\\nngram 1=1\n\\1-grams:\n-1 a b c\n", 4, "expected a logarithm, 1 word, found '-1 a b c'")]
    [InlineData(
        "\\data\\\nngram 1=1\nngram 2=1\n\\1-grams:\n-1 a\n\\2-grams:\n-1 a x\n",
        7,
        "the word 'x' is not among the 1-grams"
    )]
    [InlineData(
        "\\data\\\nngram 1=1\nngram 2=1\nngram 3=1\n\\1-grams:\n-1 a\n\\2-grams:\n-1 a </s>\n\\3-grams:\n-1 a a a\n",
        10,
        "the first 2 words of '-1 a a a' are not among the 2-grams"
    )]
    [InlineData("\\data\\\nngram 1=1\n\\1-grams:\n-1 a\n\\fin\\\n", 5, "expected '\\end\\', found '\\fin\\'")]
    [InlineData(
        "\\data\\\nngram 1=1\n\\1-grams:\n-1 a\n",
        5,
        "the file ends where 1-grams or the next section should be"
    )]
    public void ADamagedFileIsRefusedWithItsLine(string text, long line, string message)
    {
        ArpaException failure = Assert.Throws<ArpaException>(() => Read(text));
        Assert.Contains(message, failure.Message);
        Assert.Equal(line, failure.Line);
    }

    [Fact]
    public void MoreThanEightWordsAndEndlessLinesAreRefused()
    {
        string header = "\\data\\\n" + string.Concat(Enumerable.Range(1, 9).Select(n => $"ngram {n}=1\n"));
        Assert.Contains("n-grams of up to 8 words", Assert.Throws<ArpaException>(() => Read(header)).Message);
        string endless = new('x', 3 << 20);
        Assert.Contains("longer than", Assert.Throws<ArpaException>(() => Read(endless)).Message);
    }
}
