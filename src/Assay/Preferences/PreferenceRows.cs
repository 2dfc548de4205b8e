using System.Text;
using System.Text.Json;
using Assay.Data;

namespace Assay.Preferences;

/// <summary>How rows hold preferences.</summary>
public enum PreferenceFormat
{
    /// <summary>Columns <c>prompt</c>, <c>chosen</c>, <c>rejected</c>: texts or lists of messages, as TRL reads them.</summary>
    Pairs,

    /// <summary>Columns <c>chosen</c>, <c>rejected</c> with the prompt in both: dialogues (<c>\n\nHuman:</c>, <c>\n\nAssistant:</c>) or lists of messages.</summary>
    Dialogues,

    /// <summary>Columns <c>prompt</c>, <c>completion</c>, <c>label</c> (true or false), as KTO reads them.</summary>
    Labels,

    /// <summary>Columns <c>prompt</c>, a list of <c>completions</c> (or <c>responses</c>) and their <c>scores</c>: every two with different scores are a pair.</summary>
    Scores,

    /// <summary>Columns <c>instruction</c>, <c>output_1</c>, <c>output_2</c>, <c>preference</c> (1 to 2), as AlpacaEval writes them; 1.5 is a tie and no pair.</summary>
    Annotations,
}

/// <summary>Reads preferences of every common form from the rows in view.</summary>
/// <remarks>
/// The form is found from the columns. Lists of messages (<c>[{"role": .., "content": ..}]</c>) become dialogues: <c>\n\nHuman: ..</c> for users,
/// <c>\n\nAssistant: ..</c> for the assistant; what two lists have in common at their beginning is their prompt. The text of a prompt and that of a
/// completion follow each other as they stand.
/// </remarks>
public sealed class PreferenceRows
{
    /// <summary>What stands before a turn of the assistant.</summary>
    internal const string AssistantTurn = "\n\nAssistant:";
    private static readonly (PreferenceFormat Format, string[] Columns)[] Forms =
    [
        (PreferenceFormat.Pairs, ["prompt", "chosen", "rejected"]),
        (PreferenceFormat.Dialogues, ["chosen", "rejected"]),
        (PreferenceFormat.Labels, ["prompt", "completion", "label"]),
        (PreferenceFormat.Scores, ["prompt", "completions", "scores"]),
        (PreferenceFormat.Scores, ["prompt", "responses", "scores"]),
        (PreferenceFormat.Annotations, ["instruction", "output_1", "output_2", "preference"]),
    ];

    private readonly List<PreferencePair> _pairs = [];
    private readonly string[] _columns;

    private PreferenceRows(PreferenceFormat format, string[] columns) => (Format, _columns) = (format, columns);

    /// <summary>How the rows hold them.</summary>
    public PreferenceFormat Format { get; }

    /// <summary>The pairs, in the order of the rows; a row of scores may give several.</summary>
    public IReadOnlyList<PreferencePair> Pairs => _pairs;

    /// <summary>Rows that prefer nothing: ties, and completions that are the same.</summary>
    public int Ties { get; private set; }

    /// <summary>Reads the selected rows, in their order, with their repeats.</summary>
    /// <exception cref="AssayException">No form fits the columns, a value is not what its form says, or nothing is preferred.</exception>
    public static PreferenceRows Read(View view, CancellationToken cancellation = default)
    {
        Schema schema = view.Dataset.Schema;
        var form = Array.Find(Forms, form => form.Columns.All(column => schema.Find(column) is not null));
        if (form.Columns is null)
            throw new AssayException(
                $"'{view.Dataset.Name}' has no preferences: its columns are {string.Join(", ", schema.Select(field => field.Name))}",
                hint: "Expected one of: "
                    + string.Join("; ", Forms.Select(known => string.Join(", ", known.Columns)))
                    + ". See docs/preferences.md."
            );
        PreferenceRows rows = new(form.Format, form.Columns);
        view.ForEach(view.Selection.Rows, (batch, row) => rows.Add(new(batch, row)), cancellation);
        return rows._pairs.Count > 0
            ? rows
            : throw new AssayException(
                $"no row of '{view.Dataset.Name}' prefers one completion to another",
                hint: rows.Ties > 0 ? $"{rows.Ties:N0} rows are ties, or have the same completion twice." : null
            );
    }

    /// <summary>The pairs that have two completions.</summary>
    /// <exception cref="AssayException">There is none.</exception>
    public IReadOnlyList<PreferencePair> Both(string method)
    {
        PreferencePair[] both = [.. _pairs.Where(pair => pair.IsPair)];
        return both.Length > 0
            ? both
            : throw new AssayException(
                $"{method} compares two completions of a prompt, and these rows have one each with a label",
                hint: "Use a loss for single labels: kto or bco."
            );
    }

