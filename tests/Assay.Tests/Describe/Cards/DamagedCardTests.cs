using Assay.Data;
using Assay.Describe;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Describe.Cards;

/// <summary>Whatever stands in a card or a description: it is told or refused, and nothing else happens.</summary>
public sealed class DamagedCardTests
{
    private const string Card =
        "---\nlicense: mit\nlanguage: [en]\nconfigs:\n- config_name: a\n  data_files:\n  - split: train\n    path: '*.csv'\ndataset_info:\n  features:\n  - name: x\n    dtype: int64\n  splits:\n  - name: train\n    num_examples: 1\n---\n# T\n";

    private const string Croissant =
        """{"@context":{"@vocab":"https://schema.org/","cr":"http://mlcommons.org/croissant/"},"@type":"sc:Dataset","name":"n","distribution":[{"@type":"cr:FileObject","@id":"f","contentUrl":"a.csv","encodingFormat":"text/csv","sha256":"00"}],"recordSet":[{"@type":"cr:RecordSet","@id":"r","key":{"@id":"r/x"},"field":[{"@type":"cr:Field","@id":"r/x","dataType":"sc:Text","source":{"fileObject":{"@id":"f"},"extract":{"column":"x"},"transform":{"regex":"(.*)"}}}]}]}""";

    [Fact]
    public void Damage_is_told()
    {
        using Pieces pieces = Pieces.Temporary();
        string folder = Directory.CreateTempSubdirectory("assay-test-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "a.csv"), "x\n1\n");
            Gen<(int, int, string)> cuts =
                from at in Gen.Choose(0, 1000)
                from length in Gen.Choose(0, 30)
                from put in Gen.Elements(
                    "",
                    "\"",
                    "{",
                    "[",
                    "null",
                    "5",
                    ":",
                    "\n- ",
                    "\u0000",
                    "\"@id\":",
                    "../",
                    "*",
                    "é",
                    "\t",
                    "&a",
                    "*a"
                )
                select (at, length, put);
            Prop.ForAll(
                    cuts.ArrayOf().ToArbitrary(),
                    changes =>
                    {
                        foreach (
                            (string name, string good) in ((string, string)[])
                                [("README.md", Card), ("croissant.json", Croissant)]
                        )
                        {
                            string text = good;
                            foreach ((int at, int length, string put) in changes.Take(4))
                            {
                                int start = at * text.Length / 1001;
                                text = text[..start] + put + text[Math.Min(text.Length, start + length)..];
                            }
                            string path = Path.Combine(folder, name);
                            File.WriteAllText(path, text);
                            CardCheck.Run(path, null);
                            try
                            {
                                SourcePlan.Find(
                                    "pool",
                                    new() { Path = [name == "README.md" ? folder : path], Split = ["train"] },
                                    folder,
                                    new(Path.Combine(folder, ".d"), new(pieces))
                                );
                            }
                            catch (AssayException) { }
                        }
                    }
                )
                .Holds();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
