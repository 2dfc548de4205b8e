using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Data;

namespace Assay.Describe;

/// <summary>Answers of a datasheet.</summary>
/// <param name="answers">Answers by section and key, as they were written.</param>
internal sealed class Datasheet(IReadOnlyDictionary<(string Section, string Key), IReadOnlyList<string>> answers)
{
    /// <summary>The section that a program fills, and does not read.</summary>
    public const string Measured = "measured";

    private const string Version = "datasheet";

    // Letters of all languages as they are.
    private static readonly JsonSerializerOptions s_json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = DatasheetJson.Default,
    };

    /// <summary>One without answers.</summary>
    public static Datasheet Empty { get; } = new(new Dictionary<(string, string), IReadOnlyList<string>>());

    /// <summary>Questions that have an answer.</summary>
    public int Answered => answers.Count;

    /// <summary>Questions that have none.</summary>
    public IReadOnlyList<DatasheetQuestion> Open =>
        [.. DatasheetQuestions.All.Where(question => Answers(question.Section, question.Key).Count == 0)];

    /// <summary>The answers to a question; none where it is open.</summary>
    public IReadOnlyList<string> Answers(string section, string key) => answers.GetValueOrDefault((section, key), []);

    /// <summary>The answer to a question, or null where it is open.</summary>
    public string? Answer(string section, string key) =>
        Answers(section, key) is { Count: > 0 } all ? string.Join(", ", all) : null;

    /// <summary>What a yes-or-no question says.</summary>
    public Known Fact(string section, string key) =>
        Answer(section, key) switch
        {
            "yes" => Known.Yes,
            "no" => Known.No,
            "not-applicable" => Known.NotApplicable,
            _ => Known.Unknown,
        };

    /// <summary>Reads a form.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="yaml">What stands in it.</param>
    /// <exception cref="DocumentException">It is no datasheet; every problem with its line and column.</exception>
    public static Datasheet Read(string path, string yaml)
    {
        SourceText source = new(path, yaml);
        DocumentProblems problems = new();
        YamlNode? root = YamlReader.Read(source, problems);
        problems.ThrowIfAny();
        if (root is null)
            return Empty;
        if (root is not MapNode map || map.Find(Version) is not { } version)
            throw problems.Fatal(root.Mark, "", "this is no datasheet", "a map that begins with 'datasheet: 1'");
        if (version.Value is not ScalarNode { Text: "1" })
            problems.Add(version.Value.Mark, Version, $"{version.Value.Noun} is no version of datasheets", "1");
        string[] sections = [.. DatasheetQuestions.All.Select(question => question.Section).Distinct()];
        Dictionary<(string, string), IReadOnlyList<string>> answers = [];
        foreach (YamlEntry section in map.Entries)
        {
            string name = section.Key.Text;
            if (name is Version or Measured || section.Value.IsNull)
                continue;
            if (!sections.Contains(name))
                problems.Add(
                    section.Key.Mark,
                    name,
                    $"a datasheet has no section '{SourceText.Printable(name)}'",
                    "one of " + string.Join(", ", sections),
                    Nearest.Hint(name, sections)
                );
            else if (section.Value is not MapNode entries)
                problems.Add(section.Value.Mark, name, $"{section.Value.Noun} does not fit", "questions and answers");
            else
                foreach (YamlEntry entry in entries.Entries)
                    Read(name, entry, answers, problems);
        }
        problems.ThrowIfAny();
        return new(answers);
    }

    private static void Read(
        string section,
        YamlEntry entry,
        Dictionary<(string, string), IReadOnlyList<string>> answers,
        DocumentProblems problems
    )
    {
        string key = entry.Key.Text,
            path = $"{section}.{key}";
        DatasheetQuestion[] questions = [.. DatasheetQuestions.All.Where(question => question.Section == section)];
        if (Array.Find(questions, question => question.Key == key) is not { } question)
        {
            problems.Add(
                entry.Key.Mark,
                path,
                $"'{section}' has no question '{SourceText.Printable(key)}'",
                "one of " + string.Join(", ", questions.Select(one => one.Key)),
                Nearest.Hint(key, questions.Select(one => one.Key))
            );
            return;
        }
        IReadOnlyList<YamlNode> given = entry.Value is ListNode list ? list.Items : [entry.Value];
        List<string> texts = [];
        foreach (YamlNode node in given)
        {
            if (node.IsNull)
                continue;
            string text = node is ScalarNode scalar ? Plain(scalar.Text.Trim(), question) : "";
            if (node is not ScalarNode || (entry.Value is ListNode && !question.IsList && question.Allowed.Count > 0))
                problems.Add(entry.Value.Mark, path, $"{entry.Value.Noun} does not fit", Expected(question));
            else if (question.Allowed.Count > 0 && text.Length > 0 && !question.Allowed.Contains(text))
                problems.Add(
                    node.Mark,
                    path,
                    $"{node.Noun} is not allowed",
                    Expected(question),
                    Nearest.Hint(text, question.Allowed)
                );
            else if (text.Length > 0)
                texts.Add(text);
        }
        if (texts.Count > 0)
            answers[(section, key)] = texts;
    }

    // YAML 1.1 writes yes and no in several ways.
    private static string Plain(string text, DatasheetQuestion question) =>
        !question.Allowed.Contains("yes")
            ? text
            : text.ToLowerInvariant() switch
            {
                "yes" or "true" or "y" => "yes",
                "no" or "false" or "n" => "no",
                _ => text,
            };

    private static string Expected(DatasheetQuestion question) =>
        question.Allowed.Count == 0
            ? "text, or a list of texts"
            : "one of " + string.Join(", ", question.Allowed) + (question.IsList ? ", or a list of them" : "");

    /// <summary>The form: what is measured, and the questions with their answers.</summary>
    /// <param name="name">The dataset.</param>
    /// <param name="measured">What is measured: a name and a value, or a name and further ones.</param>
    public string ToYaml(string name, IReadOnlyList<DatasheetFigure> measured)
    {
        StringBuilder yaml = new();
        IReadOnlyList<DatasheetQuestion> open = Open;
        yaml.Append($"# Datasheet of {OneLine(name)}.\n");
        yaml.Append(
            "# Answer behind the colons; what is left empty is not answered. Give the file back with --datasheet.\n"
        );
        yaml.Append($"# Open: {open.Count} of {DatasheetQuestions.All.Count} questions");
        yaml.Append(open.Count == 0 ? ".\n" : $": {string.Join(", ", open.Select(question => question.Key))}.\n");
        yaml.Append($"{Version}: 1\n");
        foreach (
            IGrouping<string, DatasheetQuestion> section in DatasheetQuestions.All.GroupBy(question => question.Section)
        )
        {
            yaml.Append($"\n{section.Key}:\n");
            foreach (DatasheetQuestion question in section)
            {
                yaml.Append($"  # {question.Text}");
                if (question.Allowed.Count > 0)
                    yaml.Append($" [{string.Join(" | ", question.Allowed)}]{(question.IsList ? ", one or more" : "")}");
                yaml.Append($"\n  {question.Key}:");
                IReadOnlyList<string> given = Answers(question.Section, question.Key);
                if (given.Count == 1)
                    yaml.Append(' ').Append(Scalar(given[0]));
                else if (given.Count > 1)
                    yaml.Append($" [{string.Join(", ", given.Select(Scalar))}]");
                yaml.Append('\n');
            }
        }
        yaml.Append($"\n# Measured by Assay, anew at each run; changes here are not read.\n{Measured}:\n");
        foreach (DatasheetFigure figure in measured)
            yaml.Append($"  {Scalar(figure.Name)}: {Scalar(figure.Value)}\n");
        return yaml.ToString();
    }

    /// <summary>The datasheet as a page of Markdown.</summary>
    public string ToMarkdown(string name, IReadOnlyList<DatasheetFigure> measured)
    {
        StringBuilder page = new();
        page.Append($"# Datasheet: {OneLine(name)}\n\n");
        page.Append($"{Answered} of {DatasheetQuestions.All.Count} questions are answered.\n");
        page.Append("\n## Measured\n\n| figure | value |\n| --- | --- |\n");
        foreach (DatasheetFigure figure in measured)
            page.Append($"| {Cell(figure.Name)} | {Cell(figure.Value)} |\n");
        foreach (
            IGrouping<string, DatasheetQuestion> section in DatasheetQuestions.All.GroupBy(question => question.Section)
        )
        {
            page.Append($"\n## {char.ToUpperInvariant(section.Key[0])}{section.Key[1..]}\n");
            foreach (DatasheetQuestion question in section)
                page.Append(
                    $"\n**{question.Text}**\n\n{Answer(question.Section, question.Key) ?? "*Not answered.*"}\n"
                );
        }
        return page.ToString();
    }

    // Plain where that reads back as the same text, else in double quotes with escapes (which YAML shares with JSON).
    private static string Scalar(string text) =>
        text.Length > 0
            && (char.IsAsciiLetter(text[0]) || text.All(char.IsAsciiDigit))
            && text.All(sign => char.IsAsciiLetterOrDigit(sign) || " -_./()%".Contains(sign))
            && !text.EndsWith(' ')
            && text.ToLowerInvariant() is not ("null" or "true" or "false" or "yes" or "no" or "on" or "off")
        || text is "yes" or "no"
            ? text
            : JsonSerializer.Serialize(text, s_json);

    private static string OneLine(string text) => SourceText.Printable(text, 200);

    private static string Cell(string text) => OneLine(text).Replace("|", "\\|", StringComparison.Ordinal);
}

/// <summary>A figure that a program puts into a datasheet.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">As it is to be read.</param>
internal sealed record DatasheetFigure(string Name, string Value)
{
    /// <summary>Questions that the data themselves answer.</summary>
    public static IReadOnlyList<string> Topics { get; } =
    ["rows", "columns", "missing values", "repeated rows", "subgroups", "private data", "smallest group of equals"];

    /// <summary>What of: <c>subgroups</c> of <c>subgroups: age</c>.</summary>
    public string Topic => Name.Split(':')[0];
}

[JsonSerializable(typeof(string))]
internal sealed partial class DatasheetJson : JsonSerializerContext;
