using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Studies;
using Microsoft.Extensions.AI;

namespace Assay.Describe;

/// <summary>Options of <see cref="QualityStudy"/>.</summary>
public sealed record QualityOptions : RowSetOptions
{
    /// <summary>Columns of scores that the rows come with, of a reward model or of people; larger is better.</summary>
    public IReadOnlyList<string> Scores { get; init; } = [];

    /// <summary>The column with the right answer: then texts that agree with it are counted. Empty: none.</summary>
    public string Key { get; init; } = "";

    /// <summary>The column with a list of logits of a scorer's tokens for the scores 1, 2, 3 ..., of which the expected score is taken. Empty: none.</summary>
    public string Logits { get; init; } = "";
}

/// <summary>Says how good the rows of a dataset are, or of several side by side: by keys, scores, a language model and a judge, whichever there are.</summary>
/// <remarks>Source: "Surveying the Effects of Quality, Diversity, and Complexity in Synthetic Data From Large Language Models", arXiv 2412.02980.</remarks>
[Method("describe/quality", Paper = "qdc-survey")]
public sealed class QualityStudy : IStudy, IModelUser
{
    private const string Judge =
        "You rate how good a text is as an example to learn from: whether it is right, complete, well written and, where it answers a request, does what was asked. Length does not count for itself.";
    private const string Truth = "Against the truth",
        Scored = "Scores",
        Read = "By a language model",
        Attributes = "Attributes";

    private readonly QualityOptions _options;
    private readonly IChatClient? _judge;

    /// <summary>Takes the options.</summary>
    public QualityStudy(QualityOptions options)
        : this(options, null) { }

    internal QualityStudy(QualityOptions options, IChatClient? judge) => (_options, _judge) = (options, judge);

    /// <inheritdoc/>
    public ModelRequest? Model => RowSets.RequestOf(_options);

    /// <inheritdoc/>
    /// <exception cref="AssayException">A column is missing, or the judge cannot be asked.</exception>
    public Study Run(View data, Work work)
    {
        using Workers.LimitScope limit = Workers.Limit(Math.Clamp(work.Threads, 1, 256));
        RowSets rows = new(data, _options, "better", work);
        SetComparison comparison = rows.Comparison;
        if (_options.Key.Length > 0)
            comparison.AddRows(
                Truth,
                "verified",
                Better.More,
                "texts that agree with the key (share)",
                [
                    .. rows.Sets.Select(set =>
                        set.Column(table => table.Words(_options.Key), work.Cancellation)
                            .Select((key, i) => AnswerKey.Agrees(Encoding.UTF8.GetString(set.Texts[i]), key) ? 1.0 : 0)
                            .ToArray()
                    ),
                ]
            );
        foreach (string score in _options.Scores)
            rows.AddColumn(Scored, score, score, Better.More, "as the rows come with it");
        if (_options.Logits.Length > 0)
            comparison.AddRows(
                Scored,
                "expected-score",
                Better.More,
                "expected score over the scorer's tokens (Deita)",
                [.. rows.Sets.Select(set => Expected(set, work))]
            );
        rows.AddRatings(_judge, Scored, "judge", "a chat model's score, 0 to 10", Judge, 0, 10);
        if (rows.Costs() is { } costs)
        {
            AddCosts("perplexity", Better.Less, "exp of the mean loss of a token", cost => cost.Perplexity);
            AddCosts("bits-per-byte", Better.Less, "bits of a text over its bytes", cost => cost.BitsPerByte);
            if (rows.Prompts is not null)
            {
                AddCosts(
                    "ifd",
                    Better.Neither,
                    "loss after the prompt over loss without: what the prompt does not tell",
                    cost => cost.Ratio
                );
                AddCosts(
                    "ifd-above-1",
                    Better.Less,
                    "texts that their prompt makes less likely (share)",
                    cost =>
                        double.IsNaN(cost.Ratio) ? double.NaN
                        : cost.Ratio > 1 ? 1
                        : 0
                );
            }
            void AddCosts(string name, Better better, string about, Func<InstructionDifficulty, double> of) =>
                comparison.AddRows(
                    Read,
                    name,
                    better,
                    about,
                    [.. costs.Select(set => Array.ConvertAll(set, cost => of(cost)))]
                );
        }
        rows.Add(Attributes, "words", Better.Neither, "words of a text", text => Words.Count(text));
        if (rows.Prompts is { } prompts)
            comparison.AddRows(
                Attributes,
                "prompt-words",
                Better.Neither,
                "words of a prompt",
                [
                    .. prompts.Select(set =>
                        Array.ConvertAll(set, prompt => (double)Words.Count(Encoding.UTF8.GetBytes(prompt)))
                    ),
                ]
            );
        rows.Add(
            Attributes,
            "whole",
            Better.More,
            "texts that end with a full stop or other mark of an end (share)",
            text => TextShape.EndsWhole(text) ? 1 : 0
        );
        bool measured =
            _options.Key.Length + _options.Scores.Count + _options.Logits.Length + _options.Model.Length > 0
            || _judge is not null
            || _options.Judge.Length > 0;
        if (!measured)
            rows.Notes.Add(
                "Nothing was given that tells good rows from bad: name 'scores', a 'key', a 'model' or a 'judge'; 'assay value quality' makes a score against texts that are good."
            );
        rows.Notes.Add(
            Invariant(
                $"Measured on {rows.Sets[0].Rows.Length:N0} rows of each, drawn at random; means over rows with standard errors."
            )
        );
        rows.Notes.Add(
            "Quality decides on data like the training data, diversity and complexity on other data: describe/diversity and describe/complexity show the other two."
        );
        return new()
        {
            Title = "Quality",
            Answer = Answer(rows, measured),
            Facts = [.. Facts(comparison)],
            Panels = comparison.Panels(),
            Notes = rows.Notes,
        };
    }

