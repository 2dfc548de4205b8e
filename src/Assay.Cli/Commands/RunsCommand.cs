using System.CommandLine;
using Assay.Data;

namespace Assay.Cli.Commands;

/// <summary><c>assay runs</c></summary>
internal static class RunsCommand
{
    public static Command Create()
    {
        Command command = new("runs", "List the runs of a store, the newest first.") { StoreOption.Folder };
        command.SetAction(parsed =>
        {
            using Store store = Store.OpenToRead(parsed.GetRequiredValue(StoreOption.Folder));
            Console.Out.WriteLine($"{"run", -19}  {"status", -9}  {"seconds", 8}  recipe");
            foreach (StoredRun run in store.Runs())
            {
                string seconds = run.Ended is { } ended ? $"{(ended - run.Started).TotalSeconds:0.0}" : "";
                Console.Out.WriteLine($"{run.Id, -19}  {run.Status, -9}  {seconds, 8}  {run.RecipePath}");
            }
            return ExitCode.Done;
        });
        return command;
    }
}
