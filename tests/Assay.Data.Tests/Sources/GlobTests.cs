using Assay.Data;

namespace Assay.Tests;

public sealed class GlobTests : IDisposable
{
    private readonly SourceFolder _folder = new();

    public GlobTests()
    {
        foreach (
            string name in (string[])["b.txt", "a.txt", "c.csv", "x/a.txt", "x/y/z.txt", ".git/a.txt", "x/.hidden.txt"]
        )
            _folder.Write(name, "text\n");
    }

    public void Dispose() => _folder.Dispose();

    private string[] Find(string[] path, params string[] exclude) =>
        [.. _folder.Plan(new() { Path = path, Exclude = exclude }).Files.Select(file => file.Name)];

    [Fact]
    public void Patterns_match_as_in_a_shell()
    {
        Assert.Equal(["a.txt", "b.txt"], Find(["*.txt"]));
        Assert.Equal(["a.txt"], Find(["?.txt"], "b.*"));
        Assert.Equal(["a.txt", "b.txt", "x/a.txt", "x/y/z.txt"], Find(["**/*.txt"]));
        Assert.Equal(["x/a.txt", "x/y/z.txt"], Find(["x"]));
        Assert.Equal(["x/a.txt", "x/y/z.txt"], Find(["x/**"]));
        Assert.Equal(["x/y/z.txt"], Find(["*/*/*"]));
        Assert.Equal(["x/y/z.txt"], Find(["**/y/*"]));
        Assert.Equal([".git/a.txt"], Find([".git/*"]));
        Assert.Equal(["x/.hidden.txt"], Find(["x/.*"]));
        Assert.Equal(["a.txt", "c.csv"], Find(["c.csv", "a.txt", "./a.txt", "*.csv"]));
        Assert.Equal(["b.txt"], Find(["**"], "a.txt", "*.csv", "x/y" + "/**"));
        Assert.Equal(["a.txt"], Find([Path.Combine(_folder.Path, "x/a.txt")]));
    }

    [Fact]
    public void Same_names_under_different_roots_are_told_apart()
    {
        string[] found = Find([_folder.Path + "/x/a.*", _folder.Path + "/a.*"]);
        Assert.Equal(2, found.Distinct().Count());
    }

    [Fact]
    public void No_match_says_what_was_searched()
    {
        AssayException failure = _folder.Fails(new() { Path = ["x/*.parquet"] });
        Assert.Contains("x for *.parquet", failure.Message);
        Assert.Contains("no folder", _folder.Fails(new() { Path = ["none/*"] }).Message);
        Assert.Contains("--data PATH", _folder.Fails(new() { Path = ["{dotnet}/none/*.xml"] }).Hint);
        Assert.Contains("a.txt", _folder.Fails(new() { Path = ["a.txt"], Exclude = ["a.txt"] }).Message);
    }

    [Fact]
    public void Links_that_lead_back_do_not_run_on()
    {
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "x/up"), "../x");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "x/root"), _folder.Path);
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "self"), "self");
        Assert.Equal(4, Find(["**/*.txt"]).Length);
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "dead.txt"), "nowhere");
        Assert.EndsWith("dead.txt", _folder.Fails(new() { Path = ["**/*.txt"] }).Where!.File);
    }

    [Fact]
    public void Links_to_other_folders_are_followed()
    {
        using SourceFolder other = new();
        other.Write("deep/q.txt", "text");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "link"), other.Path);
        Assert.Contains("link/deep/q.txt", Find(["**/*.txt"]));
    }

    [Theory]
    [InlineData("PAR1xxxx", "Parquet")]
    [InlineData("BZh91AY", "bzip2")]
    [InlineData("PK\u0003\u0004", "ZIP")]
    public void Foreign_formats_are_named(string content, string format)
    {
        _folder.Write("z.bin", content);
        Assert.Contains(format, _folder.Fails().Message);
    }
}
