using System.Text.RegularExpressions;

namespace Assay.Tests;

/// <summary>Pages of docs/ show code that is compiled in a test project, word for word.</summary>
internal static partial class DocsPages
{
    /// <summary>Compares the C# blocks of a page with what stands, in a source file, between the marks that also keep the formatter out.</summary>
    public static void AreCompiled(string page, string project, string source)
    {
        string[] shown = [.. Blocks().Matches(Read("docs", page)).Select(block => block.Groups[1].Value)];
        string[] compiled =
        [
            .. Regions()
                .Matches(Read("tests", project, "Docs", source))
                .Select(region => Dedent(region.Groups[1].Value)),
        ];
        Assert.NotEmpty(shown);
        Assert.Equal(compiled, shown);
    }

    private static string Dedent(string code)
    {
        string[] lines = code.TrimEnd().Split('\n');
        int indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Concat(lines.Select(line => (line.Length > 0 ? line[indent..] : "") + "\n"));
    }

    private static string Read(params string[] path)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Assay.slnx")))
            folder = folder.Parent;
        Assert.SkipWhen(folder is null, "the tests run outside of a checkout");
        return File.ReadAllText(Path.Combine([folder.FullName, .. path])).ReplaceLineEndings("\n");
    }

    [GeneratedRegex("^```csharp\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Blocks();

    [GeneratedRegex(
        "^ *// csharpier-ignore-start\n(.*?)^ *// csharpier-ignore-end$",
        RegexOptions.Singleline | RegexOptions.Multiline
    )]
    private static partial Regex Regions();
}
