using System.Globalization;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Preferences;
using Assay.Studies;

namespace Assay.Train;

/// <summary>The rationales of pairs as a further loss.</summary>
internal sealed class RationaleCompanion(RdpoOptions options, RandomStream random) : IPairCompanion
{
    /// <summary>The column that says which answer a rationale's writer saw first.</summary>
    public const string OrderColumn = "rationale_first";

    private const int Sampled = 32;
    private readonly List<(int[] Question, int[] Rationale)?> _rationales = [];
    private readonly bool _mean =
        options.RationaleMean
        ?? options.Loss is PreferenceObjective.Orpo or PreferenceObjective.Simpo or PreferenceObjective.DpoNorm;
    private Transformer? _policy;
    private (double Pairs, double Rationales) _norms;
    private double _before;

    /// <inheritdoc/>
    public IReadOnlyList<double>? Weights { get; private set; }

    /// <inheritdoc/>
    public void Prepare(
        Transformer policy,
        ITokenizer tokenizer,
        int context,
        IReadOnlyList<PreferencePair> pairs,
        View view
    )
    {
        _policy = policy;
        Dictionary<int, bool> orders = OrdersOf(view);
        foreach (PreferencePair pair in pairs)
        {
            bool first = orders.TryGetValue(pair.Row, out bool said)
                ? said
                : options.Order == RationaleOrder.ChosenFirst || random.UniformOf((UInt128)(uint)pair.Row) < 0.5;
            _rationales.Add(
                pair.Rationale is { Length: > 0 } && pair.IsPair
                    ? RationaleTokens.Of(pair, first, options.SayWhich, tokenizer, context)
                    : null
            );
        }
        if (_rationales.All(rationale => rationale is null))
            throw new AssayException(
                "no row has a rationale",
                hint: "They stand in a column 'rationale' beside prompt, chosen and rejected: 'assay make rationales' writes it."
            );
        if (!options.PairTerm)
            Weights = new double[pairs.Count];
        PreferenceTokens tokens = PreferenceTokens.Of(pairs, tokenizer, context);
        int[] rows = [.. Enumerable.Range(0, pairs.Count).Where(row => _rationales[row] is not null).Take(Sampled)];
        _norms = (PairNorm(tokens, rows), NormOf(() => Loss(rows)));
        _before = MeanLogProbability();
    }

    /// <inheritdoc/>
    public Tensor Loss(int[] rows)
    {
        (int[] Question, int[] Rationale)[] taken = [.. rows.Select(row => _rationales[row]).OfType<(int[], int[])>()];
        if (taken.Length == 0)
            return Tensor.Zeros();
        return RationaleTerm.MeanOf(options.RationaleForm, options.RationaleWeight, Sums(taken), rows.Length);
    }

    /// <inheritdoc/>
    public Study AddTo(Study study)
    {
        int known = _rationales.Count(rationale => rationale is not null);
        double ratio = _norms.Rationales / Math.Max(_norms.Pairs, double.Epsilon);
        List<string> notes =
        [
            .. study.Notes,
            Text(
                $"At the first step the rationales' gradient was {_norms.Rationales:G3} long and that of the pairs {_norms.Pairs:G3}."
            )
                + (
                    options.PairTerm && ratio > 10
                        ? " The rationales drown the pairs: lower 'rationale-weight', or take their mean."
                    : options.PairTerm && ratio < 0.01 ? " The rationales hardly count: raise 'rationale-weight'."
                    : ""
                ),
        ];
        if (!options.PairTerm)
            notes.Add("The pairs themselves were not learnt from ('pair-term: false').");
        return study with
        {
            Facts =
            [
                .. study.Facts.Take(5),
                new(
                    "Rationales",
                    Text($"{-_before:0.00} -> {-MeanLogProbability():0.00} nats"),
                    Text($"what a token of them costs, of {known:N0} of {_rationales.Count:N0} rows")
                ),
            ],
            Notes = notes,
        };
    }

    private Tensor Sums(IReadOnlyList<(int[] Question, int[] Rationale)> taken)
    {
        Tensor sums = _policy!.TokenLogProbabilities(TokenBatch.OfCompletions([.. taken])).Sum(1);
        if (!_mean)
            return sums;
        float[] shares = [.. taken.Select(one => 1f / one.Rationale.Length)];
        return sums * Tensor.Of(shares, shares.Length);
    }

    private double MeanLogProbability()
    {
        using var noGrad = Tensor.NoGrad();
        double sum = 0;
        int tokens = 0;
        foreach ((int[] Question, int[] Rationale)[] part in _rationales.OfType<(int[], int[])>().Take(256).Chunk(16))
        {
            using TensorScope scope = new();
            foreach (float value in _policy!.TokenLogProbabilities(TokenBatch.OfCompletions([.. part])).Sum(1).Data)
                sum += value;
            tokens += part.Sum(one => one.Rationale.Length);
        }
        return sum / tokens;
    }

    // As at the start, where policy and reference are one.
    private double PairNorm(PreferenceTokens tokens, int[] rows)
    {
        TokenPair[] pairs = [.. rows.Select(row => tokens.Pairs[row])];
        PairProbabilities reference = PairProbabilities.Of(_policy!, pairs, options.Tail);
        return NormOf(() =>
        {
            PairTensors tensors = PairTensors.Of(_policy!, pairs, options.Tail);
            PairLosses losses = new PreferenceLoss(options).Of(
                new()
                {
                    Chosen = reference.Chosen,
                    Rejected = reference.Rejected,
                    ReferenceChosen = reference.Chosen,
                    ReferenceRejected = reference.Rejected,
                    ChosenTokens = [.. pairs.Select(pair => pair.Chosen.Length)],
                    RejectedTokens = [.. pairs.Select(pair => pair.Rejected.Length)],
                }
            );
            return PreferenceLoss.SurrogateOf(losses, tensors.Chosen, tensors.Rejected);
        });
    }

    private double NormOf(Func<Tensor> loss)
    {
        using TensorScope scope = new();
        Tensor[] gradients = Tensor.Gradients(loss(), [.. _policy!.TrainableParameters().Select(p => p.Tensor)]);
        double square = 0;
        foreach (Tensor gradient in gradients)
        foreach (float value in gradient.Data)
            square += (double)value * value;
        return Math.Sqrt(square);
    }

    private static Dictionary<int, bool> OrdersOf(View view)
    {
        Dictionary<int, bool> orders = [];
        if (view.Dataset.Schema.Find(OrderColumn) is null)
            return orders;
        StudyTable table = StudyTable.Of(view, default);
        string[] said = table.Words(OrderColumn);
        for (int i = 0; i < said.Length; i++)
            if (said[i].Length > 0)
                orders[view.Selection.Rows[i]] = said[i] switch
                {
                    "chosen" => true,
                    "rejected" => false,
                    _ => throw table.Wrong(i, OrderColumn, $"'{said[i]}' is neither chosen nor rejected"),
                };
        return orders;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
