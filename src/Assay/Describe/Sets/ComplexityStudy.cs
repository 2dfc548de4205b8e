using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Studies;
using Microsoft.Extensions.AI;

namespace Assay.Describe;

/// <summary>Options of <see cref="ComplexityStudy"/>.</summary>
public sealed record ComplexityOptions : RowSetOptions
{
    /// <summary>A column of tags: a JSON list, or words between commas or semicolons. More tags are more intentions at once. Empty: none.</summary>
    public string Tags { get; init; } = "";

    /// <summary>A column with the share of a reference model's tries that solved the row, from 0 to 1. Empty: none.</summary>
    public string Solved { get; init; } = "";

    /// <summary>Columns of complexities that the rows come with: a judge's, a scorer's, a rank among evolved versions.</summary>
    public IReadOnlyList<string> Scores { get; init; } = [];
}

/// <summary>Says how demanding the rows of a dataset are, or of several side by side: by their structure, tags, a reference model and a judge, whichever there are.</summary>
/// <remarks>Source: "Surveying the Effects of Quality, Diversity, and Complexity in Synthetic Data From Large Language Models", arXiv 2412.02980.</remarks>
[Method("describe/complexity", Paper = "qdc-survey")]
public sealed class ComplexityStudy : IStudy, IModelUser
{
    private const string Judge =
        "You rate how hard a task is to do well, or, if it is none, how hard the text is to follow: 1 for a child, 5 for an educated adult, 10 for an expert with time. Length does not count for itself.";
    private const string Structure = "Structure",
        Solving = "For a reference model",
        Scored = "Scores";
    private const int MtldWords = 50; // of shorter texts it says little

    private readonly ComplexityOptions _options;
    private readonly IChatClient? _judge;

    /// <summary>Takes the options.</summary>
    public ComplexityStudy(ComplexityOptions options)
        : this(options, null) { }

    internal ComplexityStudy(ComplexityOptions options, IChatClient? judge) => (_options, _judge) = (options, judge);

    /// <inheritdoc/>
    public ModelRequest? Model => RowSets.RequestOf(_options);

    /// <inheritdoc/>
    /// <exception cref="AssayException">A column is missing, or the judge cannot be asked.</exception>
    public Study Run(View data, Work work)
    {
        using Workers.LimitScope limit = Workers.Limit(Math.Clamp(work.Threads, 1, 256));
        RowSets rows = new(data, _options, "more complex", work);
        SetComparison comparison = rows.Comparison;
        if (_options.Tags.Length > 0)
            comparison.AddRows(
                Scored,
                "tags",
                Better.More,
                "tags of a row",
                [
                    .. rows.Sets.Select(set =>
                        Array.ConvertAll(RowTags.Of(set, _options.Tags, work.Cancellation), tags => (double)tags.Length)
                    ),
                ]
            );
        foreach (string score in _options.Scores)
            rows.AddColumn(Scored, score, score, Better.More, "as the rows come with it");
        rows.AddRatings(_judge, Scored, "judge", "a chat model's score, 1 to 10", Judge, 1, 10);
        if (_options.Solved.Length > 0)
            rows.AddColumn(
                Solving,
                "unsolved",
                _options.Solved,
                Better.More,
                "1 - share of tries that solved it",
                solved => 1 - solved
            );
        if (rows.Costs() is { } costs)
        {
            comparison.AddRows(
                Solving,
                "bits-per-byte",
                Better.More,
                "bits of a text over its bytes",
                [.. costs.Select(set => Array.ConvertAll(set, cost => cost.BitsPerByte))]
            );
            if (rows.Prompts is not null)
                comparison.AddRows(
                    Solving,
                    "ifd",
                    Better.More,
                    "loss after the prompt over loss without: what the prompt does not tell",
                    [.. costs.Select(set => Array.ConvertAll(set, cost => cost.Ratio))]
                );
        }
        rows.Add(Structure, "words", Better.More, "words of a text", text => Words.Count(text));
        if (rows.Prompts is { } prompts)
            comparison.AddRows(
                Structure,
                "prompt-words",
                Better.More,
                "words of a prompt",
                [
                    .. prompts.Select(set =>
                        Array.ConvertAll(set, prompt => (double)Words.Count(Encoding.UTF8.GetBytes(prompt)))
                    ),
                ]
            );
        rows.Add(Structure, "words-per-sentence", Better.More, "words between full stops", TextShape.WordsPerSentence);
        comparison.AddRows(
            Structure,
            "mtld",
            Better.More,
            $"words until a third of them are repeats, of texts of {MtldWords} words",
            [.. rows.Sets.Select(Mtld)]
        );
        rows.Add(Structure, "steps", Better.More, "lines that hold anything", text => TextShape.Steps(text));
        rows.Add(Structure, "depth", Better.More, "how deep brackets nest", text => TextShape.Depth(text));
        rows.Add(
            Structure,
            "branches",
            Better.More,
            "1 + branches and loops of a program, by its words",
            text => TextShape.Branches(text)
        );
        rows.Add(
            Structure,
            "operations",
            Better.More,
            "operations between numbers",
            text => TextShape.Operations(text).Length
        );
        rows.Add(
            Structure,
            "different-operations",
            Better.More,
            "different ones of them",
            text => TextShape.Operations(text).Distinct().Count()
        );
        rows.Add(Structure, "digits", Better.More, "digits over bytes (share)", TextShape.Digits);
        comparison.Add(
            Structure,
            "solution-paths",
            Better.More,
            "different sequences of operations over texts that have any (share)",
            [.. rows.Sets.Select(Paths)]
        );
        rows.Notes.Add(
            Text(
                $"Measured on {rows.Sets[0].Rows.Length:N0} rows of each, drawn at random; means over rows with standard errors."
            )
        );
        rows.Notes.Add(
            "Counts of words, lines and branches say how long and nested a text is; longer is not harder. Complexity times quality counts length twice."
        );
        SetEstimate words = comparison.Of("words")!.Value,
            sentence = comparison.Of("words-per-sentence")!.Value;
        return new()
        {
            Title = "Complexity",
            Answer = string.Join(
                " ",
                [
                    Text(
                        $"A row of '{rows.Sets[0].Name}' has {words.Value:0.0} ± {words.Error:0.0} words, {sentence.Value:0.0} of them in a sentence."
                    ),
                    .. comparison.Sentences(),
                ]
            ),
            Facts =
            [
                .. new[] { "judge", "tags", "unsolved", "ifd", "words", "words-per-sentence", "mtld" }
                    .Where(name => comparison.Of(name) is not null)
                    .Take(6)
                    .Select(name => new Fact(
                        name,
                        Text($"{comparison.Of(name)!.Value.Value:G4} ± {comparison.Of(name)!.Value.Error:G2}")
                    )),
            ],
            Panels = comparison.Panels(),
            Notes = rows.Notes,
        };
    }

    private static double[] Mtld(SampledSet set) =>
        [
            .. TextSet
                .Of([set.Texts], null, new(0, "none"))[0]
                .Words.Select(words => words.Length < MtldWords ? double.NaN : LexicalDiversity.Mtld(words)),
        ];

    private static SetEstimate Paths(SampledSet set)
    {
        string[] paths = [.. set.Texts.Select(TextShape.Operations).Where(path => path.Length > 0)];
        double Share(int[] some) =>
            some.Length == 0 ? double.NaN : some.Select(i => paths[i]).Distinct().Count() / (double)some.Length;
        return new(
            Share([.. Enumerable.Range(0, paths.Length)]),
            Jackknife.StandardError(paths.Length, 10, Share),
            paths.Length
        );
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
