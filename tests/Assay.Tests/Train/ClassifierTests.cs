using System.Text;
using Assay.Data;
using Assay.Models;
using Assay.Numerics;
using Assay.Train;

namespace Assay.Tests.Train;

public sealed class ClassifierTests
{
    /// <summary>Two classes that differ in the sum of two columns, and in their words.</summary>
    private static View Table(int rows, string seed, string? label = null)
    {
        RandomStream random = new(5, seed);
        TableBuilder builder = new("table.csv");
        for (int row = 0; row < rows; row++)
        {
            double a = random.NextGaussian(),
                b = random.NextGaussian();
            bool positive = a + b > 0;
            builder.Column("a").Set(a);
            builder.Column("b").Set(b);
            builder.Column("constant").Set(3L);
            builder.Column("label").Set(Encoding.UTF8.GetBytes(label ?? (positive ? "yes" : "no")));
            builder.Column("text").Set(Encoding.UTF8.GetBytes(positive ? $"good day {row}" : $"bad night {row}"));
            builder.EndRow(new((UInt128)row), row);
        }
        using MemoryStream bytes = new();
        builder.WriteTo(bytes);
        return new(Dataset.Of("table", "text", [bytes.ToArray()]));
    }

    private static Trained Train(ClassifierOptions options, View train, View? test)
    {
        using Pieces pieces = Pieces.Temporary();
        return new ClassifierTrainer(options).Train(
            train,
            test,
            new(pieces) { Random = new RandomStream(1, "classifier") }
        );
    }

    [Theory]
    [InlineData("logistic", 0.97)]
    [InlineData("mlp", 0.95)]
    [InlineData("logistic-hashed", 0.99)]
    public void Each_model_learns_what_there_is_to_learn(string model, double accuracy)
    {
        Trained trained = Train(new() { Model = model, Epochs = 20 }, Table(600, "train"), Table(300, "test"));
        Assert.Equal(["accuracy", "log-loss"], trained.Scores.Select(score => score.Metric));
        Assert.InRange(trained.Scores[0].Value, accuracy, 1);
        Assert.InRange(trained.Scores[1].Value, 0, 0.25);
        string folder = Directory.CreateTempSubdirectory("assay-classifier-").FullName;
        trained.Save(folder);
        Assert.Contains("\"yes\"", File.ReadAllText(Path.Combine(folder, "classifier.json")));
        Assert.True(File.Exists(Path.Combine(folder, "model.safetensors")));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_convnet_takes_the_columns_as_pixels()
    {
        // An image of 8 x 8 with a bright half, left or right.
        View Images(int rows, string seed)
        {
            RandomStream random = new(3, seed);
            TableBuilder builder = new("images.csv");
            for (int row = 0; row < rows; row++)
            {
                int side = random.NextInt32(2);
                string pixels = string.Join(
                    ",",
                    Enumerable
                        .Range(0, 64)
                        .Select(at =>
                            (at % 8 / 4 == side ? 0.6 + 0.4 * random.NextDouble() : random.NextDouble()).ToString(
                                "0.000"
                            )
                        )
                );
                builder.Column("pixels").SetJson(Encoding.UTF8.GetBytes($"[{pixels}]"));
                builder.Column("label").Set((long)side);
                builder.EndRow(new((UInt128)row), row);
            }
            using MemoryStream bytes = new();
            builder.WriteTo(bytes);
            return new(Dataset.Of("images", "text", [bytes.ToArray()]));
        }
        Trained trained = Train(
            new()
            {
                Model = "convnet",
                Features = ["pixels"],
                Epochs = 40,
            },
            Images(192, "train"),
            Images(100, "test")
        );
        Assert.InRange(trained.Scores[0].Value, 0.95, 1);
    }

    [Fact]
    public void Bad_input_is_one_clear_error()
    {
        View good = Table(20, "good");
        AssayException noLabel = Assert.Throws<AssayException>(() => Train(new() { Label = "klass" }, good, null));
        Assert.Contains("no column 'klass'", noLabel.Message);
        Assert.Contains("a, b, constant, label, text", noLabel.Hint);

        AssayException one = Assert.Throws<AssayException>(() => Train(new(), Table(5, "one", label: "same"), null));
        Assert.Contains("the same 'label' (same)", one.Message);

        AssayException text = Assert.Throws<AssayException>(() =>
            Train(new() { Model = "mlp", Features = ["text"] }, good, null)
        );
        Assert.Contains("not a number", text.Message);
        Assert.Equal("text", text.Where!.Key);

        AssayException image = Assert.Throws<AssayException>(() =>
            Train(new() { Model = "convnet", Image = [1, 2, 2] }, good, null)
        );
        Assert.Contains("not an image of [1, 2, 2]", image.Message);
    }
}
