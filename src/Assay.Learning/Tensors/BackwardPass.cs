namespace Assay.Learning;

/// <summary>One walk over a graph from an output back to its inputs.</summary>
/// <remarks>
/// A rule hands over gradients with <see cref="Add"/>, or, when no graph is recorded, writes them in place where
/// <see cref="Target"/> tells it to. What a rule makes in passing is returned after it; the gradient of an intermediate result
/// is returned as soon as its rule has run.
/// </remarks>
internal sealed class BackwardPass
{
    private static int _passes;

    [ThreadStatic]
    private static List<Node>? _spareOrder,
        _spareStack;

    private readonly Dictionary<Tensor, int>? _requested;
    private readonly Tensor?[] _results;
    private TensorScope? _scope; // of the rule that runs
    private int _pass;

    private BackwardPass(
        Dictionary<Tensor, int>? requested,
        bool createGraph,
        TensorScope? scope,
        IGradientObserver? observer
    )
    {
        _requested = requested;
        _results = requested is null ? [] : new Tensor?[requested.Count];
        _scope = scope;
        CreateGraph = createGraph;
        Observer = observer;
    }

    /// <summary>True if the rules are recorded, so that the gradients have gradients.</summary>
    public bool CreateGraph { get; }

    /// <summary>Who wants to see inputs and gradients of layers, if anybody.</summary>
    public IGradientObserver? Observer { get; }

    /// <summary>Adds the gradients of all parameters to <see cref="Tensor.Grad"/>.</summary>
    public static void IntoParameters(Tensor output, Tensor? seed, bool createGraph, IGradientObserver? observer) =>
        Start(output, seed, null, createGraph, observer);

    /// <summary>The gradients of the inputs, null where the output does not depend on one, or where the observer took them all.</summary>
    public static Tensor?[] Of(
        Tensor output,
        ReadOnlySpan<Tensor> inputs,
        Tensor? seed,
        bool createGraph,
        IGradientObserver? observer = null
    )
    {
        Dictionary<Tensor, int> requested = new(inputs.Length);
        foreach (Tensor input in inputs)
            if (!requested.TryAdd(input, requested.Count))
                throw new ArgumentException("A tensor stands twice among the inputs.", nameof(inputs));
        return Start(output, seed, requested, createGraph, observer);
    }

    /// <summary>True if a gradient that was asked for depends on <paramref name="input"/>.</summary>
    public bool Wants(Tensor input) =>
        input.RequiresGrad
        && (
            _requested is null
            || (input.Node is { } node ? node.Needed || node.Requested > 0 : _requested.ContainsKey(input))
        );

    /// <summary>Adds to the gradient of <paramref name="input"/>; does nothing if nobody wants it.</summary>
    public void Add(Tensor input, Tensor gradient)
    {
        if (!Wants(input))
            return;
        if (!gradient.Shape.SequenceEqual(input.Shape))
            throw input.ShapeError("Backward", gradient, "a gradient has the shape of its tensor");
        ref Tensor? sum = ref Pending(input);
        if (sum is null)
        {
            sum = Adopt(gradient);
            input.ReturnSpareGrad();
        }
        else if (CreateGraph)
        {
            sum = sum + gradient;
        }
        else
        {
            MakeWritable(ref sum);
            Elementwise.AddTo(sum.Data, gradient.Data);
        }
    }

    /// <summary>Where a rule may write the gradient of <paramref name="input"/> itself. Only when no graph is recorded.</summary>
    /// <param name="input">One of the node's inputs, which the pass <see cref="Wants"/>.</param>
    /// <param name="accumulate">True: add to what is there. False: overwrite it, every element.</param>
    public Tensor Target(Tensor input, out bool accumulate)
    {
        ref Tensor? sum = ref Pending(input);
        accumulate = sum is not null;
        if (sum is null)
            sum = (_requested is null ? input.TakeSpareGrad() : null) ?? Fresh(input.Sizes);
        else
            MakeWritable(ref sum);
        return sum;
    }

    /// <summary>True if a rule may overwrite the gradient that it was given, because nobody reads it afterwards.</summary>
    public bool MayOverwrite(Tensor gradient) => !CreateGraph && gradient.OwnsStorage;

    /// <summary>Computes f(x) again, and runs the gradient of its result back to what it was computed from.</summary>
    public void Expand(Func<Tensor, Tensor> f, Tensor x, Tensor gradient)
    {
        TensorScope? outer = _scope;
        if (CreateGraph)
        {
            RunBack(f(x), gradient);
            return;
        }
        using TensorScope computed = new();
        Tensor y;
        using (Tensor.Recording())
            y = f(x);
        using (TensorScope rules = new())
        {
            _scope = rules;
            RunBack(y, gradient);
        }
        _scope = outer;
    }

