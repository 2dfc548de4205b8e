using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Preferences;

namespace Assay.Value;

/// <summary>Says how hard each preference pair is to learn, before any training: how far the reference ranks it the wrong way.</summary>
/// <remarks>
/// Source: "Preference Learning Algorithms Do Not Learn Preference Rankings", arXiv 2405.19534, theorem 4.1: a pair is ranked right exactly where its
/// DPO loss is at or below -ln s(beta c), c the reference's ln p(rejected) - ln p(chosen). A large positive c needs an absurdly small loss. Signals:
/// <c>difficulty</c> (c, nats), <c>difficulty-threshold</c> (that loss), <c>ref_chosen_logps</c> and <c>ref_rejected_logps</c>. A row with several
/// pairs gets their means.
/// </remarks>
[Method("value/difficulty", Paper = "preference-ranking-accuracy")]
public sealed class PairDifficulty(PairDifficultyOptions options) : IValuer
{
    /// <inheritdoc/>
    public IReadOnlyList<Signal> Value(View view, Work work)
    {
        PreferenceRows rows = PreferenceRows.Read(view, work.Cancellation);
        IReadOnlyList<PreferencePair> pairs = rows.Both("value/difficulty");
        LanguageModel model = StartPolicy.Of(
            options.Model,
            StartPolicy.TextsOf(pairs),
            options.StartEpochs,
            options.Context,
            work
        );
        PreferenceTokens tokens = PreferenceTokens.Of(
            pairs,
            model.Tokenizer,
            Math.Min(options.Context, model.ContextLength)
        );
        PairProbabilities reference = StoredProbabilities.Of(model.Transformer, tokens.Pairs, work);
        int rowCount = view.Dataset.RowCount;
        double[] counts = new double[rowCount],
            difficulty = new double[rowCount],
            threshold = new double[rowCount],
            chosen = new double[rowCount],
            rejected = new double[rowCount];
        for (int i = 0; i < pairs.Count; i++)
        {
            int row = pairs[i].Row;
            double c = reference.Rejected[i] - reference.Chosen[i];
            counts[row]++;
            difficulty[row] += c;
            threshold[row] += RankingAccuracy.Threshold(c, options.Beta);
            chosen[row] += reference.Chosen[i];
            rejected[row] += reference.Rejected[i];
        }
        return
        [
            SignalOf("difficulty", difficulty),
            SignalOf("difficulty-threshold", threshold),
            SignalOf("ref_chosen_logps", chosen),
            SignalOf("ref_rejected_logps", rejected),
        ];

        Signal SignalOf(string name, double[] sums) =>
            new(name, [.. sums.Select((sum, row) => counts[row] == 0 ? double.NaN : sum / counts[row])]);
    }
}
