using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Pairs of sentences with one comma and none, both fewer than the student writes: does it come to write more?</summary>
internal sealed class CommaPreferences(Trial trial)
{
    /// <summary>Ways to train the transformer, beside the start.</summary>
    public static readonly string[] Ways = ["sft", "dpo", "inverted", "tied", "norm", "norm-inverted"];

    private const int PairCount = 1500,
        Epochs = 3;
    private static readonly PreferenceLossOptions Dpo = new() { Beta = 0.1 },
        Norm = new() { Loss = PreferenceObjective.DpoNorm, Beta = 5 };

    public void Measure(Figures figures)
    {
        CommaSentences all = CommaSentences.Read(trial);
        RandomStream random = trial.Random.Child("commas");
        int[][] start = all.With(2, 5, random.Child("start")),
            one = all.With(1, 1, random.Child("one")),
            none = all.With(0, 0, random.Child("none"));
        int count = trial.Size(PairCount, 64);
        (int[] Chosen, int[] Rejected)[] pairs = [.. one.Take(count).Zip(none)],
            inverted = [.. pairs.Select(pair => (pair.Rejected, pair.Chosen))],
            tied = [.. one.Take(count).Zip(one.Skip(count))];
        Unigram(all, start, [.. one.Take(count)], pairs, inverted, tied, random, figures);
        Transformers(all, start, [.. one.Take(count)], pairs, inverted, tied, random, figures);
    }

    private static void Unigram(
        CommaSentences all,
        int[][] start,
        int[][] chosen,
        (int[], int[])[] pairs,
        (int[], int[])[] inverted,
        (int[], int[])[] tied,
        RandomStream random,
        Figures figures
    )
    {
        UnigramPolicy first = UnigramPolicy.Of(start, all.Words);
        figures["unigram/start"] = first.Expected(all.Comma);
        UnigramPolicy imitating = first.Copy();
        imitating.Imitate(chosen, Epochs, random.Child("order"));
        figures["unigram/sft"] = imitating.Expected(all.Comma);
        figures["unigram/sft-to-the-end"] = UnigramPolicy.Of(chosen, all.Words).Expected(all.Comma);
        foreach (
            (string name, (int[], int[])[] own, PreferenceLossOptions loss) in ((
                string,
                (int[], int[])[],
                PreferenceLossOptions
            )[])
                [
                    ("dpo", pairs, Dpo),
                    ("inverted", inverted, Dpo),
                    ("tied", tied, Dpo),
                    ("norm", pairs, Norm),
                    ("norm-inverted", inverted, Norm),
                    ("norm-tied", tied, Norm),
                ]
        )
        {
            UnigramPolicy policy = first.Copy();
            policy.Prefer(
                own,
                loss,
                Epochs,
                random.Child("order"),
                epoch => figures[$"unigram/{name}/{epoch}"] = policy.Expected(all.Comma)
            );
        }
    }

    private void Transformers(
        CommaSentences all,
        int[][] start,
        int[][] chosen,
        (int[] Chosen, int[] Rejected)[] pairs,
        (int[] Chosen, int[] Rejected)[] inverted,
        (int[] Chosen, int[] Rejected)[] tied,
        RandomStream random,
        Figures figures
    )
    {
        SmallWriter writer = new(trial, all, random.Child("writer"));
        Transformer first = writer.Begin(start);
        Add("start", first);
        Transformer imitating = first.Copy();
        writer.Imitate(imitating, chosen, Epochs, SmallWriter.TuningRate, "sft");
        Add("sft", imitating);
        foreach (
            (string name, (int[] Chosen, int[] Rejected)[] own, PreferenceLossOptions loss) in ((
                string,
                (int[], int[])[],
                PreferenceLossOptions
            )[])
                [
                    ("dpo", pairs, Dpo),
                    ("inverted", inverted, Dpo),
                    ("tied", tied, Dpo),
                    ("norm", pairs, Norm),
                    ("norm-inverted", inverted, Norm),
                ]
        )
        {
            Transformer policy = first.Copy();
            writer.Prefer(policy, own, loss, name);
            Add(name, policy);
        }

        void Add(string name, Transformer policy)
        {
            (double commas, double words, double divergence) = writer.Score(policy, first);
            figures[$"writer/{name}"] = commas;
            figures[$"writer/{name}/words"] = words;
            figures[$"writer/{name}/kl"] = divergence;
        }
    }
}
