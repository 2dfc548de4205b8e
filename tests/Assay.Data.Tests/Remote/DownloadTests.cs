using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Assay.Data;

namespace Assay.Tests.Remote;

public sealed class DownloadTests : IDisposable
{
    private static readonly byte[] Bytes = Random(300_000);
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-test-").FullName;
    private readonly Pieces _pieces = Pieces.Temporary();

    private static readonly TransportOptions Quick = new()
    {
        Retries = 3,
        FirstWait = TimeSpan.FromMilliseconds(1),
        Stall = TimeSpan.FromSeconds(5),
        PartBytes = 1 << 17,
        Token = null,
    };

    public void Dispose()
    {
        _pieces.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_file_comes_in_parts_and_is_kept()
    {
        using WebServer server = new(Bytes);
        string path = Get(server.Root + "/a/data.jsonl");
        Assert.Equal(Bytes, File.ReadAllBytes(path));
        Assert.Equal("data.jsonl", Path.GetFileName(path));
        Assert.Equal(
            ["bytes=0-0", "bytes=0-131071", "bytes=131072-262143", "bytes=262144-299999"],
            server.Requests.Select(request => request.Header("Range")!).Order()
        );
        Assert.All(server.Requests, request => Assert.Equal("identity", request.Header("Accept-Encoding")));
        NothingUnfinished();

        int before = server.Requests.Count;
        Assert.Equal(path, Get(server.Root + "/a/data.jsonl"));
        Assert.Equal("\"1\"", Assert.Single(server.Requests.Skip(before)).Header("If-None-Match"));
    }

    [Fact]
    public void A_server_without_ranges_or_length_is_read_from_beginning_to_end()
    {
        using WebServer server = new(_ => new(200, Bytes));
        Assert.Equal(Bytes, File.ReadAllBytes(Get(server.Root + "/x.csv")));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public void An_empty_file_is_a_file()
    {
        using WebServer server = new(request =>
            request.Range is null ? WebAnswer.Text("") : WebAnswer.Empty(416, ("Content-Range", "bytes */0"))
        );
        Assert.Empty(File.ReadAllBytes(Get(server.Root + "/x.csv")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_cut_connection_goes_on_where_ranges_are_given_and_else_begins_again(bool ranges)
    {
        int answers = 0;
        using WebServer server = new(request =>
        {
            WebAnswer answer = ranges
                ? WebAnswer.File(request, Bytes, "\"1\"")
                : new(200, Bytes) { Headers = [("Content-Length", Bytes.Length.ToString()), ("ETag", "\"1\"")] };
            return answer.Body.Length > 1 && Interlocked.Increment(ref answers) is 2 or 3
                ? answer with
                {
                    CutAfter = answer.Body.Length / 2,
                }
                : answer;
        });
        Assert.Equal(Bytes, File.ReadAllBytes(Get(server.Root + "/x.csv")));
        if (ranges)
            Assert.Contains(
                server.Requests,
                request =>
                    request.Range is { From: > 0 } range && range.From % (1 << 16) != 0
                    || request.Range is { From: 65536 }
            );
        NothingUnfinished();
    }

    [Fact]
    public void A_server_that_always_cuts_fails_after_a_few_tries_and_what_came_is_gone_on_with()
    {
        bool isBad = true;
        using WebServer server = new(request =>
        {
            WebAnswer answer = WebAnswer.File(request, Bytes, "\"1\"");
            return isBad && answer.Body.Length > 1
                ? answer with
                {
                    CutAfter = Math.Min(1000, answer.Body.Length / 2),
                }
                : answer;
        });
        AssayException failure = Assert.Throws<AssayException>(() => Get(server.Root + "/x.csv"));
        Assert.Contains("cannot download", failure.Message);
        Assert.Contains("goes on from there", failure.Hint);
        Assert.DoesNotContain(Directory.EnumerateFiles(_folder, "x.csv", SearchOption.AllDirectories), _ => true);

        isBad = false;
        int before = server.Requests.Count;
        Assert.Equal(Bytes, File.ReadAllBytes(Get(server.Root + "/x.csv")));
        Assert.Contains(server.Requests.Skip(before), request => request.Range is { From: > 0 and < 131072 });
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public void A_busy_server_is_asked_again_after_the_wait_that_it_asks_for(int status)
    {
        int asked = 0;
        using WebServer server = new(request =>
            Interlocked.Increment(ref asked) <= 2
                ? WebAnswer.Empty(status, ("Retry-After", "0"))
                : WebAnswer.File(request, Bytes, "\"1\"")
        );
        Assert.Equal(Bytes, File.ReadAllBytes(Get(server.Root + "/x.csv")));
    }

    [Fact]
    public void Progress_counts_bytes_and_tells_what_is_tried_again()
    {
        int asked = 0;
        using WebServer server = new(request =>
            Interlocked.Increment(ref asked) == 1 ? WebAnswer.Empty(503) : WebAnswer.File(request, Bytes, "\"1\"")
        );
        Told told = new();
        new Downloads(_folder, new(_pieces) { Progress = told }) { Options = Quick }.Fetch(
            server.Root + "/x.csv",
            new()
        );
        Assert.Contains(told.All, progress => progress.Note?.Contains("503") == true);
        Assert.Equal(Bytes.Length, told.All.Max(progress => progress.Done));
        Assert.All(
            told.All.Where(progress => progress.Done > 0),
            progress => Assert.Equal(Bytes.Length, progress.Total)
        );
    }

    private sealed class Told : IProgress<Assay.Data.Progress>
    {
        public System.Collections.Concurrent.ConcurrentQueue<Assay.Data.Progress> All { get; } = [];

        public void Report(Assay.Data.Progress value) => All.Enqueue(value);
    }

    [Fact]
    public void A_wait_that_is_too_long_is_told_and_not_waited_for()
    {
        using WebServer server = new(_ => WebAnswer.Empty(429, ("Retry-After", "3600")));
        Assert.Contains("3600 s", Assert.Throws<AssayException>(() => Get(server.Root + "/x.csv")).Message);
    }

    [Theory]
    [InlineData(404, "Check the address")]
    [InlineData(403, null)]
    public void A_refusal_is_told_at_once(int status, string? hint)
    {
        using WebServer server = new(_ => WebAnswer.Empty(status));
        AssayException failure = Assert.Throws<AssayException>(() => Get(server.Root + "/x.csv"));
        Assert.Contains(status.ToString(), failure.Message);
        Assert.Contains(hint ?? "", failure.Hint ?? "");
        Assert.Single(server.Requests);
    }

    [Fact]
    public void A_file_that_changes_on_the_way_is_begun_again()
    {
        byte[] other = Random(300_000, seed: 2);
        int asked = 0;
        using WebServer server = new(request =>
            Interlocked.Increment(ref asked) <= 2
                ? WebAnswer.File(request, Bytes, "\"old\"") with
                {
                    CutAfter = asked == 2 ? 70_000 : null,
                }
                : WebAnswer.File(request, other, "\"new\"")
        );
        Assert.Equal(other, File.ReadAllBytes(Get(server.Root + "/x.csv", Quick with { Connections = 1 })));
        Assert.Contains(
            server.Requests,
            request => request.Header("If-Range") == "\"old\"" && request.Range is { From: 70_000 }
        );
    }

    [Fact]
    public void A_file_that_never_stays_the_same_is_given_up()
    {
        int asked = 0;
        using WebServer server = new(request =>
            WebAnswer.File(request, Bytes, $"\"{Interlocked.Increment(ref asked)}\"")
        );
        Assert.Contains(
            "changes on the server",
            Assert.Throws<AssayException>(() => Get(server.Root + "/x.csv")).Message
        );
    }

    [Fact]
    public void A_length_that_is_not_kept_is_an_error()
    {
        using WebServer server = new(_ => new(200, Bytes[..1000]) { Headers = [("Content-Length", "2000")] });
        Assert.Contains("cannot download", Assert.Throws<AssayException>(() => Get(server.Root + "/x.csv")).Message);

        using WebServer wrong = new(request =>
            request.Range is { To: 0 }
                ? WebAnswer.File(request, Bytes, "\"1\"")
                : new(206, Bytes[..100])
                {
                    Headers =
                    [
                        ("Content-Length", "100"),
                        ("Content-Range", $"bytes 5-104/{Bytes.Length}"),
                        ("ETag", "\"1\""),
                    ],
                }
        );
        Assert.Contains(
            "answers with 'bytes 5-104",
            Assert.Throws<AssayException>(() => Get(wrong.Root + "/x.csv")).Message
        );
    }

    [Fact]
    public void Redirects_are_followed_within_bounds()
    {
        using WebServer server = new(request =>
            request.Path == "/there/x.csv"
                ? WebAnswer.File(request, Bytes, "\"1\"")
                : WebAnswer.Empty(302, ("Location", "/there/x.csv"))
        );
        Assert.Equal(Bytes, File.ReadAllBytes(Get(server.Root + "/here/x.csv")));

        using WebServer loop = new(_ => WebAnswer.Empty(302, ("Location", "/again")));
        Assert.Contains(
            "more than 10 redirects",
            Assert.Throws<AssayException>(() => Get(loop.Root + "/x.csv")).Message
        );
        foreach (string target in (string[])["file:///etc/passwd", "ftp://x/y", "http://user:secret@127.0.0.1/x"])
        {
            using WebServer bad = new(_ => WebAnswer.Empty(302, ("Location", target)));
            AssayException failure = Assert.Throws<AssayException>(() => Get(bad.Root + "/x.csv"));
            Assert.Contains("is not followed", failure.Message);
            Assert.DoesNotContain("secret", failure.ToString());
        }
    }

    [Fact]
    public void The_token_goes_to_the_hub_and_to_nobody_else()
    {
        using WebServer other = new(Bytes);
        using WebServer hub = new(request => WebAnswer.Empty(302, ("Location", other.Root + "/cdn")));
        TransportOptions options = Quick with { Hub = new(hub.Root), Token = "hf_secret" };
        Get(hub.Root + "/datasets/a/b/resolve/main/x.csv", options);
        Assert.All(hub.Requests, request => Assert.Equal("Bearer hf_secret", request.Header("Authorization")));
        Assert.NotEmpty(other.Requests);
        Assert.All(other.Requests, request => Assert.Null(request.Header("Authorization")));
    }

    [Fact]
    public void Checksums_are_checked()
    {
        string sha = Convert.ToHexStringLower(SHA256.HashData(Bytes));
        using WebServer server = new(Bytes);
        string path = Get($"{server.Root}/x.csv#sha256={sha}");
        int before = server.Requests.Count;
        Assert.Equal(path, Get($"{server.Root}/x.csv#sha256={sha}"));
        Assert.Equal(before, server.Requests.Count);

        AssayException failure = Assert.Throws<AssayException>(() =>
            Get($"{server.Root}/y.csv#sha256={new string('0', 64)}")
        );
        Assert.Contains(sha, failure.Message);
        Assert.Empty(Directory.EnumerateFiles(_folder, "y.csv", SearchOption.AllDirectories));
        NothingUnfinished();
        Assert.Throws<AssayException>(() => Get($"{server.Root}/x.csv#sha256=12"));
    }

    [Theory]
    [InlineData("Digest", "SHA-256=")]
    [InlineData("Repr-Digest", "sha-256=:")]
    [InlineData("Content-MD5", "")]
    public void A_checksum_of_the_server_is_checked(string header, string before)
    {
        foreach (bool isRight in (bool[])[true, false])
        {
            byte[] hashed = isRight ? Bytes : Bytes[1..];
            string value =
                before
                + Convert.ToBase64String(header == "Content-MD5" ? MD5.HashData(hashed) : SHA256.HashData(hashed))
                + (before.EndsWith(':') ? ":" : "");
            using WebServer server = new(_ =>
                new(200, Bytes) { Headers = [("Content-Length", Bytes.Length.ToString()), (header, value)] }
            );
            if (isRight)
                Assert.Equal(Bytes, File.ReadAllBytes(Get(server.Root + "/x.csv")));
            else
                Assert.Contains("checksum", Assert.Throws<AssayException>(() => Get(server.Root + "/x.csv")).Message);
        }
    }

    [Fact]
    public void What_a_server_packs_unasked_is_unpacked()
    {
        using MemoryStream packed = new();
        using (GZipStream packer = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            packer.Write(Bytes);
        using WebServer server = new(_ =>
            new(200, packed.ToArray())
            {
                Headers =
                [
                    ("Content-Length", packed.Length.ToString()),
                    ("Content-Encoding", "gzip"),
                    ("ETag", "\"1\""),
                ],
            }
        );
        Assert.Equal(Bytes, File.ReadAllBytes(Get(server.Root + "/x.csv")));

        // Cut short, but said to be whole.
        using WebServer cut = new(_ =>
            new(200, packed.ToArray()[..^40])
            {
                Headers = [("Content-Length", (packed.Length - 40).ToString()), ("Content-Encoding", "gzip")],
            }
        );
        Assert.Contains("cannot be unpacked", Assert.Throws<AssayException>(() => Get(cut.Root + "/x.csv")).Message);
        NothingUnfinished();

        using WebServer odd = new(_ => new(200, Bytes) { Headers = [("Content-Encoding", "zebra")] });
        Assert.Contains("zebra", Assert.Throws<AssayException>(() => Get(odd.Root + "/x.csv")).Message);
    }

    [Fact]
    public void A_server_that_falls_silent_is_lost()
    {
        using WebServer server = new(request =>
            WebAnswer.File(request, Bytes, "\"1\"") with
            {
                CutAfter = 1,
                Hang = true,
            }
        );
        TransportOptions options = Quick with { Stall = TimeSpan.FromMilliseconds(50), Retries = 1 };
        Assert.Contains(
            "cannot download",
            Assert.Throws<AssayException>(() => Get(server.Root + "/x.csv", options)).Message
        );
    }

    [Fact]
    public void It_stops_within_a_second_when_asked()
    {
        using WebServer server = new(request =>
            WebAnswer.File(request, Bytes, "\"1\"") with
            {
                Pause = TimeSpan.FromMilliseconds(200),
                Chunk = 1000,
            }
        );
        using CancellationTokenSource stop = new(300);
        long start = Environment.TickCount64;
        Assert.ThrowsAny<OperationCanceledException>(() => Get(server.Root + "/x.csv", stop: stop.Token));
        Assert.InRange(Environment.TickCount64 - start, 0, 1500);
    }

    [Fact]
    public void Without_a_server_a_copy_is_used_only_if_it_is_pinned()
    {
        string root;
        using (WebServer server = new(Bytes))
            Get((root = server.Root) + "/x.csv");
        AssayException failure = Assert.Throws<AssayException>(() => Get(root + "/x.csv", Quick with { Retries = 1 }));
        string hint = failure.Hint!;
        Assert.Contains("#sha256=", hint);
        string pinned = hint[hint.IndexOf("http", StringComparison.Ordinal)..];
        Assert.Equal(Bytes, File.ReadAllBytes(Get(pinned)));
    }

    [Theory]
    [InlineData("/a/..%2f..%2fetc%2fpasswd", "passwd")]
    [InlineData("/a/%2e%2e%5cevil.csv", "evil.csv")]
    [InlineData("/a/.hidden", "hidden")]
    [InlineData("/a/b%00c.csv", "b_c.csv")]
    [InlineData("/", "file")]
    public void Names_stay_in_the_folder(string path, string name)
    {
        using WebServer server = new(Bytes);
        string here = Get(server.Root + path);
        Assert.Equal(name, Path.GetFileName(here));
        Assert.StartsWith(_folder + "/", Path.GetFullPath(here));
    }

    [Fact]
    public void The_name_in_the_header_counts_where_the_address_has_none()
    {
        using WebServer server = new(request =>
            WebAnswer.File(request, Bytes, "\"1\"", ("Content-Disposition", "attachment; filename=\"../../data.csv\""))
        );
        Assert.Equal("data.csv", Path.GetFileName(Get(server.Root + "/download?id=7")));
    }

    [Fact]
    public void A_changed_copy_is_fetched_anew()
    {
        using WebServer server = new(Bytes);
        string path = Get(server.Root + "/x.csv");
        File.AppendAllText(path, "x");
        Assert.Equal(Bytes, File.ReadAllBytes(Get(server.Root + "/x.csv")));
    }

    [Fact]
    public void Rows_are_said_to_come_from_the_address()
    {
        using WebServer server = new(Encoding.UTF8.GetBytes("{\"text\":\"a\"}\n"));
        SourcePlan plan = SourcePlan.Find(
            "pool",
            new() { Path = [server.Root + "/d/x.jsonl?version=2"] },
            _folder,
            new(_folder, new(_pieces)) { Options = Quick }
        );
        Assert.Equal(server.Root + "/d/x.jsonl", Assert.Single(plan.Files).Name);
        Assert.Equal(SourceFormat.Jsonl, plan.Files[0].Format);
        Assert.Contains(
            "elsewhere",
            Assert
                .Throws<AssayException>(() => SourcePlan.Find("pool", new() { Path = [server.Root + "/x"] }, _folder))
                .Message
        );
    }

    private string Get(string address, TransportOptions? options = null, CancellationToken stop = default) =>
        Assert
            .Single(
                new Downloads(_folder, new(_pieces) { Cancellation = stop }) { Options = options ?? Quick }.Fetch(
                    address,
                    new()
                )
            )
            .Path;

    private void NothingUnfinished() =>
        Assert.DoesNotContain(
            Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories),
            file => Path.GetFileName(file).Contains("part")
        );

    private static byte[] Random(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
