using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Prop = FsCheck.Fluent.Prop;

namespace Assay.Learning.Tests;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A file made by hand: the length, the header as it is given, the data.</summary>
    private string File(string header, byte[] data, ulong? length = null)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] bytes = new byte[8 + json.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length ?? (ulong)json.Length);
        json.CopyTo(bytes, 8);
        data.CopyTo(bytes, 8 + json.Length);
        string path = _folder["hand.safetensors"];
        System.IO.File.WriteAllBytes(path, bytes);
        return path;
    }

    private static byte[] BytesOf(SafetensorsWriter writer)
    {
        using MemoryStream stream = new();
        writer.Write(stream);
        return stream.ToArray();
    }

    [Fact]
    public void AFileMadeByHandIsRead()
    {
        // bfloat16: the upper halves of 1.0f = 0x3F80_0000 and -2.5f = 0xC020_0000.
        byte[] data = [0x80, 0x3F, 0x20, 0xC0, 1, 0, 0, 0, 0, 0, 0, 0x80];
        string header =
            """{"__metadata__":{"format":"pt"},"b":{"dtype":"I64","shape":[],"data_offsets":[4,12],"new":[{}]},"a":{"shape":[2,1],"dtype":"BF16","data_offsets":[0,4]}}  """;
        using SafetensorsFile file = SafetensorsFile.Open(File(header, data));
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal(["a", "b"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([2, 1], file["a"].Shape);
        Assert.Equal([1, -2.5f], file.ReadFloats("a"));
        Assert.Equal([long.MinValue + 1], file.Read<long>("b"));
        Assert.Equal(1, file["b"].Count);
    }

    [Fact]
    public void TheBytesWrittenAreThoseOfTheFormat()
    {
        SafetensorsWriter writer = new();
        writer.Add("narrow", [3], () => new byte[] { 1, 2, 3 });
        writer.Add("b", [1, 1], () => new float[] { 1 });
        writer.Add("a", [], () => new float[] { -2 });
        writer.AddMetadata("format", "pt");
        string header =
            """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1,1],"data_offsets":[4,8]},"narrow":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}""";
        header = header.PadRight((header.Length + 7) / 8 * 8);
        byte[] expected =
        [
            (byte)header.Length,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            .. Encoding.UTF8.GetBytes(header),
            0,
            0,
            0,
            0xC0,
            0,
            0,
            0x80,
            0x3F,
            1,
            2,
            3,
        ];
        Assert.Equal(expected, BytesOf(writer));
    }

    private sealed record Case(string Name, int[] Shape, int Type, int Seed);

    private static readonly Gen<Case[]> Cases =
        from count in Gen.Choose(0, 8)
        from cases in Gen.ArrayOf(
            from name in Gen.Elements("w", "bias", "layers.0.q", "ünï", "a \"b\"\n", "", "\\", "層")
            from shape in Gen.ArrayOf(Gen.Choose(0, 5)).Select(shape => shape.Take(4).ToArray())
            from type in Gen.Choose(0, 8)
            from seed in Gen.Choose(0, 1000)
            select new Case(name, shape, type, seed),
            count
        )
        select cases
            .Select((c, i) => c with { Name = c.Name + (i % 3 == 0 ? "" : i) })
            .DistinctBy(c => c.Name)
            .ToArray();

    private static T[] Values<T>(Case c, Func<double, T> of)
    {
        Random random = new(c.Seed);
        return
        [
            .. Enumerable
                .Range(0, c.Shape.Aggregate(1, (a, b) => a * b))
                .Select(_ => of(random.NextDouble() * 200 - 100)),
        ];
    }

    private static void Add(SafetensorsWriter writer, Case c)
    {
        long[] shape = [.. c.Shape.Select(d => (long)d)];
        if (c.Type == 0)
            writer.Add(c.Name, shape, () => Values(c, x => (float)x));
        else if (c.Type == 1)
            writer.Add(c.Name, shape, () => Values(c, x => x));
        else if (c.Type == 2)
            writer.Add(c.Name, shape, () => Values(c, x => (Half)x));
        else if (c.Type == 3)
            writer.Add(c.Name, shape, () => Values(c, x => (long)x));
        else if (c.Type == 4)
            writer.Add(c.Name, shape, () => Values(c, x => (int)x));
        else if (c.Type == 5)
            writer.Add(c.Name, shape, () => Values(c, x => (byte)Math.Abs(x)));
        else if (c.Type == 6)
            writer.Add(c.Name, shape, () => Values(c, x => (ulong)Math.Abs(x)));
        else
            writer.AddFloats(
                c.Name,
                shape,
                () => Values(c, x => (float)x),
                c.Type == 7 ? SafetensorsType.F16 : SafetensorsType.BF16
            );
    }

    private static bool Same(SafetensorsFile file, Case c) =>
        file[c.Name].Shape.SequenceEqual(c.Shape.Select(d => (long)d))
        && c.Type switch
        {
            0 => file.ReadFloats(c.Name).SequenceEqual(Values(c, x => (float)x)),
            1 => file.Read<double>(c.Name).SequenceEqual(Values(c, x => x))
                && file.ReadFloats(c.Name).SequenceEqual(Values(c, x => (float)x)),
            2 => file.Read<Half>(c.Name).SequenceEqual(Values(c, x => (Half)x))
                && file.ReadFloats(c.Name).SequenceEqual(Values(c, x => (float)(Half)x)),
            3 => file.Read<long>(c.Name).SequenceEqual(Values(c, x => (long)x)),
            4 => file.Read<int>(c.Name).SequenceEqual(Values(c, x => (int)x)),
            5 => file.Read<byte>(c.Name).SequenceEqual(Values(c, x => (byte)Math.Abs(x))),
            6 => file.Read<ulong>(c.Name).SequenceEqual(Values(c, x => (ulong)Math.Abs(x))),
            7 => file.ReadFloats(c.Name).SequenceEqual(Values(c, x => (float)(Half)(float)x)),
            // The nearest bfloat16 is at most half of a step of 2^-7 of its power of two away.
            _ => file.ReadFloats(c.Name)
                .Zip(Values(c, x => (float)x))
                .All(pair => Math.Abs(pair.First - pair.Second) <= Math.Abs(pair.Second) / 256),
        };

    [Fact]
    public void WhatIsWrittenReadsBackAndTheOrderOfAddingDoesNotMatter() =>
        Prop.ForAll(
                Cases.ToArbitrary(),
                cases =>
                {
                    SafetensorsWriter writer = new(),
                        backwards = new();
                    foreach (Case c in cases)
                        Add(writer, c);
                    foreach (Case c in cases.Reverse())
                        Add(backwards, c);
                    byte[] bytes = BytesOf(writer);
                    string path = _folder["property.safetensors"];
                    System.IO.File.WriteAllBytes(path, bytes);
                    using SafetensorsFile file = SafetensorsFile.Open(path);
                    return file.Tensors.Count == cases.Length
                        && cases.All(c => Same(file, c))
                        && bytes.SequenceEqual(BytesOf(backwards));
                }
            )
            .Holds();

    [Theory]
    [InlineData(1.00390625f, 1f)] // 1 + 2^-8 lies half-way: the even one
    [InlineData(1.01171875f, 1.015625f)] // 1 + 3 2^-8 too: up to the even one
    [InlineData(1.0039064f, 1.0078125f)] // a little more than half-way
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.MaxValue, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN)]
    [InlineData(-0f, -0f)]
    public void BrainFloatsAreRoundedToTheNearestTiesToEven(float value, float expected)
    {
        SafetensorsWriter writer = new();
        writer.AddFloats("x", [1], () => new[] { value }, SafetensorsType.BF16);
        string path = _folder["brain.safetensors"];
        writer.Write(path);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(file.ReadFloats("x")[0]));
    }

    [Theory]
    [InlineData("[]", "begin with '{'")]
    [InlineData(" {}", "begin with '{'")]
    [InlineData("{", "not valid JSON")]
    [InlineData("{} x", "not valid JSON")]
    [InlineData("""{"x":1}""", "tensor 'x': should be an object with dtype, shape and data_offsets, found a number")]
    [InlineData("""{"x":{"shape":[1],"data_offsets":[0,4]}}""", "tensor 'x': has no dtype")]
    [InlineData("""{"x":{"dtype":"F32","data_offsets":[0,4]}}""", "tensor 'x': has no shape")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1]}}""", "tensor 'x': has no data_offsets")]
    [InlineData(
        """{"x":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}""",
        "dtype 'F33' is not known; these are: BOOL,"
    )]
    [InlineData("""{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "shape should have whole numbers")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", "shape should have whole numbers")]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""",
        "F32 [2] needs 8 bytes, data_offsets has 4"
    )]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "data_offsets should be [begin, end]")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", "data_offsets should be [begin, end]")]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""",
        "the shape [4611686018427387904, 4] is too large"
    )]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}""",
        "the shape [4294967296, 4294967296, 0] is too large"
    )]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""",
        "ends at byte 8 of the data, and the file has 4"
    )]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""",
        "end at byte 0 of the data, and the file has 4"
    )]
    [InlineData(
        """{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"y":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""",
        "tensor 'y': begins at byte 2 of the data, expected 1: there is a hole"
    )]
    [InlineData(
        """{"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"y":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""",
        "tensor 'y': begins at byte 2 of the data, expected 3: there is an overlap"
    )]
    [InlineData(
        """{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""",
        "tensor 'x': the name is there twice"
    )]
    [InlineData(
        """{"x":{"dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]}}""",
        "tensor 'x': 'dtype' is there twice"
    )]
    [InlineData("""{"__metadata__":{"a":1}}""", "__metadata__ 'a' should be a string, found a number")]
    [InlineData("""{"__metadata__":{"a":"b","a":"b"}}""", "__metadata__ 'a' is there twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", "__metadata__ is there twice")]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "not valid Unicode")]
    public void EveryFaultOfAHeaderIsNamed(string header, string message)
    {
        string path = File(header, new byte[4]);
        SafetensorsException wrong = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path));
        Assert.StartsWith(path + ": ", wrong.Message);
        Assert.Contains(message, wrong.Message);
        Assert.Equal(path, wrong.File);
    }

    [Theory]
    [InlineData(3UL, "claims a header of 3 bytes, and only 2 follow")]
    [InlineData(100_000_001UL, "100000000 is the limit")]
    [InlineData(ulong.MaxValue, "100000000 is the limit")]
    [InlineData(0UL, "begin with '{'")]
    public void TheLengthOfTheHeaderIsChecked(ulong length, string message)
    {
        string path = File("{}", [], length);
        Assert.Contains(message, Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Fact]
    public void AFileThatIsTooShortIsNamed()
    {
        string path = _folder["short.safetensors"];
        System.IO.File.WriteAllBytes(path, new byte[7]);
        Assert.Contains("has 7 bytes", Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Fact]
    public void DamagedFilesAreRefusedOrReadNeverAnythingElse()
    {
        SafetensorsWriter writer = new();
        writer.Add("layers.0.weight", [2, 3], () => new float[] { 1, 2, 3, 4, 5, 6 });
        writer.Add("empty", [0, 7], () => Array.Empty<float>());
        writer.Add("mask", [3], () => new byte[] { 1, 0, 1 });
        writer.AddFloats("half", [2], () => new float[] { 1, 2 }, SafetensorsType.F16);
        writer.AddMetadata("format", "pt");
        byte[] whole = BytesOf(writer);
        string path = _folder["damaged.safetensors"];
        Random random = new(1);
        int refused = 0,
            read = 0;
        for (int round = 0; round < 3000; round++)
        {
            byte[] bytes = [.. whole];
            if (round % 5 == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            for (int n = random.Next(1, 4); n > 0 && bytes.Length > 0; n--)
            {
                int at = random.Next(bytes.Length);
                bytes[at] = random.Next(3) switch
                {
                    0 => (byte)random.Next(256),
                    1 => (byte)(bytes[at] ^ 1 << random.Next(8)),
                    _ => (byte)"0123456789{}[]\":,\\u"[random.Next(19)],
                };
            }
            System.IO.File.WriteAllBytes(path, bytes);
            try
            {
                using SafetensorsFile file = SafetensorsFile.Open(path);
                foreach (SafetensorsEntry tensor in file.Tensors)
                    if (SafetensorsTypes.IsFloat(tensor.Type))
                        Assert.Equal(tensor.Count, file.ReadFloats(tensor.Name).Length);
                read++;
            }
            catch (SafetensorsException)
            {
                refused++;
            }
        }
        Assert.True(refused > 100 && read > 100, $"{refused} refused, {read} read");
    }

    [Fact]
    public void PartsOfATensorAreReadAndNoMoreThanItHas()
    {
        SafetensorsWriter writer = new();
        writer.Add("x", [2, 3], () => new double[] { 1, 2, 3, 4, 5, 6 });
        string path = _folder["parts.safetensors"];
        writer.Write(path);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        float[] row = new float[3];
        file.ReadFloats("x", 3, row);
        Assert.Equal([4, 5, 6], row);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadFloats("x", 4, new float[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadFloats("x", -1, new float[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read("x", long.MaxValue, new double[3]));
        Assert.Contains("F64, expected F32", Assert.Throws<SafetensorsException>(() => file.Read<float>("x")).Message);
        Assert.Contains("is not in the file", Assert.Throws<SafetensorsException>(() => file.ReadFloats("y")).Message);
    }

    [Fact]
    public void AClosedFileIsAnException()
    {
        SafetensorsWriter writer = new();
        writer.Add("x", [1], () => new float[1]);
        string path = _folder["closed.safetensors"];
        writer.Write(path);
        SafetensorsFile file = SafetensorsFile.Open(path);
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.ReadFloats("x"));
    }

    [Fact]
    public void TheWriterRefusesWhatTheFormatCannotHold()
    {
        SafetensorsWriter writer = new();
        writer.Add("x", [1], () => new float[1]);
        Assert.Throws<ArgumentException>(() => writer.Add("x", [1], () => new float[1]));
        Assert.Throws<ArgumentException>(() => writer.Add("__metadata__", [1], () => new float[1]));
        Assert.Throws<ArgumentException>(() => writer.Add("n", [-1], () => new float[1]));
        Assert.Throws<ArgumentException>(() => writer.Add("l", [1L << 40, 1L << 40], () => new float[1]));
        Assert.Throws<ArgumentException>(() => writer.Add("d", [1], () => new decimal[1]));
    }

    [Fact]
    public void AWriteThatFailsLeavesWhatWasThere()
    {
        string path = _folder["kept.safetensors"];
        SafetensorsWriter good = new();
        good.Add("x", [1], () => new float[] { 7 });
        good.Write(path);
        SafetensorsWriter bad = new();
        bad.Add("x", [2], () => new float[1]);
        Assert.Contains("needs 2 values, and 1", Assert.Throws<ArgumentException>(() => bad.Write(path)).Message);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal([7], file.ReadFloats("x"));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }
}
