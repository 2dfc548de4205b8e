using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Models;
using Assay.Numerics;
using Assay.Studies;
using Assay.Value;
using Microsoft.Extensions.AI;

namespace Assay.Judge;

/// <summary>Measures whether a model writes as long as it is told, and how well it writes.</summary>
/// <remarks>
/// Source: LongBench-Write (arXiv 2408.07055), as "Minimum Tuning to Unlock Long Output from LLMs with High Quality Data as the Key" (arXiv 2410.10210) measures: S_L is the mean of <see cref="LengthScore"/> over prompts, S_Q a
/// judge's ratings of quality, S the mean of both.
/// </remarks>
[Method("judge/length-obedience", Paper = "long-output")]
public sealed class LengthObedience : IStudy
{
    private static readonly (string Name, long From, long Below)[] s_lengths =
    [
        ("below 500", 0, 500),
        ("500 to 2,000", 500, 2000),
        ("2,000 to 4,000", 2000, 4000),
        ("4,000 and more", 4000, long.MaxValue),
    ];

    private readonly LengthObedienceOptions _options;
    private readonly IChatClient? _client;

    /// <summary>Takes the options.</summary>
    public LengthObedience(LengthObedienceOptions options) => _options = options;

    internal LengthObedience(LengthObedienceOptions options, IChatClient client)
        : this(options) => _client = client;

    private sealed record Written(string Prompt, string Text, long Required, int Length, string Type)
    {
        public double Score => LengthScore.Of(Required, Length);
    }

    /// <inheritdoc/>
    /// <exception cref="AssayException">There are no prompts with a demand, or no answers; a demand is none; the judge cannot be asked.</exception>
    public Study Run(View view, Work work)
    {
        (List<Written> written, int without, List<string> notes) = Read(view, work);
        double[][]? ratings = null;
        if (_client is not null || _options.Judge.Length > 0)
        {
            ChatPartner judge = new("judge", _options.Judge, _options.JudgeModel, _options.KeyVariable, _options.Cache);
            ratings = WritingQuality.Rate(
                judge,
                _client ?? judge.Connect(work),
                [.. written.Select(one => (one.Prompt, one.Text))],
                _options.Parallel,
                work
            );
        }
        if (without > 0)
            notes.Add(Text($"{without:N0} prompts demand no length, or several, and are left out."));
        notes.Add(
            "An answer of four times the length costs as much as none at all: look at the lengths before the mean."
        );
        return StudyOf(written, ratings, notes);
    }

    private (List<Written>, int Without, List<string> Notes) Read(View view, Work work)
    {
        bool writes = _options.Policy.Length > 0,
            hasLength = view.Dataset.Schema.Find(_options.Length) is not null;
        if (writes)
            WritingRow.Check(view, _options with { Answer = _options.Prompt }, "judge/length-obedience");
        else
            WritingRow.Check(view, _options, "judge/length-obedience");
        StudyTable table = StudyTable.Of(view, work.Cancellation);
        double[]? lengths = hasLength ? table.Numbers(_options.Length) : null;
        string[]? types = table.Has(_options.Type) ? table.Words(_options.Type) : null;
        List<WritingRow> rows = [];
        view.ForEach(
            view.Selection.Rows,
            (batch, row) => rows.Add(WritingRow.Of(batch, row, _options)),
            work.Cancellation
        );
        List<(int Row, long Required)> demands = [];
        for (int i = 0; i < rows.Count; i++)
        {
            if (lengths is not null && (lengths[i] < 1 || lengths[i] != Math.Floor(lengths[i])))
                throw table.Wrong(
                    i,
                    _options.Length,
                    $"'{_options.Length}' is {lengths[i].ToString(CultureInfo.InvariantCulture)}, and a demanded length is a whole number above 0"
                );
            long? required = lengths is null ? StatedLength.OnlyOf(rows[i].Prompt, _options.Reading) : (long)lengths[i];
            if (required > 0)
                demands.Add((i, required.Value));
        }
        if (demands.Count == 0)
            throw new AssayException(
                $"no prompt of '{view.Dataset.Name}' demands a length",
                hint: $"Give a column '{_options.Length}', or prompts such as: Write 500 words about rivers."
            );
        List<string> notes = [];
        string[] texts = writes
            ? Generated([.. demands.Select(demand => rows[demand.Row].Prompt)], notes, work)
            : [.. demands.Select(demand => rows[demand.Row].Answer)];
        return (
            [
                .. demands.Select(
                    (demand, i) =>
                        new Written(
                            rows[demand.Row].Prompt,
                            texts[i],
                            demand.Required,
                            WrittenLength.Of(texts[i]).Total,
                            types?[demand.Row] ?? ""
                        )
                ),
            ],
            rows.Count - demands.Count,
            notes
        );
    }

    private string[] Generated(string[] prompts, List<string> notes, Work work)
    {
        (byte[][] texts, int cut) = Continuations.Of(
            ModelFolder.Read(_options.Policy),
            [.. prompts.Select(Encoding.UTF8.GetBytes)],
            new()
            {
                Sampling = new() { Temperature = _options.Temperature },
                MaxTokens = _options.MaxTokens,
            },
            "answers",
            work
        );
        if (cut > 0)
            notes.Add(Text($"{cut:N0} prompts were too long for the model and lost their beginning."));
        return [.. texts.Select(Encoding.UTF8.GetString)];
    }

