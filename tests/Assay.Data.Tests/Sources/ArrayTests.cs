using System.Buffers.Binary;
using System.Text;
using Assay.Data;

namespace Assay.Tests;

public sealed class ArrayTests : IDisposable
{
    private static readonly SourceOptions Table = new() { Path = ["**"], Table = true };
    private readonly SourceFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Images_get_the_labels_that_lie_beside_them()
    {
        byte[] pixels = [.. Enumerable.Range(0, 5 * 2 * 3).Select(i => (byte)(i * 8))];
        _folder.Write("train-images-idx3-ubyte.gz", SourceFolder.Gzip(Idx(0x08, [5, 2, 3], pixels)));
        _folder.Write("train-labels-idx1-ubyte", Idx(0x08, [5], [7, 2, 1, 0, 9]));
        List<string> rows = _folder.Rows(Table);
        Assert.Equal(5, rows.Count);
        Assert.EndsWith(" train-images-idx3-ubyte.gz 1 f0=48,f1=56,f2=64,f3=72,f4=80,f5=88,label=2", rows[1]);
        Assert.Equal(["7", "2", "1", "0", "9"], rows.Select(row => row.Split("label=")[1]));
        foreach (int block in (int[])[1, 7, 16, 40])
            Assert.Equal(rows, _folder.Rows(Table, blockSize: block));
        // Labels alone are values.
        SourceOptions labels = new() { Path = ["train-labels-idx1-ubyte"], Table = true };
        Assert.EndsWith("value=9", _folder.Rows(labels)[^1]);
        // Other labels are another dataset.
        Work work = new(Pieces.Temporary());
        SourcePlan plan = _folder.Plan(Table);
        string before = plan.Fingerprint(plan.HashFiles(work));
        _folder.Write("train-labels-idx1-ubyte", Idx(0x08, [5], [7, 2, 1, 0, 8]));
        plan = _folder.Plan(Table);
        Assert.NotEqual(before, plan.Fingerprint(plan.HashFiles(work)));
        _folder.Write("train-labels-idx1-ubyte", Idx(0x08, [4], [7, 2, 1, 0]));
        Assert.Contains("expected 5 labels", _folder.Fails(Table).Message);
    }

    [Theory]
    [InlineData(0x09, "ff7f", "-1,127")]
    [InlineData(0x0B, "ffff0102", "-1,258")]
    [InlineData(0x0C, "8000000000000003", "-2147483648,3")]
    [InlineData(0x0D, "3fc00000c0000000", "1.5,-2")]
    [InlineData(0x0E, "3ff80000000000000000000000000000", "1.5,0")]
    public void Every_type_of_idx(byte type, string hex, string values)
    {
        _folder.Write("a.idx", Idx(type, [2], Convert.FromHexString(hex)));
        Assert.Equal(values.Split(','), _folder.Rows(Table).Select(row => row.Split("value=")[1]));
    }

    [Theory]
    [InlineData("|b1", "0100", "true,false")]
    [InlineData("<i2", "fffe0100", "-257,1")]
    [InlineData(">u4", "ffffffff00000001", "4294967295,1")]
    [InlineData("<u8", "ffffffffffffffff0100000000000000", "1.8446744073709552E+19,1")]
    [InlineData("<f2", "003c007e", "1,-")]
    [InlineData(">f4", "3fc00000bf800000", "1.5,-1")]
    [InlineData("<f8", "000000000000f03f000000000000f0bf", "1,-1")]
    public void Every_number_of_numpy(string type, string hex, string values)
    {
        _folder.Write("a.npy", Npy(type, "(2,)", Convert.FromHexString(hex)));
        Assert.Equal(values.Split(','), _folder.Rows(Table).Select(row => row.Split("value=")[1]));
    }

    [Fact]
    public void Texts_of_numpy_are_rows_of_text()
    {
        _folder.Write("a.npy", Npy("<U3", "(2,)", Encoding.UTF32.GetBytes("né\0𝄞\0\0")));
        Assert.Equal(["né", "𝄞"], _folder.Texts());
        _folder.Write("a.npy", Npy("|S3", "(2,)", "ab\0xyz"u8.ToArray()));
        Assert.Equal(["ab", "xyz"], _folder.Texts());
    }

