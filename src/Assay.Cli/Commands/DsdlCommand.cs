using System.CommandLine;
using System.Diagnostics;
using Assay.Cli.Terminal;
using Assay.Data;
using Assay.Describe;
using Assay.Recipes.Execution;
using Assay.Studies;

namespace Assay.Cli.Commands;

/// <summary><c>assay describe dsdl description.yaml</c>: checks the samples of a dataset against its description, beside the studies of the verb.</summary>
internal static class DsdlCommand
{
    private static readonly Argument<string> Description = new("description")
    {
        Description = "The description of the dataset in DSDL: YAML, or JSON if its name ends with .json.",
    };

    private static readonly Option<bool> Lenient = new("--lenient")
    {
        Description = "Ignore keys that are no fields, and only warn of fields that are missing.",
    };

    private static readonly Option<string?> Libraries = new("--libraries")
    {
        Description = "The one folder of imported files. [default: that of the description, and ../defs beside it]",
        HelpName = "dir",
    };

    private static readonly Option<string?> Media = new("--media")
    {
        Description = "The folder that paths of images and the like start from: tells which are not there.",
        HelpName = "dir",
    };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "Folder for the result.",
        HelpName = "dir",
        DefaultValueFactory = _ => "describe",
    };

    public static Command Create()
    {
        Command command = new(
            "dsdl",
            "Check the samples of a dataset against its description in DSDL, and count labels and boxes."
        )
        {
            Description,
            Lenient,
            Libraries,
            Media,
            Out,
        };
        MachineOptions.AddTo(command);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        Stopwatch clock = Stopwatch.StartNew();
        string path = parsed.GetRequiredValue(Description);
        if (parsed.GetValue(Media) is { } media && !Directory.Exists(media))
            throw new AssayException(
                "expected a folder of media, found none",
                new(media),
                "Name another with --media."
            );
        MachineOptions.Of(parsed);
        using Interruption interruption = new();
        bool quiet = MachineOptions.IsQuiet(parsed);
        using ProgressLines? lines = quiet ? null : new(Console.Error, !Console.IsErrorRedirected);
        lines?.StepStarted("describe/dsdl", path, cached: false);
        DsdlDataset dataset = DsdlDataset.Open(path, parsed.GetValue(Libraries));
        DsdlCheck check = DsdlCheck.Of(
            dataset,
            !parsed.GetValue(Lenient),
            parsed.GetValue(Media),
            lines,
            interruption.Token
        );
        lines?.Complete();
        Study study = DsdlPanels.Study(check);
        string folder = parsed.GetRequiredValue(Out);
        StudyReport report = new()
        {
            Method = "describe/dsdl",
            Options = check.IsStrict ? "" : "lenient: true",
            Seed = 0,
            Data = [path],
            Rows = check.Samples,
            Study = study,
            Files = StudyRunner.Write(study, folder),
            Seconds = clock.Elapsed.TotalSeconds,
        };
        StudyCommand.Show(report, folder, parsed.GetValue(MachineOptions.Json), quiet);
        return check.WithErrors > 0 ? ExitCode.Failed : ExitCode.Done;
    }
}
