using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>A decoder trained on one domain scores a pool that is partly rubbish; fresh models are trained on fifths of it.</summary>
internal sealed class PerplexityFilter(Trial trial)
{
    private const int RowBytes = 64,
        Batch = 16;

    public static IReadOnlyList<string> Arms { get; } = ["lowest", "random", "highest"];

    public void Measure(Figures figures)
    {
        RandomStream random = trial.Random.Child("filter");
        byte[][] Domain(string domain)
        {
            byte[][] rows = [.. TextDomains.Rows(trial, domain, RowBytes)];
            random.Shuffle<byte[]>(rows);
            return rows;
        }
        byte[][] shakespeare = Domain("shakespeare"),
            wikipedia = Domain("wikipedia"),
            reviews = Domain("reviews");
        int each = trial.Size(1000, 40),
            held = trial.Size(200, 10),
            rubbish = trial.Size(750, 30); // a fifth of the pool
        List<(byte[] Row, bool Rubbish)> pool =
        [
            .. ((byte[][][])[shakespeare, wikipedia, reviews])
                .SelectMany(rows => rows.Take(each))
                .Select(row => (row, false)),
            .. Enumerable
                .Range(0, rubbish)
                .Select(i => ((byte[][][])[shakespeare, wikipedia, reviews])[i % 3][each + i / 3])
                .Select(row => (TextDomains.Shuffled(row, random), true)),
        ];
        byte[][] clean =
        [
            .. ((byte[][][])[shakespeare, wikipedia, reviews]).SelectMany(rows => rows.Skip(each + rubbish).Take(held)),
        ];
        // The scorer has read other rows of Shakespeare than those of the pool and of the clean text.
        byte[][] training = [.. shakespeare.Skip(each + rubbish + held).Take(trial.Size(4000, 100))];
        ByteModel scorer = ByteModel.New(trial.Random.Child("scorer"), RowBytes);
        scorer.Train(training, trial.Size(300, 5), Batch, cancellation: trial.Cancellation);
        double[] losses = [.. pool.Select(one => scorer.Loss([one.Row], trial.Cancellation))];
        trial.Report("filter", 3, 4);

        int fifth = pool.Count / 5;
        int[] ascending = [.. Enumerable.Range(0, pool.Count).OrderBy(i => losses[i])],
            shuffled = [.. Enumerable.Range(0, pool.Count)];
        random.Shuffle<int>(shuffled);
        foreach (
            (string arm, int[] order) in ((string, int[])[])
                [("lowest", ascending), ("random", shuffled), ("highest", [.. ascending.Reverse()])]
        )
        {
            int[] chosen = order[..fifth];
            figures[$"filter/rubbish/{arm}"] = chosen.Average(i => pool[i].Rubbish ? 1.0 : 0);
            // In an order of its own: that of the scores would be a curriculum.
            random.Shuffle<int>(chosen);
            ByteModel model = ByteModel.New(trial.Random.Child("fresh"), RowBytes);
            model.Train(
                [.. chosen.Select(i => pool[i].Row)],
                trial.Size(160, 5),
                Batch,
                cancellation: trial.Cancellation
            );
            figures[$"filter/loss/{arm}"] = model.Loss(clean, trial.Cancellation);
        }
        Lengths(figures, scorer);
    }

    // On whole lines, of any length: does the lowest fifth have shorter ones?
    private void Lengths(Figures figures, ByteModel scorer)
    {
        byte[][] lines =
        [
            .. TextDomains
                .Lines(trial, "reviews")
                .Concat(TextDomains.Lines(trial, "shakespeare").Take(5000))
                .Select(line => System.Text.Encoding.UTF8.GetBytes(line))
                .Where(line => line.Length >= 4)
                .Select(line => line[..Math.Min(line.Length, RowBytes)]),
        ];
        trial.Random.Child("lines").Shuffle<byte[]>(lines);
        lines = lines[..trial.Size(500, 20)];
        double all = lines.Average(line => line.Length);
        double low = lines
            .OrderBy(line => scorer.Loss([line], trial.Cancellation))
            .Take(lines.Length / 5)
            .Average(line => line.Length);
        figures["filter/bytes-of-lowest-lines"] = low;
        figures["filter/bytes-of-all-lines"] = all;
    }
}