    private Study StudyOf(List<Written> written, double[][]? ratings, List<string> notes)
    {
        MeanInterval Mean(IEnumerable<Written> of) => MeanOf([.. of.Select(one => one.Score)]);
        MeanInterval obedience = Mean(written);
        double[]? quality = ratings is null ? null : WritingQuality.Scores(ratings);
        double qualityMean = quality is null
            ? double.NaN
            : quality.Where(score => !double.IsNaN(score)).DefaultIfEmpty(double.NaN).Average();
        int missing = ratings?.Sum(of => of.Count(double.IsNaN)) ?? 0,
            all = written.Count * WritingQuality.Dimensions.Length;
        if (missing > 0)
            notes.Insert(
                0,
                Text(
                    $"{missing:N0} of {all:N0} ratings are missing from the judge's replies and left out of the score of quality."
                )
            );
        Written[] worst = [.. written.OrderBy(one => one.Score)];
        IEnumerable<(string Name, Written[] Of)> groups = s_lengths
            .Select(length =>
                (
                    length.Name,
                    written.Where(one => one.Required >= length.From && one.Required < length.Below).ToArray()
                )
            )
            .Where(group => group.Item2.Length > 0);
        IEnumerable<(string Name, Written[] Of)> types = written
            .Where(one => one.Type.Length > 0)
            .GroupBy(one => one.Type)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (group.Key, group.ToArray()));
        Panel Intervals(string title, IEnumerable<(string Name, Written[] Of)> of) =>
            new IntervalPanel
            {
                Title = title,
                Note = Text(
                    $"Mean score of length, 100 at the demanded length itself; {_options.Confidence:P0} intervals over prompts."
                ),
                Axis = new("score of length", "", Better.More),
                Lines =
                [
                    .. of.Select(group => new IntervalLine(
                        Text($"{group.Name} ({group.Of.Length:N0})"),
                        Mean(group.Of)
                    )),
                ],
            };
        double ratio = Quantiles.OfSorted([.. written.Select(one => (double)one.Length / one.Required).Order()], [0.5])[
            0
        ];
        return new()
        {
            Title = "Length obedience",
            Answer =
                Text(
                    $"Answers score {obedience.Mean:0.0} of 100 for length [{obedience.Low:0.0}, {obedience.High:0.0}]; the median answer has {ratio:0.00} of the demanded length."
                )
                + (
                    ratings is null ? ""
                    : double.IsNaN(qualityMean) ? " The judge rated nothing."
                    : Text(
                        $" Quality scores {qualityMean:0.0}, both together {(obedience.Mean + qualityMean) / 2:0.0}."
                    )
                ),
            Facts =
            [
                new("Length (S_L)", Text($"{obedience.Mean:0.00}"), Text($"of {written.Count:N0} prompts")),
                .. ratings is null
                    ? (Fact[])[]
                    :
                    [
                        new(
                            "Quality (S_Q)",
                            Text($"{qualityMean:0.00}"),
                            Text($"{missing:N0} of {all:N0} ratings missing")
                        ),
                        new("Both (S)", Text($"{(obedience.Mean + qualityMean) / 2:0.00}"), "their mean"),
                    ],
                new(
                    "Follow the demand",
                    Text($"{written.Count(one => one.Score >= 80):N0}"),
                    "score 80 and more: 1 / 1.4 to 1.6 of the length"
                ),
                new(
                    "Too short",
                    Text($"{written.Count(one => one.Score < 80 && one.Length < one.Required):N0}"),
                    Text($"and {written.Count(one => one.Score < 80 && one.Length > one.Required):N0} too long")
                ),
            ],
            Panels =
            [
                Intervals("By demanded length", groups),
                .. types.Any() ? (Panel[])[Intervals("By type", types)] : [],
                .. quality is null
                    ? (Panel[])[]
                    :
                    [
                        new TablePanel
                        {
                            Title = "Quality",
                            Note = "25 times the mean rating less 1.",
                            Columns =
                            [
                                TableColumn.Of("dimension", WritingQuality.Dimensions),
                                TableColumn.Of("score", quality, 1),
                                TableColumn.Of(
                                    "rated",
                                    Enumerable
                                        .Range(0, quality.Length)
                                        .Select(at => (double)ratings!.Count(of => !double.IsNaN(of[at]))),
                                    0
                                ),
                            ],
                        },
                    ],
                new TablePanel
                {
                    Title = "Answers",
                    Note = "The furthest from their demand first.",
                    Columns =
                    [
                        TableColumn.Of("score", worst.Select(one => one.Score), 1),
                        TableColumn.Of("demanded", worst.Select(one => (double)one.Required), 0),
                        TableColumn.Of("written", worst.Select(one => (double)one.Length), 0),
                        TableColumn.Of("prompt", worst.Select(one => one.Prompt)),
                    ],
                },
            ],
            Notes = notes,
        };
    }

    private MeanInterval MeanOf(double[] values) =>
        values.Length > 1 ? MeanInterval.Of(values, _options.Confidence) : MeanInterval.Exact(values[0]);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
