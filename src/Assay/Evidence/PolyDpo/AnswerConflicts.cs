using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Assay.Learning;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Evidence;

/// <summary>How often five criteria agree about two models' answers to a prompt.</summary>
internal static class AnswerConflicts
{
    private const int Answers = 6,
        PairCount = 2000;

    public static void Measure(Trial trial, Figures figures)
    {
        RandomStream random = trial.Random.Child("conflicts");
        AnswerBandit.AnsweredPrompts read = AnswerBandit.AnsweredPrompts.Read(trial);
        string[] prompts = Prompts(trial);
        byte[][] texts = [.. read.Texts.Select(Encoding.UTF8.GetBytes)];
        double[] likelihood = Likelihood(texts, random.Child("halves"));
        int count = trial.Size(PairCount, 50),
            unanimous = 0,
            uncontradicted = 0;
        for (int i = 0; i < count; i++)
        {
            int prompt = random.NextInt32(read.Prompts),
                a = random.NextInt32(Answers),
                b = prompt * Answers + (a + 1 + random.NextInt32(Answers - 1)) % Answers;
            a += prompt * Answers;
            (int chosen, int rejected) = read.Preferences[a] >= read.Preferences[b] ? (a, b) : (b, a);
            byte[] asked = Encoding.UTF8.GetBytes(prompts[prompt]);
            double Margin(string criterion) =>
                PairCriteria.All[criterion](asked, texts[chosen]) - PairCriteria.All[criterion](asked, texts[rejected]);
            double[] margins =
            [
                read.Preferences[chosen] - read.Preferences[rejected],
                Margin("brevity"),
                Margin("lists"),
                Margin("overlap"),
                likelihood[chosen] - likelihood[rejected],
            ];
            unanimous += PairAgreement.Of(margins).WithEachOther ? 1 : 0;
            uncontradicted += margins.All(margin => margin >= 0) ? 1 : 0;
        }
        figures["conflict/unanimous"] = unanimous / (double)count;
        figures["conflict/uncontradicted"] = uncontradicted / (double)count;
    }

    private static string[] Prompts(Trial trial)
    {
        using StreamReader lines = new(
            new GZipStream(
                File.OpenRead(trial.Path(AnswerBandit.Folder, "prompts.jsonl.gz")),
                CompressionMode.Decompress
            )
        );
        SortedDictionary<int, string> found = [];
        while (lines.ReadLine() is { } line)
        {
            using JsonDocument row = JsonDocument.Parse(line);
            found[row.RootElement.GetProperty("id").GetInt32()] = row
                .RootElement.GetProperty("instruction")
                .GetString()!;
        }
        return [.. found.Values];
    }

    // Mean log-probability of a word, by trigrams of the answers to the other half of the prompts.
    private static double[] Likelihood(byte[][] texts, RandomStream random)
    {
        bool[] half = [.. Enumerable.Range(0, texts.Length / Answers).Select(_ => random.NextInt32(2) == 0)];
        double[] found = new double[texts.Length];
        foreach (bool scored in (bool[])[true, false])
        {
            NGramTrainer trainer = new(3, NGramUnit.Words);
            for (int i = 0; i < texts.Length; i++)
                if (half[i / Answers] != scored)
                {
                    foreach (Range word in Assay.Data.Words.Of(texts[i]))
                        trainer.Add(texts[i].AsSpan(word));
                    trainer.EndRow();
                }
            NGramModel model = trainer.Build();
            for (int i = 0; i < texts.Length; i++)
                if (half[i / Answers] == scored)
                {
                    NGramScorer scorer = new(model);
                    foreach (Range word in Assay.Data.Words.Of(texts[i]))
                        scorer.Add(texts[i].AsSpan(word));
                    NGramScore score = scorer.EndRow();
                    found[i] = score.LogProbability / score.Tokens;
                }
        }
        return found;
    }
}
