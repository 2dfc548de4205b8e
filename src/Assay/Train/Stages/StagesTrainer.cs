using System.Text;
using System.Text.RegularExpressions;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Preferences;
using Assay.Studies;

namespace Assay.Train;

/// <summary>Trains a model through stages (pre-training, fine-tuning, preferences, rewards), each on its own mix of pools, and says after each what was won and what was lost.</summary>
/// <remarks>
/// Source: "Tower+: Bridging Generality and Translation Specialization in Multilingual LLMs", arXiv 2506.17080: in every stage the speciality is a minority beside general data. Two axes are measured after
/// each stage, on held-out rows: the speciality, and everything else.
/// </remarks>
[Method("train/stages", Paper = "tower-plus")]
public sealed class StagesTrainer : ITrainer
{
    private const string Name = "train/stages";
    private readonly StagesOptions _options;
    private readonly Stage[] _stages;
    private readonly Regex? _check;

    /// <summary>Checks the stages.</summary>
    /// <exception cref="AssayException">One is not written as a stage is, or the expression is none.</exception>
    public StagesTrainer(StagesOptions options)
    {
        _options = options;
        _stages = [.. options.Stages.Select(Stage.Parse)];
        try
        {
            // Answers are a stranger's text: an expression that backtracks for long must not hold up a training.
            _check =
                options.Check.Length > 0
                    ? new(options.Check, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))
                    : null;
        }
        catch (ArgumentException failure)
        {
            throw new AssayException(
                $"'{options.Check}' is no regular expression: {failure.Message}",
                hint: "Mend 'check', or leave it out.",
                cause: failure
            );
        }
    }

    /// <inheritdoc/>
    /// <exception cref="AssayException">A pool is not there, rows do not suit a stage, or the model cannot be read.</exception>
    public Trained Train(View view, View? heldOut, Work work)
    {
        LanguageModel model = ModelOf(work);
        int? start = ModelFolder.StartOf(model.Tokenizer);
        if (start is null || model.Tokenizer.Special.End is null)
            throw new AssayException(
                "the model's tokenizer has no token that begins or ends a text",
                new(_options.Model),
                "Its tokenizer.json needs an end token."
            );
        Dictionary<string, IReadOnlyList<PooledRow>> pools = Read(view, model, start.Value, work),
            held = heldOut is { Selection.Count: > 0 } ? Read(heldOut, model, start.Value, work) : pools;
        string specialised = _options.Specialised.Length > 0 ? _options.Specialised : _stages[^1].Mix[0].Key;
        if (!pools.ContainsKey(specialised))
            throw new AssayException(
                $"there is no pool '{specialised}'",
                hint: "There are: " + string.Join(", ", pools.Keys) + "."
            );
        string[] measured = [.. pools.Keys.Where(pool => held.ContainsKey(pool) && held[pool].Count > 0)];
        int stageNumber = 0;
        StageTraining training = new(model.Transformer, pools)
        {
            ByTokens = _options.Unit == MixUnit.Tokens,
            Reward = (row, rollout) => RewardOf(row, TextOf(model, rollout)),
            Sampling = new RolloutOptions { MaxTokens = _options.MaxTokens }.For(model),
            Stepped = step =>
                work.Progress?.Report(new($"stage {stageNumber} of {_stages.Length}", step.Step, step.Steps, "steps")),
        };
        List<StageReading> readings = [Measure("start", null, [])];
        TrainingResult? last = null;
        try
        {
            foreach (Stage stage in _stages)
            {
                stageNumber++;
                last = training.Run(
                    stage,
                    work.Random.Child("stage").Child(stageNumber),
                    new TrainingCheckpoints(Path.Combine(work.Pieces.Folder, $"stage-{stageNumber}")),
                    work.Cancellation
                );
                readings.Add(
                    Measure(
                        $"{stageNumber} {stage.Loss.ToString().ToLowerInvariant()}",
                        stage,
                        training.SharesOf(stage)
                    )
                );
            }
        }
        catch (ArgumentException failure)
        {
            throw new AssayException(
                $"{Name}, stage {stageNumber}: {failure.Message}",
                hint: $"Stages name pools by what stands in the column '{_options.Pool}'.",
                cause: failure
            );
        }
        catch (TrainingException failure)
        {
            throw new AssayException($"{Name}, stage {stageNumber}: {failure.Message}", cause: failure);
        }
        Study study = StagesStudy.Of(readings, measured, specialised, heldOut is not null, _options);
        return new(
            $"{_options.Model}, {model.Transformer.ParameterCount:N0} parameters, {_stages.Length} stages",
            heldOut is null ? [] : [.. measured.Select((pool, i) => new Score($"loss@{pool}", readings[^1].Losses[i]))],
            last,
            model.Save,
            Study: study
        );

        StageReading Measure(string name, Stage? stage, IReadOnlyList<(string, double, double)> shares) =>
            new(
                name,
                stage,
                shares,
                [
                    .. measured.Select(pool =>
                        StageTraining.LossOf(
                            model.Transformer,
                            [.. held[pool].Take(_options.Measured)],
                            work.Cancellation
                        )
                    ),
                ]
            );
    }

    private LanguageModel ModelOf(Work work)
    {
        if (!StartPolicy.IsProxy(_options.Model))
            return Directory.Exists(_options.Model)
                ? ModelFolder.Read(_options.Model)
                : throw new AssayException(
                    $"there is no model '{_options.Model}'",
                    hint: "Name a folder with config.json, model.safetensors and tokenizer.json, or gpt-250k, gpt-1m, gpt-4m or gpt-10m."
                );
        return new(
            new Transformer(
                ModelSizes.Of(_options.Model, TokenStream.Tokenizer.VocabularySize),
                work.Random.Child("weights")
            ),
            TokenStream.Tokenizer
        );
    }

    private Dictionary<string, IReadOnlyList<PooledRow>> Read(View view, LanguageModel model, int start, Work work)
    {
        StudyTable table = StudyTable.Of(view, work.Cancellation);
        string[] pools = table.Words(_options.Pool),
            prompts = Words(_options.Prompt),
            completions = Words(_options.Completion),
            chosen = Words("chosen"),
            texts = Words(view.Dataset.TextColumn),
            rejected = Words(_options.Rejected);
        int context = Math.Min(_options.Context, model.ContextLength);
        Dictionary<string, List<PooledRow>> found = [];
        for (int row = 0; row < table.Rows; row++)
        {
            string completion =
                completions[row].Length > 0 ? completions[row]
                : chosen[row].Length > 0 ? chosen[row]
                : texts[row];
            if (completion.Length == 0)
                throw table.Wrong(
                    row,
                    _options.Pool,
                    "the row has nothing to learn from",
                    $"Expected a text in '{_options.Completion}', 'chosen' or '{view.Dataset.TextColumn}'."
                );
            if (!found.TryGetValue(pools[row], out List<PooledRow>? rows))
                found.Add(pools[row], rows = []);
            int[] good = Completion(completion),
                bad = rejected[row].Length > 0 ? Completion(rejected[row]) : [];
            int[] prompt = [start, .. model.Tokenizer.Encode(Encoding.UTF8.GetBytes(prompts[row]))];
            int room = Math.Max(1, context + 1 - Math.Max(good.Length, bad.Length));
            rows.Add(new(prompt.Length > room ? prompt[^room..] : prompt, good, bad, completion));
        }
        return found.ToDictionary(pool => pool.Key, pool => (IReadOnlyList<PooledRow>)pool.Value);

        string[] Words(string column) =>
            table.Has(column) ? table.Words(column) : [.. Enumerable.Repeat("", table.Rows)];

        int[] Completion(string text)
        {
            int[] tokens = model.Tokenizer.Encode(Encoding.UTF8.GetBytes(text));
            int most = context * 3 / 4;
            return tokens.Length < most ? [.. tokens, model.Tokenizer.Special.End!.Value] : tokens[..most];
        }
    }

    private double RewardOf(PooledRow row, string answer)
    {
        double likeness = Chrf.Sentence(answer, [row.Text]) / 100;
        if (_check is null)
            return likeness;
        try
        {
            // Both run from 0 to 1, so that neither outweighs the other by its scale.
            return (likeness + (_check.IsMatch(answer) ? 1 : 0)) / 2;
        }
        catch (RegexMatchTimeoutException)
        {
            return likeness / 2;
        }
    }

    private static string TextOf(LanguageModel model, Rollout rollout)
    {
        List<byte> text = [];
        foreach (int token in rollout.Completion)
            if (!model.Tokenizer.IsSpecial(token))
                text.AddRange(model.Tokenizer.BytesOf(token, first: text.Count == 0));
        return Encoding.UTF8.GetString([.. text]);
    }
}

/// <summary>What the model was after a stage.</summary>
/// <param name="Name">The stage, or the start.</param>
/// <param name="Stage">The stage; null at the start.</param>
/// <param name="Shares">What was drawn from each pool.</param>
/// <param name="Losses">Nats a token of each measured pool.</param>
internal sealed record StageReading(
    string Name,
    Stage? Stage,
    IReadOnlyList<(string Pool, double Rows, double Tokens)> Shares,
    double[] Losses
);
