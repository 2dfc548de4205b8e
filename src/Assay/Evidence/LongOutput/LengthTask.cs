using Assay.Learning;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Evidence;

/// <summary>A row of the task: how many words are demanded (0: none are), how many there are, and which.</summary>
internal sealed record LengthRow(int Required, int[] Words)
{
    /// <summary>Whether the words are as many as demanded, by the score of the filter.</summary>
    public bool Follows => Required > 0 && LengthScore.Of(Required, Words.Length) >= 80;
}

/// <summary>Words of film reviews under a demand of their number, which a small decoder learns to obey, and its trainings.</summary>
/// <remarks>
/// A row is the mark <c>len</c>, two digits and a bar, or the mark <c>write</c> and a bar; then 4 to 40 words of running text, and the end. All words count that the model is to learn: the 2,000 most
/// frequent, one mark for others.
/// </remarks>
internal sealed class LengthTask
{
    /// <summary>The fewest and the most words of a row.</summary>
    public const int Shortest = 4,
        Longest = 40;

    private const int Vocabulary = 2000,
        Batch = 32,
        MostWritten = 3 * Longest / 2;
    private const int End = 0,
        Length = 1,
        Write = 2,
        Bar = 3,
        Unknown = 4,
        Zero = 5,
        FirstWord = 15;
    private const double StartRate = 3e-3,
        TuningRate = 1e-3;

    private readonly Trial _trial;
    private readonly int[] _text;

    /// <summary>Reads the reviews.</summary>
    public LengthTask(Trial trial)
    {
        _trial = trial;
        string[] lines = [.. TextDomains.Lines(trial, "reviews")];
        trial.Random.Child("reviews").Shuffle<string>(lines);
        string[] words = [.. lines.SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        Dictionary<string, int> places = words
            .CountBy(word => word)
            .OrderByDescending(word => word.Value)
            .ThenBy(word => word.Key, StringComparer.Ordinal)
            .Take(Vocabulary - FirstWord)
            .Index()
            .ToDictionary(word => word.Item.Key, word => word.Index + FirstWord);
        _text = [.. words.Select(word => places.GetValueOrDefault(word, Unknown))];
    }

    /// <summary>A pool like the original: so many of ten rows without a demand, with a wrong one, with the right one.</summary>
    /// <remarks>A wrong demand is the true number over a factor from 0.2 to 5, drawn evenly; some are near enough to follow it by luck.</remarks>
    public LengthRow[] Pool(int rows, double without, double wrong, string name)
    {
        RandomStream random = _trial.Random.Child(name);
        return
        [
            .. Enumerable
                .Range(0, rows)
                .Select(_ =>
                {
                    int length = Shortest + (int)(random.NextDouble() * (Longest - Shortest + 1)),
                        start = (int)(random.NextDouble() * (_text.Length - length));
                    double kind = random.NextDouble();
                    int required = kind < without ? 0 : length;
                    if (kind >= without && kind < without + wrong)
                        do required = (int)Math.Round(length / (0.2 + 4.8 * random.NextDouble()));
                        while (required is < Shortest or > Longest);
                    return new LengthRow(required, _text[start..(start + length)]);
                }),
        ];
    }

    /// <summary>Learns to write from rows, whatever they demand.</summary>
    public Transformer Begin(LengthRow[] rows)
    {
        Transformer model = new(
            ModelSizes.Of("gpt-250k", Vocabulary) with
            {
                HiddenSize = 64,
                Layers = 2,
                Heads = 4,
                KeyValueHeads = 4,
                HeadSize = 16,
                IntermediateSize = 170,
                ContextLength = 80,
                TieEmbeddings = true,
                EndTokens = [End],
            },
            _trial.Random.Child("weights")
        );
        Train(model, rows, _trial.Size(600, 4), StartRate, "start");
        return model;
    }

    /// <summary>Trains a copy.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="rows">Rows, gone through as often as the steps need.</param>
    /// <param name="steps">Steps of 32 rows.</param>
    /// <param name="name">Names the order.</param>
    /// <param name="share">The highest rate as a share of the usual one.</param>
    /// <param name="longCe">Whether summed losses are divided by the moving average of targets instead of their own number.</param>
    public Transformer Tune(
        Transformer start,
        LengthRow[] rows,
        int steps,
        string name,
        double share = 1,
        bool longCe = false
    )
    {
        Transformer model = start.Copy();
        Train(model, rows, steps, share * TuningRate, name, longCe);
        return model;
    }

    /// <summary>The mean score of length over demands, and over those of at least 25 words.</summary>
    public (double All, double Long) Obedience(Transformer model)
    {
        int[] demands =
        [
            .. Enumerable.Range(0, _trial.Size(200, 8)).Select(i => Shortest + i * 7 % (Longest - Shortest + 1)),
        ];
        IReadOnlyList<Rollout> written = Rollouts.Sample(
            model,
            [.. demands.Select(Prompt)],
            new()
            {
                Temperature = 0.5,
                MaxTokens = MostWritten,
                Ends = [End],
            },
            _trial.Random.Child("samples"),
            _trial.Cancellation
        );
        double[] scores =
        [
            .. demands.Select((demand, i) => LengthScore.Of(demand, written[i].Completion.Count(word => word != End))),
        ];
        return (scores.Average(), scores.Where((_, i) => demands[i] >= 25).DefaultIfEmpty(0).Average());
    }

    /// <summary>The mean loss of a word (and the end) of rows without a demand, in nats.</summary>
    public double PlainLoss(Transformer model, LengthRow[] rows)
    {
        double nats = 0;
        long counted = 0;
        using var noGrad = Tensor.NoGrad();
        foreach (LengthRow[] batch in rows.Chunk(64))
        {
            using TensorScope scope = new();
            TokenBatch tokens = TokenBatch.OfCompletions([.. batch.Select(row => Sequence(row with { Required = 0 }))]);
            foreach (float loss in model.Losses(tokens.Inputs, tokens.Targets, tokens.Batch).Data)
                nats += loss;
            counted += tokens.Targets.Length - tokens.Targets.AsSpan().Count(TokenBatch.NotCounted);
        }
        return nats / counted;
    }

    private void Train(Transformer model, LengthRow[] rows, int steps, double rate, string name, bool longCe = false)
    {
        Batches batches = new(rows.Length, Math.Min(Batch, rows.Length), _trial.Random.Child("order").Child(name));
        int[] taken = new int[batches.Size];
        TargetCountAverage average = new();
        new Trainer(
            new()
            {
                Steps = steps,
                LearningRate = rate,
                WarmUp = Math.Max(1, steps / 10),
            }
        )
        {
            Carried = average.State,
        }.Run(
            new(model.TrainableParameters(), new AdamW(), 0.01),
            step =>
            {
                batches.Fill(step, taken);
                TokenBatch tokens = TokenBatch.OfCompletions([.. taken.Select(row => Sequence(rows[row]))]);
                int targets = tokens.Targets.Length - tokens.Targets.AsSpan().Count(TokenBatch.NotCounted);
                double over = longCe ? average.Next(targets) : targets;
                return model.Losses(tokens.Inputs, tokens.Targets, tokens.Batch).Sum() * (float)(1 / over);
            },
            _trial.Cancellation
        );
    }

    private static (int[] Prompt, int[] Completion) Sequence(LengthRow row) =>
        (Prompt(row.Required), [.. row.Words, End]);

    private static int[] Prompt(int required) =>
        required == 0 ? [Write, Bar] : [Length, Zero + required / 10, Zero + required % 10, Bar];
}
