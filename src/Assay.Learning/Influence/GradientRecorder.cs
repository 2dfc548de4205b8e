namespace Assay.Learning;

/// <summary>Keeps, of one backward pass, what the gradients of single samples are made of.</summary>
/// <remarks>
/// A layer whose rows are not a whole number for each sample is left to the pass: its parameters then get an ordinary
/// gradient, by which the caller sees that they need another way.
/// </remarks>
internal sealed class GradientRecorder : IGradientObserver
{
    private readonly int _samples;
    private readonly SampleBlock[] _blocks;
    private readonly Dictionary<Tensor, SampleBlock> _ofTensor = [];

    public GradientRecorder(IReadOnlyList<Parameter> parameters, int samples)
    {
        _samples = samples;
        _blocks = [.. parameters.Select(parameter => new SampleBlock(parameter, samples))];
        foreach (SampleBlock block in _blocks)
            if (!_ofTensor.TryAdd(block.Parameter.Tensor, block))
                throw new ArgumentException(
                    $"The parameter '{block.Parameter.Name}' stands twice among the parameters.",
                    nameof(parameters)
                );
    }

    /// <summary>One for each parameter, in order.</summary>
    public SampleBlock[] Blocks => _blocks;

    public bool Linear(Tensor weight, Tensor? bias, Tensor input, Tensor outputGradient)
    {
        SampleBlock? ofWeight = _ofTensor.GetValueOrDefault(weight),
            ofBias = bias is null ? null : _ofTensor.GetValueOrDefault(bias);
        int rows = outputGradient.Length / Math.Max(1, weight.Shape[0]);
        if ((ofWeight is null && ofBias is null) || rows % _samples != 0)
            return true;
        ofWeight?.Outer.Add(new(Kept(outputGradient), Kept(input), rows / _samples));
        if (ofBias is not null)
        {
            ofWeight?.BiasUses.Add(ofBias);
            AddRowSums(ofBias, outputGradient);
        }
        return false;
    }

    public bool Embedding(Tensor table, ReadOnlyMemory<int> rows, Tensor outputGradient)
    {
        if (!_ofTensor.TryGetValue(table, out SampleBlock? block) || rows.Length % _samples != 0)
            return true;
        block.Tables.Add(TableRows.Of(rows.Span, outputGradient.Data, block.Columns, _samples));
        return false;
    }

    public bool Norm(Tensor gain, Tensor? bias, Tensor normalised, Tensor outputGradient)
    {
        SampleBlock? ofGain = _ofTensor.GetValueOrDefault(gain),
            ofBias = bias is null ? null : _ofTensor.GetValueOrDefault(bias);
        int rows = outputGradient.Length / gain.Length;
        if ((ofGain is null && ofBias is null) || rows % _samples != 0)
            return true;
        if (ofGain is not null)
        {
            using Tensor product = normalised * outputGradient;
            AddRowSums(ofGain, product);
        }
        if (ofBias is not null)
            AddRowSums(ofBias, outputGradient);
        return false;
    }

    private void AddRowSums(SampleBlock block, Tensor rows)
    {
        bool first = block.Dense is null;
        block.Contributions++;
        Tensor sums = block.Dense ??= block.NewDense();
        SumKernel.Run(
            rows.Data,
            _samples,
            rows.Length / block.Length / _samples,
            block.Length,
            sums.Data,
            accumulate: !first
        );
    }

    // The storage is shared, not copied: nothing writes over storage that somebody else shows.
    private static Tensor Kept(Tensor tensor)
    {
        Tensor view = tensor.Detach();
        view.Scope = null;
        return view;
    }
}
