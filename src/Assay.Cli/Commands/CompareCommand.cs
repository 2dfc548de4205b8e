using System.CommandLine;
using Assay.Cli.Terminal;
using Assay.Data;
using Assay.Judge;
using Assay.Reports;
using Assay.Studies;

namespace Assay.Cli.Commands;

/// <summary><c>assay compare pairs.jsonl</c>: a person says which of two answers is better, here or on a page.</summary>
internal static class CompareCommand
{
    private static readonly Argument<string[]> Data = new("data")
    {
        Description =
            "Pairs of answers: prompt, answer_a, answer_b; prompt, chosen, rejected; or instruction, output_1, output_2.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string> Rater = new("--rater")
    {
        Description = "Your name, as it is to stand beside your choices.",
        HelpName = "name",
        DefaultValueFactory = _ => Environment.UserName,
    };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "The file of choices; one that is there is gone on with.",
        HelpName = "file",
        DefaultValueFactory = _ => "choices.jsonl",
    };

    private static readonly Option<string?> Html = new("--html")
    {
        Description = "Instead of asking here, write a page that asks in a browser.",
        HelpName = "file",
    };

    private static readonly Option<string?> Batch = new("--batch")
    {
        Description = "A name of the batch, to find drift later.",
        HelpName = "name",
    };

    private static readonly Option<int?> Limit = new("--limit")
    {
        Description = "The first so many pairs only.",
        HelpName = "n",
    };

    private static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "Draws which answer stands first, for each rater and pair.",
        HelpName = "n",
        DefaultValueFactory = _ => 0,
    };

    public static Command Create()
    {
        Command command = new("compare", "Ask people which of two answers is better, in the terminal or on a page.")
        {
            Data,
            Rater,
            Out,
            Html,
            Batch,
            Limit,
            Seed,
        };
        Limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < 1)
                result.AddError("--limit: expected 1 or more.");
        });
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        IReadOnlyList<ComparisonTask> tasks = Read(parsed.GetRequiredValue(Data));
        if (parsed.GetValue(Limit) is { } most)
            tasks = [.. tasks.Take(most)];
        if (parsed.GetValue(Html) is { } page)
        {
            Pieces.WriteFile(
                Path.GetFullPath(page),
                stream =>
                {
                    using StreamWriter writer = new(stream, leaveOpen: true);
                    // The page asks for a name; one that was given stands there already.
                    string rater = parsed.GetResult(Rater) is { Implicit: false } ? parsed.GetRequiredValue(Rater) : "";
                    ComparePage.Write(tasks, rater, parsed.GetValue(Batch), writer);
                }
            );
            Console.Out.WriteLine($"wrote     {page}, {tasks.Count:N0} pairs");
            return ExitCode.Done;
        }
        ComparisonSession session = ComparisonSession.Open(
            tasks,
            parsed.GetRequiredValue(Out),
            parsed.GetRequiredValue(Rater),
            parsed.GetValue(Batch),
            parsed.GetValue(Seed)
        );
        new ComparisonDialogue(session, Console.In, Console.Out).Run();
        return ExitCode.Done;
    }

    private static IReadOnlyList<ComparisonTask> Read(string[] paths)
    {
        using Pieces pieces = Pieces.Temporary();
        SourcePlan plan = SourcePlan.Find(
            "pairs",
            new() { Path = paths, Table = true },
            Directory.GetCurrentDirectory()
        );
        IngestResult read = Ingest.Run(plan, BadRowPolicy.Fail, new(pieces));
        Dataset pairs = new("pairs", "pairs", read.Schema, "text", read.Infos, index => Table.Read(read.Tables[index]));
        return ComparisonTask.Read(StudyTable.Of(new(pairs), default));
    }
}