    [Fact]
    public void Orders_versions_and_records()
    {
        byte[] items = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        _folder.Write("a.npy", Npy("|u1", "(2, 3, 2)", items, version: 2));
        _folder.Write(
            "b.npy",
            Npy("|u1", "(2, 3, 2)", [1, 7, 3, 9, 5, 11, 2, 8, 4, 10, 6, 12], fortran: true, version: 3)
        );
        List<string> rows = [.. _folder.Rows(Table).Select(row => row.Split(' ', 4)[3])];
        Assert.Equal(["f0=1,f1=2,f2=3,f3=4,f4=5,f5=6", "f0=7,f1=8,f2=9,f3=10,f4=11,f5=12"], rows[..2]);
        Assert.Equal(rows[..2], rows[2..]);
        _folder.Write(
            "a.npy",
            Npy("[('n', '<i2'), ('', '|V2'), ('t', '|S2')]", "(2,)", [1, 0, 9, 9, 65, 66, 2, 0, 9, 9, 67, 0])
        );
        Assert.Equal(
            ["n=1,t=AB", "n=2,t=C"],
            _folder.Rows(Table with { Path = ["a.npy"] }).Select(row => row.Split(' ', 4)[3])
        );
    }

    [Fact]
    public void Wide_rows_are_lists()
    {
        byte[] items = new byte[2 * 1025 * 4];
        BinaryPrimitives.WriteSingleLittleEndian(items, 0.5f);
        _folder.Write("a.npy", Npy("<f4", "(2, 1025)", items));
        Assert.Contains("features=[0.5,0,0,", _folder.Rows(Table)[0]);
    }

    [Theory]
    [InlineData("|O", "(2,)", "pickled")]
    [InlineData("<c8", "(2,)", "its items are '<c8'")]
    [InlineData("<f4", "()", "a single value")]
    [InlineData("<f4", "(2, 0)", "rows are empty")]
    [InlineData("<f4", "(9223372036854775807, 9)", "larger than any file")]
    [InlineData("<f4", "(2, -1)", "negative")]
    [InlineData("<f4", "(2", "not written as NumPy")]
    [InlineData("[('a', '<f4', (2,))]", "(2,)", "records")]
    [InlineData("<f4", "(3,)", "bytes, as its header says")]
    public void What_cannot_be_read_is_said(string type, string shape, string reason)
    {
        _folder.Write("a.npy", Npy(type, shape, new byte[8]));
        Assert.Contains(reason, Assert.Throws<AssayException>(() => _folder.Rows(Table)).Message);
    }

    [Fact]
    public void Infinity_is_a_bad_row_and_a_short_file_keeps_its_rows()
    {
        _folder.Write("a.npy", Npy("<f2", "(3,)", [0, 0x7C, 0, 0x3C, 0, 0x3C]));
        Assert.Contains("infinity", Assert.Single(_folder.Bad(Table)));
        _folder.Write("a.npy.gz", [.. SourceFolder.Gzip(Npy("<f2", "(3,)", [0, 0x3C, 0, 0x3C, 0]))]);
        SourceOptions packed = Table with { Path = ["a.npy.gz"] };
        Assert.Equal(2, _folder.Rows(packed, BadRowPolicy.Skip).Count);
        Assert.Contains("end of the file in row 2", Assert.Single(_folder.Bad(packed)));
    }

    private static byte[] Idx(byte type, int[] shape, byte[] items)
    {
        byte[] header = new byte[4 + 4 * shape.Length];
        (header[2], header[3]) = (type, (byte)shape.Length);
        for (int axis = 0; axis < shape.Length; axis++)
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * axis), shape[axis]);
        return [.. header, .. items];
    }

    private static byte[] Npy(string type, string shape, byte[] items, bool fortran = false, byte version = 1)
    {
        string header =
            $"{{'descr': {(type[0] == '[' ? type : $"'{type}'")}, 'fortran_order': {(fortran ? "True" : "False")}, 'shape': {shape}, }}\n";
        byte[] length = BitConverter.GetBytes(header.Length);
        return
        [
            0x93,
            .. "NUMPY"u8,
            version,
            0,
            .. version == 1 ? length[..2] : length,
            .. Encoding.ASCII.GetBytes(header),
            .. items,
        ];
    }
}
