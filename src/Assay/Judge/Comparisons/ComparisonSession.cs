using System.Text;
using System.Text.Json;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Judge;

/// <summary>One rater's way through comparison tasks: what comes next, in which order it is shown, and what was chosen so far.</summary>
/// <remarks>
/// "Learning to summarize from human feedback", arXiv 2009.01325, appendix C. Every choice is on the disk before the next task is shown: the file is written anew and
/// put in the place of the old one, so that it is always whole. A session that is opened again goes on where it stood; choices of other raters in the same file stay. Which
/// answer stands first is drawn for each rater and task, and who wrote it is not shown.
/// </remarks>
public sealed class ComparisonSession
{
    private readonly ComparisonTask[] _tasks;
    private readonly RandomStream _random;
    private readonly List<ComparisonChoice> _choices = [];
    private readonly HashSet<string> _done = [],
        _skipped = [];

    private ComparisonSession(IReadOnlyList<ComparisonTask> tasks, string path, string rater, string? batch, ulong seed)
    {
        (_tasks, Path, Rater, Batch) = ([.. tasks], path, rater, batch);
        _random = new RandomStream(seed, "compare").Child(rater);
        // Raters go through the tasks in orders of their own: fatigue then falls on different ones.
        _random.Child("order of tasks").Shuffle<ComparisonTask>(_tasks);
    }

    /// <summary>The file of choices.</summary>
    public string Path { get; }

    /// <summary>Who chooses.</summary>
    public string Rater { get; }

    /// <summary>The batch that is written to each choice; may be null.</summary>
    public string? Batch { get; }

    /// <summary>Number of tasks.</summary>
    public int Tasks => _tasks.Length;

    /// <summary>Tasks that the rater has chosen in.</summary>
    public int Done => _tasks.Count(task => _done.Contains(task.Id));

    /// <summary>The rater's choices of these tasks, in the order in which they were made.</summary>
    public IReadOnlyList<ComparisonChoice> Choices => [.. _choices.Where(IsOfTheseTasks)];

    /// <summary>The next task without a choice that was not skipped, or null.</summary>
    public ComparisonTask? Next =>
        _tasks.FirstOrDefault(task => !_done.Contains(task.Id) && !_skipped.Contains(task.Id));

    /// <summary>Opens or goes on with a session.</summary>
    /// <param name="tasks">The tasks.</param>
    /// <param name="path">The file of choices; need not be there yet.</param>
    /// <param name="rater">Who chooses.</param>
    /// <param name="batch">The batch, or null.</param>
    /// <param name="seed">Draws the orders.</param>
    /// <exception cref="AssayException">The file holds something else.</exception>
    public static ComparisonSession Open(
        IReadOnlyList<ComparisonTask> tasks,
        string path,
        string rater,
        string? batch = null,
        ulong seed = 0
    )
    {
        if (string.IsNullOrWhiteSpace(rater))
            throw new AssayException("there is no name of a rater", hint: "Give one with --rater.");
        ComparisonSession session = new(tasks, path, rater, batch, seed);
        session._choices.AddRange(Read(path).Where(choice => choice.Rater == rater));
        session._done.UnionWith(session._choices.Select(choice => choice.Task));
        return session;
    }

    /// <summary>Whether a's answer stands first, for this rater.</summary>
    public bool AFirst(ComparisonTask task) => _random.Child(task.Id).NextDouble() < 0.5;

    /// <summary>Keeps a choice.</summary>
    /// <param name="task">The task.</param>
    /// <param name="firstBetter">From 1 (the second shown is surely better) over 5 (no difference) to 9 (the first shown is).</param>
    /// <param name="isGraded">Whether that was asked on nine points.</param>
    /// <exception cref="IOException">The disk is full or not writable; the choice is not kept then.</exception>
    public void Choose(ComparisonTask task, int firstBetter, bool isGraded)
    {
        ComparisonChoice choice = ComparisonChoice.Of(task, AFirst(task), firstBetter, isGraded, Rater, Batch);
        Write([.. _choices, choice]);
        _choices.Add(choice);
        _done.Add(task.Id);
    }

    /// <summary>Leaves a task out for now; a session that is opened again shows it again.</summary>
    public void Skip(ComparisonTask task) => _skipped.Add(task.Id);

    /// <summary>Takes the last choice back.</summary>
    /// <returns>Its task, or null if there is none.</returns>
    public ComparisonTask? Undo()
    {
        int last = _choices.FindLastIndex(IsOfTheseTasks);
        if (last < 0)
            return null;
        ComparisonChoice choice = _choices[last];
        Write([.. _choices.Where((_, at) => at != last)]);
        _choices.RemoveAt(last);
        _done.Remove(choice.Task);
        _skipped.Remove(choice.Task);
        return Array.Find(_tasks, task => task.Id == choice.Task);
    }

    private bool IsOfTheseTasks(ComparisonChoice choice) => Array.Exists(_tasks, task => task.Id == choice.Task);

    // What others have added since is kept: their choices are read again before the file is replaced.
    private void Write(IReadOnlyList<ComparisonChoice> own)
    {
        ComparisonChoice[] others = [.. Read(Path).Where(choice => choice.Rater != Rater)];
        Pieces.WriteFile(
            System.IO.Path.GetFullPath(Path),
            stream =>
            {
                foreach (ComparisonChoice choice in others.Concat(own))
                    stream.Write(Encoding.UTF8.GetBytes(choice.ToJson() + "\n"));
            }
        );
    }

    private static List<ComparisonChoice> Read(string path)
    {
        List<ComparisonChoice> choices = [];
        if (!File.Exists(path))
            return choices;
        foreach ((int at, string line) in File.ReadLines(path).Index())
        {
            if (line.Length == 0)
                continue;
            try
            {
                choices.Add(ComparisonChoice.Parse(line));
            }
            catch (JsonException failure)
            {
                throw new AssayException(
                    "this is no line of choices",
                    new(path, Line: at + 1),
                    "The file is to hold what 'assay compare' writes; name another with --out.",
                    failure
                );
            }
        }
        return choices;
    }
}
