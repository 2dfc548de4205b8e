using System.CommandLine;

namespace Assay.Cli.Commands;

/// <summary>The studies of the verb describe, and beside them what looks at a dataset that is no table of rows.</summary>
internal static class DescribeCommand
{
    /// <param name="withMethods">Whether to find the methods, which takes time: only for command lines about them.</param>
    public static Command Create(bool withMethods)
    {
        Command command = StudyCommand.Create(
            "describe",
            "Say what is in data before anything is trained on them.",
            withMethods
        );
        if (withMethods)
            foreach (Command other in (Command[])[CardCommand.Create(), DsdlCommand.Create()])
                command.Subcommands.Add(other);
        return command;
    }
}
