namespace Assay.Learning;

/// <summary>Precision, recall and their harmonic mean, each in [0, 1]; 0 where there is nothing to divide by.</summary>
/// <param name="Precision">The share of rows predicted to be of a class that are.</param>
/// <param name="Recall">The share of rows of a class that are predicted to be.</param>
/// <param name="F1">2 precision x recall / (precision + recall), or the mean of that over classes.</param>
public readonly record struct PrecisionRecall(double Precision, double Recall, double F1);
