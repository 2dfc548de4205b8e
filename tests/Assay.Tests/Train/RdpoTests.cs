using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Preferences;
using Assay.Tests.Preferences;
using Assay.Train;

namespace Assay.Tests.Train;

public sealed class RdpoTests : IDisposable
{
    private static readonly ByteTokenizer Bytes = new();
    private readonly string _model = TinyPolicies.Folder();

    public void Dispose() => Directory.Delete(_model, recursive: true);

    private RdpoOptions Options =>
        new()
        {
            Model = _model,
            Context = 64,
            Batch = 8,
            Epochs = 4,
            LearningRate = 5e-3,
            Samples = 2,
            SampleTokens = 4,
        };

    private static View Rows(int count, bool rationales = true, string order = "") =>
        PreferenceTables.Of([
            .. Enumerable
                .Range(0, count)
                .Select(i =>
                    $$"""{"prompt": "Q{{i % 9}}", "chosen": "yes {{i % 5}}", "rejected": "no {{i % 4}}"{{(rationales ? ", \"rationale\": \"polite\"" : "")}}{{order}}}"""
                ),
        ]);

    private static Trained Train(DpoOptions options, View view, Pieces? pieces = null, CancellationToken stop = default)
    {
        using Pieces temporary = Pieces.Temporary();
        Work work = new(pieces ?? temporary) { Random = new RandomStream(7, "train"), Cancellation = stop };
        return options is RdpoOptions with
            ? new RdpoTrainer(with).Train(view, null, work)
            : new DpoTrainer(options).Train(view, null, work);
    }

    [Fact]
    public void A_weight_of_0_is_dpo_and_in_the_codes_form_dpo_and_ln_2()
    {
        DpoOptions plain = new()
        {
            Model = _model,
            Context = 64,
            Batch = 8,
            Epochs = 4,
            LearningRate = 5e-3,
            Samples = 2,
            SampleTokens = 4,
        };
        IReadOnlyList<double> dpo = Train(plain, Rows(24)).Curve!.Losses,
            linear = Train(Options with { RationaleWeight = 0 }, Rows(24)).Curve!.Losses,
            saturating =
                Train(
                    Options with
                    {
                        RationaleWeight = 0,
                        RationaleForm = RationaleForm.LogSigmoid,
                    },
                    Rows(24)
                ).Curve!.Losses;
        for (int i = 0; i < dpo.Count; i++)
        {
            Assert.Equal(dpo[i], linear[i], 1e-6);
            Assert.Equal(dpo[i] + Math.Log(2), saturating[i], 1e-6);
        }
    }

    [Fact]
    public void Rationales_are_learnt_and_the_page_says_so()
    {
        Trained trained = Train(Options with { RationaleWeight = 0.1, PairTerm = false }, Rows(24));
        Assert.Equal(6, trained.Study!.Facts.Count);
        string learnt = trained.Study.Facts[^1].Value;
        double[] nats =
        [
            .. learnt
                .Replace(" nats", "")
                .Split(" -> ")
                .Select(text => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture)),
        ];
        Assert.True(nats[0] > nats[1] + 1, learnt);
        Assert.Contains(trained.Study.Notes, note => note.Contains("gradient was"));
        Assert.Contains(trained.Study.Notes, note => note.Contains("not learnt from"));
    }

    [Theory]
    [InlineData(PreferenceObjective.Orpo)]
    [InlineData(PreferenceObjective.Simpo)]
    public void Other_losses_take_rationales_too(PreferenceObjective loss)
    {
        Trained trained = Train(Options with { Loss = loss, RationaleWeight = 0.5 }, Rows(24));
        Assert.True(trained.Curve!.Losses[^1] < trained.Curve.Losses[0]);
    }

    [Fact]
    public void A_killed_training_goes_on_to_the_same_model()
    {
        using Pieces whole = Pieces.Temporary(),
            killed = Pieces.Temporary();
        RdpoOptions options = Options with { Epochs = 12 };
        byte[] expected = TinyPolicies.Saved(Train(options, Rows(24), whole));
        using CancellationTokenSource stop = new();
        Work work = new(killed)
        {
            Random = new RandomStream(7, "train"),
            Cancellation = stop.Token,
            Progress = new Stopper(progress =>
            {
                if (progress is { Stage: "pairs", Done: 25 })
                    stop.Cancel();
            }),
        };
        Assert.ThrowsAny<OperationCanceledException>(() => new RdpoTrainer(options).Train(Rows(24), null, work));
        Assert.Equal(expected, TinyPolicies.Saved(Train(options, Rows(24), killed)));
    }

    [Fact]
    public void Rows_without_rationales_and_wrong_orders_are_said()
    {
        Assert.Contains(
            "no row has a rationale",
            Assert.Throws<AssayException>(() => Train(Options, Rows(8, false))).Message
        );
        Assert.Contains(
            "neither chosen nor rejected",
            Assert
                .Throws<AssayException>(() => Train(Options, Rows(8, order: ", \"rationale_first\": \"left\"")))
                .Message
        );
    }

    [Fact]
    public void The_question_holds_both_answers_in_the_order_asked_for()
    {
        PreferencePair pair = new(0, "Q?"u8.ToArray(), "yes"u8.ToArray(), "no"u8.ToArray())
        {
            Rationale = "polite"u8.ToArray(),
        };
        (int[] question, int[] rationale) = RationaleTokens.Of(pair, chosenFirst: false, sayWhich: true, Bytes, 400);
        string asked = Text(question);
        Assert.StartsWith("Q?", asked);
        Assert.True(asked.IndexOf("no", StringComparison.Ordinal) < asked.IndexOf("yes", StringComparison.Ordinal));
        Assert.Equal(" The second is better. polite", Text(rationale));
        Assert.Equal(Bytes.Special.End, rationale[^1]);
        (_, int[] plain) = RationaleTokens.Of(pair, chosenFirst: true, sayWhich: false, Bytes, 400);
        Assert.Equal(" polite", Text(plain));
    }

    [Fact]
    public void What_is_too_long_loses_its_end_the_prompt_first()
    {
        PreferencePair pair = new(
            0,
            Encoding.UTF8.GetBytes("begin" + new string('p', 300)),
            Encoding.UTF8.GetBytes("first" + new string('c', 60)),
            Encoding.UTF8.GetBytes("other" + new string('r', 60))
        )
        {
            Rationale = "because"u8.ToArray(),
        };
        (int[] question, int[] rationale) = RationaleTokens.Of(pair, true, true, Bytes, 300);
        Assert.Equal(301, question.Length + rationale.Length);
        string asked = Text(question);
        Assert.Contains(new string('c', 60), asked);
        Assert.Contains(new string('r', 60), asked);
        Assert.StartsWith("begin", asked);
        for (int context = 8; context < 300; context += 7)
        {
            (question, rationale) = RationaleTokens.Of(pair, true, true, Bytes, context);
            Assert.InRange(question.Length + rationale.Length, 2, context + 1);
            Assert.NotEmpty(rationale);
            Assert.NotEmpty(question);
        }
    }

    private static string Text(int[] tokens) =>
        Encoding.UTF8.GetString([
            .. tokens.Where(token => !Bytes.IsSpecial(token)).SelectMany(token => Bytes.BytesOf(token).ToArray()),
        ]);
}
