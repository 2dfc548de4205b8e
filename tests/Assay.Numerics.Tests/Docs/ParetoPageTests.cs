namespace Assay.Tests;

public class ParetoPageTests
{
    [Fact]
    public void Every_block_of_the_page_is_compiled() =>
        DocsPages.AreCompiled("pareto.md", "Assay.Numerics.Tests", "ParetoPage.cs");
}
