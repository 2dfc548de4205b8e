using System.CommandLine;
using Assay.Cli;
using Assay.Cli.Commands;
using Assay.Data;
using Assay.Recipes;

RootCommand root = new(
    "Assay finds out what training data is worth: describe, value, select, judge, and plan on the frontier."
)
{
    RunCommand.Create(),
    TiersCommand.Create(),
    DescribeCommand.Create(withMethods: args.Contains("describe")),
    ValueCommand.Create(withMethods: args.Contains("value")),
    MakeCommand.Create(withMethods: args.Contains("make")),
    TrainCommand.Create(withMethods: args.Contains("train")),
    JudgeCommand.Create(withMethods: args.Contains("judge")),
    StudyCommand.Create(
        "plan",
        "Decide what to buy, filter and train next, from measurements.",
        withMethods: args.Contains("plan")
    ),
    CompareCommand.Create(),
    ReplicateCommand.Create(),
    MethodsCommand.Create(),
    SchemaCommand.Create(),
    RunsCommand.Create(),
    ExplainCommand.Create(),
    CompletionCommand.Create(),
};
RootHelp.Use(root);

ParseResult parsed = root.Parse(args);
try
{
    int code = parsed.Invoke(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
}
catch (AssayException failure)
{
    Console.Error.WriteLine("assay: " + failure);
    return failure is DocumentException ? ExitCode.Usage : ExitCode.Failed;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("assay: stopped; finished work is kept, run the same command again to go on");
    return ExitCode.Cancelled;
}
catch (OutOfMemoryException)
{
    Console.Error.WriteLine(
        "assay: out of memory; finished work is kept. Give it more with --memory, or use fewer --threads."
    );
    return ExitCode.Failed;
}
