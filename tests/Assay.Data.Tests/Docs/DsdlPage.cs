using Assay.Data;

namespace Assay.Tests;

/// <summary>The code of docs/dsdl.md.</summary>
public sealed class DsdlPage
{
    [Fact]
    public void Every_block_of_the_page_is_compiled() =>
        DocsPages.AreCompiled("dsdl.md", "Assay.Data.Tests", "DsdlPage.cs");

    [Fact]
    public void Without_the_file_the_loop_says_so() =>
        Assert.Contains("shop.yaml", Assert.Throws<AssayException>(() => Read((_, _) => { })).ToString());

    private static void Read(Action<string, int> Use)
    {
        // csharpier-ignore-start
        DsdlDataset dataset = DsdlDataset.Open("shop.yaml");
        foreach (DsdlSample sample in dataset.Samples()) // one at a time
            if (sample.Value is StructValue review)
                Use(((TextValue)review["text"]!).Text, ((LabelValue)review["kind"]!).Index);
            else
                Console.WriteLine(sample.Findings[0]); // shop.yaml:13:32 (key 'data.samples[1].kind'): expected ...
        // csharpier-ignore-end
    }
}
