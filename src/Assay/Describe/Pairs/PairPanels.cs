using System.Globalization;
using System.Text;
using Assay.Studies;

namespace Assay.Describe;

/// <summary>A <see cref="PairLabel"/> as figures and tables: what describes pairs, and what trains on them, show the same.</summary>
public static class PairPanels
{
    private const int Shown = 12,
        Excerpt = 160;

    /// <summary>The figures that matter most.</summary>
    public static IReadOnlyList<Fact> Facts(PairLabel label) =>
        [
            new(
                "Pairs",
                Text($"{label.Pairs.Count:N0}"),
                label.Ties == 0 ? "" : Text($"{label.Ties:N0} ties left out")
            ),
            new("Longer wins", Text($"{label.LongerShare:P1}"), "of pairs: how far length alone predicts"),
            new(
                "Words predict",
                label.Plausibility is null ? "unknown" : Text($"{label.WordAccuracy:P1}"),
                label.Plausibility is null ? "too few pairs" : "of pairs of other prompts"
            ),
            new("Look turned round", Text($"{label.Suspects.Count:N0}"), "label less likely than 0.1 by the words"),
            new(
                "Conflicts",
                Text($"{label.Conflicts:N0}"),
                Text($"{label.Contradictions:N0} stand there both ways round")
            ),
            new("Duplicates", Text($"{label.Duplicates:N0}")),
        ];

    /// <summary>What to say in a sentence.</summary>
    public static string Answer(PairLabel label)
    {
        List<string> points =
        [
            Text($"{label.Pairs.Count:N0} pairs; the longer completion wins in {label.LongerShare:P0}"),
        ];
        if (label.Plausibility is not null)
            points.Add(
                Text($"words alone predict {label.WordAccuracy:P0} of the preferences on prompts they have not seen")
            );
        if (label.Suspects.Count > 0)
            points.Add(Text($"{label.Suspects.Count:N0} labels look turned round"));
        if (label.Conflicts + label.Duplicates > 0)
            points.Add(Text($"{label.Conflicts:N0} pairs conflict and {label.Duplicates:N0} repeat"));
        return string.Join("; ", points) + ".";
    }

    /// <summary>Lengths, margins where there are any, and the suspected pairs.</summary>
    public static IReadOnlyList<Panel> Panels(PairLabel label)
    {
        List<Panel> panels =
        [
            Quantiles(
                "Lengths in bytes",
                "Where chosen completions are longer throughout, a policy learns length first.",
                [
                    ("prompt", [.. label.Lengths.Prompt.Select(value => (double)value)]),
                    ("chosen", [.. label.Lengths.Chosen.Select(value => (double)value)]),
                    ("rejected", [.. label.Lengths.Rejected.Select(value => (double)value)]),
                ]
            ),
        ];
        double[] margins = [.. label.Pairs.Where(pair => pair.Margin is not null).Select(pair => pair.Margin!.Value)];
        if (margins.Length > 0)
            panels.Add(Quantiles("Score margins", "As the rows give them.", [("margin", margins)]));
        if (label.Suspects.Count > 0)
        {
            int[] worst = [.. label.Suspects];
            panels.Add(
                new TablePanel
                {
                    Title = "Pairs that look turned round",
                    Note =
                        "A model of words, fitted on other prompts, finds their label least likely. Read them before you drop them.",
                    Shown = Shown,
                    Columns =
                    [
                        TableColumn.Of("row", worst.Select(at => (double)label.Pairs[at].Row + 1), 0),
                        TableColumn.Of("likelihood of the label", worst.Select(at => label.Plausibility![at]), 3),
                        TableColumn.Of("prompt ends", worst.Select(at => End(label.Pairs[at].Prompt))),
                        TableColumn.Of("chosen", worst.Select(at => Begin(label.Pairs[at].Chosen!))),
                        TableColumn.Of("rejected", worst.Select(at => Begin(label.Pairs[at].Rejected!))),
                    ],
                }
            );
        }
        return panels;
    }

    /// <summary>The beginning of a text, on one line.</summary>
    public static string Begin(ReadOnlySpan<byte> text) => OneLine(text[..Math.Min(text.Length, Excerpt)]);

    /// <summary>The end of a text, on one line.</summary>
    public static string End(ReadOnlySpan<byte> text) => OneLine(text[Math.Max(0, text.Length - Excerpt)..]);

    private static string OneLine(ReadOnlySpan<byte> text) =>
        string.Join(
            ' ',
            Encoding.UTF8.GetString(text).Split((char[])[' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries)
        );

    private static TablePanel Quantiles(string title, string note, (string Name, double[] Values)[] rows)
    {
        (string Name, double At)[] levels = [("least", 0), ("10 %", 0.1), ("median", 0.5), ("90 %", 0.9), ("most", 1)];
        double[][] sorted = [.. rows.Select(row => row.Values.Order().ToArray())];
        return new()
        {
            Title = title,
            Note = note,
            Columns =
            [
                TableColumn.Of("of", rows.Select(row => row.Name)),
                .. levels.Select(level =>
                    TableColumn.Of(level.Name, sorted.Select(values => values[(int)(level.At * (values.Length - 1))]))
                ),
            ],
        };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
