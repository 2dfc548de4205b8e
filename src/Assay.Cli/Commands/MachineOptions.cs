using System.CommandLine;
using Assay.Data;
using Assay.Recipes.Execution;

namespace Assay.Cli.Commands;

/// <summary>How a command uses the machine and speaks: the same for every command that works long.</summary>
internal static class MachineOptions
{
    private static readonly Option<BadRowPolicy> OnBadRow = new("--on-bad-row")
    {
        Description =
            "What to do with a row that cannot be read: fail, skip, or quarantine (kept aside and reported). [default: fail]",
        HelpName = "fail|skip|quarantine",
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
            "Memory that the whole process may take, such as 2G; more data than that spill to disk. [default: three quarters of the machine's]",
        HelpName = "size",
        CustomParser = result =>
        {
            if (ByteSize.TryParse(result.Tokens[0].Value, null, out ByteSize size) && size.Bytes >= 128L << 20)
                return size;
            result.AddError($"--memory '{result.Tokens[0].Value}': expected {ByteSize.Expected}, at least 128M.");
            return null;
        },
    };

    private static readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "Say nothing but errors." };

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print the result as JSON on standard output.",
    };

    static MachineOptions() =>
        Threads.Validators.Add(result =>
        {
            if (
                result.Tokens.Count == 1
                && !(int.TryParse(result.Tokens[0].Value, out int threads) && threads is >= 1 and <= 1024)
            )
                result.AddError($"--threads '{result.Tokens[0].Value}': expected a number from 1 to 1024.");
        });

    public static void AddTo(Command command)
    {
        command.Options.Add(OnBadRow);
        command.Options.Add(Threads);
        command.Options.Add(Memory);
        command.Options.Add(StoreOption.Folder);
        command.Options.Add(Quiet);
        command.Options.Add(Json);
    }

    public static bool IsQuiet(ParseResult parsed) => parsed.GetValue(Quiet) || parsed.GetValue(Json);

    public static RunOptions Of(ParseResult parsed)
    {
        RunOptions options = new() { Threads = parsed.GetValue(Threads), OnBadRow = parsed.GetValue(OnBadRow) };
        if (parsed.GetValue(Memory) is { } memory)
        {
            options = options with { MemoryBytes = memory.Bytes };
            // The rest is code, stacks and the runtime's own.
            AppContext.SetData("GCHeapHardLimit", (ulong)(memory.Bytes - (80L << 20)));
            GC.RefreshMemoryLimit();
        }
        return options;
    }
}
