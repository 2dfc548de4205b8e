using Assay.Judge;

namespace Assay.Cli.Terminal;

/// <summary>Asks a person, line by line, which of two answers is better.</summary>
/// <param name="session">What to ask, and where choices go.</param>
/// <param name="input">Lines of answers; its end is the end of the session.</param>
/// <param name="output">Where tasks are shown.</param>
internal sealed class ComparisonDialogue(ComparisonSession session, TextReader input, TextWriter output)
{
    private const string Keys =
        "9 A is surely better ... 5 no difference ... 1 B is surely better; or a, b, t(ie); s skips, u goes back, q ends";

    /// <summary>Asks until all is answered or the person ends it.</summary>
    public void Run()
    {
        if (session.Done > 0)
            output.WriteLine($"{session.Done:N0} of {session.Tasks:N0} are done already; going on.");
        while (session.Next is { } task)
        {
            Show(task);
            if (!Ask(task))
                break;
        }
        output.WriteLine();
        output.WriteLine($"{session.Done:N0} of {session.Tasks:N0} compared; choices are in {session.Path}");
    }

    private void Show(ComparisonTask task)
    {
        bool aFirst = session.AFirst(task);
        output.WriteLine();
        output.WriteLine($"--- {session.Done + 1:N0} of {session.Tasks:N0} ---");
        output.WriteLine(Visible(task.Prompt));
        output.WriteLine();
        output.WriteLine("[A]");
        output.WriteLine(Visible(aFirst ? task.AnswerA : task.AnswerB));
        output.WriteLine();
        output.WriteLine("[B]");
        output.WriteLine(Visible(aFirst ? task.AnswerB : task.AnswerA));
        output.WriteLine();
    }

    // False if the person has had enough.
    private bool Ask(ComparisonTask task)
    {
        while (true)
        {
            output.Write($"{Keys}: ");
            output.Flush();
            switch (input.ReadLine()?.Trim().ToLowerInvariant())
            {
                case null or "q":
                    return false;
                case [>= '1' and <= '9' and var digit]:
                    session.Choose(task, digit - '0', isGraded: true);
                    return true;
                case "a":
                    session.Choose(task, 9, isGraded: false);
                    return true;
                case "b":
                    session.Choose(task, 1, isGraded: false);
                    return true;
                case "t" or "tie":
                    session.Choose(task, 5, isGraded: false);
                    return true;
                case "s":
                    session.Skip(task);
                    return true;
                case "u":
                    if (session.Undo() is not null)
                        return true;
                    output.WriteLine("There is no choice to take back.");
                    break;
                default:
                    output.WriteLine("That is none of the keys.");
                    break;
            }
        }
    }

    // A text of somebody else's must not move the cursor or colour the screen.
    private static string Visible(string text) =>
        string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '\uFFFD' : c)).Trim();
}
