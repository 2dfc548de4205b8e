using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Data;

namespace Assay.Plan.Prescribe;

/// <summary>How a column may change, as a user writes it: <c>-1 -2 -3 resistance 2</c>, <c>Obese > Overweight > Normal steps 1</c>.</summary>
public sealed partial record ChangeRule
{
    private const string Expected =
        "Write moves with their signs ('+15 +30 +45', '-1 -2'), an order to go along ('Obese > Overweight > Normal'), or words to choose from "
        + "('day | night'); then, if wanted, 'resistance 2', 'cost 1', 'fixed 0' or 'steps 1'.";

    private ChangeRule() { }

    /// <summary>The column.</summary>
    public required string Column { get; init; }

    /// <summary>Moves of a number, in their order; empty for words.</summary>
    public IReadOnlyList<double> Moves { get; private init; } = [];

    /// <summary>Rungs of words that a row climbs from the first to the last; words on one rung are equal. Empty for numbers.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rungs { get; private init; } = [];

    /// <summary>Whether the rungs are an order; if not, any word may become any other.</summary>
    public bool IsOrdered { get; private init; }

    /// <summary>How unwilling rows are to change it, rho, at least 0.</summary>
    public double Resistance { get; private init; } = 1;

    /// <summary>What each step costs, at least 0: the first move is one step, the second two.</summary>
    public double Cost { get; private init; } = 1;

    /// <summary>Effort of any change, at least 0.</summary>
    public double Fixed { get; private init; }

    /// <summary>Rungs to climb at most; 0 for any.</summary>
    public int Steps { get; private init; }

    /// <summary>Reads a rule.</summary>
    /// <exception cref="AssayException">It is not written as one.</exception>
    public static ChangeRule Parse(string column, string text)
    {
        Match match = Form().Match(text.Trim());
        if (!match.Success || match.Groups["moves"].Length == 0)
            throw Wrong(column, text, "is no rule of change");
        string moves = match.Groups["moves"].Value.Trim();
        ChangeRule rule = new() { Column = column };
        for (int i = 0; i < match.Groups["key"].Captures.Count; i++)
        {
            string key = match.Groups["key"].Captures[i].Value,
                number = match.Groups["number"].Captures[i].Value;
            if (
                !double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                || !(value >= 0)
                || !double.IsFinite(value)
                || key == "steps" && (value != Math.Floor(value) || value < 1 || value > 1000)
            )
                throw Wrong(column, text, $"has '{key} {number}'");
            rule = key switch
            {
                "resistance" => rule with { Resistance = value },
                "cost" => rule with { Cost = value },
                "fixed" => rule with { Fixed = value },
                _ => rule with { Steps = (int)value },
            };
        }
        bool isOrdered = moves.Contains('>');
        if (!isOrdered && !moves.Contains('|'))
            return rule with { Moves = Numbers(column, text, moves) };
        IReadOnlyList<string>[] rungs =
        [
            .. moves
                .Split(isOrdered ? '>' : '|', StringSplitOptions.TrimEntries)
                .Select(rung => (IReadOnlyList<string>)rung.Split('/', StringSplitOptions.TrimEntries)),
        ];
        string[] words = [.. rungs.SelectMany(rung => rung)];
        if (words.Any(word => word.Length == 0) || words.Distinct().Count() < words.Length)
            throw Wrong(column, text, "names a word twice, or none");
        return rule with { Rungs = rungs, IsOrdered = isOrdered };
    }

    private static double[] Numbers(string column, string text, string moves)
    {
        List<double> numbers = [];
        foreach (string word in moves.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            if (
                word[0] is not ('+' or '-')
                || !double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double move)
                || !double.IsFinite(move)
                || move == 0
            )
                throw Wrong(column, text, $"has '{word}', which is no signed number");
            else
                numbers.Add(move);
        return numbers.Distinct().Count() == numbers.Count
            ? [.. numbers]
            : throw Wrong(column, text, "has a move twice");
    }

    private static AssayException Wrong(string column, string text, string what) =>
        new($"plan/prescribe: the rule '{text}' of '{column}' {what}", hint: Expected);

    [GeneratedRegex(
        @"^(?<moves>.*?)(?:\s+(?<key>resistance|cost|fixed|steps)\s+(?<number>\S+))*$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Form();
}
