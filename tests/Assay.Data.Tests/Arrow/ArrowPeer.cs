using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Apache.Arrow.Scalars;
using Apache.Arrow.Types;

namespace Assay.Tests;

/// <summary>An independent implementation of the format (Apache.Arrow), to write what ours reads and read what ours writes.</summary>
internal static class ArrowPeer
{
    /// <summary>A file or stream of batches of one schema.</summary>
    public static byte[] Write(
        IReadOnlyList<RecordBatch> batches,
        bool isStream = false,
        CompressionCodecType? codec = null
    )
    {
        using MemoryStream bytes = new();
        IpcOptions options = new()
        {
            CompressionCodec = codec,
            CompressionCodecFactory = new CompressionCodecFactory(),
        };
        using ArrowStreamWriter writer = isStream
            ? new ArrowStreamWriter(bytes, batches[0].Schema, leaveOpen: true, options)
            : new ArrowFileWriter(bytes, batches[0].Schema, leaveOpen: true, options);
        writer.WriteStart();
        foreach (RecordBatch batch in batches)
            writer.WriteRecordBatch(batch);
        writer.WriteEnd();
        return bytes.ToArray();
    }

    /// <summary>What the peer reads of a file, written by it again and read as lines of JSON.</summary>
    public static List<string> Read(string path, SourceFolder folder)
    {
        using FileStream file = File.OpenRead(path);
        using ArrowFileReader reader = new(file);
        List<RecordBatch> batches = [];
        while (reader.ReadNextRecordBatch() is { } batch)
            batches.Add(batch);
        string again = folder.Write("again.arrow", Write(batches, isStream: true));
        return FileRows.Read(again, format: Data.SourceFormat.Arrow).Lines;
    }

    /// <summary>A batch of columns that may hold missing values.</summary>
    public static RecordBatch Batch(params (string Name, IArrowArray Array)[] columns) =>
        new(
            new Schema(columns.Select(column => new Field(column.Name, column.Array.Data.DataType, true)), null),
            columns.Select(column => column.Array),
            columns[0].Array.Length
        );

    public static StringArray Texts(params IEnumerable<string?> values) =>
        new StringArray.Builder().AppendRange(values!).Build();

    public static Int32Array Numbers(params IEnumerable<int> values) =>
        new Int32Array.Builder().AppendRange(values).Build();

    public static ArrowBuffer Buffer<T>(params T[] values)
        where T : struct => new ArrowBuffer.Builder<T>().AppendRange(values).Build();

