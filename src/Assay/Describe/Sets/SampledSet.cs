using Assay.Data;
using Assay.Features;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Describe;

/// <summary>Rows drawn from one of several datasets that are described side by side.</summary>
/// <param name="Name">The dataset's name.</param>
/// <param name="View">The dataset.</param>
/// <param name="Rows">Ordinals of the drawn rows, in random order.</param>
/// <param name="Texts">Their texts.</param>
internal sealed record SampledSet(string Name, View View, int[] Rows, byte[][] Texts)
{
    private const int RowsAtOnce = 4096;

    /// <summary>Draws as many rows of every dataset as the smallest has, up to a limit: most measures depend on the number.</summary>
    /// <param name="data">The dataset that is described.</param>
    /// <param name="beside">Names of the others.</param>
    /// <param name="most">Most rows of each.</param>
    /// <param name="words">Texts are cut to so many words, and those with fewer left out; 0 takes them whole, and leaves out those without a word.</param>
    /// <param name="work">The draw is its stream's <c>sample</c>.</param>
    /// <exception cref="AssayException">A dataset is named twice, or has no row with words enough.</exception>
    public static IReadOnlyList<SampledSet> Draw(
        View data,
        IReadOnlyList<string> beside,
        int most,
        int words,
        Work work
    )
    {
        List<SampledSet> sets = [];
        foreach (
            (string name, View view) in (List<(string, View)>)
                [(data.Dataset.Name, data), .. beside.Select(other => (other, work.Dataset(other)))]
        )
        {
            if (sets.Any(set => set.Name == name))
                throw new AssayException(
                    $"'{name}' is to stand beside itself",
                    hint: "Name every other dataset once with 'beside'."
                );
            SampledSet drawn = Draw(name, view, most, words, work);
            if (drawn.Rows.Length == 0)
                throw new AssayException(
                    $"'{name}' has no row of {(words > 0 ? $"{words:N0} words" : "text")}",
                    hint: words > 0 ? "Ask for fewer 'words'." : "Check the column of text ('text', --text)."
                );
            sets.Add(drawn);
        }
        int count = sets.Min(set => set.Rows.Length);
        return [.. sets.Select(set => set.Take([.. Enumerable.Range(0, count)]))];
    }

    // A row's luck depends on its id and the stream alone. What is too short is passed over, some thousand rows at a time.
    private static SampledSet Draw(string name, View view, int most, int words, Work work)
    {
        RandomStream random = work.Random.Child("sample");
        RowSizes keys = RowSizes.Ones(view, work);
        int[] all = view.DistinctRows.ToArray();
        Array.Sort(Array.ConvertAll(all, row => random.BitsOf(keys.Key(row))), all);
        List<int> rows = [];
        List<byte[]> texts = [];
        foreach (int[] some in all.Chunk(Math.Max(most, RowsAtOnce)))
        {
            Dictionary<int, byte[]> fit = [];
            view.ForEach(
                some.Order(),
                (batch, row) =>
                {
                    if (TextSet.FirstWords(batch.Text(row), words) is { } text)
                        fit.Add(row, text);
                },
                work.Cancellation
            );
            foreach (int row in some)
                if (rows.Count < most && fit.TryGetValue(row, out byte[]? text))
                {
                    rows.Add(row);
                    texts.Add(text);
                }
            if (rows.Count == most)
                break;
        }
        return new(name, view, [.. rows], [.. texts]);
    }

    /// <summary>Some of the rows.</summary>
    public SampledSet Take(int[] which) =>
        this with
        {
            Rows = Array.ConvertAll(which, i => Rows[i]),
            Texts = Array.ConvertAll(which, i => Texts[i]),
        };

    /// <summary>A column of the drawn rows, read in the order of the dataset.</summary>
    /// <param name="read">Reads a column of a table of these rows.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public T[] Column<T>(Func<StudyTable, T[]> read, CancellationToken cancellation)
    {
        int[] ascending = [.. Rows],
            places = [.. Enumerable.Range(0, Rows.Length)];
        Array.Sort(ascending, places);
        T[] values = read(StudyTable.Of(View.With(new Selection(ascending)), cancellation)),
            own = new T[values.Length];
        for (int i = 0; i < own.Length; i++)
            own[places[i]] = values[i];
        return own;
    }

    /// <summary>Whether the dataset has a column of that name.</summary>
    public bool Has(string column) => View.Dataset.Schema.Find(column) is not null;
}
