using System.ComponentModel.DataAnnotations;
using Assay.Learning;
using Assay.Models;
using Assay.Preferences;

namespace Assay.Train;

/// <summary>Who checks the answers.</summary>
public enum TaskKind
{
    /// <summary>Rows say the answer themselves, in a column.</summary>
    Answers,

    /// <summary>Prompts are sums, such as <c>37+48=</c>; the number after the last comma is the answer.</summary>
    Arithmetic,

    /// <summary>Prompts are words to sort, such as <c>cab=</c>; the word after the last comma is the answer.</summary>
    Rewriting,
}

/// <summary>When a completion has the answer of its row.</summary>
public enum AnswerMatch
{
    /// <summary>It is the answer, but for white space around it.</summary>
    Exact,

    /// <summary>Its last number is the answer.</summary>
    Number,

    /// <summary>The answer stands in it somewhere.</summary>
    Contains,
}

/// <summary>Options of <see cref="GrpoTrainer"/>.</summary>
public sealed record GrpoOptions : IReadsPreferences
{
    /// <summary>
    /// The policy: a folder with a model, written with a slash (<c>./model</c>), or a new one over bytes (<c>gpt-250k</c>, <c>gpt-1m</c>, <c>gpt-4m</c>,
    /// <c>gpt-10m</c>) that learns from demonstrations first.
    /// </summary>
    [Required, ModelFolder, RegularExpression("gpt-(250k|1m|4m|10m)|.*/.*")]
    public string Model { get; init; } = "gpt-250k";

    /// <summary>Who checks the answers: a column of the rows, or a program that knows the task.</summary>
    public TaskKind Environment { get; init; } = TaskKind.Answers;

    /// <summary>For rows with answers: when a completion has it.</summary>
    public AnswerMatch Match { get; init; } = AnswerMatch.Exact;

    /// <summary>The column of prompts: texts, or lists of messages.</summary>
    [Required]
    public string Prompt { get; init; } = "prompt";

    /// <summary>The column of answers.</summary>
    [Required]
    public string Answer { get; init; } = "answer";

    /// <summary>The column of demonstrations, for rows with answers; where there is none, the answer itself is one.</summary>
    [Required]
    public string Demonstration { get; init; } = "completion";

    /// <summary>How often demonstrations are gone through before; without a number 10 for a new model and 0 for a folder.</summary>
    [Range(0, 1000)]
    public double? DemonstrationEpochs { get; init; }

    /// <summary>Rounds of sampling and learning.</summary>
    [Range(1, 100000)]
    public int Iterations { get; init; } = 100;

    /// <summary>Prompts of an iteration.</summary>
    [Range(1, 4096)]
    public int Prompts { get; init; } = 16;

    /// <summary>Completions of a prompt, which are compared with each other; even for canon.</summary>
    [Range(2, 1024)]
    public int Group { get; init; } = 16;

    /// <summary>Steps of the optimiser in an iteration.</summary>
    [Range(1, 256)]
    public int Minibatches { get; init; } = 1;

    /// <summary>The most tokens of a completion.</summary>
    [Range(1, 4096)]
    public int MaxTokens { get; init; } = 48;

    /// <summary>Temperature of sampling, above 0; other than 1, completions are not those of the policy that is trained.</summary>
    [Range(0.01, 10)]
    public double Temperature { get; init; } = 1;

    /// <summary>The learning rate, constant after five steps.</summary>
    [Range(1e-8, 1)]
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>Weight decay of the layers' weights.</summary>
    [Range(0, 10)]
    public double WeightDecay { get; init; }

    /// <summary>How completions are compared.</summary>
    public AdvantageRule Estimator { get; init; } = AdvantageRule.Grpo;

    /// <summary>Canon: what a prompt's completions are split by.</summary>
    public CompletionMeasure Measure { get; init; } = CompletionMeasure.Length;

    /// <summary>Canon: how the weight of comparing across halves goes on.</summary>
    public MuShape MuSchedule { get; init; } = MuShape.Constant;

    /// <summary>Canon: that weight where it is constant; 0.5 is Dr. GRPO.</summary>
    [Range(0, 1)]
    public double Mu { get; init; } = 1;

    /// <summary>Canon: scales the rewards of one half; below 1 turns the policy away from it.</summary>
    [Range(0, 10)]
    public double Alpha { get; init; } = 1;

    /// <summary>Canon: which half alpha scales.</summary>
    public WeightedHalf Weighted { get; init; } = WeightedHalf.High;

    /// <summary>Canon: whether completions of equal measures are ordered by chance; the published code keeps their order.</summary>
    public bool ShuffleTies { get; init; } = true;

    /// <summary>What lengths do to rewards.</summary>
    public LengthShaping LengthReward { get; init; } = LengthShaping.None;

    /// <summary>How much they do.</summary>
    [Range(0, 10)]
    public double LengthCoefficient { get; init; } = 0.1;

    /// <summary>Tokens before the limit in which DAPO's penalty of overlong completions grows; 0: none.</summary>
    [Range(0, 4096)]
    public int OverlongBuffer { get; init; }

    /// <summary>Rounds in which prompts are sampled anew until enough of them teach something (DAPO); 0: prompts as they come.</summary>
    [Range(0, 100)]
    public int SamplingRounds { get; init; }

    /// <summary>How far below 1 a token's ratio to the policy that sampled it still counts.</summary>
    [Range(0, 1)]
    public double ClipLow { get; init; } = 0.2;

    /// <summary>How far above 1 it still counts.</summary>
    [Range(0, 100)]
    public double ClipHigh { get; init; } = 0.28;

    /// <summary>The loss of a token that is to become less likely is at most this many times its advantage, above 1; 0: no such limit.</summary>
    [Range(0, 1000)]
    public double DualClip { get; init; } = 3;

    /// <summary>What losses of tokens add up to; without one, token-mean for grpo and both reinforce++, the sum over a completion for the others.</summary>
    public PolicyAggregation? Aggregation { get; init; }
}

/// <summary>What canon splits completions by.</summary>
public enum CompletionMeasure
{
    /// <summary>Tokens of the completion.</summary>
    Length,

    /// <summary>The mean entropy of its tokens.</summary>
    Entropy,

    /// <summary>Chance: a control.</summary>
    Random,
}
