namespace Assay.Learning;

/// <summary>How the log-probability of a rationale counts in a loss.</summary>
public enum RationaleForm
{
    /// <summary>-weight x log-probability: the paper's.</summary>
    Linear,

    /// <summary>-ln sigmoid(weight x log-probability): that of the paper's code, whose slope lies between half of the weight and all of it.</summary>
    LogSigmoid,
}

/// <summary>The term of a preference loss that learns to explain the preference.</summary>
/// <remarks>
/// Source: "Data-Centric Human Preference with Rationales for Direct Preference Alignment", arXiv 2407.14477. The probability of a preference and of its
/// rationale is that of the preference times that of the rationale given the prompt and both answers; the policy itself gives the second. No reference stands in it. Paper and code differ in
/// its form.
/// </remarks>
public static class RationaleTerm
{
    /// <summary>The term of a row and its derivative by the log-probability.</summary>
    /// <param name="form">Which form.</param>
    /// <param name="weight">Gamma, at least 0.</param>
    /// <param name="logProbability">ln of the rationale's probability under the policy, summed over its tokens or their mean; finite, at most 0.</param>
    public static (double Loss, double Slope) Of(RationaleForm form, double weight, double logProbability)
    {
        if (!(weight >= 0) || !double.IsFinite(weight))
            throw new ArgumentOutOfRangeException(nameof(weight), weight, "A weight is finite and at least 0.");
        if (!double.IsFinite(logProbability))
            throw new ArgumentException($"The log-probability of a rationale is {logProbability}.");
        double scaled = weight * logProbability;
        return form == RationaleForm.Linear
            ? (-scaled, -weight)
            : (-Logistic.LogSigmoid(scaled), -weight * Logistic.Sigmoid(-scaled));
    }

    /// <summary>The mean of the terms of rows as one number with its gradient.</summary>
    /// <param name="form">Which form.</param>
    /// <param name="weight">Gamma.</param>
    /// <param name="logProbabilities">[n]: with their graph.</param>
    /// <param name="rows">Rows that the mean is over, at least n: those without a rationale add 0.</param>
    /// <returns>[].</returns>
    public static Tensor MeanOf(RationaleForm form, double weight, Tensor logProbabilities, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, logProbabilities.Length);
        float[] slopes = new float[logProbabilities.Length];
        double sum = 0;
        for (int i = 0; i < slopes.Length; i++)
        {
            (double loss, double slope) = Of(form, weight, logProbabilities.Data[i]);
            sum += loss / rows;
            slopes[i] = (float)(slope / rows);
        }
        Tensor along = (logProbabilities * Tensor.Of(slopes, slopes.Length)).Sum();
        return along + (float)(sum - along.Item());
    }
}
