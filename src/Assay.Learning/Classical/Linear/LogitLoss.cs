namespace Assay.Learning;

/// <summary>The log loss of rows as a function of their logits: logistic for one output, softmax for more.</summary>
/// <param name="targets">The output that is right; with one output 0 or 1.</param>
/// <param name="weights">Weights of the rows, or null.</param>
/// <param name="outputs">Number of outputs.</param>
internal sealed class LogitLoss(int[] targets, double[]? weights, int outputs)
{
    public int Outputs => outputs;

    public int[] Targets => targets;

    public double Weight(int row) => weights is null ? 1 : weights[row];

    /// <summary>Replaces the logits of the rows from <paramref name="first"/> on by the derivatives of the loss, and returns the loss.</summary>
    public double Differentiate(int first, Span<double> logits)
    {
        double loss = 0;
        if (outputs == 1)
        {
            for (int i = 0; i < logits.Length; i++)
            {
                double z = logits[i],
                    weight = Weight(first + i);
                int target = targets[first + i];
                loss += weight * Logistic.Softplus(target == 1 ? -z : z);
                // p - 1 as -(1 - p), so that nothing is lost where p is near 1.
                logits[i] = weight * (target == 1 ? -Logistic.Sigmoid(-z) : Logistic.Sigmoid(z));
            }
            return loss;
        }
        for (int start = 0, row = first; start < logits.Length; start += outputs, row++)
        {
            Span<double> z = logits.Slice(start, outputs);
            double weight = Weight(row),
                largest = double.NegativeInfinity,
                sum = 0;
            int target = targets[row];
            foreach (double logit in z)
                largest = Math.Max(largest, logit);
            double right = z[target] - largest;
            foreach (ref double logit in z)
                sum += logit = Math.Exp(logit - largest);
            loss += weight * (Math.Log(sum) - right);
            double wrong = 0;
            for (int k = 0; k < outputs; k++)
            {
                z[k] *= weight / sum;
                wrong += k == target ? 0 : z[k];
            }
            z[target] = -wrong;
        }
        return loss;
    }
}
