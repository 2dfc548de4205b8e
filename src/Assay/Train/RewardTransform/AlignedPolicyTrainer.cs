using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Studies;
using Assay.Value;

namespace Assay.Train;

/// <summary>Aligns a policy over the given answers of each prompt with several rewards at once, exactly, and shows what other ways to combine them give at the same distance from the base.</summary>
/// <remarks>
/// Source: "Transforming and Combining Rewards for Aligning Large Language Models", arXiv 2402.00742. The policy is base x exp(combined / price), the optimum that reinforcement
/// learning with that reward and that price of a nat aims at; best of n stands beside it. Nothing is sampled. The rewards that win here are the ones to give to a policy that writes.
/// </remarks>
[Method("train/reward-transform", Paper = "reward-transform")]
public sealed class AlignedPolicyTrainer(AlignedPolicyOptions options) : ITrainer
{
    private const string Name = "train/reward-transform",
        Best = "best.jsonl";
    private static readonly double[] Distances = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3];
    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <inheritdoc/>
    /// <exception cref="AssayException">A column or a number is missing, or the rewards do not lead as far as asked for.</exception>
    public Trained Train(View view, View? heldOut, Work work)
    {
        AnswerPool pool = AnswerPool.Read(Name, options, view, work);
        double[] combined = pool.Combined(pool.Columns.Transform);
        double price = options.Price ?? PriceOf(pool, combined);
        double[] policy = pool.Groups.Tilted(combined, price),
            best = pool.Groups.BestOf(combined, options.Draws);
        AlignedPolicyStudy study = new(options, pool, price);
        string[]? texts = pool.Columns.Table.Has(options.Answer) ? pool.Columns.Table.Words(options.Answer) : null;
        return new(
            FormattableString.Invariant(
                $"policy over {pool.Groups.Candidates} answers to {pool.Groups.Prompts} prompts, {pool.Groups.Kl(policy):0.000} nats from the base at a price of {price:0.###}"
            ),
            heldOut is null ? [] : HeldOut(heldOut, price, work),
            null,
            folder =>
            {
                if (texts is not null)
                    Pieces.WriteFile(Path.Combine(folder, Best), stream => WriteBest(stream, pool, combined, texts));
            },
            study.Scores(policy),
            study.Of(policy, best, Distances)
        );
    }

    private double PriceOf(AnswerPool pool, double[] combined)
    {
        double most = pool.Groups.LargestKl(combined);
        return options.Kl < most
            ? pool.Groups.PriceOf(combined, options.Kl)
            : throw new AssayException(
                FormattableString.Invariant(
                    $"{Name}: always the best answer is {most:0.000} nats from the base, less than 'kl: {options.Kl}'"
                ),
                hint: "Ask for less, or give more answers a prompt."
            );
    }

    // Prompts that the price was not chosen on, with the references of their own answers.
    private Score[] HeldOut(View view, double price, Work work)
    {
        AnswerPool pool = AnswerPool.Read(Name, options, view, work);
        return
        [
            .. new AlignedPolicyStudy(options, pool, price).Scores(
                pool.Groups.Tilted(pool.Combined(pool.Columns.Transform), price)
            ),
        ];
    }

    private static void WriteBest(Stream stream, AnswerPool pool, double[] combined, string[] texts)
    {
        for (int prompt = 0; prompt < pool.Groups.Prompts; prompt++)
        {
            (int first, int count) = pool.Groups[prompt].GetOffsetAndLength(combined.Length);
            int best = Enumerable.Range(first, count).MaxBy(i => combined[i]);
            JsonSerializer.Serialize(
                stream,
                new
                {
                    prompt = pool.Columns.PromptNames[prompt],
                    completion = texts[pool.Answers[best]],
                    combined = combined[best],
                },
                Plain
            );
            stream.WriteByte((byte)'\n');
        }
    }
}

/// <summary>The answers of a table by prompt.</summary>
/// <param name="Columns">What was read.</param>
/// <param name="Groups">The prompts with the base policy.</param>
/// <param name="Answers">For each candidate its place among the rows read.</param>
internal sealed record AnswerPool(RewardColumns Columns, CandidateGroups Groups, int[] Answers)
{
    public static AnswerPool Read(string method, AlignedPolicyOptions options, View view, Work work)
    {
        RewardColumns columns = RewardColumns.Read(method, options, view, work);
        int[] answers = [.. Enumerable.Range(0, columns.Prompts.Length).OrderBy(answer => columns.Prompts[answer])];
        int[] counts = new int[columns.PromptNames.Length];
        foreach (int prompt in columns.Prompts)
            counts[prompt]++;
        double[]? logs = null;
        if (options.LogProbability.Length > 0)
        {
            double[] all = columns.Table.Numbers(options.LogProbability);
            logs = [.. answers.Select(answer => all[answer])];
        }
        return new(columns, new(counts, logs), answers);
    }

    /// <summary>The combined rewards of the candidates.</summary>
    public double[] Combined(RewardTransform transform) =>
        [.. Answers.Select(answer => Columns.Of(transform, answer).Combined)];

    /// <summary>The rewards of the candidates in one property.</summary>
    public double[] Rewards(int property) => [.. Answers.Select(answer => Columns.RewardsOf(answer)[property])];

    /// <summary>Whether each candidate is at or above a quantile of its prompt's answers in every property: 1 or 0.</summary>
    public double[] InAll(double quantile)
    {
        double[] all = new double[Groups.Candidates];
        Array.Fill(all, 1);
        for (int property = 0; property < Columns.Transform.Properties; property++)
        {
            double[] rewards = Rewards(property);
            for (int prompt = 0; prompt < Groups.Prompts; prompt++)
            {
                Span<double> own = rewards.AsSpan(Groups[prompt]);
                double edge = Quantiles.Of(own, [quantile])[0];
                int first = Groups[prompt].Start.Value;
                for (int i = 0; i < own.Length; i++)
                    if (own[i] < edge)
                        all[first + i] = 0;
            }
        }
        return all;
    }
}
