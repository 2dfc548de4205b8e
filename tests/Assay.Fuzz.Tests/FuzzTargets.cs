using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Recipes;

namespace Assay.Tests;

/// <summary>Every parser that reads what comes from outside.</summary>
internal static class FuzzTargets
{
    private const string Json =
        "{\"text\":\"row é 𝄞 \\u00e9\\ud834\\udd1e\\n\",\"n\":1,\"x\":-2.5e3,\"b\":true,\"z\":null,\"l\":[1,[2,{\"a\":[]}]],\"o\":{\"k\":\"v\"}}\n";

    private static readonly string Folder = Directory.CreateTempSubdirectory("assay-fuzz-").FullName;

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        Source(
            "jsonl",
            "a.jsonl",
            [Bytes(Json + Json + "\n{\"text\":\"\"}\r\n"), Bytes("\uFEFF{\"text\":\"a\",\"a\":9223372036854775807}")],
            "{ } [ ] \" \\ \\u \\ud800 , : null true 1e999 \u00ff \u00c3 \n {\"text\":"
        ),
        Source(
            "csv",
            "a.csv",
            [Bytes("text,n,\"b\"\"c\"\n\"a\nb\",1,true\r\nx,,\n\"\",007,\"\"\"\"\n"), Bytes("text\na\n")],
            "\" \"\" , \n \r\n ,,,, \"\n"
        ),
        Source("tsv", "a.tsv", [Bytes("text\tn\na\t1\n")], "\t \n \""),
        Source("text", "a.txt", [Bytes("One.\n\nTwo\n \t\n\nThree é.\n")], "\n \n\n \r \u00ff \u0000"),
        Source(
            "dotnet-xml",
            "a.xml",
            [
                Bytes(
                    "<?xml version=\"1.0\"?><doc><assembly><name>A</name></assembly><members><member name=\"T:N.C`1\"><summary>A <see cref=\"T:N.D\"/> &lt; b<para>p</para></summary></member>"
                        + "<member name=\"M:N.C`1.F(System.Int32@,System.Collections.Generic.List{`0})\"><param name=\"x\">y</param><returns>z</returns></member></members></doc>"
                ),
            ],
            "<member name=\" M: T:( T:) { } ` ~ # @ </doc> <!DOCTYPE &lt; ]]> <![CDATA["
        ),
        Source("html", "a.html", [Bytes(Page), Bytes("plain")], HtmlWords),
        Source(
            "warc",
            "a.warc",
            [Warc()],
            "WARC/1.0 \r\n \r\n\r\n Content-Length: WARC-Type: HTTP/1.1 chunked gzip br"
        ) with
        {
            MostBytes = 400L << 20,
        },
        Source("idx", "a-images-ubyte", [Idx(8, [3, 2, 2], 12), Idx(13, [2], 8), Idx(11, [2, 3], 12)]),
        Source(
            "npy",
            "a.npy",
            [
                Npy("'<f4'", "(3, 2)", 24),
                Npy("'<U2'", "(2,)", 16),
                Npy("[('a', '<i2'), ('b', '|S2')]", "(2,)", 8),
                Npy("'>u8'", "(2, 2), 'fortran_order': True", 32),
            ],
            "( ) [ ] { } ' , : True False None 'descr' 'shape' <f4 |O <U9 |S99999 L"
        ),
        Source(
            "zip",
            "a.zip",
            [Zip(CompressionLevel.Fastest), Zip(CompressionLevel.NoCompression)],
            "PK\u0001\u0002 PK\u0003\u0004 PK\u0005\u0006 PK\u0006\u0006"
        ),
        Source(
            "tar",
            "a.tar",
            [Tar(TarEntryFormat.Pax), Tar(TarEntryFormat.Gnu), Tar(TarEntryFormat.Ustar)],
            "ustar 0000777 L K x g S GNU.sparse.major=1 path= size=99999999999"
        ) with
        {
            Mend = MendTar,
        },
        Source(
            "gzip",
            "a.jsonl.gz",
            [Gzip(Bytes(Json + Json)), [.. Gzip(Bytes(Json)), .. Gzip(Bytes(Json))]],
            "\u001f\u008b\u0008"
        ),
        Source(
            "zstd",
            "a.jsonl.zst",
            [Zstd(Bytes(Json + Json)), [.. Zstd(Bytes(Json)), .. Zstd(Bytes(Json))]],
            "\u0028\u00b5\u002f\u00fd"
        ) with
        {
            MostBytes = 600L << 20,
        },
        Source("parquet", "a.parquet", ParquetSeeds, "PAR1") with
        {
            MostBytes = 600L << 20,
            Window = Pages,
            Mend = MendParquet,
        },
        Source("arrow", "a.arrow", ArrowSeeds, "ARROW1 \u00ff\u00ff\u00ff\u00ff") with
        {
            MostBytes = 600L << 20,
        },
        Source(
            "dsdl",
            "a.yaml",
            [Bytes(Dsdl)],
            "$def $dsdl-version struct class_domain Label[D] List[Int] { } [ ] : - ! & * | > $loc $descr $fields $optional samples: \n\u0020\u0020"
        ),
        new(
            "recipe",
            () => [Bytes(RecipeText)],
            input => Refusing<AssayException>(() => Recipe.Parse(Encoding.UTF8.GetString(input))),
            "{ } [ ] : - ! & * | > # ' \" << ? --- ... %YAML \n \t &a *a !!str steps: data: select/top: 30% 1/2 1e999"
        ),
        new(
            "tokenizer",
            () => [Bytes(TokenizerText)],
            input => Refusing<TokenizerException>(() => TokenizerFile.Read(new MemoryStream(input)).Encode("a▁ab é")),
            "{ } [ ] \" \\ null true BPE ByteLevel Split Sequence Prepend Replace ByteFallback Fuse Strip vocab merges added_tokens"
        ),
        new(
            "safetensors",
            () => [Safetensors()],
            input =>
                Refusing<SafetensorsException>(() =>
                {
                    using SafetensorsFile file = SafetensorsFile.Open(InFile("a.safetensors", input));
                    foreach (SafetensorsEntry entry in file.Tensors)
                        file.ReadFloats(entry.Name);
                }),
            "{ } [ ] \" F32 F16 BF16 I64 U8 dtype shape data_offsets __metadata__ 18446744073709551615"
        ),
        new(
            "arpa",
            () => [Bytes(ArpaText)],
            input => Refusing<ArpaException>(() => Arpa.Read(new MemoryStream(input))),
            "\\data\\ \\end\\ \\1-grams: \\9-grams: ngram 1=99999999999 -99 inf nan <s> </s> <unk> \t \n"
        ),
    ];

    private const string Page = """
        <!doctype html><html lang="en"><head><meta charset="utf-8"><title>T</title><style>p{}</style></head><body>
        <nav><a href="/">Home</a></nav><main><h1>Head</h1><p>Text of the <b>page</b>, &amp; more &#x1D11E; of it.<br><br>Two.
        <ul><li>one<li>two</ul><table><tr><td>a<td>b</table><pre>x
          y</pre><svg><path d="M0"/><foreignObject><p>q</p></foreignObject></svg></main><script>var a = "</p>";</script></body></html>
        """;

    private const string HtmlWords =
        "<div> </div> <p> </p> <table> <tr> <td> </td> <b> <i> </b> <a> <svg> <math> <template> <select> <script> </script> <!-- --> <![CDATA[ &# &#x &amp; <plaintext> <frameset> <html> <body> <li> <form> charset=utf-16 charset=gbk <meta";

    private const string Dsdl = """
        $dsdl-version: '0.5.0'
        meta: {name: mixed, creator: "us"}
        defs:
          D: {$def: class_domain, classes: [dog, hot dog]}
          S:
            $def: struct
            $fields: {text: Str, n: Int, x: Num, ok: Bool, kind: 'Label[D]', box: BBox, l: 'List[Int]', at: Date}
            $optional: [x, box, l]
        data:
          sample-type: S
          samples:
            - {text: t1, n: 1, ok: No, kind: 1, at: 2020-12-29, box: [1, 2, 3, 4.5]}
            - text: "two"
              n: 2
              ok: true
              kind: dog
              at: 2020-01-01
              l: [1, 2]

        """;

    private const string RecipeText = """
        assay: 1
        seed: 7
        data:
          pool: { path: corpus/*.jsonl.gz, text: body }
          wanted: { path: [ "a.jsonl", 'b.jsonl' ], part: 1/2 } # selectors
        steps:
          - describe/label
          - select/dedup: { method: minhash }
          - select/heuristics: { preset: [gopher-repetition, gopher-quality] }
        candidates:
          random:  [select/random: { keep: 30%, budget: bytes }]
          low: &low
            - select/top: { by: perplexity, lowest: true, keep: 0.3 }
        judge: { proxy: gpt-1m, tokens: 5M, seeds: 3, metrics: [bits-per-byte@target, diversity] }
        export: { candidate: best, to: out, format: parquet, card: true }
        """;

    private const string TokenizerText = """
        { "version": "1.0", "truncation": null, "padding": null,
          "added_tokens": [ { "id": 0, "content": "<unk>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true } ],
          "normalizer": { "type": "Sequence", "normalizers": [ { "type": "Prepend", "prepend": "▁" },
            { "type": "Replace", "pattern": { "String": " " }, "content": "▁" } ] },
          "pre_tokenizer": null, "post_processor": null,
          "decoder": { "type": "Sequence", "decoders": [ { "type": "Replace", "pattern": { "String": "▁" }, "content": " " },
            { "type": "ByteFallback" }, { "type": "Fuse" }, { "type": "Strip", "content": " ", "start": 1, "stop": 0 } ] },
          "model": { "type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": false, "ignore_merges": false,
            "vocab": { "<unk>": 0, "a": 1, "b": 2, "▁": 3, "ab": 4, "▁a": 5 }, "merges": [ "a b", "▁ a" ] } }
        """;

    private const string ArpaText =
        "comment\n\\data\\\nngram 1=5\nngram 2=3\nngram 3=1\n\n\\1-grams:\n-1.0\t<unk>\n-99\t<s>\t-0.30103\n-0.69897\t</s>\n-0.5\ta\t-0.2\n-0.6\tb\n\n"
        + "\\2-grams:\n-0.3\t<s> a\t-0.1\n-0.4\ta b\n-0.2\tb </s>\n\n\\3-grams:\n-0.05\t<s> a b\n\n\\end\\\n";

    private static FuzzTarget Source(string name, string file, byte[][] seeds, string words = "") =>
        Source(name, file, () => seeds, words);

    /// <summary>A parser of source files, through all that files go through on their way into tables.</summary>
    private static FuzzTarget Source(string name, string file, Func<IEnumerable<byte[]>> seeds, string words) =>
        new(name, seeds, input => Refusing<AssayException>(() => Ingest(InFile($"{name}/{file}", input))), words);

    private static void Ingest(string path)
    {
        SourceOptions options = new()
        {
            Path = [path],
            Table = true,
            MaxRow = new(1 << 20),
        };
        SourcePlan plan = SourcePlan.Find("p", options, "/", blockSize: 1 << 16);
        using Pieces pieces = Pieces.Temporary();
        Data.Ingest.Run(plan, BadRowPolicy.Skip, new(pieces) { Threads = 1 });
    }

    private static string InFile(string name, byte[] content)
    {
        string path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static void Refusing<T>(Action read)
        where T : Exception
    {
        try
        {
            read();
        }
        catch (T) { }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Gzip(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream packer = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            packer.Write(content);
        return packed.ToArray();
    }

    private static byte[] Zstd(byte[] content)
    {
        using ZstdSharp.Compressor packer = new();
        return packer.Wrap(content).ToArray();
    }

    private static byte[] Warc()
    {
        byte[] Record(string type, string mediaType, params byte[] content) =>
            [
                .. Bytes(
                    $"WARC/1.0\r\nWARC-Type: {type}\r\nWARC-Target-URI: <http://a/>\r\nWARC-Date: 2024-01-01T00:00:00Z\r\nContent-Type: {mediaType}\r\nContent-Length: {content.Length}\r\n\r\n"
                ),
                .. content,
                .. "\r\n\r\n"u8,
            ];
        byte[] packed = Gzip(Bytes(Page));
        return
        [
            .. Record("warcinfo", "application/warc-fields", [.. "a: b"u8]),
            .. Record(
                "response",
                "application/http",
                [.. "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"u8, .. Bytes(Page)]
            ),
            .. Record(
                "response",
                "application/http",
                [
                    .. "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=x-sjis\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"u8,
                    .. Bytes($"{packed.Length:x}\r\n"),
                    .. packed,
                    .. "\r\n0\r\n\r\n"u8,
                ]
            ),
            .. Record("conversion", "text/plain", [.. "text"u8]),
        ];
    }

    private static byte[] Idx(byte type, int[] shape, int bytes)
    {
        byte[] file = new byte[4 + 4 * shape.Length + bytes];
        (file[2], file[3]) = (type, (byte)shape.Length);
        for (int axis = 0; axis < shape.Length; axis++)
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + 4 * axis), shape[axis]);
        return file;
    }

    private static byte[] Npy(string type, string shape, int bytes)
    {
        byte[] header = Bytes($"{{'descr': {type}, 'fortran_order': False, 'shape': {shape}, }}\n");
        return
        [
            0x93,
            .. "NUMPY"u8,
            1,
            0,
            .. BitConverter.GetBytes((ushort)header.Length),
            .. header,
            .. new byte[bytes],
        ];
    }

    private static byte[] Zip(CompressionLevel level)
    {
        using MemoryStream stream = new();
        using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach ((string name, byte[] content) in Members())
            {
                using Stream entry = zip.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        return stream.ToArray();
    }

    private static byte[] Tar(TarEntryFormat format)
    {
        using MemoryStream stream = new();
        using (TarWriter tar = new(stream, format, leaveOpen: true))
            foreach ((string name, byte[] content) in Members())
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, new string('n', 120) + name),
                    TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, name),
                    _ => new PaxTarEntry(TarEntryType.RegularFile, new string('p', 260) + name),
                };
                entry.DataStream = new MemoryStream(content);
                tar.WriteEntry(entry);
            }
        return stream.ToArray();
    }

    private static IEnumerable<(string, byte[])> Members() =>
        [("docs/a.jsonl", Bytes(Json)), ("b.txt.gz", Gzip(Bytes("a line\n"))), ("c.csv", Bytes("text,n\na,1\n"))];

    /// <summary>The checksums of headers.</summary>
    private static byte[] MendTar(byte[] tar)
    {
        byte[] mended = [.. tar];
        for (int at = 0; at + 512 <= mended.Length; at += 512)
        {
            Span<byte> header = mended.AsSpan(at, 512);
            if (!header[257..].StartsWith("ustar"u8))
                continue;
            header.Slice(148, 8).Fill((byte)' ');
            int sum = 0;
            foreach (byte b in header)
                sum += b;
            Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header[148..]);
        }
        return mended;
    }

    private static byte[] Safetensors()
    {
        byte[] header = Bytes(
            """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[16,22]}}"""
        );
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. new byte[22]];
    }

    /// <summary>A few rows of every type, as a view.</summary>
    private static void WithRows(Action<View, Pieces> use)
    {
        string path = InFile(
            "rows.jsonl",
            Bytes(
                string.Concat(
                    Enumerable
                        .Range(0, 60)
                        .Select(i =>
                            $"{{\"text\":\"row {i}\",\"n\":{i},\"x\":0.5,\"b\":{(i % 2 == 0 ? "true" : "false")},\"l\":[{i}],\"d\":\"d{i % 3}\"}}\n"
                        )
                )
            )
        );
        using Pieces pieces = Pieces.Temporary();
        IngestResult read = Data.Ingest.Run(
            SourcePlan.Find("p", new() { Path = [path] }, "/"),
            BadRowPolicy.Fail,
            new(pieces)
        );
        Dataset dataset = new("p", "0", read.Schema, "text", read.Infos, i => Table.Read(read.Tables[i]));
        use(new(dataset), pieces);
    }

    private static IEnumerable<byte[]> ParquetSeeds()
    {
        string ours = Path.Combine(Folder, "ours.parquet");
        WithRows((view, pieces) => ParquetWriter.Write(ours, view, new(pieces), null, 3000));
        yield return File.ReadAllBytes(ours);
        foreach (string method in (string[])["None", "Snappy", "Gzip", "Brotli", "Zstd", "Lz4Raw"])
            yield return ParquetPeer.Write(
                [
                    .. Enumerable
                        .Range(0, 30)
                        .Select(i => new ParquetPeer.Row
                        {
                            Text = new string('a', i),
                            Whole = i % 3 == 0 ? null : i,
                            Tags = i % 4 == 0 ? null : ["x", $"{i}"],
                            Inner = new() { A = i, Xs = [i] },
                            Counts = new() { ["k"] = i },
                        }),
                ],
                method
            );
        // Files of many writers, where they are at hand.
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            DirectoryInfo suite = new(Path.Combine(folder.FullName, "shared", "data", "parquet-testing"));
            if (suite.Exists)
                foreach (
                    FileInfo file in suite
                        .GetFiles("*.parquet", SearchOption.AllDirectories)
                        .OrderBy(file => file.Name, StringComparer.Ordinal)
                )
                    if (file.Length < 20_000 && !file.Name.StartsWith("large", StringComparison.Ordinal))
                        yield return File.ReadAllBytes(file.FullName);
        }
    }

    /// <summary>The pages of a Parquet file: damage there keeps what leads to them.</summary>
    private static Range Pages(byte[] sound)
    {
        int end = sound.Length - 8 - BitConverter.ToInt32(sound.AsSpan(sound.Length - 8));
        return end > 8 && end <= sound.Length ? 4..end : ..;
    }

    /// <summary>The magic at the end, and a length of the metadata that is not far off.</summary>
    private static byte[] MendParquet(byte[] damaged)
    {
        if (damaged.Length < 16)
            return damaged;
        byte[] mended = [.. damaged];
        "PAR1"u8.CopyTo(mended);
        "PAR1"u8.CopyTo(mended.AsSpan(mended.Length - 4));
        return mended;
    }

    private static IEnumerable<byte[]> ArrowSeeds()
    {
        string path = Path.Combine(Folder, "ours.arrow");
        WithRows((view, pieces) => ArrowWriter.Write(path, view, new(pieces)));
        yield return File.ReadAllBytes(path);
    }
}
