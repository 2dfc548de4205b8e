using Assay.Data;
using Assay.Numerics;

namespace Assay.Judge;

/// <summary>A dataset that candidates are measured on, its rows dealt at random to the seeds.</summary>
internal sealed class Target
{
    private readonly TargetPart[] _parts;

    public Target(string name, View view, int seeds, RandomStream random)
    {
        int[] entries = [.. view.Selection.Rows];
        if (entries.Length < seeds)
            throw new AssayException(
                $"judge: the target '{name}' has {entries.Length} rows for {seeds} seeds, and each seed needs rows of its own",
                hint: "Give the target more rows (best some 30 a seed, or split long ones), or lower 'seeds'."
            );
        Array.Sort(entries);
        random.Child("target").Child(name).Shuffle<int>(entries);
        _parts =
        [
            .. Enumerable
                .Range(0, seeds)
                .Select(seed => new TargetPart(
                    name,
                    view,
                    [.. entries.Where((_, i) => i % seeds == seed).Order()],
                    seed
                )),
        ];
    }

    /// <summary>The rows of a seed.</summary>
    public TargetPart Part(int seed) => _parts[seed];
}

/// <summary>The rows of a target that a seed measures on.</summary>
internal sealed class TargetPart(string name, View view, int[] rows, int seed)
{
    /// <summary>The target.</summary>
    public View View => view;

    /// <summary>Ordinals, ascending.</summary>
    public IReadOnlyList<int> Rows => rows;

    /// <summary>Names the part: equal names are equal random choices.</summary>
    public RandomStream Random => new((ulong)seed, "target " + name);

    public AssayException HasNoText() =>
        new(
            $"judge: a part of the target '{name}' has no text in it ({rows.Length} rows of seed {seed + 1})",
            hint: "Check its 'text:' column, or lower 'seeds'."
        );

    public AssayException IsTooShort(int bytes, int rows) =>
        new(
            $"judge: a part of the target '{name}' has fewer than {rows} rows of {bytes} bytes or more",
            hint: "Cloze questions need them: give the target longer or more rows, or lower 'seeds'."
        );
}
