using Assay.Judge;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>A small model of captions and headlines, and every way to make it write at a given style.</summary>
internal sealed class SteeredTexts
{
    public static readonly double[] Targets = [0, 1, 2, 3, 4];

    public static readonly string[] Baselines = ["unsteered", "direction", "extreme"];

    private const double Free = double.NaN;
    private const int Style = 0;

    private readonly Trial _trial;
    private readonly StyledTexts _texts;
    private readonly RolloutOptions _sampling = new() { MaxTokens = StyledTexts.MostWords, Ends = [StyledTexts.Mark] };
    private readonly int _count;
    private Transformer _model = null!;
    private AttributeNetwork _network = null!;

    public SteeredTexts(Trial trial)
    {
        _trial = trial;
        _texts = new(trial, trial.Size(7000, 300));
        _count = trial.Size(300, 20);
    }

    public void Measure(Figures figures)
    {
        figures["style/captions"] = _texts.CaptionStyle;
        figures["style/headlines"] = _texts.HeadlineStyle;
        _trial.Report("model", 0, 4);
        _model = TrainModel(figures);
        _trial.Report("network", 1, 4);
        IReadOnlyList<Rollout> own = Write(_model, _trial.Size(3000, 60), null, "own");
        IReadOnlyList<Rollout> tests = Write(_model, _trial.Size(500, 30), null, "tests");
        _network = TrainNetwork(own, tests, figures);
        _trial.Report("steering", 2, 4);
        Steer(own, figures);
        _trial.Report("distillation", 3, 4);
        Distil(figures);
    }

    private Transformer TrainModel(Figures figures)
    {
        Transformer model = new(
            new()
            {
                Family = TransformerFamily.Llama,
                VocabularySize = StyledTexts.Vocabulary,
                HiddenSize = 64,
                Layers = 1,
                Heads = 4,
                KeyValueHeads = 4,
                HeadSize = 16,
                IntermediateSize = 172,
                ContextLength = StyledTexts.Context,
                Activation = TransformerActivation.Silu,
                NormEpsilon = 1e-5,
                TieEmbeddings = true,
            },
            _trial.Random.Child("weights")
        );
        TrainingResult result = Teach(model, _texts.Texts, _trial.Quick ? 0.5 : 4, 4e-3, "model");
        figures["model/loss"] = result.Losses.TakeLast(50).Average();
        return model;
    }

    private TrainingResult Teach(
        Transformer model,
        IReadOnlyList<int[]> texts,
        double epochs,
        double rate,
        string name
    ) =>
        DemonstrationTraining.Run(
            model,
            texts.Count,
            (text, _) => ([StyledTexts.Mark], [.. texts[text], StyledTexts.Mark]),
            new()
            {
                Epochs = epochs,
                LearningRate = rate,
                Batch = 64,
                WeightDecay = 0.01,
            },
            _trial.Random.Child(name),
            cancellation: _trial.Cancellation
        );

    private AttributeNetwork TrainNetwork(IReadOnlyList<Rollout> own, IReadOnlyList<Rollout> tests, Figures figures)
    {
        AttributeNetwork network = new(_trial.Random.Child("network"), ["style", "length", "colours"], 64, 64);
        ScoredStates[] learned = Scored(own),
            measured = Scored(tests);
        AttributeTraining.Run(
            network,
            learned,
            [],
            new() { Epochs = _trial.Size(30, 2), LearningRate = 2e-3 },
            _trial.Random.Child("network"),
            cancellation: _trial.Cancellation
        );
        TargetEdit values = new(network, new());
        foreach (int token in (int[])[2, 5, 10])
        {
            ScoredStates[] long_ = [.. measured.Where(text => text.States.Length / 64 >= token)];
            figures[$"network/style-error-at-{token}"] =
                long_.Length == 0
                    ? 0
                    : long_.Average(text =>
                    {
                        double off =
                            values.Values(
                                Array.ConvertAll(text.States[((token - 1) * 64)..(token * 64)], value => (double)value)
                            )[Style] - text.Scores[Style];
                        return off * off;
                    });
        }
        double mean = measured.Average(text => text.Scores[Style]);
        figures["network/style-variance"] = measured.Average(text => Math.Pow(text.Scores[Style] - mean, 2));
        return network;
    }

