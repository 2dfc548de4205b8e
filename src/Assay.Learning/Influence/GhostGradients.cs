namespace Assay.Learning;

/// <summary>
/// The gradients of every sample of a batch, not made but known by what they are made of: lengths and products of them are
/// computed from the inputs and output gradients of layers ("ghost" products).
/// </summary>
/// <remarks>
/// <para>One backward pass serves all samples. For linear layers (attention's projections and LoRA among them), embeddings and
/// norms nothing more is needed; the gradient of a parameter that is used in another way (a convolution, a learned prefix) is made,
/// by one backward pass over the batch for every sample: then use small batches.</para>
/// <para>Samples must not mix (no batch norm), and in every layer the rows of a sample must lie together, sample after sample,
/// equally many for each: [samples, .., width]. A sample may be a sequence; its gradient is the sum over its tokens.</para>
/// <para>Memory: what was kept shares the storage of the graph, rows x (in + out) floats for every linear layer, about as much
/// as the activations, until it is disposed; products take 32 MiB at a time beyond that.</para>
/// <code>
/// Tensor losses = Functional.CrossEntropyRows(model.Forward(tokens, batch), targets).Reshape(batch, -1);
/// using GhostGradients gradients = GhostGradients.Of(model.TrainableParameters(), losses);
/// double[] scores = gradients.Products(validationGradient);   // one number a sequence
/// </code>
/// </remarks>
public sealed class GhostGradients : IDisposable
{
    private readonly SampleBlock[] _blocks;

    private GhostGradients(SampleBlock[] blocks, int samples)
    {
        _blocks = blocks;
        Samples = samples;
        Length = checked((int)blocks.Sum(block => (long)block.Length));
    }

    /// <summary>Number of samples.</summary>
    public int Samples { get; }

    /// <summary>Elements of a sample's gradient: those of all parameters, one after the other.</summary>
    public int Length { get; }

    internal ReadOnlySpan<SampleBlock> Blocks => _blocks;

    /// <summary>Runs the backward pass. Gradients that parameters have (<see cref="Tensor.Grad"/>) stay as they are.</summary>
    /// <param name="parameters">What to differentiate for, none twice: the order is that of a gradient's elements.</param>
    /// <param name="losses">[samples, ..]: a sample's loss is the sum of its entries. Its graph must still be there.</param>
    /// <exception cref="ArgumentException">There is no sample, or a parameter does not require a gradient.</exception>
    /// <exception cref="InvalidOperationException">The losses were not recorded.</exception>
    public static GhostGradients Of(IEnumerable<Parameter> parameters, Tensor losses)
    {
        if (losses.Rank == 0 || losses.Length == 0)
            throw new ArgumentException(
                $"Losses are [samples, ..] with at least one sample, not {TensorShape.Text(losses.Shape)}.",
                nameof(losses)
            );
        Parameter[] all = [.. parameters];
        foreach (Parameter parameter in all)
            if (!parameter.Tensor.RequiresGrad)
                throw new ArgumentException(
                    $"The parameter '{parameter.Name}' does not require a gradient.",
                    nameof(parameters)
                );
        int samples = losses.Shape[0];
        GradientRecorder recorder = new(all, samples);
        using TensorScope scope = new();
        Tensor[] tensors = [.. all.Select(parameter => parameter.Tensor)];
        Tensor?[] rest = BackwardPass.Of(losses, tensors, Tensor.Ones(losses.Shape), false, recorder);
        // What the layers did not account for came out as an ordinary gradient.
        SampleBlock[] others = [.. recorder.Blocks.Where((_, i) => rest[i] is not null)];
        if (others.Length > 0)
            MakeOneByOne(others, losses);
        return new(recorder.Blocks, samples);
    }

    /// <summary>The squared length of every sample's gradient.</summary>
    public double[] SquaredNorms()
    {
        double[] norms = new double[Samples];
        foreach (SampleBlock block in _blocks)
            BlockProducts.AddSquaredNorms(block, norms);
        return norms;
    }