    /// <summary>
    /// Three rows of every type: a value, a missing one, another value.
    /// </summary>
    public static RecordBatch EveryType()
    {
        ArrowBuffer second = Buffer<byte>(0b101); // is missing
        Int32Array five = Numbers(1, 2, 3, 4, 5);
        int[] ends = [0, 2, 2, 5];
        StructType pair = new([new Field("a", Int32Type.Default, true), new Field("b", StringType.Default, true)]);
        UnionType Union(UnionMode mode) =>
            new([new Field("n", Int32Type.Default, true), new Field("t", StringType.Default, true)], [5, 7], mode);
        DateTimeOffset day = new(2024, 2, 29, 1, 2, 3, TimeSpan.Zero);
        Field item = new("item", Int32Type.Default, true);
        return Batch(
            ("text", Texts("é", null, "")),
            ("null", new NullArray(3)),
            ("bool", new BooleanArray.Builder().Append(true).AppendNull().Append(false).Build()),
            ("i8", new Int8Array.Builder().Append(-128).AppendNull().Append(127).Build()),
            ("u8", new UInt8Array.Builder().Append(255).AppendNull().Append(0).Build()),
            ("i16", new Int16Array.Builder().Append(short.MinValue).AppendNull().Append(1).Build()),
            ("u16", new UInt16Array.Builder().Append(ushort.MaxValue).AppendNull().Append(1).Build()),
            ("i32", new Int32Array.Builder().Append(int.MinValue).AppendNull().Append(1).Build()),
            ("u32", new UInt32Array.Builder().Append(uint.MaxValue).AppendNull().Append(1).Build()),
            ("i64", new Int64Array.Builder().Append(long.MinValue).AppendNull().Append(long.MaxValue).Build()),
            ("u64", new UInt64Array.Builder().Append(ulong.MaxValue).AppendNull().Append(1).Build()),
            ("f16", new HalfFloatArray.Builder().Append((Half)1.5).AppendNull().Append(Half.NaN).Build()),
            ("f32", new FloatArray.Builder().Append(0.25f).AppendNull().Append(float.NaN).Build()),
            ("f64", new DoubleArray.Builder().Append(-0.0).AppendNull().Append(1e-300).Build()),
            ("d32", new Decimal32Array(new ArrayData(new Decimal32Type(9, 2), 3, 1, 0, [second, Buffer(-1234, 0, 5)]))),
            ("d64", new Decimal64Array(new ArrayData(new Decimal64Type(18, 0), 3, 1, 0, [second, Buffer(7L, 0, -8)]))),
            ("d128", new Decimal128Array.Builder(new(38, 3)).Append(1.125m).AppendNull().Append(-2.5m).Build()),
            ("d256", new Decimal256Array.Builder(new(76, 1)).Append(0.5m).AppendNull().Append(-3m).Build()),
            (
                "date32",
                new Date32Array.Builder()
                    .Append(day.DateTime.Date)
                    .AppendNull()
                    .Append(new DateTime(1969, 12, 31))
                    .Build()
            ),
            (
                "date64",
                new Date64Array.Builder()
                    .Append(day.DateTime.Date)
                    .AppendNull()
                    .Append(new DateTime(1969, 12, 31))
                    .Build()
            ),
            ("time32", new Time32Array.Builder(TimeUnit.Second).Append(3723).AppendNull().Append(0).Build()),
            (
                "time64",
                new Time64Array.Builder(TimeUnit.Nanosecond).Append(3_723_000_000_001).AppendNull().Append(0).Build()
            ),
            (
                "ts",
                new TimestampArray.Builder(new TimestampType(TimeUnit.Microsecond, (string?)null))
                    .Append(day)
                    .AppendNull()
                    .Append(day.AddMilliseconds(1))
                    .Build()
            ),
            (
                "tsz",
                new TimestampArray.Builder(new TimestampType(TimeUnit.Second, "Europe/Paris"))
                    .Append(day)
                    .AppendNull()
                    .Append(DateTimeOffset.UnixEpoch)
                    .Build()
            ),
            (
                "duration",
                new DurationArray.Builder(DurationType.Millisecond).Append(1500L).AppendNull().Append(-1L).Build()
            ),
            (
                "months",
                new YearMonthIntervalArray.Builder()
                    .Append(new YearMonthInterval(14))
                    .AppendNull()
                    .Append(new YearMonthInterval(-1))
                    .Build()
            ),
            (
                "daytime",
                new DayTimeIntervalArray.Builder()
                    .Append(new DayTimeInterval(2, 250))
                    .AppendNull()
                    .Append(new DayTimeInterval(0, 0))
                    .Build()
            ),
            (
                "nanos",
                new MonthDayNanosecondIntervalArray.Builder()
                    .Append(new MonthDayNanosecondInterval(1, 2, 3))
                    .AppendNull()
                    .Append(new MonthDayNanosecondInterval(0, 0, 0))
                    .Build()
            ),
            ("bytes", new BinaryArray.Builder().Append([1, 255]).AppendNull().Append("ok"u8).Build()),
            (
                "fixed",
                new FixedSizeBinaryArray(
                    new ArrayData(new FixedSizeBinaryType(2), 3, 1, 0, [second, Buffer<byte>(1, 255, 0, 0, 65, 66)])
                )
            ),
            (
                "bytesView",
                new BinaryViewArray.Builder().Append([1, 255]).AppendNull().Append("not within the view"u8).Build()
            ),
            (
                "textView",
                new StringViewArray.Builder()
                    .Append("in view")
                    .AppendNull()
                    .Append("a text beyond twelve bytes")
                    .Build()
            ),
            (
                "largeText",
                new LargeStringArray(
                    new ArrayData(
                        LargeStringType.Default,
                        3,
                        1,
                        0,
                        [second, Buffer(0L, 2, 2, 3), Buffer("abc"u8.ToArray())]
                    )
                )
            ),
            (
                "largeBytes",
                new LargeBinaryArray(
                    new ArrayData(
                        LargeBinaryType.Default,
                        3,
                        1,
                        0,
                        [second, Buffer(0L, 1, 1, 3), Buffer<byte>(254, 98, 99)]
                    )
                )
            ),
            ("list", new ListArray(new ListType(item), 3, Buffer(ends), five, second, 1)),
            ("largeList", new LargeListArray(new LargeListType(item), 3, Buffer(0L, 2, 2, 5), five, second, 1)),
            ("fixedList", new FixedSizeListArray(new FixedSizeListType(item, 1), 3, five, second, 1)),
            (
                "listView",
                new ListViewArray(new ListViewType(item), 3, Buffer(3, 0, 0), Buffer(2, 0, 1), five, second, 1)
            ),
            (
                "largeListView",
                new LargeListViewArray(
                    new ArrayData(
                        new LargeListViewType(item),
                        3,
                        1,
                        0,
                        [second, Buffer(3L, 0, 0), Buffer(2L, 0, 1)],
                        [five.Data]
                    )
                )
            ),
            ("struct", new StructArray(pair, 3, [Numbers(7, 8, 9), Texts("x", "y", null)], second, 1)),
            (
                "map",
                new MapArray(
                    new MapType(StringType.Default, Int32Type.Default),
                    3,
                    Buffer(ends),
                    new StructArray(
                        new StructType([
                            new Field("key", StringType.Default, false),
                            new Field("value", Int32Type.Default, true),
                        ]),
                        5,
                        [Texts("p", "q", "r", "s", "t"), five],
                        ArrowBuffer.Empty,
                        0
                    ),
                    second,
                    1
                )
            ),
            (
                "sparse",
                new SparseUnionArray(
                    Union(UnionMode.Sparse),
                    3,
                    [Numbers(1, 2, 3), Texts("u", null, "w")],
                    Buffer<byte>(5, 7, 7)
                )
            ),
            (
                "dense",
                new DenseUnionArray(
                    Union(UnionMode.Dense),
                    3,
                    [Numbers(9), Texts(null, "w")],
                    Buffer<byte>(5, 7, 7),
                    Buffer(0, 0, 1)
                )
            ),
            (
                "dictionary",
                new DictionaryArray(
                    new DictionaryType(Int8Type.Default, StringType.Default, false),
                    new Int8Array.Builder().Append(1).AppendNull().Append(0).Build(),
                    Texts("zero", "one")
                )
            ),
            ("runs", new RunEndEncodedArray(Numbers(1, 2, 3), Texts("first", null, "third")))
        );
    }

