using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Collects what a training run needs in order to go on: given by <see cref="TrainingCheckpoints.Save"/>.</summary>
public sealed class TrainingCheckpointWriter
{
    internal SafetensorsWriter File { get; } = new();

    internal TrainingCheckpointWriter() { }

    /// <summary>Adds a parameter.</summary>
    /// <param name="name">The name, unique among the parameters.</param>
    /// <param name="shape">The dimensions, outermost first.</param>
    /// <param name="values">The values, row-major; fetched twice, for the checksum and for the file.</param>
    public void AddParameter(string name, ReadOnlySpan<long> shape, ValueSource<float> values) =>
        File.Add(TrainingCheckpoint.Parameters + name, shape, values);

    /// <summary>Adds a state: moments of the optimiser, sums of an average, the place in the data.</summary>
    /// <typeparam name="T">An integer type of C#, or float or double.</typeparam>
    /// <param name="name">The name, unique among the states.</param>
    /// <param name="shape">The dimensions, outermost first; none for a single number.</param>
    /// <param name="values">The values, row-major; fetched twice, for the checksum and for the file.</param>
    public void AddState<T>(string name, ReadOnlySpan<long> shape, ValueSource<T> values)
        where T : unmanaged => File.Add(TrainingCheckpoint.States + name, shape, values);

    /// <summary>Adds a random stream as it stands now.</summary>
    public void AddRandom(string name, RandomStream stream)
    {
        RandomState state = stream.State;
        ulong[] words = [state.Seed, state.S0, state.S1, state.S2, state.S3];
        File.Add(TrainingCheckpoint.Randoms + name, [5], () => words);
    }
}
