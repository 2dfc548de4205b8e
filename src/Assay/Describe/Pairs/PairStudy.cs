using Assay.Data;
using Assay.Preferences;
using Assay.Studies;

namespace Assay.Describe;

/// <summary>Says what is in a set of preference pairs before anything is trained on it: lengths, duplicates, conflicts, labels that look turned round.</summary>
/// <remarks>
/// Reads every form of <see cref="PreferenceRows"/>. See <see cref="PairLabel"/> for how labels are suspected.
/// </remarks>
[Method("describe/pairs")]
public sealed class PairStudy(PairStudyOptions options) : IStudy
{
    /// <inheritdoc/>
    public Study Run(View data, Work work)
    {
        PreferenceRows rows = PreferenceRows.Read(data, work.Cancellation);
        rows.Both("describe/pairs");
        PairLabel label = PairLabel.Of(rows, work.Random, work.Cancellation);
        int[] suspects = [.. label.Suspects.Take(options.Suspects)];
        return new()
        {
            Title = "Preference pairs",
            Answer = PairPanels.Answer(label),
            Facts = PairPanels.Facts(label),
            Panels = PairPanels.Panels(label),
            Notes =
            [
                "The model of words sees completions, not prompts: a preference that depends on the prompt looks like noise to it.",
                .. label.Plausibility is null ? (string[])["There are too few pairs to suspect any."] : [],
            ],
            Files = [new("suspects.txt", string.Concat(suspects.Select(at => $"{label.Pairs[at].Row + 1}\n")))],
        };
    }
}

/// <summary>Options of <see cref="PairStudy"/>.</summary>
public sealed record PairStudyOptions : IReadsPreferences
{
    /// <summary>Most rows that <c>suspects.txt</c> names, the least likely label first; numbers of rows from 1.</summary>
    [System.ComponentModel.DataAnnotations.Range(0, 1_000_000)]
    public int Suspects { get; init; } = 1000;
}
