using System.Runtime.InteropServices;
using Assay.Data;

namespace Assay.Select;

/// <summary>Rows chosen one after the other, kept every so many: a killed run goes on behind the last that were kept.</summary>
internal sealed class ChosenRows(Work work, string stage, int every)
{
    /// <summary>What earlier runs chose, in the order of choice.</summary>
    public int[] Kept()
    {
        int count = 0;
        while (work.Pieces.Has(stage, count))
            count++;
        if (count == 0)
            return [];
        using FileStream stream = work.Pieces.Open(stage, count - 1);
        int[] chosen = new int[stream.Length / sizeof(int)];
        stream.ReadExactly(MemoryMarshal.AsBytes(chosen.AsSpan()));
        return chosen;
    }

    /// <summary>To be called after each choice: keeps what is due.</summary>
    public void Keep(List<int> chosen)
    {
        if (chosen.Count % every == 0)
            work.Pieces.Write(
                stage,
                chosen.Count / every - 1,
                stream => stream.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(chosen)))
            );
    }
}
