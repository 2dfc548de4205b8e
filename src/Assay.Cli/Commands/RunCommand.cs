using System.CommandLine;
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

    private static readonly Option<string?> Report = new("--report")
    {
        Description = "Where to write the report. Default: report.html beside the exported data.",
        HelpName = "file",
    };

    public static Command Create()
    {
        Command command = new("run", "Run a recipe: from raw data to a measured training set.")
        {
            Recipe,
            DataPath,
            Set,
            DryRun,
            Report,
        };
        MachineOptions.AddTo(command);
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
        RunOptions options = MachineOptions.Of(parsed);
        using Interruption interruption = new();
        using Store store = Store.Open(parsed.GetRequiredValue(StoreOption.Folder));
        bool quiet = MachineOptions.IsQuiet(parsed);
        if (parsed.GetValue(DryRun))
        {
            RunPlan plan = new RecipeRunner(recipe, store, options, new QuietProgress(), interruption.Token).Plan();
            PlanTable.Write(plan, recipe, Console.Out);
            return ExitCode.Done;
        }

        // Data on standard output is alone there: it is written to a file first, as any other, and the rest goes to standard error.
        bool toOutput = recipe.Export?.To == ExportOptions.StandardOutput;
        if (toOutput)
        {
            if (parsed.GetValue(MachineOptions.Json))
                throw new AssayException("--json and data on standard output (to: -) cannot both be had");
            recipe = recipe with
            {
                Export = recipe.Export! with
                {
                    To = Path.Combine(store.Folder, "output"),
                    Card = false,
                    Dropped = false,
                },
            };
        }
        using ProgressLines? lines = quiet ? null : new(Console.Error, !Console.IsErrorRedirected);
        RunReport report = new RecipeRunner(
            recipe,
            store,
            options,
            lines is null ? new QuietProgress() : lines,
            interruption.Token
        ).Run();

        string path =
            parsed.GetValue(Report)
            ?? (toOutput ? "report.html" : null)
            ?? (recipe.Export is { } export ? Path.Combine(export.To, "report.html") : "report.html");
        Pieces.WriteFile(
            Path.GetFullPath(path),
            stream =>
            {
                using StreamWriter writer = new(stream, leaveOpen: true);
                ReportPage.Render(report, writer);
            }
        );
        lines?.Complete();
        if (toOutput)
        {
            using FileStream data = File.OpenRead(report.Export!.Files[0]);
            using Stream output = Console.OpenStandardOutput();
            data.CopyTo(output);
        }
        if (parsed.GetValue(MachineOptions.Json))
            Console.Out.WriteLine(report.ToJson());
        else if (!quiet)
            Summary.Write(
                report,
                path,
                toOutput ? Console.Error : Console.Out,
                !(toOutput ? Console.IsErrorRedirected : Console.IsOutputRedirected)
            );
        return report.Datasets.Any(dataset => dataset.Quarantined > 0) ? ExitCode.DoneWithQuarantine : ExitCode.Done;
    }
}
