using Assay.Numerics;

namespace Assay.Judge;

/// <summary>Questions of which of four texts goes on a beginning: a row's own continuation, and those of three other rows.</summary>
/// <remarks>All continuations are equally long, so that their likelihoods compare without a norm; guessing is right in a quarter.</remarks>
internal sealed class ClozeItems
{
    /// <summary>Bytes of a beginning and a continuation together.</summary>
    public const int Length = Beginning + Continuation;

    /// <summary>The share of right answers of guessing.</summary>
    public const double Chance = 1.0 / Choices;

    private const int Beginning = 64,
        Continuation = 32,
        Choices = 4,
        Most = 200;
    private readonly List<byte[]> _texts = [];

    private ClozeItems() { }

    /// <summary>The questions of a part of a target: one for each row that is long enough, 200 at most.</summary>
    /// <exception cref="Data.AssayException">Fewer than four rows are long enough.</exception>
    public static ClozeItems Of(TargetPart part, CancellationToken cancellation)
    {
        List<byte[]> rows = [];
        part.View.ForEach(
            part.Rows,
            (batch, row) =>
            {
                ReadOnlySpan<byte> text = batch.Text(row);
                if (text.Length >= Length && rows.Count < Most)
                    rows.Add(text[..Length].ToArray());
            },
            cancellation
        );
        if (rows.Count < Choices)
            throw part.IsTooShort(Length, Choices);
        RandomStream random = part.Random;
        ClozeItems items = new();
        for (int row = 0; row < rows.Count; row++)
        {
            items._texts.Add(rows[row]);
            HashSet<int> others = [row];
            while (others.Count < Choices)
                if (random.NextInt32(rows.Count) is var other && others.Add(other))
                    items._texts.Add([.. rows[row][..Beginning], .. rows[other][Beginning..]]);
        }
        return items;
    }

    /// <summary>The share of questions whose right text costs less than every other.</summary>
    /// <param name="costs">Negative log-likelihoods of texts of <see cref="Length"/> bytes, up to a factor.</param>
    public double Accuracy(Func<IReadOnlyList<byte[]>, double[]> costs)
    {
        double[] all = costs(_texts);
        int right = 0;
        for (int first = 0; first < all.Length; first += Choices)
            if (all[first] < all.AsSpan(first + 1, Choices - 1).ToArray().Min())
                right++;
        return (double)right * Choices / all.Length;
    }
}