    private void RunBack(Tensor output, Tensor gradient)
    {
        List<Node> order = [];
        Collect(output.Node!, order);
        Add(output, gradient);
        for (int i = order.Count - 1; i >= 0; i--)
            Step(order[i]);
    }

    private ref Tensor? Pending(Tensor input)
    {
        if (input.Node is { } node)
            return ref node.Gradient;
        if (_requested is not null)
            return ref _results[_requested[input]];
        return ref input.GradSlot;
    }

    private Tensor Adopt(Tensor gradient)
    {
        if (CreateGraph)
            return gradient;
        if (gradient.Scope != _scope)
            return Outside(gradient.Detach());
        gradient.Scope = null;
        return gradient;
    }

    private static void MakeWritable(ref Tensor sum)
    {
        if (sum.OwnsStorage && sum.Node is null)
            return;
        Tensor copy = Fresh(sum.Sizes);
        sum.Data.CopyTo(copy.Data);
        sum.Return();
        sum = copy;
    }

    private static Tensor Fresh(int[] shape) => Outside(Tensor.Create(shape));

    // Gradients outlive the rule that makes them, so the scope of the rule must not return them.
    private static Tensor Outside(Tensor tensor)
    {
        tensor.Scope = null;
        return tensor;
    }

    private static Tensor?[] Start(
        Tensor output,
        Tensor? seed,
        Dictionary<Tensor, int>? requested,
        bool createGraph,
        IGradientObserver? observer
    )
    {
        if (!output.RequiresGrad)
            throw new InvalidOperationException(
                "Nothing that this tensor was computed from requires a gradient (or it was computed without recording, or its scope has ended)."
            );
        if (seed is null && output.Length != 1)
            throw new InvalidOperationException(
                $"Only a single number has a gradient without a seed, and this tensor is {TensorShape.Text(output.Shape)}."
            );
        if (seed is not null && !seed.Shape.SequenceEqual(output.Shape))
            throw output.ShapeError("Backward", seed, "the seed has the shape of the output");

        if (createGraph)
        {
            BackwardPass recorded = new(requested, true, null, observer);
            recorded.Run(output, seed ?? Tensor.Ones(output.Shape));
            return recorded._results;
        }
        BackwardPass pass;
        using (Tensor.NoGrad())
        using (TensorScope scope = new())
        {
            pass = new(requested, false, scope, observer);
            pass.Run(output, seed ?? Tensor.Ones(output.Shape));
        }
        if (TensorScope.Current is { } outer)
            foreach (Tensor? result in pass._results)
                if (result is not null)
                    outer.Register(result);
        return pass._results;
    }

    private void Run(Tensor output, Tensor seed)
    {
        List<Node> order = _spareOrder ?? [];
        _spareOrder = null;
        try
        {
            MarkRequested(true);
            _pass = Interlocked.Increment(ref _passes);
            if (output.Node is { } root)
                Collect(root, order);
            Add(output, seed);
            for (int i = order.Count - 1; i >= 0; i--)
                Step(order[i]);
        }
        finally
        {
            MarkRequested(false);
            foreach (Node node in order)
                node.Gradient = null;
            order.Clear();
            _spareOrder = order;
        }
    }

    private void MarkRequested(bool on)
    {
        if (_requested is null)
            return;
        foreach ((Tensor tensor, int index) in _requested)
            if (tensor.Node is { } node)
                node.Requested = on ? index + 1 : 0;
    }

    private void Step(Node node)
    {
        Tensor? gradient = node.Gradient;
        if (gradient is null)
            return;
        node.Gradient = null;
        if (node.Requested > 0)
            _results[node.Requested - 1] = CreateGraph ? gradient : Outside(gradient.Detach());
        if (node.Needed)
            node.Backward(gradient, this);
        if (CreateGraph)
            return;
        gradient.Return();
        _scope!.Release();
    }

    /// <summary>Lists the nodes below <paramref name="root"/>, each after those of its inputs.</summary>
    private void Collect(Node root, List<Node> order)
    {
        List<Node> stack = _spareStack ?? [];
        _spareStack = null;
        Enter(root);
        while (stack.Count > 0)
        {
            Node node = stack[^1];
            if (node.Next < node.Inputs)
            {
                Tensor input = node.Input(node.Next++);
                if (input.GraphEnded)
                    throw new InvalidOperationException(
                        $"The graph goes through a tensor of {TensorShape.Text(input.Shape)} whose scope has ended: run backwards within the scope, or let the scope end later."
                    );
                if (input.Node is { } below && below.Pass != _pass)
                    Enter(below);
                continue;
            }
            stack.RemoveAt(stack.Count - 1);
            node.Needed = _requested is null;
            for (int i = 0; i < node.Inputs && !node.Needed; i++)
                node.Needed = Wants(node.Input(i));
            order.Add(node);
        }
        _spareStack = stack;

        void Enter(Node node)
        {
            node.Pass = _pass;
            node.Next = 0;
            stack.Add(node);
        }
    }
}
