namespace Assay.Learning.Tests;

public sealed class SafetensorsModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private void Shard(string file, params string[] names)
    {
        SafetensorsWriter writer = new();
        foreach (string name in names)
            writer.Add(name, [1], () => new float[] { name.Length });
        writer.Write(_folder[file]);
    }

    private void Index(string json) => File.WriteAllText(_folder["model.safetensors.index.json"], json);

    [Fact]
    public void ShardsAreJoinedByTheIndex()
    {
        Shard("a.safetensors", "x");
        Shard("b.safetensors", "yy", "not in the index");
        Index("""{"metadata":{"total_size":8},"weight_map":{"yy":"b.safetensors","x":"a.safetensors"}}""");
        using SafetensorsModel model = SafetensorsModel.Open(_folder.Path);
        Assert.Equal(["x", "yy"], model.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([1], model.ReadFloats("x"));
        Assert.Equal([2], model.ReadFloats("yy"));
        Assert.Contains("is not there", Assert.Throws<SafetensorsException>(() => model["z"]).Message);
    }

    [Fact]
    public void AFolderWithOneFileNeedsNoIndex()
    {
        Shard("model.safetensors", "x", "yy");
        using SafetensorsModel model = SafetensorsModel.Open(_folder.Path);
        Assert.Equal(["x", "yy"], model.Tensors.Select(tensor => tensor.Name));
    }

    [Fact]
    public void AFolderWithoutWeightsSaysWhatItShouldHave() =>
        Assert.Contains(
            "neither model.safetensors nor model.safetensors.index.json",
            Assert.Throws<SafetensorsException>(() => SafetensorsModel.Open(_folder.Path)).Message
        );

    [Theory]
    [InlineData("""{"weight_map":{"x":"../a.safetensors"}}""", "tensor 'x': is said to be in '../a.safetensors'")]
    [InlineData("""{"weight_map":{"x":".."}}""", "not a plain file name")]
    [InlineData("""{"weight_map":{"x":""}}""", "not a plain file name")]
    [InlineData("""{"weight_map":{"x":"c.safetensors"}}""", "there is no such file")]
    [InlineData("""{"weight_map":{"z":"a.safetensors"}}""", "which does not have it")]
    [InlineData("""{"weight_map":{"x":1}}""", "should have the name of a file")]
    [InlineData("""{"weight_map":{"x":"a.safetensors","x":"a.safetensors"}}""", "not valid JSON")]
    [InlineData("""{"weight_map":[]}""", "'weight_map'")]
    [InlineData("[]", "'weight_map'")]
    [InlineData("""{"weight_map":{"x":"\udc00"}}""", "not valid Unicode")]
    [InlineData("", "not valid JSON")]
    public void EveryFaultOfAnIndexIsNamed(string json, string message)
    {
        Shard("a.safetensors", "x");
        Index(json);
        SafetensorsException wrong = Assert.Throws<SafetensorsException>(() => SafetensorsModel.Open(_folder.Path));
        Assert.Contains(message, wrong.Message);
        Assert.EndsWith("index.json", wrong.File);
    }

    [Fact]
    public void DamagedIndexesAreRefusedOrReadNeverAnythingElse()
    {
        Shard("a.safetensors", "x", "yy");
        const string Whole =
            """{"metadata":{"total_size":8},"weight_map":{"x":"a.safetensors","yy":"a.safetensors"}}""";
        Random random = new(5);
        int refused = 0;
        for (int round = 0; round < 500; round++)
        {
            char[] text = Whole.ToCharArray();
            text[random.Next(text.Length)] = (char)random.Next(1, 128);
            Index(new string(text));
            try
            {
                SafetensorsModel.Open(_folder.Path).Dispose();
            }
            catch (SafetensorsException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 100, 499);
    }
}
