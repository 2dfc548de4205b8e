using Assay.Data;

namespace Assay.Tests.Hub;

public sealed class HubLayoutTests : IDisposable
{
    private readonly SourceFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("train.csv|test.csv|README.md", "train=train.csv test=test.csv")]
    [InlineData(
        "data/train.csv|data/valid.csv|data/eval.csv",
        "train=data/train.csv validation=data/valid.csv test=data/eval.csv"
    )]
    [InlineData("my_train_file_1.csv|2024-dev-x.jsonl", "train=my_train_file_1.csv validation=2024-dev-x.jsonl")]
    [InlineData("train/a.csv|train/b.csv|test/a.csv", "train=train/a.csv,train/b.csv test=test/a.csv")]
    [InlineData(
        "data/train-00000-of-00002.parquet|data/train-00001-of-00002.parquet|data/odd-00000-of-00001.parquet|test.csv",
        "train=data/train-00000-of-00002.parquet,data/train-00001-of-00002.parquet odd=data/odd-00000-of-00001.parquet"
    )]
    [InlineData("a.jsonl|sub/b.jsonl.gz|LICENSE|notes.md", "train=a.jsonl,sub/b.jsonl.gz")]
    [InlineData("training_data.csv|.git/train.csv|__pycache__/test.csv", "train=training_data.csv")]
    [InlineData("constraint.csv|contest.csv", "train=constraint.csv,contest.csv")]
    [InlineData("dataset_info.json|config.json|LICENSE", "")]
    public void Names_say_the_split(string files, string expected) =>
        Assert.Equal(
            expected,
            string.Join(
                ' ',
                HubLayout
                    .Read(files.Split('|'), null)[0]
                    .Splits.Select(split => $"{split.Name}={string.Join(',', split.Files)}")
            )
        );

    [Fact]
    public void A_name_that_says_two_things_is_an_error() =>
        Assert.Contains(
            "train and test",
            Assert.Throws<AssayException>(() => HubLayout.Read(["train-test.csv"], null)).Message
        );

    [Theory]
    [InlineData("data_files: a/*.csv", "train=a/x.csv,a/y.csv")]
    [InlineData("data_files: [a/x.csv, b/x.csv]", "train=a/x.csv,b/x.csv")]
    [InlineData("data_files: { train: a/x.csv, test: ['b/*'] }", "train=a/x.csv test=b/x.csv")]
    [InlineData(
        "data_files: [{ split: test, path: a/y.csv }, { split: dev, path: [a/x.csv, b/**] }]",
        "test=a/y.csv dev=a/x.csv,b/x.csv"
    )]
    [InlineData("data_files: '**/[xy].csv'", "train=a/x.csv,a/y.csv,b/x.csv")]
    [InlineData("data_files: '*/x.csv'", "train=a/x.csv,b/x.csv")]
    [InlineData("data_dir: a", "train=a/x.csv,a/y.csv")]
    [InlineData("{ data_dir: b, data_files: '*.csv' }", "train=b/x.csv")]
    public void The_card_says_the_split(string config, string expected)
    {
        string text = config.StartsWith('{')
            ? $"---\nconfigs:\n- {config}\n---\n"
            : $"---\nconfigs:\n- config_name: c\n  {config}\n---\n";
        HubConfig read = Assert.Single(
            HubLayout.Read(["a/x.csv", "a/y.csv", "b/x.csv", "README.md"], CardHeader.Parse(text, "README.md"))
        );
        Assert.Equal(
            expected,
            string.Join(' ', read.Splits.Select(split => $"{split.Name}={string.Join(',', split.Files)}"))
        );
    }

    [Theory]
    [InlineData("configs: 5", "README.md:2:10 (key 'configs')")]
    [InlineData(
        "configs:\n- config_name: a\n  data_files: ../x.csv",
        "README.md:4:15 (key 'configs[0].data_files'): '../x.csv' leads out"
    )]
    [InlineData("configs:\n- data_files: https://host/x.csv", "is not a file of this repository")]
    [InlineData("configs:\n- data_files:\n  - split: a\n    pth: x.csv", "configs[0].data_files[0]")]
    [InlineData("configs:\n- config_name: a\n- config_name: a", "is there twice")]
    [InlineData(
        "configs:\n- { config_name: a, default: true }\n- { config_name: b, default: true }",
        "several configurations are the default"
    )]
    public void A_wrong_card_is_told_with_its_place(string header, string expected) =>
        Assert.Contains(
            expected,
            Assert
                .Throws<DocumentException>(() =>
                    HubLayout.Read(["x.csv"], CardHeader.Parse($"---\n{header}\n---\n", "README.md"))
                )
                .ToString()
        );

    [Fact]
    public void A_folder_with_a_card_is_read_by_its_card()
    {
        _folder.Write(
            "pool/README.md",
            "---\nconfigs:\n- config_name: a\n  data_files:\n  - split: train\n    path: a-*.jsonl\n  - split: test\n    path: t.jsonl\n- config_name: b\n  data_files: b.jsonl\n---\n# Words\n"
        );
        _folder.Write("pool/a-1.jsonl", "{\"text\":\"one\"}\n");
        _folder.Write("pool/t.jsonl", "{\"text\":\"test\"}\n");
        _folder.Write("pool/b.jsonl", "{\"text\":\"b\"}\n");
        Assert.Contains("none is the default", _folder.Fails(new() { Path = ["pool"] }).Message);
        Assert.Equal(["one"], _folder.Texts(new() { Path = ["pool"], Config = "a" }));
        Assert.Equal(
            ["test"],
            _folder.Texts(
                new()
                {
                    Path = ["pool"],
                    Config = "a",
                    Split = ["test"],
                }
            )
        );
        Assert.Equal(
            ["one", "test"],
            _folder
                .Texts(
                    new()
                    {
                        Path = ["pool"],
                        Config = "a",
                        Split = ["all"],
                    }
                )
                .Order()
        );
        Assert.Equal(["b"], _folder.Texts(new() { Path = ["pool"], Config = "b" }));
        Assert.Contains("a, b", _folder.Fails(new() { Path = ["pool"], Config = "c" }).Hint);
        Assert.Contains(
            "did you mean 'train'",
            _folder
                .Fails(
                    new()
                    {
                        Path = ["pool"],
                        Config = "a",
                        Split = ["trian"],
                    }
                )
                .Hint
        );
        Assert.Contains(
            "part: 1/10",
            _folder
                .Fails(
                    new()
                    {
                        Path = ["pool"],
                        Config = "a",
                        Split = ["train[:10%]"],
                    }
                )
                .Hint
        );
        Assert.Contains("names neither", _folder.Fails(new() { Path = ["pool/*.jsonl"], Config = "a" }).Message);
        // Rows keep the names that they have without a card.
        Assert.Equal("pool/b.jsonl", Assert.Single(_folder.Plan(new() { Path = ["pool"], Config = "b" }).Files).Name);
    }

    [Fact]
    public void A_folder_without_a_card_is_all_its_files_unless_a_split_is_asked_for()
    {
        _folder.Write("pool/train.jsonl", "{\"text\":\"one\"}\n");
        _folder.Write("pool/dev.jsonl", "{\"text\":\"two\"}\n");
        Assert.Equal(["two", "one"], _folder.Texts(new() { Path = ["pool"] }));
        Assert.Equal(["two"], _folder.Texts(new() { Path = ["pool"], Split = ["validation"] }));
    }

    [Fact]
    public void A_readme_that_only_looks_like_a_card_is_text_as_before()
    {
        _folder.Write("pool/README.md", "---\nA rule above, and no card.\n");
        Assert.Equal(2, _folder.Texts(new() { Path = ["pool"] }).Count);
    }

    [Fact]
    public void Missing_shards_are_named()
    {
        foreach (int shard in (int[])[0, 1, 3])
            _folder.Write($"pool/data/train-{shard:D5}-of-00004.jsonl", "{\"text\":\"x\"}\n");
        AssayException failure = _folder.Fails(new() { Path = ["pool"], Split = ["train"] });
        Assert.Contains("data/train-00002-of-00004", failure.Message);
        _folder.Write("pool/data/train-00002-of-00004.jsonl", "{\"text\":\"x\"}\n");
        Assert.Equal(4, _folder.Texts(new() { Path = ["pool"], Split = ["train"] }).Count);
    }

    [Fact]
    public void A_pattern_that_matches_nothing_is_named_with_its_line()
    {
        _folder.Write(
            "pool/README.md",
            "---\nconfigs:\n- config_name: a\n  data_files:\n  - split: train\n    path: no-*.jsonl\n---\n"
        );
        AssayException failure = _folder.Fails(new() { Path = ["pool"] });
        Assert.Contains("no file is there for split 'train'", failure.Message);
        Assert.Equal(5, failure.Where!.Line);
    }

    [Fact]
    public void Values_separated_by_tabs_are_read_when_the_reader_says_so_too()
    {
        _folder.Write("pool/README.md", "---\nconfigs:\n- sep: \"\\t\"\n  data_files: x.csv\n---\n");
        _folder.Write("pool/x.csv", "text\tn\na,b\t1\n");
        Assert.Contains("format: tsv", _folder.Fails(new() { Path = ["pool"] }).Hint);
        Assert.Equal(["a,b"], _folder.Texts(new() { Path = ["pool"], Format = SourceFormat.Tsv }));
    }
}
