using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Select;

namespace Assay.Evidence;

/// <summary>What a model memorises of sentences that stand in its text once, or up to 64 times, with and without deduplication.</summary>
internal sealed class Memorisation(Trial trial, SurveyCorpora corpora)
{
    /// <summary>Copies that planted sentences have; of each number there are as many sentences.</summary>
    public static readonly int[] Copies = [1, 4, 16, 64];

    private const int RowBytes = 128,
        Batch = 16,
        Known = 64, // bytes that the model is given of a planted row
        Emitted = 32; // bytes that it then has to get right, one by one
    private readonly int _sentences = trial.Size(5, 1);

    /// <summary>Adds <c>copies/...</c>: loss on planted rows by number of copies, and the share of them that the model emits.</summary>
    public void Measure(Figures figures)
    {
        byte[][] others = Others();
        int count = trial.Size(2000, 60);
        string[] words = [.. WordsOf(others).Take(2000)];
        RandomStream random = trial.Random.Child("planted");
        List<byte[]> texts = [.. others[..count]];
        byte[][][] planted = [.. Copies.Select(_ => new byte[_sentences][])];
        foreach ((int level, int copies) in Copies.Index())
            for (int i = 0; i < _sentences; i++)
            {
                string sentence = Sentence(words, random);
                // Copies differ in the number at their end, so that equal texts alone do not find them.
                byte[][] rows = [.. Enumerable.Range(0, copies).Select(_ => Row(sentence, random))];
                planted[level][i] = rows[0];
                texts.AddRange(rows);
            }
        Selected kept = corpora.Select(
            "dedup",
            new Dedup(new()),
            SurveyCorpora.ViewOf(texts.Select(row => Encoding.UTF8.GetString(row)))
        );
        List<byte[]> deduplicated = [.. kept.Kept.Rows.Select(row => texts[row])];
        // What was dropped is replaced by further text: equal rows, equal updates.
        deduplicated.AddRange(others[count..(count + texts.Count - deduplicated.Count)]);
        figures["copies/left"] = kept.Kept.Rows.Count(row => row >= count) / (double)(Copies.Length * _sentences);

        foreach (
            (string arm, List<byte[]> rows) in (ReadOnlySpan<(string, List<byte[]>)>)
                [("all", texts), ("dedup", deduplicated)]
        )
        {
            trial.Report("memorisation", arm == "all" ? 0 : 1, 2);
            byte[][] ordered = [.. rows];
            trial.Random.Child("order").Shuffle<byte[]>(ordered);
            ByteModel model = ByteModel.New(trial.Random.Child("weights"));
            model.Train(ordered, trial.Size(200, 5), Batch, cancellation: trial.Cancellation);
            foreach ((int level, int copies) in Copies.Index())
            {
                figures[$"copies/{arm}/{copies}"] = model.Loss(planted[level], trial.Cancellation);
                figures[$"copies/{arm}/{copies}/emitted"] = planted[level]
                    .Average(row => IsEmitted(model, row) ? 1.0 : 0);
            }
            figures[$"copies/{arm}/unseen"] = model.Loss(
                [.. Enumerable.Range(0, 4 * _sentences).Select(_ => Row(Sentence(words, random), random))],
                trial.Cancellation
            );
        }
    }

    private static bool IsEmitted(ByteModel model, byte[] row)
    {
        using var noGrad = Tensor.NoGrad();
        using TensorScope scope = new();
        TokenBatch tokens = TokenBatch.Of([ByteModel.Tokens(row)]);
        Tensor logits = model.Model.Forward(tokens.Inputs, tokens.Batch);
        int vocabulary = logits.Data.Length / tokens.Targets.Length;
        for (int at = Known; at < Known + Emitted; at++)
        {
            ReadOnlySpan<float> next = logits.Data.Slice(at * vocabulary, vocabulary);
            int best = 0;
            for (int token = 1; token < vocabulary; token++)
                best = next[token] > next[best] ? token : best;
            if (best != tokens.Targets[at])
                return false;
        }
        return true;
    }

    private byte[][] Others()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Join('\n', corpora.Pages.Select(page => page.Text)));
        byte[][] rows = [.. text.Chunk(RowBytes).Where(row => row.Length == RowBytes && Ascii.IsValid(row))];
        trial.Random.Child("others").Shuffle<byte[]>(rows);
        return rows;
    }

    private static IEnumerable<string> WordsOf(byte[][] rows) =>
        rows.SelectMany(row => Encoding.UTF8.GetString(row).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(word => word.All(char.IsAsciiLetterLower))
            .Distinct();

    private static string Sentence(string[] words, RandomStream random)
    {
        StringBuilder sentence = new();
        while (sentence.Length < RowBytes)
            sentence.Append(words[random.NextInt32(words.Length)]).Append(' ');
        return sentence.ToString(0, RowBytes - 6);
    }

    private static byte[] Row(string sentence, RandomStream random) =>
        Encoding.ASCII.GetBytes($"{sentence} {random.NextInt32(90_000) + 10_000}");
}
