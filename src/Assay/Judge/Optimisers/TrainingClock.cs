using System.Diagnostics;

namespace Assay.Judge;

/// <summary>The time that a submission has taken: it stands while the submission is measured.</summary>
/// <param name="inSeconds">Whether it counts seconds, or steps.</param>
internal sealed class TrainingClock(bool inSeconds)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Time so far.</summary>
    /// <param name="steps">Steps so far.</param>
    public double Time(long steps) => inSeconds ? _watch.Elapsed.TotalSeconds : steps;

    /// <summary>Measures while the clock stands.</summary>
    public T Standing<T>(Func<T> measure)
    {
        _watch.Stop();
        try
        {
            return measure();
        }
        finally
        {
            _watch.Start();
        }
    }
}
