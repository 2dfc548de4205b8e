using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using System.Text;

namespace Assay.Tests.Cli;

/// <summary>Inputs that are no plain files, and output that is none.</summary>
public sealed class SourceTests
{
    private const string Recipe = """
        assay: 1
        data:
          pool: { path: pool.jsonl }
        steps:
          - select/dedup: { method: exact }
        candidates: { all: [select/random: { keep: 100% }] }
        export: { candidate: all, to: "-" }
        """;

    [Fact]
    public void Data_goes_from_standard_input_to_standard_output()
    {
        using Cli cli = new();
        cli.Write("r.yaml", Recipe);
        Result result = Pipe(
            cli,
            "{\"text\":\"one\"}\n{\"text\":\"two\"}\n{\"text\":\"one\"}\n",
            "run",
            "r.yaml",
            "--data",
            "-",
            "--set",
            "export.ids=false"
        );
        Assert.True(result.Code == 0, result.Error);
        Assert.Equal("{\"text\":\"one\"}\n{\"text\":\"two\"}\n", result.Output);
        Assert.Contains("3 rows", result.Error);
        Result wrong = cli.Run("run", "r.yaml", "--data", "-", "--json");
        Assert.NotEqual(0, wrong.Code);
    }

    [Fact]
    public void Archives_are_read_as_if_they_were_folders()
    {
        using Cli cli = new();
        cli.Write("r.yaml", Recipe);
        using (ZipArchive zip = ZipFile.Open(cli.Path("c.zip"), ZipArchiveMode.Create))
        {
            using (StreamWriter page = new(zip.CreateEntry("docs/a.html").Open()))
                page.Write("<nav><a href=/>Home</a></nav><p>The text of the page, which is what is wanted of it.</p>");
            using StreamWriter rows = new(zip.CreateEntry("rows.jsonl").Open());
            rows.Write("{\"text\":\"a row\"}\n");
        }
        Result result = cli.Run("run", "r.yaml", "--data", "c.zip/docs", "--set", "export.ids=false");
        Assert.True(result.Code == 0, result.Error);
        Assert.Contains("\"text\":\"The text of the page, which is what is wanted of it.\"", result.Output);
        Assert.DoesNotContain("a row", result.Output);
        Assert.Contains("no/*.png", cli.Run("run", "r.yaml", "--data", "c.zip/no/*.png").Error);
    }

    [Fact]
    public void Digits_are_valued_by_the_labels_beside_them()
    {
        using Cli cli = new();
        foreach (string part in (string[])["train", "t10k"])
        {
            int count = part == "train" ? 60 : 20;
            byte[] images = new byte[16 + 4 * count],
                labels = new byte[8 + count];
            (images[2], images[3], labels[2], labels[3]) = (8, 3, 8, 1);
            foreach ((int at, int length) in ((int, int)[])[(4, count), (8, 2), (12, 2)])
                BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(at), length);
            BinaryPrimitives.WriteInt32BigEndian(labels.AsSpan(4), count);
            for (int i = 0; i < count; i++)
            {
                labels[8 + i] = (byte)(i % 2);
                images.AsSpan(16 + 4 * i, 4).Fill((byte)(i % 2 * 200 + i % 7));
            }
            labels[8] = (byte)(part == "train" ? 1 : 0);
            File.WriteAllBytes(cli.Path($"{part}-images-idx3-ubyte"), images);
            File.WriteAllBytes(cli.Path($"{part}-labels-idx1-ubyte"), labels);
        }
        Result result = cli.Run(
            "value",
            "knn-shapley",
            "train-images-idx3-ubyte",
            "--label",
            "label",
            "--test",
            "t10k-images-idx3-ubyte"
        );
        Assert.True(result.Code == 0, result.Error);
        Assert.Contains("train-images-idx3-ubyte, row 1", result.Output);
    }

    private static Result Pipe(Cli cli, string input, params string[] arguments)
    {
        using Process process = cli.Start(arguments, input: true);
        Task<string> output = process.StandardOutput.ReadToEndAsync(),
            error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(3)));
        return new(process.ExitCode, output.Result, error.Result);
    }
}
