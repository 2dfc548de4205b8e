using System.Diagnostics;
using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Studies;

namespace Assay.Recipes.Execution;

/// <summary>Runs one study on one dataset, without a recipe: <c>assay plan filter</c>, <c>assay judge algoperf</c>.</summary>
/// <remarks>The study is kept in the store as a recipe's step is; its tables become CSV files in the folder.</remarks>
/// <param name="store">Where results are kept.</param>
/// <param name="options">How to use the machine.</param>
/// <param name="observer">Hears how it goes.</param>
/// <param name="cancellation">Asks it to stop.</param>
public sealed class StudyRunner(
    Store store,
    RunOptions options,
    IRunObserver observer,
    CancellationToken cancellation = default
)
{
    /// <summary>Runs the study and writes its tables and files.</summary>
    /// <param name="call">A method that is an <see cref="IStudy"/>.</param>
    /// <exception cref="AssayException">Something that the user can mend went wrong.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop; finished work is kept.</exception>
    public StudyReport Run(MethodCall call)
    {
        Stopwatch clock = Stopwatch.StartNew();
        StepRunner steps = new(store, options, observer, cancellation);
        Flow flow = new CallReader(steps, new(store, options, observer, steps)).Read(call);
        StepSpec step = new(call.Method, call.Options);
        (_, IReadOnlyList<StepReport> reports) = steps.Run(step, flow, call.Seed);
        Study study =
            reports[^1].Study
            ?? throw new AssayException(
                $"{call.Method.Name} studies nothing",
                hint: "'assay methods plan' and 'assay methods judge' list what does."
            );
        return new()
        {
            Method = call.Method.Name,
            Options = step.Written,
            Seed = call.Seed,
            Data = call.Data.Path,
            Rows = flow.View.Selection.Count,
            Study = study,
            Files = Write(study, call.Folder),
            Seconds = clock.Elapsed.TotalSeconds,
            Cached = reports[^1].Cached,
        };
    }

    /// <summary>The files of a study: its tables as CSV, then its own.</summary>
    public static IEnumerable<StudyFile> FilesOf(Study study)
    {
        HashSet<string> names = [];
        foreach (TablePanel table in study.Panels.OfType<TablePanel>())
        {
            string stem = Stem(table.Title),
                name = stem;
            for (int i = 2; !names.Add(name); i++)
                name = $"{stem}-{i}";
            yield return new(name + ".csv", Csv(table));
        }
        foreach (StudyFile file in study.Files)
            yield return file;
    }

    /// <summary>Writes the files of a study into a folder, and gives their paths.</summary>
    /// <exception cref="AssayException">The folder cannot be made.</exception>
    public static IReadOnlyList<string> Write(Study study, string folder) =>
        [.. FilesOf(study).Select(file => Write(folder, file))];

    private static string Stem(string title)
    {
        StringBuilder stem = new();
        foreach (char letter in title.ToLowerInvariant())
            if (char.IsAsciiLetterOrDigit(letter))
                stem.Append(letter);
            else if (stem.Length > 0 && stem[^1] != '-')
                stem.Append('-');
        return stem.ToString().TrimEnd('-') is { Length: > 0 } name ? name : "table";
    }

    private static string Csv(TablePanel table)
    {
        StringBuilder csv = new();
        csv.AppendJoin(',', table.Columns.Select(column => Quoted(column.Name))).Append('\n');
        int rows = table.Columns.Count > 0 ? table.Columns[0].Length : 0;
        for (int row = 0; row < rows; row++)
            csv.AppendJoin(',', table.Columns.Select(column => Field(column, row))).Append('\n');
        return csv.ToString();
    }

    private static string Field(TableColumn column, int row) =>
        column.Words is { } words
            ? Quoted(words[row])
            : column.Numbers![row]?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    // RFC 4180.
    private static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"")}\"";

    /// <summary>Writes one file into a folder, which is made if it is not there, and gives its path.</summary>
    /// <exception cref="AssayException">The folder cannot be made.</exception>
    internal static string Write(string folder, StudyFile file)
    {
        string path = Path.Combine(folder, file.Name);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AssayException(
                $"cannot make the folder for the result: {failure.Message}",
                new(folder),
                "Choose another folder with --out; the result is kept in the store.",
                failure
            );
        }
        Pieces.WriteFile(Path.GetFullPath(path), stream => stream.Write(Encoding.UTF8.GetBytes(file.Text)));
        return path;
    }
}
