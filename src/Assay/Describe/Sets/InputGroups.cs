using System.IO.Hashing;
using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Features;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Describe;

/// <summary>Rows by the input that they answer: several answers to one prompt.</summary>
/// <param name="groups">Texts of the rows of inputs with two or more, inputs and rows in random order.</param>
internal sealed class InputGroups(byte[][][] groups)
{
    /// <summary>Rows of an input, as many as most inputs have at least; 0 without an input of two.</summary>
    /// <remarks>The lower median, so that half of the inputs or more have so many.</remarks>
    public int Answers { get; } =
        groups.Length == 0 ? 0 : groups.Select(group => group.Length).Order().ElementAt((groups.Length - 1) / 2);

    /// <summary>Inputs with at least so many rows.</summary>
    public int Inputs(int answers) => groups.Count(group => group.Length >= answers);

    /// <summary>As many rows of as many inputs.</summary>
    public IEnumerable<byte[][]> Texts(int answers, int inputs) =>
        groups.Where(group => group.Length >= answers).Take(inputs).Select(group => group[..answers]);

    /// <summary>Reads the groups of a dataset, inputs at random until there are so many rows.</summary>
    /// <exception cref="AssayException">There is no such column.</exception>
    public static InputGroups Of(View view, string column, int rows, int words, Work work)
    {
        int[] all = view.DistinctRows.ToArray();
        ulong[] inputs = Hashes(view, column, work);
        RandomStream random = work.Random.Child("inputs");
        int[][] chosen =
        [
            .. inputs
                .Index()
                .GroupBy(input => input.Item, input => all[input.Index])
                .Where(group => group.Count() > 1)
                .OrderBy(group => random.BitsOf(group.Key))
                .Select(group => group.OrderBy(row => random.BitsOf((UInt128)row)).ToArray()),
        ];
        int drawn = 0,
            groups = 0;
        while (groups < chosen.Length && drawn < rows)
            drawn += chosen[groups++].Length;
        chosen = chosen[..groups];
        Dictionary<int, byte[]?> texts = [];
        view.ForEach(
            chosen.SelectMany(group => group).Order(),
            (batch, row) =>
            {
                texts[row] = TextSet.FirstWords(batch.Text(row), words);
            },
            work.Cancellation
        );
        return new([
            .. chosen
                .Select(group =>
                    group.Select(row => texts[row]).Where(text => text is not null).Select(text => text!).ToArray()
                )
                .Where(group => group.Length > 1),
        ]);
    }

    // The inputs of all rows, 8 bytes each, read a table at a time.
    private static ulong[] Hashes(View view, string column, Work work) =>
        [
            .. Enumerable
                .Range(0, view.TableCount)
                .Where(table => !view.RowsOf(table).IsEmpty)
                .SelectMany(table =>
                    StudyTable
                        .Of(view.With(new Selection(view.RowsOf(table).ToArray())), work.Cancellation)
                        .Words(column)
                        .Select(input => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(input.AsSpan())))
                ),
        ];
}
