using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Data;

namespace Assay.Select;

/// <summary>
/// Cleans web text: takes invisible characters, page numbers, buttons and bars of navigation out of it, and drops what is then too short or too long.
/// </summary>
/// <remarks>
/// <para>
/// Source: the L1 cleaner of "Data Science and Technology Towards AGI Part I: Tiered Data Management", arXiv 2602.09003 (UltraData-Math). <see cref="CleanMode.Official"/> is its eight operators in
/// their order: spaces and control characters, private-use characters, short texts without <c>.</c> or <c>,</c>, three kinds of patterns in lines (<see cref="PageFurniture"/>), runs of line breaks,
/// length in characters.
/// </para>
/// <para>
/// <see cref="CleanMode.Paragraphs"/> does the same with some things mended. Empty lines stay, one at a time. Spaces of other widths become spaces where the release deletes them and
/// joins the words beside them. Both filters look at the cleaned text, and at the punctuation of other scripts. Lines are cleaned until nothing matches, by
/// the particular patterns first. So a second pass changes nothing.
/// </para>
/// </remarks>
[Method("select/clean", Paper = "tiered-data")]
public sealed partial class Clean : ISelector
{
    private static readonly string[] s_reasons = ["clean.no_punctuation", "clean.too_short", "clean.too_long"];
    private static readonly SearchValues<char> s_asciiMarks = SearchValues.Create(".,");
    private static readonly SearchValues<char> s_marks = SearchValues.Create(".,;:?!…。，、；：？！।۔،؛؟");

    private readonly CleanOptions _options;

    /// <summary>Takes the options.</summary>
    /// <exception cref="AssayException">No length satisfies them.</exception>
    public Clean(CleanOptions options)
    {
        if (options.MinCharacters > options.MaxCharacters)
            throw new AssayException(
                $"select/clean keeps texts of at least {options.MinCharacters:N0} and at most {options.MaxCharacters:N0} characters, which none has",
                hint: "Lower 'min-characters' or raise 'max-characters'."
            );
        _options = options;
    }

    /// <inheritdoc/>
    public Selected Select(View view, Work work) =>
        new TextPass(view, work, s_reasons, ["clean.lines", "clean.characters"]).Run(() => new Cleaner(this));

    /// <summary>Cleans a text.</summary>
    /// <returns>The cleaned text, or null and the reason for which it goes.</returns>
    public static (string? Text, string? Reason) Text(string text, CleanOptions? options = null)
    {
        (string cleaned, _, int reason) = new Clean(options ?? new()).Apply(text);
        return reason < 0 ? (cleaned, null) : (null, s_reasons[reason]);
    }

    private (string Text, int Lines, int Reason) Apply(string text)
    {
        bool official = _options.Mode == CleanMode.Official;
        text = WithoutInvisible(text, official);
        int without = official ? ReasonOfMarks(text, s_asciiMarks) : -1;
        if (without >= 0)
            return (text, 0, without);
        (text, int lines) = official ? Lines(text) : Paragraphs(text);
        if (official)
            text = Breaks().Replace(text, "\n\n");
        else
            without = ReasonOfMarks(text, s_marks);
        int length = CharactersOf(text);
        return (
            text,
            lines,
            without >= 0 ? without
            : length < _options.MinCharacters ? 1
            : length > _options.MaxCharacters ? 2
            : -1
        );
    }

    private int ReasonOfMarks(string text, SearchValues<char> marks) =>
        text.AsSpan().ContainsAny(marks) || CharactersOf(text) > _options.Unpunctuated ? -1 : 0;

    private static string WithoutInvisible(string text, bool official)
    {
        StringBuilder? kept = null;
        for (int i = 0; i < text.Length; i++)
        {
            char seen = text[i];
            char? stays = seen switch
            {
                '\u00A0' or '\u3000' => ' ',
                (>= '\u2000' and <= '\u200A') or '\u202F' or '\u205F' => official ? null : ' ',
                (>= '\u200B' and <= '\u200F') or (>= '\u202A' and <= '\u202E') or '\u2060' => null,
                (>= '\u2066' and <= '\u206F') or '\uFEFF' or (>= '\uE000' and <= '\uF8FF') => null,
                '\r' when !official => i + 1 < text.Length && text[i + 1] == '\n' ? null : '\n',
                '\t' or '\n' or '\r' => seen,
                < ' ' or (>= '\u007F' and <= '\u009F') => null,
                _ => seen,
            };
            if (stays != seen)
                kept ??= new(text, 0, i, text.Length);
            if (stays is { } character)
                kept?.Append(character);
        }
        return kept?.ToString() ?? text;
    }

    // The release: what is left of every line, without the lines that are empty then or were so before.
    private static (string Text, int Lines) Lines(string text)
    {
        List<string> kept = [];
        int lines = 0;
        foreach (string line in text.Split('\n'))
        {
            string left = PageFurniture.Remove(line, lastFirst: false);
            lines += left.Length < line.Length ? 1 : 0;
            if (left.Length > 0)
                kept.Add(left);
        }
        return (string.Join('\n', kept), lines);
    }

    // Lines of furniture go, blank ones become one break between paragraphs, and none at the ends.
    private static (string Text, int Lines) Paragraphs(string text)
    {
        StringBuilder kept = new(text.Length);
        int lines = 0;
        bool isBreak = false;
        foreach (string line in text.Split('\n'))
        {
            string left = line;
            for (string before = ""; before != left; )
                (before, left) = (left, PageFurniture.Remove(left, lastFirst: true));
            lines += left.Length < line.Length ? 1 : 0;
            if (string.IsNullOrWhiteSpace(left))
            {
                isBreak |= string.IsNullOrWhiteSpace(line);
                continue;
            }
            if (kept.Length > 0)
                kept.Append(isBreak ? "\n\n" : "\n");
            kept.Append(left);
            isBreak = false;
        }
        return (kept.ToString(), lines);
    }

    private static int CharactersOf(string text)
    {
        int characters = text.Length;
        for (int i = 1; i < text.Length; i++)
            if (char.IsSurrogatePair(text[i - 1], text[i]))
                characters--;
        return characters;
    }

    [GeneratedRegex(@"([ \t]*\n){3,}")]
    private static partial Regex Breaks();

    private sealed class Cleaner(Clean clean) : ICountingJudge
    {
        private readonly long[] _counts = new long[2];

        public ReadOnlySpan<long> Counts => _counts;

        public TextVerdict Judge(Batch batch, int row)
        {
            string text = Encoding.UTF8.GetString(batch.Text(row));
            (string cleaned, int lines, int reason) = clean.Apply(text);
            if (reason >= 0)
                return TextVerdict.Drop(reason);
            if (cleaned == text)
                return TextVerdict.Keep;
            _counts[0] += lines;
            _counts[1] += text.Length - cleaned.Length;
            return TextVerdict.Edit(Encoding.UTF8.GetBytes(cleaned));
        }
    }
}