    /// <summary>What the rows of <see cref="EveryType"/> are.</summary>
    public static readonly string[] EveryTypeAsRead =
    [
        """
            {"text":"é","bool":true,"i8":-128,"u8":255,"i16":-32768,"u16":65535,"i32":-2147483648,"u32":4294967295,
            "i64":-9223372036854775808,"u64":1.8446744073709552E+19,"f16":1.5,"f32":0.25,"f64":-0,"d32":-12.34,"d64":7,
            "d128":1.125,"d256":0.5,"date32":"2024-02-29","date64":"2024-02-29","time32":"01:02:03","time64":"01:02:03.000000001",
            "ts":"2024-02-29T01:02:03","tsz":"2024-02-29T01:02:03Z","duration":"PT1.5S","months":"P14M","daytime":"P2DT0.25S",
            "nanos":"P1M2DT0.000000003S","bytes":"Af8=","fixed":"Af8=","bytesView":"Af8=","textView":"in view","largeText":"ab",
            "largeBytes":"/g==","list":[1,2],"largeList":[1,2],"fixedList":[1],"listView":[4,5],"largeListView":[4,5],
            "struct":{"a":7,"b":"x"},"map":{"p":1,"q":2},"sparse":1,"dense":9,"dictionary":"one","runs":"first"}
            """,
        "{}",
        """
            {"text":"","bool":false,"i8":127,"u8":0,"i16":1,"u16":1,"i32":1,"u32":1,"i64":9223372036854775807,"u64":1,
            "f64":1E-300,"d32":0.05,"d64":-8,"d128":-2.5,"d256":-3,"date32":"1969-12-31","date64":"1969-12-31","time32":"00:00:00",
            "time64":"00:00:00","ts":"2024-02-29T01:02:03.001","tsz":"1970-01-01T00:00:00Z","duration":"PT-0.001S","months":"P-1M",
            "daytime":"P0DT0S","nanos":"P0M0DT0S","bytes":"ok","fixed":"QUI=","bytesView":"not within the view",
            "textView":"a text beyond twelve bytes","largeText":"c","largeBytes":"bc","list":[3,4,5],"largeList":[3,4,5],
            "fixedList":[3],"listView":[1],"largeListView":[1],"struct":{"a":9,"b":null},"map":{"r":3,"s":4,"t":5},"sparse":"w",
            "dense":"w","dictionary":"zero","runs":"third"}
            """,
    ];
}
