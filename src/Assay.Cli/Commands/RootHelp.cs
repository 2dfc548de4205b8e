using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Assay.Cli.Commands;

/// <summary>What <c>assay --help</c> says: the commands, and where to begin. Each command's own help is the library's.</summary>
/// <remarks>The library's help for the root costs 30 ms of just-in-time compilation, a third of the whole start.</remarks>
internal sealed class RootHelp(RootCommand root, CommandLineAction ofCommands) : SynchronousCommandLineAction
{
    /// <summary>Gives <paramref name="root"/> this help.</summary>
    public static void Use(RootCommand root)
    {
        foreach (Option option in root.Options)
            if (option is HelpOption help)
                help.Action = new RootHelp(root, help.Action!);
    }

    /// <summary>Asking for help is no misuse, whatever else is missing.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        if (parseResult.CommandResult.Command != root)
            return ((SynchronousCommandLineAction)ofCommands).Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        output.WriteLine(root.Description);
        output.WriteLine();
        int width = 0;
        foreach (Command command in root.Subcommands)
            width = Math.Max(width, command.Name.Length);
        foreach (Command command in root.Subcommands)
            output.WriteLine($"  {command.Name.PadRight(width)}  {command.Description}");
        output.WriteLine();
        output.WriteLine("assay COMMAND --help says more of a command; assay --version names the version.");
        output.WriteLine("To begin: assay run recipe.yaml, with a recipe of examples/.");
        return ExitCode.Done;
    }
}
