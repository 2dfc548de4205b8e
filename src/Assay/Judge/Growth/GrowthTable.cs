using Assay.Data;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Reads measured scores: a row for each run, with its ability, size and score.</summary>
internal static class GrowthTable
{
    public static GrowthData Read(StudyTable table, GrowthOptions options, string source)
    {
        string[] abilities = table.Words(options.Ability);
        double[] scores = table.Numbers(options.Score);
        double[]? chances = table.Has(options.Chance) ? table.Numbers(options.Chance) : null,
            available = table.Has(options.Available) ? table.Numbers(options.Available) : null;
        string[]? trained = table.Has(options.Trained) ? table.Words(options.Trained) : null;
        double[] sizes = table.NumbersOrNaN(options.Size);
        double[]? checkpoints = table.Has(options.Checkpoint) ? table.NumbersOrNaN(options.Checkpoint) : null;
        for (int row = 0; row < scores.Length; row++)
        {
            if (scores[row] > options.Full)
                throw table.Wrong(
                    row,
                    options.Score,
                    $"the score {scores[row]} is above {options.Full}, the score of all right",
                    "Set 'full' to the highest possible score: 100 for percentages."
                );
            if (!IsTransfer(row) && !(sizes[row] > 0))
                throw table.Wrong(row, options.Size, "the size is not above 0", "Leave such rows out (select/where).");
            if (!IsTransfer(row) && checkpoints is not null && !(checkpoints[row] > 0))
                throw table.Wrong(
                    row,
                    options.Checkpoint,
                    "the checkpoint is not above 0",
                    "Count checkpoints from 1."
                );
        }
        List<AbilityScores> read = [],
            overCheckpoints = [];
        List<int> rowsOf = [];
        List<AbilityTransfer> transfers = [];
        foreach (IGrouping<string, int> rows in Enumerable.Range(0, scores.Length).GroupBy(row => abilities[row]))
        {
            double chance = chances is null ? options.Guess : rows.Average(row => chances[row]);
            if (!(chance < options.Full))
                throw table.Wrong(
                    rows.First(),
                    options.Chance,
                    $"guessing '{rows.Key}' scores {chance}, and all right {options.Full}: there is nothing to gain"
                );
            (double Size, double[] Scores)[] grown =
            [
                .. rows.Where(row => !IsTransfer(row))
                    .GroupBy(row => sizes[row])
                    .OrderBy(of => of.Key)
                    .Select(of => (of.Key, LastOf([.. of]).Select(row => scores[row]).ToArray())),
            ];
            if (grown.Length < 2)
                throw new AssayException(
                    $"'{rows.Key}' of '{source}' was scored at {grown.Length} sizes",
                    hint: "Growth needs two sizes at least for each ability, and a curve three."
                );
            read.Add(new(rows.Key, chance, [.. grown.Select(of => of.Size)], [.. grown.Select(of => of.Scores)]));
            if (checkpoints is not null)
            {
                IGrouping<double, int>[] steps =
                [
                    .. rows.Where(row => !IsTransfer(row) && sizes[row] == grown[^1].Size)
                        .GroupBy(row => checkpoints[row])
                        .OrderBy(of => of.Key),
                ];
                if (steps.Length > 1)
                    overCheckpoints.Add(
                        new(
                            rows.Key,
                            chance,
                            [.. steps.Select(of => of.Key)],
                            [.. steps.Select(of => of.Select(row => scores[row]).ToArray())]
                        )
                    );
            }
            rowsOf.Add(
                (int)Math.Min(int.MaxValue, available is null ? grown[^1].Size : rows.Max(row => available[row]))
            );
            double[] fromOthers = [.. rows.Where(row => trained?[row] == "others").Select(row => scores[row])],
                untrained = [.. rows.Where(row => trained?[row] == "none").Select(row => scores[row])];
            if (fromOthers.Length > 0)
                transfers.Add(new(rows.Key, fromOthers, untrained.Length > 0 ? untrained.Average() : chance));
        }
        return new(
            read,
            rowsOf,
            transfers,
            [],
            available is null
                ? ["How many rows an ability has is not known: the largest size it was scored at counts as all."]
                : []
        )
        {
            OverCheckpoints = overCheckpoints,
        };

        IEnumerable<int> LastOf(int[] rows) =>
            checkpoints is null ? rows : rows.Where(row => checkpoints[row] == rows.Max(other => checkpoints[other]));
        bool IsTransfer(int row) => trained?[row] is "others" or "none";
    }
}
