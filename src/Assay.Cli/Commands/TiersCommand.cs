using System.CommandLine;
using Assay.Cli.Terminal;
using Assay.Data;
using Assay.Recipes;
using Assay.Recipes.Execution;

namespace Assay.Cli.Commands;

/// <summary><c>assay tiers recipe.yaml</c></summary>
internal static class TiersCommand
{
    private static readonly Argument<string> RecipePath = new("recipe")
    {
        Description = "The recipe (YAML), with a section tiers: of gates.",
    };

    private static readonly Option<string[]> Set = new("--set")
    {
        Description = "Change one value of the recipe: --set tiers.L2[1].keep=10%. May be repeated.",
        HelpName = "key=value",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string?> DataPath = new("--data")
    {
        Description = "Read the recipe's first dataset from here instead: a file, a folder or a glob.",
        HelpName = "path",
    };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "Folder for the rows of each tier, the report and its tables.",
        HelpName = "dir",
        DefaultValueFactory = _ => "tiers",
    };

    public static Command Create()
    {
        Command command = new("tiers", "Promote rows through gates: raw, filtered, selected, refined, organised.")
        {
            RecipePath,
            DataPath,
            Set,
            Out,
        };
        MachineOptions.AddTo(command);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        Recipe recipe = Recipe.Load(
            parsed.GetRequiredValue(RecipePath),
            parsed.GetRequiredValue(Set),
            parsed.GetValue(DataPath)
        );
        string folder = parsed.GetRequiredValue(Out);
        using Interruption interruption = new();
        using Store store = Store.Open(parsed.GetRequiredValue(StoreOption.Folder));
        bool quiet = MachineOptions.IsQuiet(parsed);
        using ProgressLines? lines = quiet ? null : new(Console.Error, !Console.IsErrorRedirected);
        StudyReport report = new RecipeRunner(
            recipe,
            store,
            MachineOptions.Of(parsed),
            lines is null ? new QuietProgress() : lines,
            interruption.Token
        ).BuildTiers(folder);
        lines?.Complete();
        return StudyCommand.Show(report, folder, parsed.GetValue(MachineOptions.Json), quiet);
    }
}
