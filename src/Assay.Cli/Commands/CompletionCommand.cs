using System.CommandLine;

namespace Assay.Cli.Commands;

/// <summary><c>assay completion bash|zsh|fish|pwsh</c></summary>
internal static class CompletionCommand
{
    private static readonly Argument<string> Shell = new("shell") { Description = "bash, zsh, fish or pwsh." };

    // Each script hands the line and the cursor to the [suggest] directive, so completions never fall behind the program.
    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["bash"] = """
            _assay() { mapfile -t COMPREPLY < <(assay "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null); }
            complete -o default -F _assay assay
            """,
        ["zsh"] = """
            _assay() { reply=("${(@f)$(assay "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}"); compadd -a reply; _files; }
            compdef _assay assay
            """,
        ["fish"] = """
            complete -c assay -a '(assay "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null)'
            """,
        ["pwsh"] = """
            Register-ArgumentCompleter -Native -CommandName assay -ScriptBlock {
                param($word, $line, $cursor)
                assay "[suggest:$cursor]" "$line" | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
            }
            """,
    };

    public static Command Create()
    {
        Shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        Command command = new("completion", "Print a shell's completion script: source <(assay completion bash)")
        {
            Shell,
        };
        command.SetAction(parsed =>
        {
            Console.Out.WriteLine(Scripts[parsed.GetRequiredValue(Shell)]);
            return ExitCode.Done;
        });
        return command;
    }
}