    /// <summary>The length of every sample's gradient.</summary>
    public double[] Norms() => [.. SquaredNorms().Select(Math.Sqrt)];

    /// <summary>The product of every sample's gradient with one vector, such as the gradient of a validation loss.</summary>
    /// <param name="vector"><see cref="Length"/> floats, in the order of the parameters.</param>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public double[] Products(ReadOnlySpan<float> vector)
    {
        if (vector.Length != Length)
            throw new ArgumentException($"A gradient is {Length} numbers, and the vector has {vector.Length}.");
        double[] products = new double[Samples];
        int at = 0;
        foreach (SampleBlock block in _blocks)
        {
            block.AddProducts(vector.Slice(at, block.Length), products);
            at += block.Length;
        }
        return products;
    }

    /// <summary>The products of every sample's gradient with every one of another batch, or of the same.</summary>
    /// <param name="other">Of parameters of the same shapes in the same order, perhaps at another point of training.</param>
    /// <returns>[samples, samples of the other].</returns>
    /// <exception cref="ArgumentException">The parameters have other shapes.</exception>
    public Matrix Products(GhostGradients other)
    {
        CheckSameShapes(other);
        double[] products = new double[checked(Samples * other.Samples)];
        for (int i = 0; i < _blocks.Length; i++)
            BlockProducts.AddProducts(_blocks[i], other._blocks[i], products);
        return new([.. products.Select(product => (float)product)], other.Samples);
    }

    /// <summary>Makes the gradients.</summary>
    /// <returns>[samples, <see cref="Length"/>]: a row for each sample.</returns>
    /// <exception cref="OverflowException">They are more than 2^31 numbers.</exception>
    public Matrix Make()
    {
        float[] values = GC.AllocateUninitializedArray<float>(checked(Samples * Length));
        int at = 0;
        foreach (SampleBlock block in _blocks)
        {
            if (block.Length > 0)
                block.Make(0, block.Rows, values.AsSpan(at), Length);
            at += block.Length;
        }
        return new(values, Length);
    }

    /// <summary>Gives back what was kept.</summary>
    public void Dispose()
    {
        foreach (SampleBlock block in _blocks)
            block.Dispose();
    }

    private void CheckSameShapes(GhostGradients other)
    {
        if (other._blocks.Length != _blocks.Length)
            throw new ArgumentException(
                $"One batch has gradients of {_blocks.Length} parameters, the other of {other._blocks.Length}.",
                nameof(other)
            );
        for (int i = 0; i < _blocks.Length; i++)
        {
            Parameter mine = _blocks[i].Parameter,
                theirs = other._blocks[i].Parameter;
            if (!mine.Tensor.Shape.SequenceEqual(theirs.Tensor.Shape))
                throw new ArgumentException(
                    $"The parameter '{mine.Name}' is {TensorShape.Text(mine.Tensor.Shape)}, and '{theirs.Name}' of the other batch is {TensorShape.Text(theirs.Tensor.Shape)}.",
                    nameof(other)
                );
        }
    }

    private static void MakeOneByOne(SampleBlock[] blocks, Tensor losses)
    {
        Tensor[] parameters = [.. blocks.Select(block => block.Parameter.Tensor)],
            made = [.. blocks.Select(block => block.NewDense())];
        int samples = losses.Shape[0],
            entries = losses.Length / samples;
        for (int sample = 0; sample < samples; sample++)
        {
            using TensorScope scope = new();
            Tensor seed = Tensor.Zeros(losses.Shape);
            seed.Data.Slice(sample * entries, entries).Fill(1);
            Tensor[] gradients = Tensor.Gradients(losses, parameters, seed);
            for (int i = 0; i < blocks.Length; i++)
                gradients[i].Data.CopyTo(made[i].Data[(sample * blocks[i].Length)..]);
        }
        for (int i = 0; i < blocks.Length; i++)
            blocks[i].Replace(made[i]);
    }
}
