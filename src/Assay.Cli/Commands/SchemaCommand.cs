using System.CommandLine;
using Assay.Recipes;

namespace Assay.Cli.Commands;

/// <summary><c>assay schema</c></summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        Command command = new("schema", "Print the JSON Schema of recipes, for editors to complete and check with.");
        command.SetAction(_ =>
        {
            Console.Out.WriteLine(RecipeSchema.ToJson());
            return ExitCode.Done;
        });
        return command;
    }
}
