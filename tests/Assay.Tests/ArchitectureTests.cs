using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Assay.Recipes;

namespace Assay.Tests;

/// <summary>The house rules that a compiler does not know.</summary>
public sealed partial class ArchitectureTests
{
    // In the order of the data's way: what stands before the first verb is for all of them, what stands behind the last uses all.
    private static readonly string[] Verbs =
    [
        "Features",
        "Models",
        "Preferences",
        "Studies",
        "Describe",
        "Value",
        "Select",
        "Order",
        "Make",
        "Train",
        "Judge",
        "Plan",
        "Recipes",
        "Evidence",
    ];

    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["Assay.Numerics"] = [],
        ["Assay.Learning"] = ["Assay.Numerics"],
        ["Assay.Data"] = ["Assay.Numerics"],
        ["Assay"] = ["Assay.Learning", "Assay.Data", "Assay.Numerics"],
        ["Assay.Reports"] = ["Assay", "Assay.Learning", "Assay.Data", "Assay.Numerics"],
        ["Assay.Web"] = ["Assay.Reports", "Assay", "Assay.Learning", "Assay.Data", "Assay.Numerics"],
        ["Assay.Cli"] = ["Assay.Web", "Assay.Reports", "Assay", "Assay.Learning", "Assay.Data", "Assay.Numerics"],
    };

    internal static string Root { get; } = FindRoot();

    [Fact]
    public void ProjectsReferenceOnlyTheFloorsBelow()
    {
        List<string> wrong = [];
        foreach (
            string file in Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
        )
        {
            string project = Path.GetFileNameWithoutExtension(file);
            if (!MayReference.TryGetValue(project, out string[]? allowed))
                wrong.Add($"{project} has no place in the house");
            else
                wrong.AddRange(
                    XDocument
                        .Load(file)
                        .Descendants("ProjectReference")
                        .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))
                        .Where(reference => !allowed.Contains(reference))
                        .Select(reference => $"{project} -> {reference}")
                );
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void VerbsNeverImportLaterVerbs()
    {
        List<string> wrong = [];
        foreach (string file in Sources("Assay"))
        {
            string[] folders = Path.GetRelativePath(Path.Combine(Root, "src", "Assay"), file).Split('/', '\\');
            // Files beside the verb folders belong to all verbs, so they come before the first.
            int own = folders.Length == 1 ? -1 : Array.IndexOf(Verbs, folders[0]);
            string code = WithoutComments(File.ReadAllText(file));
            foreach (string later in Verbs.Skip(own + 1))
                if (Mentions(code, later))
                    wrong.Add($"{Path.GetRelativePath(Root, file)} uses Assay.{later}");
        }
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("using Assay.Select;", true)]
    [InlineData("using static Assay.Select.Selected;", true)]
    [InlineData("using S = global::Assay.Select.Selected;", true)]
    [InlineData("var x = Assay.Select.Drops.None;", true)]
    [InlineData("var x = Select.ISelector.None;", true)]
    [InlineData("rows.Select(row => row)", false)]
    [InlineData("Assay.SelectAll()", false)]
    [InlineData("// using Assay.Select;\n/* Assay.Select */", false)]
    public void AnImportIsRecognisedInEverySpelling(string code, bool import) =>
        Assert.Equal(import, Mentions(WithoutComments(code), "Select"));

    [Fact]
    public void NamespacesFollowFolders()
    {
        List<string> wrong = [];
        foreach (string project in MayReference.Keys)
        foreach (string file in Sources(project))
        {
            Match declared = Namespace.Match(File.ReadAllText(file));
            string[] folders = Path.GetRelativePath(Path.Combine(Root, "src", project), file).Split('/', '\\');
            bool flat = project is "Assay.Numerics" or "Assay.Learning" or "Assay.Data";
            string expected = flat || folders.Length == 1 ? project : $"{project}.{folders[0]}";
            bool fits = flat
                ? declared.Groups[1].Value == expected
                : declared.Groups[1].Value == expected || declared.Groups[1].Value.StartsWith(expected + ".");
            // Reports keeps its components together whatever folder they are in; top-level programs have no namespace.
            fits |=
                project is "Assay.Reports" or "Assay.Web" or "Assay.Cli"
                && declared.Groups[1].Value.StartsWith(project);
            if (declared.Success && !fits)
                wrong.Add($"{Path.GetRelativePath(Root, file)}: {declared.Groups[1].Value}, expected {expected}");
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void EveryFolderOfAssayIsAVerb()
    {
        IEnumerable<string> folders = Directory
            .EnumerateDirectories(Path.Combine(Root, "src", "Assay"))
            .Select(folder => Path.GetFileName(folder));
        Assert.Equal([], folders.Except([.. Verbs, "bin", "obj"]));
    }

    [Fact]
    public void NoFolderIsADrawerForAnything()
    {
        string[] drawers = ["utils", "util", "helpers", "helper", "common", "core", "misc", "manager", "managers"];
        IEnumerable<string> folders = ((string[])["src", "tests"]).SelectMany(top =>
            Directory.EnumerateDirectories(Path.Combine(Root, top), "*", SearchOption.AllDirectories)
        );
        string[] found =
        [
            .. folders.Where(folder =>
                !IsBuildOutput(folder) && drawers.Contains(Path.GetFileName(folder).ToLowerInvariant())
            ),
        ];
        Assert.Empty(found);
    }

    [Fact]
    public void EveryMethodIsSealedNamedAfterItsVerbAndDocumented()
    {
        List<string> wrong = [];
        foreach (MethodEntry method in MethodCatalogue.Default.Methods)
        {
            if (!method.Type.IsSealed)
                wrong.Add($"{method.Name}: the class is not sealed");
            string verb = char.ToUpperInvariant(method.Verb[0]) + method.Verb[1..];
            if (!Verbs.Contains(verb) || !(method.Type.Namespace + ".").StartsWith($"Assay.{verb}."))
                wrong.Add($"{method.Name}: stands in {method.Type.Namespace}");
            if (method.Summary.Length == 0)
                wrong.Add($"{method.Name}: no summary");
            wrong.AddRange(
                method
                    .Options.Where(option => option.Description.Length == 0)
                    .Select(option => $"{method.Name}: {option.Name} is not described")
            );
            string page = $"docs/methods/{method.Name.Split('/')[1]}.md";
            if (!File.Exists(Path.Combine(Root, page)))
                wrong.Add($"{method.Name}: there is no {page}");
        }
        Assert.Empty(wrong);
    }

    [GeneratedRegex(@"^\s*namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace { get; }

    [GeneratedRegex("//[^\n]*|/\\*.*?\\*/", RegexOptions.Singleline)]
    private static partial Regex Comment { get; }

    private static string WithoutComments(string code) => Comment.Replace(code, "");

    /// <summary>True if the code names that verb's namespace: in full, or relative (<c>Select.ISelector</c>).</summary>
    private static bool Mentions(string code, string verb)
    {
        if (Regex.IsMatch(code, $@"\bAssay\s*\.\s*{verb}\b"))
            return true;
        string folder = Path.Combine(Root, "src", "Assay", verb);
        if (!Directory.Exists(folder))
            return false;
        IEnumerable<string> types = Directory
            .EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(file => Regex.Escape(Path.GetFileNameWithoutExtension(file)));
        return Regex.IsMatch(code, $@"(?<![.\w]){verb}\.({string.Join('|', types)})\b");
    }

    private static IEnumerable<string> Sources(string project)
    {
        string folder = Path.Combine(Root, "src", project);
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(file => !IsBuildOutput(file))
            : [];
    }

    private static bool IsBuildOutput(string path) =>
        Path.GetRelativePath(Root, path).Split('/', '\\').Any(part => part is "bin" or "obj");

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Assay.slnx")))
            folder = folder.Parent;
        return folder?.FullName
            ?? throw new InvalidOperationException("The tests do not run inside of the repository.");
    }
}
