using System.Runtime.InteropServices;
using System.Text;
using Assay.Data;
using Assay.Select;

namespace Assay.Recipes.Execution;

/// <summary>The bytes in which selections, drops and signals lie in the store. Objects are checked against their hash when read.</summary>
internal static class StoredForms
{
    public static byte[] Write(Selection selection)
    {
        using MemoryStream bytes = new();
        using BinaryWriter writer = new(bytes);
        Write(writer, selection.Rows);
        writer.Write(selection.Weights is not null);
        if (selection.Weights is { } weights)
            Write(writer, weights);
        if (selection.IsOrdered)
            writer.Write(true);
        return bytes.ToArray();
    }

    public static Selection ReadSelection(byte[] bytes)
    {
        using BinaryReader reader = new(new MemoryStream(bytes));
        int[] rows = Read<int>(reader);
        float[]? weights = reader.ReadBoolean() ? Read<float>(reader) : null;
        // Stores of before there were orders end here.
        bool isOrdered = reader.BaseStream.Position < reader.BaseStream.Length && reader.ReadBoolean();
        return new(rows, weights, isOrdered);
    }

    public static byte[] Write(Drops drops)
    {
        using MemoryStream bytes = new();
        using BinaryWriter writer = new(bytes, Encoding.UTF8);
        writer.Write(drops.Reasons.Count);
        foreach (string reason in drops.Reasons)
            writer.Write(reason);
        Write(writer, drops.Rows);
        Write(writer, drops.ReasonOf);
        writer.Write(drops.LostTo is not null);
        if (drops.LostTo is { } lostTo)
            Write(writer, lostTo);
        return bytes.ToArray();
    }

    public static Drops ReadDrops(byte[] bytes)
    {
        using BinaryReader reader = new(new MemoryStream(bytes), Encoding.UTF8);
        string[] reasons = new string[reader.ReadInt32()];
        for (int i = 0; i < reasons.Length; i++)
            reasons[i] = reader.ReadString();
        return new(reasons, Read<int>(reader), Read<ushort>(reader), reader.ReadBoolean() ? Read<int>(reader) : null);
    }

    public static byte[] Write(Signal signal) => MemoryMarshal.AsBytes(signal.Values.AsSpan()).ToArray();

    public static Signal ReadSignal(string name, byte[] bytes) =>
        new(name, MemoryMarshal.Cast<byte, double>(bytes).ToArray());

    private static void Write<T>(BinaryWriter writer, T[] values)
        where T : struct
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    }

    private static T[] Read<T>(BinaryReader reader)
        where T : struct
    {
        T[] values = new T[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
