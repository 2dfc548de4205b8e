using System.CommandLine;
using Assay.Data;
using Assay.Recipes.Execution;

namespace Assay.Cli.Commands;

/// <summary><c>assay explain row-id</c></summary>
internal static class ExplainCommand
{
    private static readonly Argument<RowId> Row = new("row-id")
    {
        Description = "A row's id, as the report and exported rows (assay_id) show it.",
        CustomParser = result =>
        {
            if (!RowId.TryParse(result.Tokens[0].Value, null, out RowId id))
                result.AddError(
                    $"'{result.Tokens[0].Value}' is not a row id: expected 32 hexadecimal digits, as the report shows them and exported rows have them as assay_id."
                );
            return id;
        },
    };

    public static Command Create()
    {
        Command command = new(
            "explain",
            "Say where a row came from, and what every step of the newest run did with it."
        )
        {
            Row,
            StoreOption.Folder,
        };
        command.SetAction(parsed =>
        {
            using Store store = Store.OpenToRead(parsed.GetRequiredValue(StoreOption.Folder));
            Explanation explanation = Explanation.Of(store, parsed.GetRequiredValue(Row));
            Console.Out.WriteLine($"row       {explanation.Id}");
            Console.Out.WriteLine($"source    {explanation.Source}, {explanation.Place}");
            Console.Out.WriteLine($"text      {OneLine(explanation.Text, 200)}");
            Console.Out.WriteLine();
            int width = explanation.Events.Select(e => e.Method.Length).DefaultIfEmpty(0).Max();
            foreach (RowEvent step in explanation.Events)
                Console.Out.WriteLine(
                    $"{(step.Dropped ? "✗" : "·")} {(step.Candidate.Length > 0 ? step.Candidate + ": " : "")}{step.Method.PadRight(width)}  {step.What}"
                );
            return ExitCode.Done;
        });
        return command;
    }

    private static string OneLine(string text, int length)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= length ? line : line[..length] + "…";
    }
}
