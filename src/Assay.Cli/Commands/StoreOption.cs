using System.CommandLine;

namespace Assay.Cli.Commands;

/// <summary>Where the store is: the same for every command that uses it.</summary>
internal static class StoreOption
{
    public static readonly Option<string> Folder = new("--store")
    {
        Description = "Folder of the store, where results are kept between runs.",
        HelpName = "dir",
        DefaultValueFactory = _ => ".assay",
    };
}
