using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Studies;
using Assay.Value;

namespace Assay.Make;

/// <summary>Options of <see cref="OutcomePairs"/>: how outcomes are adjusted, and which rows are paired.</summary>
public sealed record OutcomePairsOptions : DeconfoundOptions
{
    /// <summary>The column of the prompt that a row answers; rows of one prompt are paired. Without it pairs have an empty prompt.</summary>
    public string? Prompt { get; init; }

    /// <summary>Columns that must agree in both rows of a pair, such as the week, where there is no prompt or beside it.</summary>
    public IReadOnlyList<string> Within { get; init; } = [];

    /// <summary>
    /// Pairs of each prompt (and of what rows must agree in): 1 pairs the rows of highest and lowest adjusted outcome, the next the second ones, and so on; 0 draws as
    /// many at random as there are rows.
    /// </summary>
    [Range(0, 1_000_000)]
    public int Pairs { get; init; } = 1;

    /// <summary>The least difference of two adjusted outcomes that makes a pair, in the units of the outcome.</summary>
    [Range(0, 1e12)]
    public double Margin { get; init; }
}

/// <summary>Pairs to learn preferences from out of outcomes that were observed (clicks, votes), less what known circumstances contributed to them.</summary>
/// <remarks>Source: "Aligning Language Models with Observational Data", arXiv 2506.00152; see <see cref="Deconfound"/> for the adjustment.</remarks>
[Method("make/outcome-pairs", Paper = "deconfound")]
public sealed class OutcomePairs(OutcomePairsOptions options) : IMaker
{
    private const int Examples = 20;

    /// <inheritdoc/>
    /// <exception cref="AssayException">A column is missing, no circumstances are named, or no pair is left.</exception>
    public Made Make(View view, Work work)
    {
        (OutcomeRows rows, AdjustedOutcomes adjusted, string note) = Deconfound.Adjust(options, view, work);
        string[] texts = rows.Table.Words(view.Dataset.TextColumn);
        string[]? prompts = options.Prompt is { } column ? rows.Table.Words(column) : null;
        string[][] within = [.. options.Within.Select(rows.Table.Words)];
        string KeyOf(int row) =>
            string.Join('\u001f', within.Select(own => own[row]).Prepend(prompts is null ? "" : prompts[row]));
        RandomStream random = work.Random.Child("pairs");
        int[][] groups = [.. Enumerable.Range(0, texts.Length).GroupBy(KeyOf).Select(group => group.ToArray())];
        double[] values = adjusted.Values,
            raw = rows.Outcomes;
        List<(int Chosen, int Rejected)> pairs = [];
        int close = 0,
            same = 0,
            turned = 0;
        foreach ((int number, int[] group) in groups.Index())
        foreach ((int a, int b) in options.Pairs == 0 ? Drawn(group, random.Child(number)) : Extremes(group, values))
        {
            (int chosen, int rejected) = values[a] >= values[b] ? (a, b) : (b, a);
            if (texts[a] == texts[b])
                same++;
            else if (values[chosen] - values[rejected] <= options.Margin)
                close++;
            else
            {
                pairs.Add((chosen, rejected));
                turned += raw[chosen] < raw[rejected] ? 1 : 0;
            }
        }
        if (pairs.Count == 0)
            throw new AssayException(
                $"{texts.Length:N0} rows make no pair: {same:N0} have equal texts, {close:N0} differ by no more than the margin",
                hint: "Pairs come from rows of one prompt: name its column with 'prompt', or rows to pair with 'within'; lower 'margin'."
            );
        MadeRows made = new();
        foreach ((int chosen, int rejected) in pairs)
        {
            made.Set("prompt", prompts is null ? "" : prompts[chosen]);
            made.Set("chosen", texts[chosen]);
            made.Set("rejected", texts[rejected]);
            made.Set("margin", values[chosen] - values[rejected]);
            made.EndRow();
        }
        IEnumerable<(int Chosen, int Rejected)> first = pairs.Take(Examples);
        return new(
            made.ToDataset(),
            new()
            {
                Title = "Pairs from observed outcomes",
                Answer = Text(
                    $"{pairs.Count:N0} pairs of {texts.Length:N0} rows; {turned:N0} of them ({(double)turned / pairs.Count:P1}) would be the other way round by the raw outcomes."
                ),
                Facts =
                [
                    new("Pairs", Text($"{pairs.Count:N0}"), Text($"of {groups.Length:N0} prompts or groups")),
                    new("Turned round", Text($"{(double)turned / pairs.Count:P1}"), "by the adjustment"),
                    new("Too close", Text($"{close:N0}"), "left out"),
                    new("Equal texts", Text($"{same:N0}"), "left out"),
                ],
                Panels =
                [
                    new TablePanel
                    {
                        Title = "First pairs",
                        Note = "The rows that were made are in rows.jsonl.",
                        Columns =
                        [
                            TableColumn.Of("chosen", first.Select(pair => texts[pair.Chosen])),
                            TableColumn.Of("rejected", first.Select(pair => texts[pair.Rejected])),
                            TableColumn.Of(
                                "margin",
                                first.Select(pair => values[pair.Chosen] - values[pair.Rejected]),
                                3
                            ),
                            TableColumn.Of(
                                "raw margin",
                                first.Select(pair => raw[pair.Chosen] - raw[pair.Rejected]),
                                3
                            ),
                        ],
                    },
                ],
                Notes =
                [
                    note[..1].ToUpperInvariant() + note[1..] + ".",
                    "Only known circumstances were taken away; never name as such what the text itself causes.",
                ],
            }
        );
    }

    private IEnumerable<(int, int)> Extremes(int[] group, double[] values)
    {
        int[] sorted = [.. group.OrderByDescending(row => values[row]).ThenBy(row => row)];
        for (int i = 0; i < Math.Min(options.Pairs, sorted.Length / 2); i++)
            yield return (sorted[i], sorted[^(i + 1)]);
    }

    private static IEnumerable<(int, int)> Drawn(int[] group, RandomStream random)
    {
        for (int i = 0; i < group.Length && group.Length > 1; i++)
        {
            int a = random.NextInt32(group.Length),
                b = random.NextInt32(group.Length - 1);
            yield return (group[a], group[b < a ? b : b + 1]);
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
