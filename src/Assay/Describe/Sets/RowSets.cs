using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Studies;
using Microsoft.Extensions.AI;

namespace Assay.Describe;

/// <summary>Rows of the datasets that quality or complexity are described of, and what a model or a judge says of them.</summary>
internal sealed class RowSets
{
    private readonly RowSetOptions _options;
    private readonly Work _work;

    /// <summary>Draws the rows.</summary>
    public RowSets(View data, RowSetOptions options, string more, Work work)
    {
        (_options, _work) = (options, work);
        Sets = SampledSet.Draw(data, options.Beside, options.Sample, 0, work);
        Comparison = new([.. Sets.Select(set => set.Name)], more);
        Prompts =
            options.Prompt.Length == 0
                ? null
                : [.. Sets.Select(set => set.Column(table => table.Words(options.Prompt), work.Cancellation))];
    }

    /// <summary>The rows of each dataset.</summary>
    public IReadOnlyList<SampledSet> Sets { get; }

    /// <summary>Their prompts, or null.</summary>
    public IReadOnlyList<string[]>? Prompts { get; }

    /// <summary>Gets the measures.</summary>
    public SetComparison Comparison { get; }

    /// <summary>What a reader should know.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>The model that options ask to be trained, or null.</summary>
    public static ModelRequest? RequestOf(RowSetOptions options) =>
        options.Model.Length == 0 || options.Model.Contains('/')
            ? null
            : new(new() { Model = options.Model, Epochs = options.ModelEpochs });

    /// <summary>Adds a measure of texts; one that is 0 of all is left out.</summary>
    public void Add(string group, string name, Better better, string about, Func<byte[], double> of)
    {
        double[][] values = [.. Sets.Select(set => Array.ConvertAll(set.Texts, text => of(text)))];
        if (values.Any(set => set.Any(value => value != 0)))
            Comparison.AddRows(group, name, better, about, values);
    }

    /// <summary>Adds a column of numbers, where a set has it.</summary>
    /// <exception cref="AssayException">The first set has no such column, or holds other things than numbers in it.</exception>
    public void AddColumn(
        string group,
        string name,
        string column,
        Better better,
        string about,
        Func<double, double>? of = null
    ) =>
        Comparison.AddRows(
            group,
            name,
            better,
            about,
            [
                .. Sets.Select(
                    (set, i) =>
                        i > 0 && !set.Has(column)
                            ? []
                            : set.Column(table => table.NumbersOrNaN(column), _work.Cancellation)
                                .Select(value => of is null ? value : of(value))
                                .ToArray()
                ),
            ]
        );

    /// <summary>What the texts cost the language model; null where there is none.</summary>
    public IReadOnlyList<InstructionDifficulty[]>? Costs()
    {
        if (_options.Model.Length == 0)
            return null;
        LanguageModel model = _options.Model.Contains('/')
            ? ModelFolder.Read(_options.Model)
            : new(TrainedModel.Open(_work).Transformer(), TokenStream.Tokenizer);
        if (!_options.Model.Contains('/'))
            Notes.Add(
                $"{_options.Model} was trained on '{Sets[0].Name}', whose texts it has seen"
                    + (
                        Sets.Count > 1
                            ? ", and those of the other sets not: its losses favour the first. A model from elsewhere ('model: ./folder') is fair to all."
                            : "."
                    )
            );
        List<InstructionDifficulty[]> costs = [];
        foreach ((int i, SampledSet set) in Sets.Index())
        {
            _work.Progress?.Report(new("losses", i, Sets.Count, "sets"));
            costs.Add(
                InstructionDifficulty.Of(
                    model,
                    set.Texts,
                    Prompts is null ? null : Array.ConvertAll(Prompts[i], Encoding.UTF8.GetBytes),
                    _work.Cancellation
                )
            );
        }
        return costs;
    }

    /// <summary>Adds what a chat model says of the texts, if one is to be asked.</summary>
    public void AddRatings(
        IChatClient? client,
        string group,
        string name,
        string about,
        string instructions,
        double least,
        double most
    )
    {
        if (client is null && _options.Judge.Length == 0)
            return;
        ChatRatings ratings = new(client ?? ChatRatings.Connect(_options), instructions, least, most, _options.Calls);
        List<double[]> all = [];
        foreach ((int i, SampledSet set) in Sets.Index())
        {
            _work.Progress?.Report(new("judging", i, Sets.Count, "sets"));
            all.Add(
                ratings.Of(
                    [
                        .. set
                            .Texts.Take(_options.Judged)
                            .Select((text, row) => (Prompts?[i][row], Encoding.UTF8.GetString(text))),
                    ],
                    _work.Cancellation
                )
            );
        }
        Comparison.AddRows(group, name, Better.More, about, all);
        Notes.Add(
            "A chat model judged. Judges favour long texts and those of their own family: compare them with people on some rows first (assay compare)."
        );
        if (ratings.Unclear > 0)
            Notes.Add($"{ratings.Unclear:N0} replies of the judge held no score and do not count.");
    }
}