    private void Steer(IReadOnlyList<Rollout> own, Figures figures)
    {
        float[] direction = Direction(own);
        double middle = own.Average(text => _texts.Style(Words(text)));
        IReadOnlyList<Rollout> unsteered = Write(_model, _count, null, "unsteered");
        IReadOnlyList<Rollout> four = Write(_model, 4 * _count, null, "four");
        figures["fluency/unsteered"] = Likelihood(unsteered);
        List<(double Kl, double L1)> edits = [],
            directions = [];
        foreach (double target in Targets)
        {
            string at = FormattableString.Invariant($"{target:0}");
            bool isInner = target is > 0 and < 4;
            Write(figures, "unsteered", at, unsteered, target);
            Write(
                figures,
                "best-of-4",
                at,
                [
                    .. Enumerable
                        .Range(0, _count)
                        .Select(i =>
                            four.Skip(4 * i).Take(4).MinBy(text => Math.Abs(_texts.Style(Words(text)) - target))!
                        ),
                ],
                target
            );
            double sign = Math.Sign(target - middle);
            // The strength is chosen with the scores at hand, in favour of the baseline.
            Best(
                figures,
                "direction",
                at,
                target,
                [
                    .. ((double[])[0.5, 1, 2, 3]).Select(strength =>
                        (strength, (IStateEdit)new DirectionEdit(direction, sign * strength))
                    ),
                ],
                isInner ? directions : null
            );
            Best(
                figures,
                "extreme",
                at,
                target,
                [.. ((int[])[5, 20]).Select(steps => ((double)steps, Towards(sign * 100, Free, Free, 0.05, steps)))],
                null
            );
            foreach (
                (string name, double rate, int steps) in ((string, double, int)[])
                    [("weak", 0.05, 5), ("short", 0.05, 20), ("edit", 0.1, 60)]
            )
            {
                IReadOnlyList<Rollout> texts = Write(
                    _model,
                    _count,
                    Towards(target, Free, Free, rate, steps),
                    "unsteered"
                );
                Write(figures, name, at, texts, target);
                if (isInner)
                    edits.Add((Divergence(texts), -Distance(texts, target)));
                if (name == "edit")
                    figures["fluency/edit-" + at] = Likelihood(texts);
            }
        }
        EqualDivergence(figures, edits, directions, unsteered);
        Several(figures, unsteered);
    }

    // Means over the inner targets, setting by setting: a curve of each way from the unsteered policy on.
    private void EqualDivergence(
        Figures figures,
        List<(double Kl, double L1)> edits,
        List<(double Kl, double L1)> directions,
        IReadOnlyList<Rollout> unsteered
    )
    {
        double start = -Targets[1..4].Average(target => Distance(unsteered, target));
        PolicyCurve edited = Curve(edits),
            moved = Curve(directions);
        double high = Math.Min(edited.High, moved.High);
        figures["equal-kl/edit"] = edited.Mean(0, high);
        figures["equal-kl/direction"] = moved.Mean(0, high);
        figures["equal-kl/most"] = high;

        PolicyCurve Curve(List<(double Kl, double L1)> points)
        {
            // Target after target, each with all settings.
            int settings = points.Count / 3;
            double Of(int setting, Func<(double Kl, double L1), double> number) =>
                Enumerable.Range(0, 3).Average(target => number(points[target * settings + setting]));
            return PolicyCurve.Of(
                [0, .. Enumerable.Range(0, settings).Select(i => Math.Max(0, Of(i, point => point.Kl)))],
                [start, .. Enumerable.Range(0, settings).Select(i => Of(i, point => point.L1))]
            );
        }
    }

    private void Several(Figures figures, IReadOnlyList<Rollout> unsteered)
    {
        // Two attributes at once: a style in between, and long.
        IReadOnlyList<Rollout> both = Write(_model, _count, Towards(1, 3, Free, 0.1, 60), "unsteered");
        double Off(IReadOnlyList<Rollout> texts) =>
            texts.Average(text =>
                Math.Abs(_texts.Style(Words(text)) - 1) + Math.Abs(StyledTexts.Length(Words(text)) - 3)
            );
        figures["both/unsteered"] = Off(unsteered);
        figures["both/edit"] = Off(both);
        // A count: a state that foretells many colours is one where they were already said.
        IReadOnlyList<Rollout> coloured = Write(_model, _count, Towards(Free, Free, 2, 0.1, 60), "unsteered");
        figures["colours/unsteered"] = unsteered.Average(text => _texts.ColourWords(Words(text)));
        figures["colours/edit"] = coloured.Average(text => _texts.ColourWords(Words(text)));
    }

    private void Distil(Figures figures)
    {
        const double target = 3;
        int tries = _trial.Size(900, 40);
        IReadOnlyList<Rollout> steered = Write(_model, tries, Towards(target, Free, Free, 0.1, 60), "to-distil"),
            plain = Write(_model, tries, null, "to-distil");
        foreach (
            (string name, IReadOnlyList<Rollout> from) in ((string, IReadOnlyList<Rollout>)[])
                [("steered", steered), ("sampled", plain)]
        )
        {
            int[][] hits =
            [
                .. from.Where(text => IsHit(text, target)).Select(text => Words(text)).Where(words => words.Length > 0),
            ];
            figures[$"distil/texts-{name}"] = hits.Length;
            Transformer student = _model.Copy();
            if (hits.Length > 0)
                Teach(student, hits, 3, 1e-3, "student");
            figures[$"distil/{name}"] = Write(student, _count, null, "student")
                .Average(text => IsHit(text, target) ? 1.0 : 0);
        }
    }

