using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Select;

namespace Assay.Evidence;

/// <summary>Do the domain weights that a small model finds train a better model than the domains' sizes, or equal weights, do?</summary>
public sealed class DoReMiEvidence : IExperiment
{
    private const int RowBytes = 96,
        Context = RowBytes + 1, // a row and the mark of its end
        Batch = 16;
    private const double Rate = 2e-3;

    // A pool as skewed as those of the web: each domain about half of the one before.
    private static readonly (string Name, int Rows)[] Pool =
    [
        ("wikipedia", 6000),
        ("reviews", 3000),
        ("shakespeare", 1500),
        ("plots", 800),
        ("questions", 400),
        ("customers", 200),
    ];

    private static readonly string[] Ways = ["size", "uniform", "doremi", "permuted"];

    /// <inheritdoc/>
    public string Slug => "doremi";

    /// <inheritdoc/>
    public string Title => "DoReMi: Optimizing Data Mixtures Speeds Up Language Model Pretraining (2023)";

    /// <inheritdoc/>
    public string Protocol =>
        "Rows of 96 bytes of six domains, from 6,000 (Wikipedia) to 200 (customers' reviews). A byte-level transformer of 0.1 M parameters is trained for 250 steps of 16 rows, drawn by the domains' "
        + "sizes: the reference. A proxy of the same size and steps finds weights (eta 1, smoothing 0.0001); another with eta 0.000001 is its control, equal weights throughout. Then models of the same size "
        + "and steps are trained on rows drawn by DoReMi's weights, by equal weights, and by DoReMi's weights given to the wrong domains (moved on by three), at most 4 epochs of a domain. Loss on 200 held-out rows of each domain.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [TextDomains.Folder];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        int steps = trial.Size(250, 3),
            heldOut = trial.Size(200, 8),
            stage = 0;
        byte[][][] rows = [.. Pool.Select(domain => Drawn(trial, domain.Name, trial.Size(domain.Rows, 24) + heldOut))];
        TokenStream[] tests = [.. rows.Select(domain => StreamOf(domain[..heldOut]))];
        byte[][][] pool = [.. rows.Select(domain => domain[heldOut..])];
        double[] sizes = [.. pool.Select(domain => (double)domain.Length)];
        View view = ViewOf(pool);

        Transformer Train(string way, double[] weights)
        {
            trial.Report(way, stage++, 6);
            Transformer model = NewModel(trial);
            Fit(model, Order(trial, view, weights, steps * Batch), steps, trial);
            Note("loss/" + way, model);
            return model;
        }
        void Note(string name, Transformer model)
        {
            double[] losses = [.. tests.Select(test => Loss(model, test))];
            foreach ((int i, double loss) in losses.Index())
                figures[$"{name}/{Pool[i].Name}"] = loss;
            figures[name] = losses.Average();
        }

