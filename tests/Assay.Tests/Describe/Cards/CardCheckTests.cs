using Assay.Data;
using Assay.Describe;

namespace Assay.Tests.Describe.Cards;

public sealed class CardCheckTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-test-").FullName;
    private readonly Pieces _pieces = Pieces.Temporary();

    private const string Good = """
        pretty_name: Words
        license: cc-by-4.0
        language: [en, gsw]
        size_categories: [n<1K]
        task_categories: [text-generation]
        tags: [words]
        configs:
        - config_name: default
          data_files:
          - split: train
            path: data/train-*
          - split: test
            path: test.jsonl
        dataset_info:
          config_name: default
          features:
          - name: text
            dtype: string
          - name: n
            dtype: int64
          splits:
          - name: train
            num_bytes: 60
            num_examples: 2
          - name: test
            num_bytes: 20
            num_examples: 1
          download_size: 64
          dataset_size: 80
        """;

    public CardCheckTests()
    {
        Write("data/train-00000-of-00002.jsonl", "{\"text\":\"a\",\"n\":1}\n\n");
        Write("data/train-00001-of-00002.jsonl", "{\"text\":\"b\",\"n\":2}\n\n");
        Write("test.jsonl", "{\"text\":\"the rest\",\"n\":3}\n");
    }

    public void Dispose()
    {
        _pieces.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_card_that_is_in_order_has_no_findings() =>
        Assert.Empty(Check(Good.Replace("download_size: 64", "download_size: " + Size())));

    // Each rule: what is changed, whether that is an error, the line, and what is said.
    [Theory]
    [InlineData("license: cc-by-4.0", "license: cc-by-4", true, 3, "did you mean 'cc-by-4.0'")]
    [InlineData("license: cc-by-4.0", "license: other", false, 3, "license_name")]
    [InlineData("license: cc-by-4.0", "licence: cc-by-4.0", false, 3, "did you mean 'license'")]
    [InlineData("license: cc-by-4.0", "license: { a: b }", true, 3, "a map stands here")]
    [InlineData("[en, gsw]", "[en-US]", true, 4, "language_bcp47")]
    [InlineData("[en, gsw]", "[English]", true, 4, "two or three small letters")]
    [InlineData("[en, gsw]", "[no]", true, 4, "put it in quotes: \"no\"")]
    [InlineData("[n<1K]", "[100M<n]", true, 5, "one of n<1K")]
    [InlineData("[n<1K]", "[1M<n<10M]", false, 5, "have 3 rows")]
    [InlineData("text-generation", "text-generatoin", false, 6, "did you mean 'text-generation'")]
    [InlineData("[words]", "[[words]]", true, 7, "a list stands here")]
    [InlineData("pretty_name: Words", "pretty_name: [a]", true, 2, "expected text")]
    [InlineData("pretty_name: Words", "multilinguality: many", false, 2, "one of monolingual")]
    [InlineData("path: test.jsonl", "path: tset.jsonl", true, 13, "no file is there for split 'test'")]
    [InlineData("path: test.jsonl", "path: ../test.jsonl", true, 14, "leads out of the repository")]
    [InlineData("config_name: default\n  data", "config_name: a/b\n  data", true, 8, "no name of a configuration")]
    [InlineData("- split: test", "- split: te-st", true, 13, "no name of a split")]
    [InlineData(
        "  config_name: default\n  features",
        "  config_name: defualt\n  features",
        true,
        16,
        "did you mean 'default'"
    )]
    [InlineData("- name: n\n", "- name: m\n", true, 18, "'n' of the data is not among the features")]
    [InlineData("- name: n\n", "- name: text\n", true, 20, "is there twice")]
    [InlineData("dtype: int64", "dtype: integer", true, 21, "there is no type 'integer'")]
    [InlineData("dtype: int64", "dtype: string", false, 21, "reads as int64")]
    [InlineData("    dtype: int64\n", "", true, 20, "type of 'n' is not said")]
    [InlineData("- name: test\n", "- name: tests\n", true, 26, "there is no split 'tests'")]
    [InlineData("num_examples: 2", "num_examples: 5", true, 25, "said to have 5 rows, and has 2")]
    [InlineData("num_examples: 2", "num_examples: -2", true, 25, "a whole number from 0")]
    [InlineData("dataset_size: 80", "dataset_size: 81", true, 30, "the splits have 80 bytes, not 81")]
    [InlineData("download_size: 64", "download_size: 65", false, 29, "bytes, not 65")]
    public void Each_rule_is_told_with_its_line(string from, string to, bool isError, int line, string what)
    {
        string card = Good.Replace(
            "download_size: 64",
            to.StartsWith("download", StringComparison.Ordinal) ? "download_size: 64" : "download_size: " + Size()
        );
        Assert.Contains(from, card);
        List<CardFinding> found = Check(card.Replace(from, to));
        Assert.Contains(
            found,
            finding =>
                finding.IsError == isError
                && finding.Problem.Where.Line == line
                && finding.Problem.ToString().Contains(what)
        );
    }

    [Fact]
    public void What_is_missing_is_told()
    {
        File.Delete(Path.Combine(_folder, "data/train-00000-of-00002.jsonl"));
        Assert.Contains(
            Check(Good),
            finding => finding.IsError && finding.Problem.What.Contains("data/train-00000-of-00002")
        );
        Write("README.md", "# No front matter\n");
        Assert.Contains("no front matter", Assert.Single(CardCheck.Run(_folder, null).Findings).Problem.What);
        Write("README.md", "---\na: [\n---\n");
        Assert.Contains("not YAML", Assert.Single(CardCheck.Run(_folder, null).Findings).Problem.What);
        Write("README.md", "---\na: 1\n");
        Assert.Contains("does not end", Assert.Single(CardCheck.Run(_folder, null).Findings).Problem.What);
        File.Delete(Path.Combine(_folder, "README.md"));
        Assert.Throws<AssayException>(() => CardCheck.Run(_folder, null));
    }

    [Fact]
    public void Data_that_are_not_read_are_believed() =>
        Assert.DoesNotContain(
            Check(Good.Replace("num_examples: 2", "num_examples: 5"), withData: false),
            finding => finding.IsError
        );

    [Fact]
    public void Data_that_cannot_be_read_are_an_error_of_their_split()
    {
        Write("test.jsonl", "{\"text\":\n");
        CardFinding finding = Assert.Single(
            Check(Good),
            finding => finding.IsError && finding.Problem.What.Contains("test.jsonl")
        );
        Assert.Equal(13, finding.Problem.Where.Line);
    }

    private string Size() =>
        Directory
            .EnumerateFiles(_folder, "*.jsonl", SearchOption.AllDirectories)
            .Sum(file => new FileInfo(file).Length)
            .ToString();

    private List<CardFinding> Check(string header, bool withData = true)
    {
        Write("README.md", $"---\n{header}\n---\n\n# Words\n");
        return [.. CardCheck.Run(_folder, withData ? new Work(_pieces) : null).Findings];
    }

    private void Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
