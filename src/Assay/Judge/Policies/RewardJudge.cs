using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Models;

namespace Assay.Judge;

/// <summary>A reward model as a judge: the preference is the sigmoid of the difference of two scores, as the model was trained.</summary>
/// <remarks>A prompt that leaves no room loses its beginning, the same for both answers; an answer that fills the context loses its end.</remarks>
/// <param name="reward">The reward model.</param>
/// <param name="tokenizer">The tokenizer of its texts.</param>
public sealed class RewardJudge(RewardModel reward, ITokenizer tokenizer) : IAnswerJudge
{
    /// <summary>Reads the reward model of a folder.</summary>
    /// <exception cref="AssayException">There is none, or it cannot be read.</exception>
    public static RewardJudge Read(string folder)
    {
        if (!RewardModel.IsIn(folder))
            throw new AssayException(
                "there is no reward model to judge with",
                new(folder),
                "Name a folder that 'assay train reward' made, or the address of a chat endpoint (http://...)."
            );
        try
        {
            (RewardModel model, ITokenizer tokenizer) = RewardModel.Load(folder);
            return new(model, tokenizer);
        }
        catch (Exception failure)
            when (failure is IOException or FormatException or ArgumentException or UnauthorizedAccessException)
        {
            throw new AssayException(
                $"this is no reward model that can be read: {failure.Message}",
                new(folder),
                "Make it anew with 'assay train reward'.",
                failure
            );
        }
    }

    /// <inheritdoc/>
    public bool SeesOrder => false;

    /// <inheritdoc/>
    public IReadOnlyList<double> Preferences(
        IReadOnlyList<AnsweredPrompt> pairs,
        bool aFirst,
        CancellationToken cancellation
    )
    {
        int? start = ModelFolder.StartOf(tokenizer);
        int[][] sequences = new int[2 * pairs.Count][];
        for (int i = 0; i < pairs.Count; i++)
        {
            int[] prompt =

                [
                    .. start is { } first ? [first] : Array.Empty<int>(),
                    .. tokenizer.Encode(Encoding.UTF8.GetBytes(pairs[i].Prompt)),
                ],
                a = Answer(pairs[i].A),
                b = Answer(pairs[i].B);
            int room = Math.Max(0, reward.ContextLength - Math.Max(a.Length, b.Length));
            prompt = prompt.Length > room ? prompt[^room..] : prompt;
            (sequences[2 * i], sequences[2 * i + 1]) = ([.. prompt, .. a], [.. prompt, .. b]);
        }
        double[] scores = reward.Score(sequences, cancellation: cancellation);
        return [.. Enumerable.Range(0, pairs.Count).Select(i => Logistic.Sigmoid(scores[2 * i] - scores[2 * i + 1]))];
    }

    private int[] Answer(string text)
    {
        int[] tokens =
        [
            .. tokenizer.Encode(Encoding.UTF8.GetBytes(text)),
            .. tokenizer.Special.End is { } end ? [end] : Array.Empty<int>(),
        ];
        int most = reward.ContextLength * 3 / 4;
        return tokens.Length > most ? tokens[..most] : tokens;
    }
}
