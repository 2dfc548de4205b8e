using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Preferences;

namespace Assay.Make;

/// <summary>Samples several completions of each prompt, scores them, and keeps the best: a better policy without training, and rows to train on.</summary>
/// <remarks>
/// Source: "Learning to summarize from human feedback", arXiv 2009.01325, 4.2. The best of N independent samples is ln N - (N - 1) / N nats from one
/// sample. The study shows what the score gains with N, and with a second reward model (judge) whether the gain is real.
/// </remarks>
[Method("make/best-of-n", Paper = "summarize-feedback")]
public sealed class BestOfNMaker(BestOfNOptions options) : IMaker
{
    private const string Name = "make/best-of-n",
        Stage = "samples";
    private const int PromptsOfAPiece = 4;

    /// <inheritdoc/>
    /// <exception cref="AssayException">A model cannot be read, they do not fit together, or there is no prompt.</exception>
    public Made Make(View view, Work work)
    {
        LanguageModel model = ModelFolder.Read(options.Model);
        CompletionReward reward = CompletionReward.Of(Name, options.Reward, options.Environment, model);
        RewardModel? judge = options.Judge.Length > 0 ? CompletionReward.Read(options.Judge, model.Tokenizer) : null;
        int context = Math.Min(
            Math.Min(model.ContextLength, reward.ContextLength),
            judge?.ContextLength ?? int.MaxValue
        );
        if (options.MaxTokens >= context)
            throw new AssayException(
                $"{options.MaxTokens:N0} tokens of completion leave no room for a prompt in a context of {context:N0}",
                new(options.Model),
                "Ask for fewer (max-tokens)."
            );
        IReadOnlyList<byte[]> prompts = PromptRows.Read(view, options.Prompt, options.Words, work.Cancellation);
        (int[][] tokens, int cut) = PromptRows.Encode(prompts, model.Tokenizer, context - options.MaxTokens);
        SampledPrompt[] sampled = Sample(model, reward, judge, tokens, work);
        return new(Rows(prompts, sampled).ToDataset(), new BestOfNReport(sampled, prompts, cut, options).Study());
    }

    private SampledPrompt[] Sample(
        LanguageModel model,
        CompletionReward reward,
        RewardModel? judge,
        int[][] prompts,
        Work work
    )
    {
        RolloutOptions sampling = new RolloutOptions
        {
            Temperature = options.Temperature,
            MaxTokens = options.MaxTokens,
        }.For(model);
        work.Make(
            Stage,
            (prompts.Length + PromptsOfAPiece - 1) / PromptsOfAPiece,
            (piece, stream) =>
            {
                using BinaryWriter writer = new(stream, System.Text.Encoding.UTF8, leaveOpen: true);
                int end = Math.Min(prompts.Length, (piece + 1) * PromptsOfAPiece);
                for (int prompt = piece * PromptsOfAPiece; prompt < end; prompt++)
                {
                    IReadOnlyList<Rollout> samples = Rollouts.Sample(
                        model.Transformer,
                        [.. Enumerable.Repeat(prompts[prompt], options.N)],
                        sampling,
                        work.Random.Child(Stage).Child(prompt),
                        work.Cancellation
                    );
                    IReadOnlyList<double> scores = reward.Score(samples, work.Cancellation);
                    double[] judged = judge?.Score([.. samples.Select(sample => sample.Tokens)]) ?? [.. scores];
                    for (int i = 0; i < samples.Count; i++)
                    {
                        byte[] text = reward.Text(samples[i].Completion);
                        writer.Write(text.Length);
                        writer.Write(text);
                        writer.Write(scores[i]);
                        writer.Write(judged[i]);
                        writer.Write(samples[i].Ended);
                    }
                }
            },
            piece => Math.Min(PromptsOfAPiece, prompts.Length - piece * PromptsOfAPiece),
            "prompts"
        );
        SampledPrompt[] all = new SampledPrompt[prompts.Length];
        for (int at = 0; at < all.Length; )
        {
            using BinaryReader reader = new(work.Pieces.Open(Stage, at / PromptsOfAPiece));
            for (int end = Math.Min(all.Length, at + PromptsOfAPiece); at < end; at++)
                all[at] = SampledPrompt.Read(reader, options.N);
        }
        return all;
    }

    private MadeRows Rows(IReadOnlyList<byte[]> prompts, SampledPrompt[] sampled)
    {
        MadeRows rows = new();
        for (int prompt = 0; prompt < sampled.Length; prompt++)
        {
            SampledPrompt samples = sampled[prompt];
            switch (options.Keep)
            {
                case KeptSamples.Best:
                    Add(prompt, samples.Best);
                    rows.Set("mean_score", samples.Scores.Average());
                    rows.EndRow();
                    break;
                case KeptSamples.All:
                    foreach ((int rank, int i) in samples.Order.Index())
                    {
                        Add(prompt, i);
                        rows.Set("rank", (long)rank + 1);
                        rows.EndRow();
                    }
                    break;
                case KeptSamples.Pairs when samples.Scores[samples.Best] > samples.Scores[samples.Worst]:
                    rows.Set("prompt", prompts[prompt]);
                    rows.Set("chosen", samples.Texts[samples.Best]);
                    rows.Set("rejected", samples.Texts[samples.Worst]);
                    rows.Set("margin", samples.Scores[samples.Best] - samples.Scores[samples.Worst]);
                    rows.EndRow();
                    break;
            }
        }
        return rows;

        void Add(int prompt, int sample)
        {
            rows.Set("prompt", prompts[prompt]);
            rows.Set("completion", sampled[prompt].Texts[sample]);
            rows.Set("score", sampled[prompt].Scores[sample]);
            if (options.Judge.Length > 0)
                rows.Set("judged", sampled[prompt].Judged[sample]);
        }
    }
}

/// <summary>The samples of a prompt.</summary>
/// <param name="Texts">What was written.</param>
/// <param name="Scores">By the reward that chooses.</param>
/// <param name="Judged">By the judge; the scores again without one.</param>
/// <param name="Ended">Whether each ended by itself.</param>
internal sealed record SampledPrompt(byte[][] Texts, double[] Scores, double[] Judged, bool[] Ended)
{
    /// <summary>The place of the highest score, the first of equals.</summary>
    public int Best => BestOfN.Of(Scores);

    /// <summary>The place of the lowest score.</summary>
    public int Worst => BestOfN.Of([.. Scores.Select(score => -score)]);

    /// <summary>Places from the best to the worst.</summary>
    public int[] Order => [.. Enumerable.Range(0, Scores.Length).OrderByDescending(i => Scores[i])];

    public static SampledPrompt Read(BinaryReader reader, int count)
    {
        SampledPrompt samples = new(new byte[count][], new double[count], new double[count], new bool[count]);
        for (int i = 0; i < count; i++)
        {
            samples.Texts[i] = reader.ReadBytes(reader.ReadInt32());
            samples.Scores[i] = reader.ReadDouble();
            samples.Judged[i] = reader.ReadDouble();
            samples.Ended[i] = reader.ReadBoolean();
        }
        return samples;
    }
}