    private IStateEdit Towards(double style, double length, double colours, double rate, int steps) =>
        new TargetSteering(
            new(
                _network,
                new()
                {
                    Rate = rate,
                    Steps = steps,
                    Patience = steps,
                    WeightDecay = 0,
                }
            ),
            [.. Enumerable.Repeat((double[])[style, length, colours], _count * 4)]
        );

    private void Best(
        Figures figures,
        string name,
        string at,
        double target,
        (double Strength, IStateEdit Edit)[] ways,
        List<(double Kl, double L1)>? curve
    )
    {
        IReadOnlyList<Rollout>? best = null;
        foreach ((_, IStateEdit edit) in ways)
        {
            IReadOnlyList<Rollout> texts = Write(_model, _count, edit, "unsteered");
            curve?.Add((Divergence(texts), -Distance(texts, target)));
            if (best is null || Distance(texts, target) < Distance(best, target))
                best = texts;
        }
        Write(figures, name, at, best!, target);
    }

    private void Write(Figures figures, string name, string at, IReadOnlyList<Rollout> texts, double target)
    {
        figures[$"l1/{name}-{at}"] = Distance(texts, target);
        figures[$"hits/{name}-{at}"] = texts.Average(text => IsHit(text, target) ? 1.0 : 0);
        figures[$"mean/{name}-{at}"] = texts.Average(text => _texts.Style(Words(text)));
    }

    private IReadOnlyList<Rollout> Write(Transformer model, int count, IStateEdit? edit, string name) =>
        Rollouts.Sample(
            model,
            [.. Enumerable.Repeat<int[]>([StyledTexts.Mark], count)],
            _sampling,
            _trial.Random.Child("texts").Child(name),
            _trial.Cancellation,
            edit
        );

    private ScoredStates[] Scored(IReadOnlyList<Rollout> texts)
    {
        IReadOnlyList<float[]> states = AttributeTraining.States(
            _model,
            [.. texts.Select(text => (text.Prompt, text.Completion))],
            cancellation: _trial.Cancellation
        );
        return
        [
            .. texts.Select(
                (text, i) =>
                    new ScoredStates(
                        states[i],
                        [_texts.Style(Words(text)), StyledTexts.Length(Words(text)), _texts.ColourWords(Words(text))]
                    )
            ),
        ];
    }

    private float[] Direction(IReadOnlyList<Rollout> own)
    {
        ScoredStates[] all = Scored(own);
        double[] Mean(Func<double, bool> isWanted)
        {
            double[] sum = new double[64];
            long count = 0;
            foreach (ScoredStates text in all.Where(text => isWanted(text.Scores[Style])))
                for (int i = 0; i < text.States.Length; i++)
                {
                    sum[i % 64] += text.States[i];
                    count += i % 64 == 0 ? 1 : 0;
                }
            return [.. sum.Select(value => value / Math.Max(1, count))];
        }
        return [.. Mean(style => style >= 3).Zip(Mean(style => style <= 1), (high, low) => (float)(high - low))];
    }

    private double Distance(IReadOnlyList<Rollout> texts, double target) =>
        texts.Average(text => Math.Abs(_texts.Style(Words(text)) - target));

    private bool IsHit(Rollout text, double target) =>
        Math.Clamp(Math.Round(_texts.Style(Words(text))), 0, 4) == target;

    // ln p under the model without edits: nats a token.
    private double Likelihood(IReadOnlyList<Rollout> texts) =>
        Rollouts
            .LogProbabilities(_model, texts, cancellation: _trial.Cancellation)
            .SelectMany(text => text)
            .Average(value => (double)value);

    private double Divergence(IReadOnlyList<Rollout> texts) =>
        texts
            .Zip(
                Rollouts.LogProbabilities(_model, texts, cancellation: _trial.Cancellation),
                (text, plain) => text.LogProbability - plain.Sum(value => (double)value)
            )
            .Average();

    private static int[] Words(Rollout text) => text.Ended ? text.Completion[..^1] : text.Completion;

    private sealed class DirectionEdit(float[] direction, double strength) : IStateEdit
    {
        public void Edit(Span<float> states, ReadOnlySpan<int> texts)
        {
            for (int i = 0; i < states.Length; i++)
                states[i] += (float)(strength * direction[i % direction.Length]);
        }
    }
}
