using System.Buffers;

namespace Assay.Data;

/// <summary>
/// For each block of a big CSV file, whether it starts within quotes. Blocks are looked at in parallel for every state that
/// they could start in; then the states are followed from the beginning of the file.
/// </summary>
internal sealed class CsvStates
{
    private readonly int[] _stateAt; // by unit

    public CsvStates(SourcePlan plan, Work work)
    {
        _stateAt = new int[plan.Units.Count];
        int[] units =
        [
            .. Enumerable
                .Range(0, plan.Units.Count)
                .Where(unit => plan.Units[unit].IsRange && FramingOf(plan, unit) is CsvFraming),
        ];
        work.Make(
            "quotes",
            units.Length,
            (i, stream) => Scan(plan, units[i], stream, work.Cancellation),
            i => plan.Units[units[i]].End - plan.Units[units[i]].Start,
            "bytes"
        );
        int state = Framing.RowStart;
        byte[] after = new byte[CsvFraming.States];
        for (int i = 0; i < units.Length; i++)
        {
            if (plan.Units[units[i]].Start == 0)
                state = Framing.RowStart;
            _stateAt[units[i]] = state;
            using FileStream piece = work.Pieces.Open("quotes", i);
            piece.ReadExactly(after);
            state = after[state];
        }
    }

    /// <summary>The state in which a unit starts.</summary>
    public int At(int unit) => _stateAt[unit];

    private static Framing FramingOf(SourcePlan plan, int unit) =>
        Framing.Of(plan.Files[plan.Units[unit].FirstFile].Format, plan.Options.Rows);

    private static void Scan(SourcePlan plan, int index, Stream output, CancellationToken cancellation)
    {
        SourceUnit unit = plan.Units[index];
        SourceFile file = plan.Files[unit.FirstFile];
        CsvFraming framing = (CsvFraming)FramingOf(plan, index);
        Span<int> states = [0, 1, 2, 3, 4];
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 18);
        try
        {
            using FileStream raw = file.OpenRaw();
            for (long at = unit.Start; at < unit.End; )
            {
                cancellation.ThrowIfCancellationRequested();
                int got = RandomAccess.Read(
                    raw.SafeFileHandle,
                    buffer.AsSpan(0, (int)Math.Min(buffer.Length, unit.End - at)),
                    at
                );
                if (got == 0)
                    break;
                ReadOnlySpan<byte> bytes = buffer.AsSpan(0, got);
                if (at == 0 && bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
                    bytes = bytes[3..];
                framing.Run(bytes, states);
                at += got;
            }
        }
        catch (IOException failure)
        {
            throw SourceFile.Unreadable(file.FullPath, failure);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        foreach (int state in states)
            output.WriteByte((byte)state);
    }
}