    private void Add(in PreferenceRow row)
    {
        switch (Format)
        {
            case PreferenceFormat.Pairs:
                Add(row, row.Prompt("prompt"), row.Turns("chosen"), row.Turns("rejected"));
                break;
            case PreferenceFormat.Dialogues:
                AddDialogues(row);
                break;
            case PreferenceFormat.Labels:
                byte[] completion = row.Turns("completion");
                bool good = row.Truth("label");
                _pairs.Add(new(row.Ordinal, row.Prompt("prompt"), good ? completion : null, good ? null : completion));
                break;
            case PreferenceFormat.Scores:
                AddScored(row);
                break;
            case PreferenceFormat.Annotations:
                AddAnnotation(row);
                break;
        }
    }

    private void AddDialogues(in PreferenceRow row)
    {
        if (row.Messages("chosen") is { } chosen && row.Messages("rejected") is { } rejected)
        {
            int common = 0,
                most = Math.Min(chosen.Count, rejected.Count) - 1;
            while (common < most && chosen[common] == rejected[common])
                common++;
            Add(
                row,
                Encoding.UTF8.GetBytes(string.Concat(chosen.Take(common).Select(turn => turn.Text)) + AssistantTurn),
                Encoding.UTF8.GetBytes(Continuation(chosen, common)),
                Encoding.UTF8.GetBytes(Continuation(rejected, common))
            );
            return;
        }
        string first = row.Text("chosen"),
            second = row.Text("rejected");
        int cut = Shared(first, second);
        Add(
            row,
            Encoding.UTF8.GetBytes(first[..cut]),
            Encoding.UTF8.GetBytes(first[cut..]),
            Encoding.UTF8.GetBytes(second[cut..])
        );
    }

    // The prompt ends with the last turn of the assistant that both dialogues begin alike.
    private static int Shared(string first, string second)
    {
        int same = 0,
            most = Math.Min(first.Length, second.Length);
        while (same < most && first[same] == second[same])
            same++;
        if (same == 0)
            return 0;
        int turn = first.AsSpan(0, same).LastIndexOf(AssistantTurn);
        return turn < 0 ? 0 : turn + AssistantTurn.Length;
    }

    private static string Continuation(IReadOnlyList<Turn> turns, int from)
    {
        StringBuilder text = new();
        for (int i = from; i < turns.Count; i++)
        {
            string turn = turns[i].Text;
            text.Append(
                i == from && turn.StartsWith(AssistantTurn, StringComparison.Ordinal)
                    ? turn[AssistantTurn.Length..]
                    : turn
            );
        }
        return text.ToString();
    }

    private void AddScored(in PreferenceRow row)
    {
        byte[] prompt = row.Prompt("prompt");
        IReadOnlyList<byte[]> completions = row.List(_columns[1]);
        IReadOnlyList<double> scores = row.Numbers("scores");
        if (scores.Count != completions.Count)
            throw row.Wrong("scores", $"{scores.Count} scores of {completions.Count} completions");
        int before = _pairs.Count;
        for (int better = 0; better < scores.Count; better++)
        for (int worse = 0; worse < scores.Count; worse++)
            if (scores[better] > scores[worse] && !completions[better].AsSpan().SequenceEqual(completions[worse]))
                _pairs.Add(
                    new(row.Ordinal, prompt, completions[better], completions[worse])
                    {
                        Margin = scores[better] - scores[worse],
                    }
                );
        if (_pairs.Count == before)
            Ties++;
    }

    private void AddAnnotation(in PreferenceRow row)
    {
        double preference = row.Number("preference");
        if (preference is < 1 or > 2)
            throw row.Wrong("preference", $"{preference} instead of a number from 1 (the first) to 2 (the second)");
        if (preference == 1.5)
        {
            Ties++;
            return;
        }
        (string better, string worse) = preference < 1.5 ? ("output_1", "output_2") : ("output_2", "output_1");
        Add(
            row,
            row.Prompt("instruction"),
            row.Turns(better),
            row.Turns(worse),
            agreement: Math.Max(2 - preference, preference - 1)
        );
    }

    private void Add(in PreferenceRow row, byte[] prompt, byte[] chosen, byte[] rejected, double? agreement = null)
    {
        if (chosen.AsSpan().SequenceEqual(rejected))
        {
            Ties++;
            return;
        }
        double? chosenScore = row.Optional("score_chosen") ?? row.Optional("chosen_score"),
            rejectedScore = row.Optional("score_rejected") ?? row.Optional("rejected_score");
        double? margin =
            row.Optional("margin") ?? (chosenScore is { } high && rejectedScore is { } low ? high - low : null);
        _pairs.Add(
            new(row.Ordinal, prompt, chosen, rejected)
            {
                Margin = margin,
                Agreement = agreement ?? row.Optional("agreement"),
                Reference =
                    row.Optional("ref_chosen_logps") is { } first && row.Optional("ref_rejected_logps") is { } second
                        ? (first, second)
                        : null,
                Rationale = row.OptionalText("rationale"),
            }
        );
    }
}

/// <summary>A turn of a dialogue, as it is written.</summary>
internal readonly record struct Turn(string Text);

