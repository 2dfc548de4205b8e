using System.Globalization;
using System.IO.Compression;
using Assay.Learning;

namespace Assay.Evidence;

/// <summary>
/// What a judge says of the answers of 49 models to the 805 prompts of AlpacaEval 2, and how short they are: two properties that pull apart.
/// </summary>
/// <param name="Models">The models: all that were kept but the one without words and the one that the others are compared with.</param>
/// <param name="Quality">For each prompt and model the logit of the judge's probability that the answer beats the baseline's, which is held at 1e-6 and 1 - 1e-6.</param>
/// <param name="Brevity">For each prompt and model -4 ln((characters + 1) / 200).</param>
internal sealed record JudgedAnswers(IReadOnlyList<string> Models, double[][] Quality, double[][] Brevity)
{
    /// <summary>The folder of the data.</summary>
    public const string Folder = "alpaca-eval-2";

    private const double LeastPreference = 1e-6,
        UsualLength = 200,
        Slope = 4;

    /// <summary>Number of prompts.</summary>
    public int Prompts => Quality.Length;

    /// <summary>Reads the tables.</summary>
    /// <param name="folder">The folder of the data.</param>
    public static JudgedAnswers Read(string folder)
    {
        (string[] names, double[][] preferences) = Table(Path.Combine(folder, "preferences.csv.gz"));
        (string[] lengthNames, double[][] lengths) = Table(Path.Combine(folder, "lengths.csv.gz"));
        int[] kept =
        [
            .. Enumerable.Range(0, names.Length).Where(i => names[i] is not ("NullModel" or "gpt4_1106_preview")),
        ];
        int[] places = [.. kept.Select(i => Array.IndexOf(lengthNames, names[i]))];
        return new(
            [.. kept.Select(i => names[i])],
            [
                .. preferences.Select(row =>
                    kept.Select(i => Logistic.Logit(Math.Clamp(row[i], LeastPreference, 1 - LeastPreference))).ToArray()
                ),
            ],
            [.. lengths.Select(row => places.Select(i => -Slope * Math.Log((row[i] + 1) / UsualLength)).ToArray())]
        );
    }

    private static (string[] Names, double[][] Rows) Table(string path)
    {
        using StreamReader reader = new(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        string[] names = reader.ReadLine()!.Split(',')[1..];
        List<double[]> rows = [];
        while (reader.ReadLine() is { } line)
            rows.Add([.. line.Split(',').Skip(1).Select(field => double.Parse(field, CultureInfo.InvariantCulture))]);
        return (names, [.. rows]);
    }
}
