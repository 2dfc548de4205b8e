using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Learning;

namespace Assay.Preferences;

/// <summary>The reference's log-probabilities of pairs, computed once: in pieces that a killed run does not make again.</summary>
public static class StoredProbabilities
{
    private const string Stage = "reference";
    private const int Part = 256,
        Checked = 8;
    private const double Tolerance = 1e-3; // of a log-probability of some hundred nats, in single precision, per nat

    /// <summary>Takes them from the rows where all rows have them (<c>assay value difficulty</c> writes them), or computes them.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="rows">The pairs as rows have them.</param>
    /// <param name="pairs">The same as tokens.</param>
    /// <param name="work">Its pieces keep what is computed.</param>
    /// <param name="tail">See <see cref="PairProbabilities.Of"/>; rows have them for 1.</param>
    /// <exception cref="AssayException">Those of the rows are not this model's.</exception>
    public static PairProbabilities Of(
        Transformer reference,
        IReadOnlyList<PreferencePair> rows,
        IReadOnlyList<TokenPair> pairs,
        Work work,
        double tail = 1
    )
    {
        if (tail != 1 || rows.Any(row => row.Reference is null))
            return Of(reference, pairs, work, tail);
        PairProbabilities given = new(
            [.. rows.Select(row => row.Reference!.Value.Chosen)],
            [.. rows.Select(row => row.Reference!.Value.Rejected)]
        );
        PairProbabilities some = PairProbabilities.Of(reference, [.. pairs.Take(Checked)]);
        for (int i = 0; i < some.Chosen.Length; i++)
            if (!Agree(given.Chosen[i], some.Chosen[i]) || !Agree(given.Rejected[i], some.Rejected[i]))
                throw new AssayException(
                    FormattableString.Invariant(
                        $"the rows' log-probabilities are not those of this model: row {rows[i].Row + 1} has {given.Chosen[i]:0.000} and {given.Rejected[i]:0.000}, the model finds {some.Chosen[i]:0.000} and {some.Rejected[i]:0.000}"
                    ),
                    hint: "They are of another model, tokenizer or context. Take the same, or leave out the columns ref_chosen_logps and ref_rejected_logps."
                );
        return given;

        static bool Agree(double one, double other) =>
            Math.Abs(one - other) <= Tolerance * Math.Max(1, Math.Abs(other));
    }

    /// <summary>Computes them, or reads what was computed before a kill.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="work">Its pieces keep them.</param>
    /// <param name="tail">See <see cref="PairProbabilities.Of"/>.</param>
    public static PairProbabilities Of(
        Transformer reference,
        IReadOnlyList<TokenPair> pairs,
        Work work,
        double tail = 1
    )
    {
        PairProbabilities found = new(new double[pairs.Count], new double[pairs.Count]);
        for (int first = 0, piece = 0; first < pairs.Count; first += Part, piece++)
        {
            int count = Math.Min(Part, pairs.Count - first),
                start = first;
            if (!work.Pieces.Has(Stage, piece))
            {
                PairProbabilities part = PairProbabilities.Of(
                    reference,
                    [.. pairs.Skip(start).Take(count)],
                    tail,
                    done => work.Progress?.Report(new(Stage, start + done, pairs.Count, "pairs")),
                    work.Cancellation
                );
                work.Pieces.Write(
                    Stage,
                    piece,
                    stream =>
                    {
                        stream.Write(MemoryMarshal.AsBytes(part.Chosen.AsSpan()));
                        stream.Write(MemoryMarshal.AsBytes(part.Rejected.AsSpan()));
                    }
                );
            }
            using FileStream kept = work.Pieces.Open(Stage, piece);
            kept.ReadExactly(MemoryMarshal.AsBytes(found.Chosen.AsSpan(first, count)));
            kept.ReadExactly(MemoryMarshal.AsBytes(found.Rejected.AsSpan(first, count)));
        }
        return found;
    }
}
