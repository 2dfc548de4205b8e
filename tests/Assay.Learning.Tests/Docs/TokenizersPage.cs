namespace Assay.Learning.Tests;

/// <summary>The code of docs/tokenizers.md, compiled.</summary>
internal static class TokenizersPage
{
    public static string Tokenizer()
    {
        // csharpier-ignore-start
        BpeTrainer trainer = new(new() { VocabularySize = 1024 });
        trainer.Add(File.ReadAllBytes("input.txt"));
        BpeTokenizer tokenizer = trainer.Train();
        TokenizerFile.Write(tokenizer, "tokenizer.json");

        int[] ids = tokenizer.Encode("Hello world");
        string text = tokenizer.DecodeText(ids);
        // csharpier-ignore-end

        return text;
    }
}
