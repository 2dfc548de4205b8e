using System.Text;
using Assay.Data;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public sealed class IngestTests : IDisposable
{
    private readonly SourceFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private void WriteEveryFormat(int rows = 60)
    {
        StringBuilder jsonl = new(),
            csv = new("text,n,label\r\n"),
            text = new();
        for (int i = 0; i < rows; i++)
        {
            string body = string.Concat(Enumerable.Repeat($"word{i} é ", i % 17));
            jsonl.Append($"{{\"text\":\"{body}\",\"n\":{i}}}\n");
            csv.Append($"\"{body}, \"\"quoted\"\"\r\nnext\",{i},{(i % 3 == 0 ? "" : "x")}\r\n");
            text.Append(body).Append(i % 3 == 0 ? "\n \t\n\n" : "\n");
        }
        _folder.Write("a.jsonl", jsonl.ToString());
        _folder.Write("b.jsonl.gz", SourceFolder.Gzip(jsonl.ToString()));
        _folder.Write("c.csv", csv.ToString());
        _folder.Write("d.csv.gz", SourceFolder.Gzip(csv.ToString()));
        _folder.Write("e.txt", text.ToString());
        for (int i = 0; i < 40; i++)
            _folder.Write($"small/{i:D3}.txt", $"tiny {i}\n\nfile\n");
    }

    [Theory]
    [InlineData(TextRows.Line)]
    [InlineData(TextRows.Paragraph)]
    [InlineData(TextRows.File)]
    public void Rows_are_the_same_for_any_block_size_and_number_of_threads(TextRows rows)
    {
        WriteEveryFormat();
        SourceOptions options = new() { Path = ["**"], Rows = rows };
        List<string> expected = _folder.Rows(options);
        foreach (int block in (int[])[13, 100, 1000, 4096, 100_000])
        foreach (int threads in (int[])[1, 3])
            Assert.Equal(expected, _folder.Rows(options, blockSize: block, threads: threads));
    }

    [Fact]
    public void Pieces_are_the_same_bytes_for_any_number_of_threads()
    {
        WriteEveryFormat();
        List<byte[]> Read(int threads)
        {
            using Pieces pieces = Pieces.Temporary();
            return [.. _folder.Ingest(pieces, blockSize: 2000, threads: threads).Tables.Select(File.ReadAllBytes)];
        }
        Assert.Equal(Read(1), Read(3));
    }

    [Fact]
    public void A_killed_run_goes_on_in_the_middle_of_a_file_and_ends_the_same()
    {
        WriteEveryFormat();
        using Pieces whole = Pieces.Temporary();
        List<string> expected = SourceFolder.Show(_folder.Ingest(whole, blockSize: 1000));
        string[] names = [.. Directory.GetFiles(whole.Folder).Select(file => Path.GetFileName(file)!).Order()];
        for (int round = 0; round < 12; round++)
        {
            // A kill leaves any subset of the finished pieces (a block's bad rows before its table) and half-written ones.
            using Pieces half = Pieces.Temporary();
            Random random = new(round);
            foreach (string name in names)
                if (random.Next(2) == 0 && !name.StartsWith("unit"))
                    File.Copy(Path.Combine(whole.Folder, name), Path.Combine(half.Folder, name));
            File.WriteAllText(Path.Combine(half.Folder, "table-000000-000000.part"), "half");
            Assert.Equal(expected, SourceFolder.Show(_folder.Ingest(half, blockSize: 1000)));
        }
    }

    [Fact]
    public void A_cancelled_run_can_be_gone_on_with()
    {
        WriteEveryFormat();
        List<string> expected = _folder.Rows(blockSize: 1000);
        using Pieces pieces = Pieces.Temporary();
        for (int stop = 1; stop < 40; stop += 3)
        {
            using CancellationTokenSource source = new();
            int reports = 0;
            Work work = new(pieces)
            {
                Threads = 2,
                Cancellation = source.Token,
                Progress = new Reports(_ =>
                {
                    if (Interlocked.Increment(ref reports) >= stop)
                        source.Cancel();
                }),
            };
            try
            {
                Ingest.Run(_folder.Plan(blockSize: 1000), BadRowPolicy.Fail, work);
            }
            catch (OperationCanceledException) { }
        }
        Assert.Equal(expected, SourceFolder.Show(_folder.Ingest(pieces, blockSize: 1000)));
    }

    private sealed class Reports(Action<Progress> hear) : IProgress<Progress>
    {
        public void Report(Progress value) => hear(value);
    }

    [Fact]
    public void Progress_ends_at_the_total_also_when_resumed()
    {
        WriteEveryFormat();
        using Pieces pieces = Pieces.Temporary();
        for (int run = 0; run < 2; run++)
        {
            long done = 0,
                total = 0;
            Reports reports = new(progress =>
            {
                if (progress.Stage == "read pool")
                    (done, total) = (Math.Max(done, progress.Done), progress.Total);
            });
            Ingest.Run(
                _folder.Plan(blockSize: 1000),
                BadRowPolicy.Fail,
                new(pieces) { Threads = 1, Progress = reports }
            );
            Assert.Equal(total, done);
            Assert.True(total > 0);
        }
    }

    [Fact]
    public void Pieces_with_bad_rows_do_not_pass_when_the_policy_becomes_fail()
    {
        _folder.Write("a.jsonl", "{\"text\":\"a\"}\nbad\n{\"text\":\"b\"}\n");
        using Pieces pieces = Pieces.Temporary();
        Assert.Equal(1, _folder.Ingest(pieces, policy: BadRowPolicy.Quarantine).BadRows);
        Assert.Equal(1, _folder.Ingest(pieces, policy: BadRowPolicy.Skip).BadRows);
        Assert.Throws<AssayException>(() => _folder.Ingest(pieces));
        _folder.Write("b.jsonl.gz", SourceFolder.Gzip("{\"text\":\"a\"}\nbad\n"));
    }

    [Fact]
    public void Many_small_files_make_few_tables_that_know_their_sources()
    {
        for (int i = 0; i < 500; i++)
            _folder.Write($"{i:D4}.txt", $"file {i}");
        using Pieces pieces = Pieces.Temporary();
        IngestResult result = _folder.Ingest(pieces, new() { Path = ["*.txt"], Rows = TextRows.File });
        using Table table = Table.Read(Assert.Single(result.Tables));
        Assert.Equal(500, table.RowCount);
        Assert.Equal("0123.txt", table.SourceOf(123));
        Assert.Equal("file 123", Encoding.UTF8.GetString(table.Find("text")!.Utf8(123)));
    }

    [Fact]
    public void Every_truncation_of_a_gzip_file_is_an_error_and_keeps_the_rows_before()
    {
        string[] lines = [.. Enumerable.Range(0, 200).Select(i => $"{{\"text\":\"{i * 7919 % 1000}\"}}")];
        byte[] whole = SourceFolder.Gzip(string.Join('\n', lines) + "\n");
        _folder.Write("a.jsonl", "{\"text\":\"other\"}\n");
        for (int length = 3; length < whole.Length; length += length < whole.Length - 12 ? 31 : 1)
        {
            _folder.Write("b.jsonl.gz", whole[..length]);
            AssayException failure = _folder.Fails();
            Assert.Contains("truncated or damaged", failure.Message);
            Assert.True(failure.Where!.Byte >= 0);
            List<string> kept = _folder.Texts(policy: BadRowPolicy.Quarantine);
            Assert.Equal(lines.Take(kept.Count - 1).Select(line => line.Split('"')[3]), kept.Skip(1));
        }
    }

    [Fact]
    public void Truncated_zstd_is_an_error_and_whole_zstd_of_several_frames_is_read()
    {
        byte[] Pack(string content)
        {
            using MemoryStream packed = new();
            using (ZstdSharp.CompressionStream packer = new(packed, leaveOpen: true))
                packer.Write(Encoding.UTF8.GetBytes(content));
            return packed.ToArray();
        }
        byte[] first = Pack("{\"text\":\"a\"}\n{\"te"),
            second = Pack("xt\":\"b\"}\n");
        _folder.Write("a.jsonl.zst", [.. first, .. second]);
        Assert.Equal(["a", "b"], _folder.Texts());
        _folder.Write("a.jsonl.zst", first.Concat(second).SkipLast(3).ToArray());
        Assert.Contains("truncated or damaged", _folder.Fails().Message);
        Assert.Equal("a", _folder.Texts(policy: BadRowPolicy.Skip)[0]);
    }

    [Fact]
    public void Gzip_members_may_follow_each_other_and_magic_bytes_beat_the_name()
    {
        _folder.Write(
            "a.jsonl.gz",
            [.. SourceFolder.Gzip("{\"text\":\"a\"}\n{\"te"), .. SourceFolder.Gzip("xt\":\"b\"}\n")]
        );
        _folder.Write("b.jsonl", SourceFolder.Gzip("{\"text\":\"c\"}\n"));
        _folder.Write("c.jsonl.gz", "{\"text\":\"d\"}\n");
        Assert.Equal(["a", "b", "c", "d"], _folder.Texts());
    }

    [Fact]
    public void A_damaged_gzip_body_is_an_error()
    {
        byte[] whole = SourceFolder.Gzip(
            string.Concat(Enumerable.Range(0, 2000).Select(i => $"{{\"text\":\"{i * 7919}\"}}\n"))
        );
        whole[whole.Length / 2] ^= 0x55;
        _folder.Write("a.jsonl.gz", whole);
        Assert.NotNull(_folder.Fails());
    }

    [Fact]
    public void Line_numbers_are_found_from_offsets_in_compressed_files_too()
    {
        _folder.Write("a.txt", "one\ntwo\nthree");
        _folder.Write("b.txt.gz", SourceFolder.Gzip("one\ntwo\nthree"));
        foreach (SourceFile file in _folder.Plan().Files)
            Assert.Equal([1, 1, 2, 3, 3], ((long[])[0, 3, 4, 8, 12]).Select(file.LineOf));
    }

    [Fact]
    public void Fingerprints_follow_content_names_and_options_and_known_hashes_are_not_read_again()
    {
        string path = _folder.Write("a.txt", "one\n");
        using Pieces pieces = Pieces.Temporary();
        Work work = new(pieces);
        string Print(SourceOptions? options = null, Func<SourceFile, string?>? known = null)
        {
            SourcePlan plan = _folder.Plan(options ?? new() { Path = ["a*"] });
            return plan.Fingerprint(plan.HashFiles(work, known));
        }
        string first = Print();
        Assert.Equal(first, Print());
        Assert.Equal(first, Print(new() { Path = ["**/*.txt"] }));
        Assert.NotEqual(first, Print(new() { Path = ["a*"], Rows = TextRows.File }));
        Assert.NotEqual(first, Print(known: _ => "other"));
        File.WriteAllText(path, "two\n");
        Assert.NotEqual(first, Print());
        File.WriteAllText(path, "one\n");
        Assert.Equal(first, Print());
        File.Move(path, path + "x");
        Assert.NotEqual(first, Print());
    }

    [Fact]
    public void A_file_that_changes_meanwhile_is_an_error()
    {
        string path = _folder.Write("a.txt", "one\n");
        SourcePlan plan = _folder.Plan();
        File.WriteAllText(path, "one\ntwo\n");
        using Pieces pieces = Pieces.Temporary();
        Assert.Contains(
            "changed",
            Assert.Throws<AssayException>(() => Ingest.Run(plan, BadRowPolicy.Fail, new(pieces))).Message
        );
    }

    [Fact]
    public void Any_lines_come_back_whatever_the_block_size()
    {
        Prop.ForAll<string[], PositiveInt>(
                (lines, block) =>
                {
                    string[] texts =
                    [
                        "first",
                        .. lines
                            .Where(line => line is not null)
                            .Select(line => new string([.. line.Where(c => c is >= ' ' and < '\ud800')])),
                    ];
                    _folder.Write("a.txt", string.Join("\n", texts));
                    string[] expected = [.. texts.Where(text => text.Trim(' ', '\t').Length > 0)];
                    Assert.Equal(expected, _folder.Texts(new() { Path = ["a.txt"] }, blockSize: block.Get));
                }
            )
            .Holds();
    }
}
