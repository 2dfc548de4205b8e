using System.Security.Cryptography;
using System.Text;
using Assay.Data;

namespace Assay.Tests.Remote;

public sealed class HubTests : IDisposable
{
    private const string Commit = "0123456789012345678901234567890123456789";
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-test-").FullName;
    private readonly Pieces _pieces = Pieces.Temporary();

    private readonly Dictionary<string, string> _files = new()
    {
        ["README.md"] =
            "---\nconfigs:\n- config_name: a\n  default: true\n  data_files:\n  - split: train\n    path: a/train-*\n  - split: test\n    path: a/test.jsonl\n---\n",
        ["a/test.jsonl"] = "{\"text\":\"t\"}\n",
        ["a/train-00000-of-00002.jsonl"] = "{\"text\":\"one\"}\n",
        ["a/train-00001-of-00002.jsonl"] = "{\"text\":\"two\"}\n",
    };

    public void Dispose()
    {
        _pieces.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_dataset_is_listed_page_by_page_and_its_train_split_comes()
    {
        using WebServer server = new(Answer);
        Assert.Equal(
            ["hf://datasets/o/n/a/train-00000-of-00002.jsonl", "hf://datasets/o/n/a/train-00001-of-00002.jsonl"],
            Fetch(server, "hf://datasets/o/n").Select(file => file.Name)
        );
        Assert.Contains(server.Requests, request => request.Path.Contains("cursor=1"));
        Assert.All(
            server.Requests.Where(request => request.Path.StartsWith("/api", StringComparison.Ordinal)),
            request => Assert.Equal("Bearer t", request.Header("Authorization"))
        );
        // A second run lists again, and fetches nothing: what is here is what the list says.
        int before = server.Requests.Count;
        Fetch(server, "hf://datasets/o/n");
        Assert.All(server.Requests.Skip(before), request => Assert.StartsWith("/api", request.Path));
    }

    [Fact]
    public void A_commit_needs_no_server_the_second_time()
    {
        string address = $"hf://datasets/o/n@{Commit}";
        using WebServer server = new(Answer);
        Assert.Equal(2, Fetch(server, address).Count);
        int before = server.Requests.Count;
        Assert.Equal(2, Fetch(server, address).Count);
        Assert.Equal(before, server.Requests.Count);
        Assert.Equal(
            $"hf://datasets/o/n@{Commit}/a/test.jsonl",
            Assert.Single(Fetch(server, address + "/a/test.jsonl")).Name
        );
    }

    [Fact]
    public void Parts_of_a_dataset_can_be_named()
    {
        using WebServer server = new(Answer);
        Assert.Equal("t", Text(Assert.Single(Fetch(server, "hf://datasets/o/n", new() { Split = ["test"] })).Path));
        Assert.Equal(2, Fetch(server, "hf://datasets/o/n/a/train-*").Count);
        Assert.Equal(2, Fetch(server, "hf://datasets/o/n/a").Count);
        Assert.Equal(3, Fetch(server, "hf://datasets/o/n/**/*.jsonl").Count);
        Assert.Contains("did you mean 'test'", Fails(server, "hf://datasets/o/n", new() { Split = ["tset"] }).Hint);
        Assert.Contains("There is a.", Fails(server, "hf://datasets/o/n", new() { Config = "b" }).Hint);
        Assert.Contains("a/test.jsonl", Fails(server, "hf://datasets/o/n/a/tset.jsonl").Hint);
    }

    [Theory]
    [InlineData("hf://datasets/onlyname")]
    [InlineData("hf://models/o/n")]
    [InlineData("hf://datasets/o/n/../../x")]
    [InlineData("hf://datasets/o/n@/x")]
    public void What_is_no_address_is_refused(string address)
    {
        using WebServer server = new(Answer);
        Assert.Contains("hf://datasets/owner/name", Fails(server, address).Hint);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("hf://datasets/o/n@v1.0/a", "v1.0", "a")]
    [InlineData("hf://datasets/o/n@refs/convert/parquet/d/x.parquet", "refs/convert/parquet", "d/x.parquet")]
    [InlineData("hf://datasets/o/n@refs%2Fpr%2F3", "refs/pr/3", "")]
    [InlineData("hf://datasets/o/n", "main", "")]
    public void Revisions_are_read(string address, string revision, string path)
    {
        HubAddress read = HubAddress.Parse(address);
        Assert.Equal(("o/n", revision, path), (read.Id, read.Revision, read.Path));
    }

    [Fact]
    public void A_list_that_lies_is_refused()
    {
        foreach (string path in (string[])["../x.jsonl", "/etc/x.jsonl", "a\\\\b.jsonl", "a//b.jsonl", ""])
        {
            using WebServer server = new(_ =>
                WebAnswer.Text($"[{{\"type\":\"file\",\"path\":\"{path}\",\"size\":1}}]")
            );
            Assert.Contains("no path within a repository", Fails(server, "hf://datasets/o/n").Message);
        }
        using WebServer elsewhere = new(_ => WebAnswer.Text("[]", ("Link", "<http://127.0.0.2/next>; rel=\"next\"")));
        Assert.Contains("another server", Fails(elsewhere, "hf://datasets/o/n").Message);
        using WebServer text = new(_ => WebAnswer.Text("<html>"));
        Assert.Contains("HF_ENDPOINT", Fails(text, "hf://datasets/o/n").Hint);
    }

    [Fact]
    public void A_file_that_is_not_what_the_list_says_is_refused()
    {
        using WebServer server = new(request =>
            request.Path.Contains("/resolve/")
            && request.Path.EndsWith("00001-of-00002.jsonl", StringComparison.Ordinal)
                ? WebAnswer.Text("{\"text\":\"TWO\"}\n")
                : Answer(request)
        );
        Assert.Contains("git SHA-1", Fails(server, "hf://datasets/o/n").Message);
        using WebServer longer = new(request =>
            request.Path.Contains("/resolve/")
                ? WebAnswer.Text("more than was listed, much more than was listed")
                : Answer(request)
        );
        Assert.Contains("expected", Fails(longer, "hf://datasets/o/n/a/test.jsonl").Message);
    }

    [Fact]
    public void A_missing_dataset_and_a_missing_token_are_told_apart_as_far_as_the_hub_does()
    {
        using WebServer server = new(_ => WebAnswer.Empty(401, ("X-Error-Message", "Invalid username or password.")));
        Assert.Contains("HF_TOKEN", Fails(server, "hf://datasets/o/n", token: null).Hint);
        Assert.Contains("may read", Fails(server, "hf://datasets/o/n").Hint);
    }

    private WebAnswer Answer(WebRequest request)
    {
        if (request.Path.StartsWith("/api/datasets/o/n/tree/", StringComparison.Ordinal))
        {
            bool isFirst = !request.Path.Contains("cursor");
            string[] paths = [.. _files.Keys.Order(StringComparer.Ordinal)];
            string page = string.Join(",", (isFirst ? paths[..2] : paths[2..]).Select(Entry));
            return WebAnswer.Text(
                $"[{{\"type\":\"directory\",\"path\":\"a\",\"size\":0,\"oid\":\"x\"}},{page}]",
                isFirst ? [("Link", $"<{request.Path}&cursor=1>; rel=\"next\"")] : []
            );
        }
        string path = Uri.UnescapeDataString(request.Path.Split("/resolve/")[1]);
        return WebAnswer.File(request, Encoding.UTF8.GetBytes(_files[path[(path.IndexOf('/') + 1)..]]), "\"e\"");
    }

    // One of the files is large, as the Hub sees it.
    private string Entry(string path)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(_files[path]);
        string blob = Convert.ToHexStringLower(
            SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {bytes.Length}\0"), .. bytes])
        );
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return path == "a/train-00000-of-00002.jsonl"
            ? $"{{\"type\":\"file\",\"path\":\"{path}\",\"size\":{bytes.Length},\"oid\":\"{new string('0', 40)}\",\"lfs\":{{\"oid\":\"{sha256}\",\"size\":{bytes.Length},\"pointerSize\":130}}}}"
            : $"{{\"type\":\"file\",\"path\":\"{path}\",\"size\":{bytes.Length},\"oid\":\"{blob}\"}}";
    }

    private static string Text(string path) => File.ReadAllText(path).Split('"')[3];

    private IReadOnlyList<(string Name, string Path)> Fetch(
        WebServer server,
        string address,
        SourceOptions? source = null,
        string? token = "t"
    ) =>
        new Downloads(_folder, new(_pieces))
        {
            Options = new()
            {
                Retries = 1,
                FirstWait = TimeSpan.FromMilliseconds(1),
                Hub = new(server.Root),
                Token = token,
            },
        }.Fetch(address, source ?? new());

    private AssayException Fails(WebServer server, string address, SourceOptions? source = null, string? token = "t") =>
        Assert.Throws<AssayException>(() => Fetch(server, address, source, token));
}
