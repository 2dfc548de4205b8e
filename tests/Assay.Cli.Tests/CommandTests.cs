using System.Text.Json;

namespace Assay.Tests.Cli;

public sealed class CommandTests
{
    [Theory]
    [InlineData("--help")]
    [InlineData("run", "--help")]
    [InlineData("--version")]
    public void Help_is_free(params string[] arguments)
    {
        using Cli cli = new();
        Assert.Equal(0, cli.Run(arguments).Code);
        Assert.Empty(Directory.GetFileSystemEntries(cli.Folder));
    }

    [Theory]
    [InlineData("no such command", "nonsense")]
    [InlineData("no recipe", "run")]
    [InlineData("a recipe that is not there", "run", "nowhere.yaml")]
    [InlineData("an unknown option", "run", "recipe.yaml", "--frobnicate")]
    [InlineData("too little memory", "run", "recipe.yaml", "--memory", "10M")]
    [InlineData("no threads", "run", "recipe.yaml", "--threads", "0")]
    [InlineData("a policy that is none", "run", "recipe.yaml", "--on-bad-row", "explode")]
    [InlineData("a key that is not there", "run", "recipe.yaml", "--set", "judge.sedes=5")]
    public void Wrong_use_is_code_two_without_a_stack_trace(string what, params string[] arguments)
    {
        using Cli cli = Corpus.Prepare(10);
        Result result = cli.Run(arguments);
        Assert.True(result.Code == 2, what + ": " + result.Error);
        Assert.NotEmpty(result.Error);
        Assert.DoesNotContain("   at ", result.Error);
        Assert.False(Directory.Exists(cli.Path("out")));
    }

    [Fact]
    public void A_wrong_key_is_shown_where_it_stands()
    {
        using Cli cli = Corpus.Prepare(10);
        cli.Write("recipe.yaml", Corpus.Recipe.Replace("keep: 40%", "kep: 40%"));
        Result result = cli.Run("run", "recipe.yaml");
        Assert.Equal(2, result.Code);
        Assert.Contains("recipe.yaml:12:", result.Error);
        Assert.Contains("'keep'", result.Error);
    }

    [Fact]
    public void A_recipe_that_refers_to_itself_is_refused()
    {
        using Cli cli = new();
        cli.Write("a.yaml", "extends: b.yaml\n");
        cli.Write("b.yaml", "extends: a.yaml\n");
        Result result = cli.Run("run", "a.yaml");
        Assert.Equal(2, result.Code);
        Assert.Contains("a.yaml", result.Error);
        Assert.Contains("b.yaml", result.Error);
    }

    [Fact]
    public void The_schema_is_json_and_names_every_method()
    {
        using Cli cli = new();
        string schema = cli.Run("schema").Output;
        JsonDocument.Parse(schema);
        foreach (string line in cli.Run("methods").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (line.StartsWith("select/", StringComparison.Ordinal))
                Assert.Contains(line.Split(' ')[0], schema);
    }

    [Fact]
    public void Methods_shows_one_methods_options()
    {
        using Cli cli = new();
        Result result = cli.Run("methods", "select/dedup");
        Assert.Equal(0, result.Code);
        Assert.Contains("bands", result.Output);
        Result wrong = cli.Run("methods", "select/dedupe");
        Assert.Contains("select/dedup", wrong.Error);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public void Completion_scripts_exist(string shell)
    {
        using Cli cli = new();
        Assert.Contains("assay", cli.Run("completion", shell).Output);
    }

    [Fact]
    public void Completions_come_from_the_program()
    {
        using Cli cli = new();
        Assert.Contains("--dry-run", cli.Run("[suggest:12]", "assay run --d").Output);
    }

    [Fact]
    public void Runs_are_listed()
    {
        using Cli cli = Corpus.Prepare(300);
        Assert.Equal(1, cli.Run("runs").Code);
        Assert.Equal(0, cli.Run("run", "recipe.yaml", "--quiet").Code);
        Assert.Contains("done", cli.Run("runs").Output);
    }
}
