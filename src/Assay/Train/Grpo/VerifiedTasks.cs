using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Preferences;

namespace Assay.Train;

/// <summary>Rows as tasks whose answers are checked by a program.</summary>
internal sealed class VerifiedTasks
{
    private readonly record struct Task(byte[] Prompt, byte[] Answer, byte[]? Demonstration);

    private readonly IEnvironment? _environment;
    private readonly AnswerMatch _match;
    private readonly List<Task> _tasks = [];

    private VerifiedTasks(IEnvironment? environment, AnswerMatch match) =>
        (_environment, _match) = (environment, match);

    public int Count => _tasks.Count;

    public byte[] Prompt(int task) => _tasks[task].Prompt;

    /// <summary>Reads the selected rows.</summary>
    /// <exception cref="AssayException">A column is missing, or a prompt is no task of the environment.</exception>
    public static VerifiedTasks Read(View view, GrpoOptions options, CancellationToken cancellation)
    {
        VerifiedTasks tasks = new(
            options.Environment switch
            {
                TaskKind.Arithmetic => new ArithmeticEnvironment(),
                TaskKind.Rewriting => new RewritingEnvironment(),
                _ => null,
            },
            options.Match
        );
        string[] needed = tasks._environment is null ? [options.Prompt, options.Answer] : [options.Prompt];
        foreach (string column in needed)
            if (view.Dataset.Schema.Find(column) is null)
                throw new AssayException(
                    $"'{view.Dataset.Name}' has no column '{column}'",
                    hint: $"It has: {string.Join(", ", view.Dataset.Schema.Select(field => field.Name))}. "
                        + "Name the columns with 'prompt' and 'answer', or let a program check the answers (environment)."
                );
        view.ForEach(view.Selection.Rows, (batch, row) => tasks.Add(new(batch, row), options), cancellation);
        return tasks.Count > 0
            ? tasks
            : throw new AssayException($"'{view.Dataset.Name}' has no rows", hint: "Give at least one prompt.");
    }

    /// <summary>How good a completion is, from 0 to 1.</summary>
    public double Reward(int task, ReadOnlySpan<byte> completion)
    {
        (byte[] prompt, byte[] answer, _) = _tasks[task];
        if (_environment is not null)
            return _environment.Reward(prompt, completion);
        bool right = _match switch
        {
            AnswerMatch.Exact => Trim(completion).SequenceEqual(answer),
            AnswerMatch.Contains => completion.IndexOf(answer) >= 0,
            _ => LastNumber(completion) is { } found && found == LastNumber(answer),
        };
        return right ? 1 : 0;
    }

    /// <summary>A right answer to learn from.</summary>
    public byte[] Demonstration(int task, RandomStream stream) =>
        _environment?.Demonstration(_tasks[task].Prompt, stream) ?? _tasks[task].Demonstration ?? _tasks[task].Answer;

    private void Add(in PreferenceRow row, GrpoOptions options)
    {
        byte[] prompt = row.Prompt(options.Prompt);
        if (_environment is not null)
        {
            try
            {
                _environment.Reward(prompt, default);
            }
            catch (FormatException wrong)
            {
                throw row.Wrong(options.Prompt, "a prompt that is no task: " + wrong.Message);
            }
            _tasks.Add(new(prompt, [], null));
            return;
        }
        // An answer may be a number in its column.
        byte[] answer = row.Optional(options.Answer) is { } number
            ? Encoding.ASCII.GetBytes(number.ToString("R", CultureInfo.InvariantCulture))
            : Trim(row.Turns(options.Answer)).ToArray();
        if (answer.Length == 0)
            throw row.Wrong(options.Answer, "an empty answer");
        if (_match == AnswerMatch.Number && LastNumber(answer) is null)
            throw row.Wrong(options.Answer, "an answer without a number, and numbers are to be compared");
        _tasks.Add(new(prompt, answer, row.OptionalText(options.Demonstration)));
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t\r\n"u8);

    // Digits with commas between thousands, a point and a sign: 1,250.5 and -3.
    private static decimal? LastNumber(ReadOnlySpan<byte> text)
    {
        int end = text.LastIndexOfAnyInRange((byte)'0', (byte)'9') + 1;
        if (end == 0)
            return null;
        int start = end;
        while (start > 0 && (char.IsAsciiDigit((char)text[start - 1]) || text[start - 1] is (byte)'.' or (byte)','))
            start--;
        while (!char.IsAsciiDigit((char)text[start]))
            start++;
        if (start > 0 && text[start - 1] == '-' && (start == 1 || !char.IsAsciiLetterOrDigit((char)text[start - 2])))
            start--;
        string digits = Encoding.ASCII.GetString(text[start..end]).Replace(",", "");
        return decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number)
            ? number
            : null;
    }
}
