using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>The code of docs/checkpoints.md, compiled.</summary>
internal static class CheckpointsPage
{
    public static (float[], long[]) Tensors(float[] weight)
    {
        // csharpier-ignore-start
        SafetensorsWriter writer = new();
        writer.AddMetadata("format", "pt");
        writer.Add("weight", [2, 3], () => weight);                            // float[], or any span: fetched when written
        writer.AddFloats("small", [2, 3], () => weight, SafetensorsType.BF16); // rounded to nearest, ties to even
        writer.Write("model.safetensors");

        using SafetensorsFile file = SafetensorsFile.Open("model.safetensors");
        float[] values = file.ReadFloats("small");       // F16, BF16, F32, F64 as float32
        long[] numbers = file.Read<long>("positions");   // as it is
        // csharpier-ignore-end

        return (values, numbers);
    }

    public static void Folder(Dictionary<string, float[]> place)
    {
        // csharpier-ignore-start
        using TransformerFiles files = TransformerFiles.Open("SmolLM2-135M");
        TransformerConfig config = files.Config;
        foreach (TransformerParameter parameter in files.Parameters)
            files.Read(parameter.Name, place[parameter.Name]);                 // a Span<float> of parameter.Count

        TransformerFiles.Save("out", config, name => place[name]);             // config.json and model.safetensors
        // csharpier-ignore-end
    }

    public static (long, RandomStream) Run(
        long step,
        string optionsAsJson,
        float[] weight,
        float[] moment,
        RandomStream orderStream
    )
    {
        // csharpier-ignore-start
        TrainingCheckpoints checkpoints = new("run/checkpoints", keep: 2);
        checkpoints.Save(step, optionsAsJson, writer =>
        {
            writer.AddParameter("weight", [2, 3], () => weight);
            writer.AddState("adam.m/weight", [2, 3], () => moment);            // any number type
            writer.AddRandom("order", orderStream);
        });

        using TrainingCheckpoint? last = checkpoints.OpenNewest(damaged => Console.Error.WriteLine(damaged.Message));
        if (last is not null)
        {
            last.ReadParameter("weight", [2, 3], weight);
            last.ReadState("adam.m/weight", [2, 3], moment.AsSpan());
            orderStream = last.ReadRandom("order");
            step = last.Step;
        }
        // csharpier-ignore-end

        return (step, orderStream);
    }
}
