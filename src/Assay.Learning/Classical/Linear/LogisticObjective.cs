namespace Assay.Learning;

/// <summary>The objective of <see cref="LogisticRegression"/>, divided by the total weight so that tolerances mean the same everywhere.</summary>
/// <remarks>Parameters are the coefficients, as the design lays them out, and then one intercept an output.</remarks>
internal sealed class LogisticObjective
{
    private readonly double[]? _weights;
    private readonly double[] _coefficients,
        _coefficientGradient,
        _interceptGradient;

    public LogisticObjective(
        IDesign design,
        int[] labels,
        double[]? weights,
        int[] present,
        int outputs,
        LogisticOptions options
    )
    {
        int[] targets = new int[labels.Length];
        for (int i = 0; i < labels.Length; i++)
            targets[i] = Math.Max(0, Array.BinarySearch(present, labels[i])); // absent classes have rows of weight 0 only
        Loss = new(targets, weights, outputs);
        Design = design;
        Outputs = outputs;
        TotalWeight = weights?.Sum() ?? labels.Length;
        Penalty = 1 / options.C / TotalWeight;
        HasIntercept = options.Intercept;
        _weights = weights;
        _coefficients = new double[checked(outputs * design.Columns)];
        _coefficientGradient = new double[_coefficients.Length];
        _interceptGradient = new double[outputs];
    }

    public IDesign Design { get; }

    public LogitLoss Loss { get; }

    public int Outputs { get; }

    public double TotalWeight { get; }

    /// <summary>What is multiplied with half the squared coefficients.</summary>
    public double Penalty { get; }

    public bool HasIntercept { get; }

    public int Parameters => _coefficients.Length + Outputs;

    public double Evaluate(double[] parameters, double[] gradient)
    {
        int size = _coefficients.Length;
        parameters.AsSpan(0, size).CopyTo(_coefficients);
        double[] intercepts = parameters[size..];
        double loss = Design.Evaluate(_coefficients, intercepts, Loss, _coefficientGradient, _interceptGradient);
        for (int i = 0; i < size; i++)
            gradient[i] = _coefficientGradient[i] / TotalWeight + Penalty * _coefficients[i];
        for (int k = 0; k < Outputs; k++)
            gradient[size + k] = HasIntercept ? _interceptGradient[k] / TotalWeight : 0;
        return loss / TotalWeight + Penalty / 2 * MixedProducts.Dot(_coefficients, _coefficients);
    }

    /// <summary>
    /// The inverse root of the Hessian's diagonal where all logits are 0: halfway between trusting it, by which features of
    /// other scales come right, and not, by which rare ones (a pixel at the border) do not step too far.
    /// </summary>
    public double[] InverseDiagonal()
    {
        double spread = Outputs == 1 ? 0.25 : (1 - 1.0 / Outputs) / Outputs;
        double[] squares = Design.SquareSums(_weights);
        double[] inverse = new double[Parameters];
        for (int j = 0; j < squares.Length; j++)
        {
            double curvature = spread * squares[j] / TotalWeight + Penalty;
            for (int k = 0; k < Outputs; k++)
                inverse[Design.Place(k, Outputs, j)] = curvature > 1e-12 ? 1 / Math.Sqrt(curvature) : 1;
        }
        inverse.AsSpan(_coefficients.Length).Fill(1 / Math.Sqrt(spread));
        return inverse;
    }
}
