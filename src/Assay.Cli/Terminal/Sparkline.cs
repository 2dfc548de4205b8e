using System.Text;

namespace Assay.Cli.Terminal;

/// <summary>A curve in one line of text.</summary>
internal static class Sparkline
{
    private const string Levels = "▁▂▃▄▅▆▇█";

    /// <summary>Means of equal stretches of <paramref name="values"/>, by their place between the least and the largest.</summary>
    public static string Of(IReadOnlyList<double> values, int width)
    {
        width = Math.Min(width, values.Count);
        double[] means = new double[width];
        for (int i = 0; i < width; i++)
        {
            int from = (int)((long)i * values.Count / width),
                to = (int)((i + 1L) * values.Count / width);
            for (int j = from; j < to; j++)
                means[i] += values[j] / (to - from);
        }
        double low = means.Min(),
            range = means.Max() - low;
        StringBuilder line = new(width);
        foreach (double mean in means)
            line.Append(Levels[range > 0 ? (int)Math.Round((mean - low) / range * (Levels.Length - 1)) : 0]);
        return line.ToString();
    }
}
