using Assay.Learning;
using Assay.Numerics;

namespace Assay.Models;

/// <summary>Another text that is mixed into a training.</summary>
/// <param name="Text">The text.</param>
/// <param name="Share">Its share of the sequences, from 0 to below 1.</param>
internal sealed record MixedText(TokenStream Text, double Share);

/// <summary>The sequences of every training step: blocks of a text, shuffled in every epoch, with a share of blocks of another between them.</summary>
/// <remarks>
/// Of the first n sequences the nearest whole number below n (1 - share) are of the text itself, whatever the batches: so its epochs are those that
/// were asked for, and all steps are 1 / (1 - share) times as many.
/// </remarks>
internal sealed class BlockBatches
{
    private const double Rounding = 1e-6; // 1 / (1 - 0.9) is not 10 in floating point
    private readonly TokenStream _text;
    private readonly MixedText? _mixed;
    private readonly Batches _own;
    private readonly Batches? _other;
    private readonly int _context,
        _batch;

    public BlockBatches(TokenStream text, int context, int batch, RandomStream random, MixedText? mixed = null)
    {
        (_text, _context, _batch, _mixed) = (text, context, batch, mixed is { Share: > 0 } ? mixed : null);
        _own = Shuffled(text, random.Child("order"));
        _other = _mixed is null ? null : Shuffled(_mixed.Text, random.Child("mixed"));
    }

    private double OwnShare => 1 - (_mixed?.Share ?? 0);

    /// <summary>Steps in which the text itself is gone through so often.</summary>
    public long StepsOf(double epochs) => StepsOf(epochs, _own.Entries, _batch, 1 - OwnShare);

    /// <summary>Steps in which so many blocks are gone through so often beside a share of others, rounded up.</summary>
    public static long StepsOf(double epochs, int blocks, int batch, double share) =>
        Math.Max(1, (long)Math.Ceiling(epochs * blocks / batch / (1 - share) - (share > 0 ? Rounding : 0)));

    /// <summary>Writes the sequences of a step.</summary>
    public void Fill(long step, int[] inputs, int[] targets)
    {
        Span<int> block = stackalloc int[1];
        for (int i = 0; i < _batch; i++)
        {
            long at = step * _batch + i,
                before = OwnBefore(at);
            bool own = _other is null || OwnBefore(at + 1) > before;
            (own ? _own : _other!).Fill(own ? before : at - before, block);
            (own ? _text : _mixed!.Text).Fill(
                block[0],
                inputs.AsSpan(i * _context, _context),
                targets.AsSpan(i * _context, _context)
            );
        }
    }

    private long OwnBefore(long sequences) =>
        _other is null ? sequences : (long)Math.Floor(sequences * OwnShare + Rounding);

    private Batches Shuffled(TokenStream text, RandomStream order) =>
        new(text.Blocks(_context), 1, text.IsOrdered ? null : order);
}
