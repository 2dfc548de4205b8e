using System.Globalization;
using Assay.Data;
using Assay.Studies;

namespace Assay.Plan.Prescribe;

/// <summary>A column as the model sees it: a number, a place in an order of words, or a mark for each word.</summary>
internal sealed class FeatureColumn
{
    private readonly IReadOnlyList<string>? _words; // by value, or null for numbers

    private FeatureColumn(string name, ChangeRule? rule, double[] values, IReadOnlyList<string>? words, bool isOrdered)
    {
        (Name, Rule, Values, _words) = (name, rule, values, words);
        IsOrdered = isOrdered;
        Width = isOrdered ? 1 : words!.Count;
        (Low, High) = (values.Min(), values.Max());
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>How it may change; null where it is locked.</summary>
    public ChangeRule? Rule { get; }

    /// <summary>The value of each row: the number, or which word.</summary>
    public double[] Values { get; }

    /// <summary>Whether values are an order, one feature; if not, a feature for each word.</summary>
    public bool IsOrdered { get; }

    /// <summary>Number of features.</summary>
    public int Width { get; }

    /// <summary>The least value that occurs.</summary>
    public double Low { get; }

    /// <summary>The largest value that occurs.</summary>
    public double High { get; }

    /// <summary>A column of numbers.</summary>
    public static FeatureColumn OfNumbers(StudyTable table, string name, ChangeRule? rule)
    {
        if (rule is { Rungs.Count: > 0 })
            throw new AssayException(
                $"plan/prescribe: '{name}' has numbers, and its rule names words",
                hint: "Write moves: '+1 +2'."
            );
        return new(name, rule, table.Numbers(name), null, true);
    }

    /// <summary>A column of words.</summary>
    public static FeatureColumn OfWords(StudyTable table, string name, ChangeRule? rule)
    {
        string[] words = table.Words(name);
        if (rule is { Moves.Count: > 0 })
            throw new AssayException(
                $"plan/prescribe: '{name}' has words, and its rule moves numbers",
                hint: "Write an order of its words ('low > high'), or words to choose from ('low | high')."
            );
        string[][] kinds = rule is { IsOrdered: true }
            ? [.. rule.Rungs.Select(rung => (string[])[.. rung])]
            : [.. words.Distinct().Order(StringComparer.Ordinal).Select(word => (string[])[word])];
        Dictionary<string, int> places = kinds
            .SelectMany((rung, place) => rung.Select(word => (word, place)))
            .ToDictionary(pair => pair.word, pair => pair.place);
        if (
            rule is { IsOrdered: false }
            && rule.Rungs.SelectMany(rung => rung).FirstOrDefault(word => !places.ContainsKey(word)) is { } unknown
        )
            throw new AssayException(
                $"plan/prescribe: '{name}' has no row with '{unknown}'",
                hint: "It has: " + string.Join(", ", places.Keys.Take(20)) + "."
            );
        double[] values = new double[words.Length];
        for (int i = 0; i < words.Length; i++)
            values[i] = places.TryGetValue(words[i], out int place)
                ? place
                : throw table.Wrong(
                    i,
                    name,
                    $"the rule of '{name}' does not name '{words[i]}'",
                    "Put it on its rung; words that are equal share one: 'Obese > Overweight > Normal/Normal Weight'."
                );
        return new(
            name,
            rule,
            values,
            [.. kinds.Select(rung => rung[0])],
            kinds.Length <= 2 || rule is { IsOrdered: true }
        );
    }

    /// <summary>Writes the features of a value.</summary>
    public void Write(double value, Span<float> into)
    {
        if (IsOrdered)
        {
            into[0] = (float)value;
            return;
        }
        into.Clear();
        into[(int)value] = 1;
    }

    /// <summary>The value as it is read.</summary>
    public string Show(double value) =>
        _words?[(int)value] ?? Math.Round(value, 9).ToString("G9", CultureInfo.InvariantCulture);

    /// <summary>What a row may become: the level, its value, its steps.</summary>
    /// <remarks>Only values within those that occur: the model knows nothing of others.</remarks>
    public IEnumerable<(int Level, double Value, int Steps)> Levels(int row)
    {
        if (Rule is null)
            yield break;
        double from = Values[row],
            slack = 1e-9 * Math.Max(Math.Abs(Low), Math.Abs(High));
        for (int level = 0; level < Rule.Moves.Count; level++)
        {
            double move = Rule.Moves[level];
            int steps = Rule.Moves.Count(other => other * move > 0 && Math.Abs(other) <= Math.Abs(move));
            if (from + move >= Low - slack && from + move <= High + slack)
                yield return (level, from + move, steps);
        }
        if (Rule.IsOrdered)
            for (int rung = (int)from + 1; rung <= High && (Rule.Steps == 0 || rung - from <= Rule.Steps); rung++)
                yield return (rung, rung, rung - (int)from);
        else
            foreach (string word in Rule.Rungs.SelectMany(rung => rung))
                if (_words!.ToList().IndexOf(word) is int value && value != (int)from)
                    yield return (value, value, 1);
    }
}