        Transformer reference = Train("size", Mixture.Temperature(sizes, 1));
        foreach ((string name, double eta) in ((string, double)[])[("proxy", 1), ("proxy-equal", 1e-6)])
        {
            trial.Report(name, stage++, 6);
            Transformer proxy = NewModel(trial);
            int batch = Pool.Length * ((Batch + Pool.Length - 1) / Pool.Length);
            DoReMiResult found = DoReMi.Weights(
                reference,
                proxy,
                pool,
                new()
                {
                    Context = Context,
                    Batch = Batch,
                    LearningRate = Rate,
                    Epochs = steps * batch / sizes.Sum(),
                },
                trial.Random.Child(name),
                eta,
                cancellation: trial.Cancellation
            );
            Note("loss/" + name, proxy);
            figures["worst/" + name] = Pool.Max(domain =>
                figures[$"loss/{name}/{domain.Name}"] - figures["loss/size/" + domain.Name]
            );
            for (int i = 0; name == "proxy" && i < Pool.Length; i++)
                figures["weight/" + Pool[i].Name] = found.Weights[i];
        }
        double[] weights = [.. Pool.Select(domain => figures["weight/" + domain.Name])];
        Train("uniform", Mixture.Temperature(sizes, 0));
        Train("doremi", weights);
        Train("permuted", [.. weights.Select((_, i) => weights[(i + 3) % weights.Length])]);
        figures["better"] = Pool.Count(domain =>
            figures["loss/doremi/" + domain.Name] < figures["loss/size/" + domain.Name]
        );
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        string weights = string.Join(
            ", ",
            Pool.Select(domain => $"{domain.Name} {trials.Text("weight/" + domain.Name, "0.00")}")
        );
        string losses = string.Join(", ", Ways.Select(way => $"{way} {trials.Mean("loss/" + way).Mean:0.000}"));
        Finding Lower(string claim, string paper, string than)
        {
            Finding found = Finding.Above(
                claim,
                paper,
                trials.Difference("loss/" + than, minus: "loss/doremi"),
                format: "0.0000"
            );
            return found with
            {
                Ours = $"lower by {found.Ours} nats a byte; means over domains: {losses}; weights: {weights}",
            };
        }
        Finding worst = Finding.Below(
            "Moving weights lower the proxy's loss over the reference in the worst domain, against equal weights throughout",
            "what the method is to do; no figure",
            trials.Difference("worst/proxy", minus: "worst/proxy-equal"),
            format: "0.0000"
        );
        MeanInterval better = trials.Mean("better");
        Finding all = Finding.Above(
            $"DoReMi's weights lower the loss in all {Pool.Length} domains, those included that lose weight",
            "all 22 domains of the Pile",
            better,
            bound: Pool.Length - 0.5
        );
        return
        [
            Lower(
                "A model trained by DoReMi's weights has a lower mean loss over domains than one trained by the domains' sizes",
                "the baseline's few-shot accuracy in 2.6 times fewer steps, +6.5 points",
                "size"
            ),
            Lower(
                "It has a lower mean loss than one trained by equal weights, which cost nothing to find",
                "not compared on the Pile",
                "uniform"
            ),
            Lower(
                "The weights belong to their domains: given to others they train a worse model",
                "not measured; a control",
                "permuted"
            ),
            all with
            {
                Ours = $"{all.Ours} domains",
            },
            worst with
            {
                Ours =
                    $"{worst.Ours} nats a byte; moving {trials.Text("worst/proxy")}, equal {trials.Text("worst/proxy-equal")}",
            },
        ];
    }

    private static byte[][] Drawn(Trial trial, string domain, int count)
    {
        byte[][] rows = [.. TextDomains.Rows(trial, domain, RowBytes)];
        trial.Random.Child("rows").Child(domain).Shuffle<byte[]>(rows);
        return rows[..Math.Min(count, rows.Length)];
    }

    private static TokenStream StreamOf(IEnumerable<byte[]> rows)
    {
        TokenStream stream = new() { IsOrdered = true };
        foreach (byte[] row in rows)
            stream.Add(row);
        return stream;
    }

    private static View ViewOf(byte[][][] pool)
    {
        TableBuilder builder = new("pool");
        foreach ((int i, byte[][] domain) in pool.Index())
        foreach (byte[] row in domain)
        {
            builder.Column("text").Set(row);
            builder.Column("domain").Set(Encoding.ASCII.GetBytes(Pool[i].Name));
            builder.EndRow(RowId.Of(row, "pool", builder.RowCount), builder.RowCount);
        }
        using MemoryStream bytes = new();
        builder.WriteTo(bytes);
        return new(Dataset.Of("pool", "text", [bytes.ToArray()]));
    }

    // What select/mix and order/mix make of the weights.
    private static TokenStream Order(Trial trial, View view, double[] weights, int rows)
    {
        using Pieces pieces = Pieces.Temporary();
        Selected drawn = new Mix(
            new()
            {
                By = "domain",
                Keep = Amount.Count(rows),
                Weights = Pool.Index().ToDictionary(pair => pair.Item.Name, pair => weights[pair.Index]),
            }
        ).Select(view, trial.Work("draw", pieces));
        View mixed = view.With(drawn.Kept);
        int[] order = new Order.Mix(new() { By = "domain" }).Order(mixed, trial.Work("order", pieces));
        return TokenStream.Of(view.With(drawn.Kept.InOrder(order)), trial.Cancellation);
    }

    private static Transformer NewModel(Trial trial) => ByteModel.New(trial.Random.Child("model"), Context).Model;

    private static void Fit(Transformer model, TokenStream text, int steps, Trial trial)
    {
        Batches batches = new(text.Blocks(Context), Batch, null);
        int[] blocks = new int[Batch],
            inputs = new int[Batch * Context],
            targets = new int[Batch * Context];
        Trainer trainer = new(
            new()
            {
                Steps = steps,
                LearningRate = Rate,
                WarmUp = steps / 10,
            }
        );
        trainer.Run(
            LanguageModelFit.OptimiserOf(model, 0.1),
            batch =>
            {
                batches.Fill(batch, blocks);
                for (int i = 0; i < Batch; i++)
                    text.Fill(blocks[i], inputs.AsSpan(i * Context, Context), targets.AsSpan(i * Context, Context));
                return model.Loss(inputs, targets, Batch);
            },
            trial.Cancellation
        );
    }

    private static double Loss(Transformer model, TokenStream text)
    {
        using var noGrad = Tensor.NoGrad();
        double nats = 0;
        int[] inputs = new int[Context],
            targets = new int[Context];
        for (int block = 0; block < text.Blocks(Context); block++)
        {
            using TensorScope scope = new();
            text.Fill(block, inputs, targets);
            foreach (float loss in model.Losses(inputs, targets, 1).Data)
                nats += loss;
        }
        return nats / text.Bytes;
    }
}
