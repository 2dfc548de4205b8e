using Assay.Data;

namespace Assay.Tests;

/// <summary>Looks at the memory of the whole process.</summary>
[Collection("runs alone")]
public sealed class DsdlMemoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-dsdl-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Memory_holds_one_sample_at_a_time()
    {
        string path = Path.Combine(_folder, "big.json");
        using (FileStream file = File.Create(path))
            DsdlWriter.WriteSamples(file, Enumerable.Repeat(new TextValue(new string('x', 1 << 16)), 1500));
        string main = Path.Combine(_folder, "data.yaml");
        File.WriteAllText(main, "$dsdl-version: '0.5.0'\nmeta: {}\ndata: {sample-type: Str, sample-path: big.json}\n");
        long before = GC.GetTotalMemory(forceFullCollection: true),
            most = 0;
        int count = 0;
        foreach (DsdlSample _ in DsdlDataset.Open(main).Samples())
            if (count++ % 300 == 0)
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        Assert.Equal(1500, count);
        Assert.True(most < 60 << 20, $"{most >> 20} MB of a file of 98 MB");
    }
}

/// <summary>Tests that nothing else may run beside.</summary>
[CollectionDefinition("runs alone", DisableParallelization = true)]
public sealed class RunsAlone;