/// <summary>One row, with what stands in its columns.</summary>
internal readonly struct PreferenceRow(Batch batch, int row)
{
    private readonly int _at = batch.Local(row);

    public int Ordinal => row;

    /// <summary>A prompt: a text as it is, or messages, after which the assistant speaks.</summary>
    public byte[] Prompt(string column) =>
        Messages(column) is { } turns
            ? Encoding.UTF8.GetBytes(string.Concat(turns.Select(turn => turn.Text)) + PreferenceRows.AssistantTurn)
            : Bytes(column);

    /// <summary>A completion: a text as it is, or messages, the first of which goes on after the mark of the assistant.</summary>
    public byte[] Turns(string column)
    {
        if (Messages(column) is not { } turns)
            return Bytes(column);
        string text = string.Concat(turns.Select(turn => turn.Text));
        const string mark = PreferenceRows.AssistantTurn;
        return Encoding.UTF8.GetBytes(text.StartsWith(mark, StringComparison.Ordinal) ? text[mark.Length..] : text);
    }

    public string Text(string column) => Encoding.UTF8.GetString(Bytes(column));

    public byte[]? OptionalText(string column) =>
        Find(column) is { Type: ColumnType.Text } text && !text.IsNull(_at) ? text.Utf8(_at).ToArray() : null;

    public double? Optional(string column) => Find(column)?.Number(_at);

    public double Number(string column) => Optional(column) ?? throw Wrong(column, "no number");

    public bool Truth(string column) =>
        Optional(column) switch
        {
            1 => true,
            0 => false,
            _ => throw Wrong(column, "neither true nor false"),
        };

    /// <summary>The turns of a list of messages, or null if the column holds text.</summary>
    public IReadOnlyList<Turn>? Messages(string column)
    {
        if (Find(column) is not { Type: ColumnType.Json } list || list.IsNull(_at))
            return null;
        using JsonDocument document = JsonDocument.Parse(list.Utf8Memory(_at));
        if (document.RootElement.ValueKind == JsonValueKind.String)
            return null;
        if (document.RootElement.ValueKind != JsonValueKind.Array)
            throw Wrong(column, "neither a text nor a list of messages");
        List<Turn> turns = [];
        foreach (JsonElement message in document.RootElement.EnumerateArray())
        {
            if (
                message.ValueKind != JsonValueKind.Object
                || !message.TryGetProperty("content", out JsonElement content)
                || content.ValueKind != JsonValueKind.String
            )
                throw Wrong(column, "a message without a text 'content'");
            string role =
                message.TryGetProperty("role", out JsonElement who) && who.ValueKind == JsonValueKind.String
                    ? who.GetString()!
                    : throw Wrong(column, "a message without a 'role'");
            string name = role switch
            {
                "user" => "Human",
                "assistant" => "Assistant",
                "system" => "System",
                _ => throw Wrong(column, $"a message of the role '{role}' instead of user, assistant or system"),
            };
            turns.Add(new($"\n\n{name}: {content.GetString()}"));
        }
        return turns.Count > 0 ? turns : throw Wrong(column, "a list without messages");
    }

    public IReadOnlyList<byte[]> List(string column)
    {
        List<byte[]> texts = [];
        using JsonDocument document = Array(column);
        foreach (JsonElement item in document.RootElement.EnumerateArray())
            texts.Add(
                item.ValueKind == JsonValueKind.String
                    ? Encoding.UTF8.GetBytes(item.GetString()!)
                    : throw Wrong(column, $"{item.ValueKind} instead of a text in its list")
            );
        return texts;
    }

    public IReadOnlyList<double> Numbers(string column)
    {
        List<double> numbers = [];
        using JsonDocument document = Array(column);
        foreach (JsonElement item in document.RootElement.EnumerateArray())
            numbers.Add(
                item.ValueKind == JsonValueKind.Number
                && item.TryGetDouble(out double number)
                && double.IsFinite(number)
                    ? number
                    : throw Wrong(column, "something that is no finite number in its list")
            );
        return numbers;
    }

    public AssayException Wrong(string column, string found) =>
        new(
            $"the column '{column}' has {found}",
            new(batch.Table.SourceOf(_at), Byte: batch.Table.Offsets[_at], Key: column),
            "Mend the row, or leave it out (select/where). See docs/preferences.md."
        );

    private JsonDocument Array(string column)
    {
        if (Find(column) is not { Type: ColumnType.Json } list || list.IsNull(_at))
            throw Wrong(column, "no list");
        JsonDocument document = JsonDocument.Parse(list.Utf8Memory(_at));
        if (document.RootElement.ValueKind == JsonValueKind.Array)
            return document;
        document.Dispose();
        throw Wrong(column, "no list");
    }

    private byte[] Bytes(string column)
    {
        if (Find(column) is not { } found || found.IsNull(_at))
            throw Wrong(column, "nothing");
        if (found.Type == ColumnType.Text)
            return found.Utf8(_at).ToArray();
        if (found.Type != ColumnType.Json)
            throw Wrong(column, "no text");
        // A mixed column keeps its texts as JSON.
        using JsonDocument document = JsonDocument.Parse(found.Utf8Memory(_at));
        return document.RootElement.ValueKind == JsonValueKind.String
            ? Encoding.UTF8.GetBytes(document.RootElement.GetString()!)
            : throw Wrong(column, "no text");
    }

    private Column? Find(string column) => batch.Table.Find(column);
}
