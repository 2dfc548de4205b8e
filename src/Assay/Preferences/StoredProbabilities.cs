using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Learning;

namespace Assay.Preferences;

/// <summary>The reference's log-probabilities of pairs, computed once: in pieces that a killed run does not make again.</summary>
public static class StoredProbabilities
{
    private const string Stage = "reference";
    private const int Part = 256;

    /// <summary>Computes them, or reads what is there.</summary>
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