    private double[] Expected(SampledSet set, Work work) =>
        set.Column<double>(
            table =>
                [
                    .. table
                        .Words(_options.Logits)
                        .Select(
                            (text, row) =>
                            {
                                try
                                {
                                    return ExpectedScore.Of(JsonSerializer.Deserialize<double[]>(text) ?? []);
                                }
                                catch (Exception failure) when (failure is JsonException or ArgumentException)
                                {
                                    throw table.Wrong(
                                        row,
                                        _options.Logits,
                                        $"'{_options.Logits}' is no list of logits: {failure.Message}",
                                        "Expected a list of numbers, one for each score: [-1.2, 0.3, 2.5]."
                                    );
                                }
                            }
                        ),
                ],
            work.Cancellation
        );

    private string Answer(RowSets rows, bool measured)
    {
        List<string> sentences = [];
        string? main = new[] { "verified", "judge", "expected-score" }
            .Concat(_options.Scores)
            .Append("bits-per-byte")
            .FirstOrDefault(name => rows.Comparison.Of(name) is not null);
        sentences.Add(
            main is not null && rows.Comparison.Of(main) is { } of
                ? Invariant(
                    $"'{rows.Sets[0].Name}' has a mean {main} of {of.Value:G4} ± {of.Error:G2} over {of.Rows:N0} rows."
                )
                : Invariant(
                    $"{rows.Sets[0].Rows.Length:N0} rows of '{rows.Sets[0].Name}' were looked at, and nothing says how good they are."
                )
        );
        if (measured)
            sentences.AddRange(rows.Comparison.Sentences());
        return string.Join(" ", sentences);
    }

    private IEnumerable<Fact> Facts(SetComparison comparison) =>
        new[] { "verified", "judge", "expected-score" }
            .Concat(_options.Scores)
            .Concat(["bits-per-byte", "ifd", "words"])
            .Where(name => comparison.Of(name) is not null)
            .Take(6)
            .Select(name => new Fact(
                name,
                Invariant($"{comparison.Of(name)!.Value.Value:G4} ± {comparison.Of(name)!.Value.Error:G2}")
            ));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
