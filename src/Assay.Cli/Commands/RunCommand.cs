using System.CommandLine;
using System.Runtime.InteropServices;
using Assay.Cli.Terminal;
using Assay.Data;
using Assay.Recipes;
using Assay.Recipes.Execution;
using Assay.Reports;

namespace Assay.Cli.Commands;

/// <summary><c>assay run recipe.yaml</c></summary>
internal static class RunCommand
{
    private static readonly Argument<string> Recipe = new("recipe") { Description = "The recipe (YAML)." };

    private static readonly Option<string?> DataPath = new("--data")
    {
        Description = "Read the recipe's first dataset from here instead: a file, a folder or a glob.",
        HelpName = "path",
    };

    private static readonly Option<string[]> Set = new("--set")
    {
        Description = "Change one value of the recipe: --set judge.seeds=5. May be repeated.",
        HelpName = "key=value",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Show the plan and what is known of its cost; run nothing.",
    };

    private static readonly Option<BadRowPolicy> OnBadRow = new("--on-bad-row")
    {
        Description = "What to do with a row that cannot be read: fail, skip, or quarantine (kept aside and reported).",
        HelpName = "fail|skip|quarantine",
        DefaultValueFactory = _ => BadRowPolicy.Fail,
    };

    private static readonly Option<int> Threads = new("--threads")
    {
        Description = "Threads to use; the result does not depend on it.",
        HelpName = "n",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    private static readonly Option<ByteSize?> Memory = new("--memory")
    {
        Description =
            "Memory that the whole process may take, such as 2G; more data than that spill to disk. Default: three quarters of the machine's.",
        HelpName = "size",
        CustomParser = result =>
        {
            if (ByteSize.TryParse(result.Tokens[0].Value, null, out ByteSize size) && size.Bytes >= 128L << 20)
                return size;
            result.AddError($"--memory '{result.Tokens[0].Value}': expected {ByteSize.Expected}, at least 128M.");
            return null;
        },
    };

    private static readonly Option<string?> Report = new("--report")
    {
        Description = "Where to write the report. Default: report.html beside the exported data.",
        HelpName = "file",
    };

    private static readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "Say nothing but errors." };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print the result as JSON on standard output.",
    };

    public static Command Create()
    {
        Command command = new("run", "Run a recipe: from raw data to a measured training set.")
        {
            Recipe,
            DataPath,
            Set,
            DryRun,
            OnBadRow,
            Threads,
            Memory,
            StoreOption.Folder,
            Report,
            Quiet,
            Json,
        };
        Threads.Validators.Add(result =>
        {
            if (
                result.Tokens.Count == 1
                && !(int.TryParse(result.Tokens[0].Value, out int threads) && threads is >= 1 and <= 1024)
            )
                result.AddError($"--threads '{result.Tokens[0].Value}': expected a number from 1 to 1024.");
        });
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        Recipe recipe = Recipes.Recipe.Load(
            parsed.GetRequiredValue(Recipe),
            parsed.GetRequiredValue(Set),
            parsed.GetValue(DataPath)
        );
        RunOptions options = new() { Threads = parsed.GetValue(Threads), OnBadRow = parsed.GetValue(OnBadRow) };
        if (parsed.GetValue(Memory) is { } memory)
        {
            options = options with { MemoryBytes = memory.Bytes };
            // The rest is code, stacks and the runtime's own.
            AppContext.SetData("GCHeapHardLimit", (ulong)(memory.Bytes - (80L << 20)));
            GC.RefreshMemoryLimit();
        }

        using CancellationTokenSource stop = new();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        void Stop(PosixSignalContext context)
        {
            // The second time the system's own answer, which is to end at once, is what the user wants.
            context.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }

        using Store store = Store.Open(parsed.GetRequiredValue(StoreOption.Folder));
        bool quiet = parsed.GetValue(Quiet) || parsed.GetValue(Json);
        if (parsed.GetValue(DryRun))
        {
            RunPlan plan = new RecipeRunner(recipe, store, options, new QuietProgress(), stop.Token).Plan();
            PlanTable.Write(plan, recipe, Console.Out);
            return ExitCode.Done;
        }

        using ProgressLines? lines = quiet ? null : new(Console.Error, !Console.IsErrorRedirected);
        RunReport report = new RecipeRunner(
            recipe,
            store,
            options,
            lines is null ? new QuietProgress() : lines,
            stop.Token
        ).Run();

        string path =
            parsed.GetValue(Report)
            ?? (recipe.Export is { } export ? Path.Combine(export.To, "report.html") : "report.html");
        Pieces.WriteFile(
            Path.GetFullPath(path),
            stream =>
            {
                using StreamWriter writer = new(stream, leaveOpen: true);
                ReportPage.Render(report, writer);
            }
        );
        lines?.Dispose();
        if (parsed.GetValue(Json))
            Console.Out.WriteLine(report.ToJson());
        else if (!quiet)
            Summary.Write(report, path, Console.Out, !Console.IsOutputRedirected);
        return report.Datasets.Any(dataset => dataset.Quarantined > 0) ? ExitCode.DoneWithQuarantine : ExitCode.Done;
    }
}
