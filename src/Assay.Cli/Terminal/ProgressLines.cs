using System.Diagnostics;
using Assay.Data;
using Assay.Recipes;
using Assay.Recipes.Execution;

namespace Assay.Cli.Terminal;

/// <summary>
/// Shows how a run goes: one line per finished step, and on a terminal a last line that moves, with rate and time left.
/// Piped, it prints plain lines only.
/// </summary>
internal sealed class ProgressLines : IRunObserver, IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private readonly TextWriter _output;
    private readonly bool _terminal;
    private readonly Lock _gate = new();
    private readonly Timer? _timer;
    private readonly Stopwatch _stage = new();
    private Progress _progress;
    private string _step = "",
        _candidate = "";
    private bool _cached,
        _running;
    private string? _shownCandidate = "";

    public ProgressLines(TextWriter output, bool terminal)
    {
        _output = output;
        _terminal = terminal;
        if (terminal)
            _timer = new(_ => Redraw(), null, Tick, Tick);
    }

    public void CandidateStarted(string name) => _candidate = name;

    public void StepStarted(string method, string written, bool cached)
    {
        lock (_gate)
        {
            Finish();
            if (_candidate != _shownCandidate)
            {
                if (_candidate.Length > 0)
                    WriteLine(Bold(_candidate));
                _shownCandidate = _candidate;
            }
            _step = written.Length > 0 ? $"{method} {Dim(Cut(written, 48))}" : method;
            _cached = cached;
            _running = true;
            _progress = default;
            _stage.Restart();
            if (!_terminal && !cached)
                _output.WriteLine($"{Indent}{$"{method} {Cut(written, 60)}".TrimEnd()} ...");
        }
    }

    public void StepFinished(StepReport report)
    {
        lock (_gate)
        {
            string rows =
                report.RowsIn == report.RowsOut
                    ? $"{report.RowsOut:N0} rows"
                    : $"{report.RowsIn:N0} → {report.RowsOut:N0} rows";
            Finish(rows, report.Seconds);
        }
    }

    public void Report(Progress value)
    {
        lock (_gate)
        {
            if (value.Stage != _progress.Stage)
                _stage.Restart();
            // Reports of parallel pieces may overtake each other.
            if (
                value.Stage != _progress.Stage
                || value.Done > _progress.Done
                || value.Done == _progress.Done && value.Note is not null
            )
                _progress = value;
        }
    }

    /// <summary>The work has ended well.</summary>
    public void Complete()
    {
        lock (_gate)
            Finish();
    }

    /// <summary>What still runs then was stopped or has failed.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        lock (_gate)
            if (_running)
                WriteLine($"{Indent}✗ {_step}");
    }

    private string Indent => _candidate.Length > 0 ? "    " : "  ";

    private void Finish(string? rows = null, double? seconds = null)
    {
        if (!_running)
            return;
        _running = false;
        string time = _cached ? "stored" : $"{seconds ?? _stage.Elapsed.TotalSeconds:0.0} s";
        WriteLine($"{Indent}{Green("✓")} {_step}  {rows}{(rows is null ? "" : "  ")}{Dim(time)}");
    }

    private void Redraw()
    {
        lock (_gate)
        {
            if (!_running || _cached)
                return;
            double seconds = _stage.Elapsed.TotalSeconds;
            string line = $"{Indent}· {_step}";
            if (_progress.Total > 0)
            {
                double share = Math.Clamp((double)_progress.Done / _progress.Total, 0, 1);
                int filled = (int)(share * 20);
                line +=
                    $"  {_progress.Stage} {new string('━', filled)}{Dim(new string('━', 20 - filled))} {share, 4:P0}";
                if (seconds > 0.5 && _progress.Done > 0)
                    line +=
                        $"  {Rate(_progress.Done / seconds, _progress.Unit)}  {Left(seconds * (1 - share) / share)}";
            }
            else if (_progress.Stage is not null)
                line += $"  {_progress.Stage} {_progress.Done:N0} {_progress.Unit}";
            if (_progress.Note is { } note)
                line += $"  {Dim(note)}";
            _output.Write($"\r\u001b[2K{line}");
            _output.Flush();
        }
    }

    private void WriteLine(string line) => _output.WriteLine(_terminal ? "\r\u001b[2K" + line : line);

    private static string Rate(double perSecond, string unit) =>
        unit == "bytes" ? $"{perSecond / 1e6:0.0} MB/s" : $"{perSecond:N0} {unit}/s";

    private static string Left(double seconds) =>
        seconds < 90 ? $"{seconds:0} s left"
        : seconds < 5400 ? $"{seconds / 60:0} min left"
        : $"{seconds / 3600:0.0} h left";

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";

    private string Dim(string text) => Style(2, text);

    private string Bold(string text) => Style(1, text);

    private string Green(string text) => Style(32, text);

    private string Style(int code, string text) =>
        _terminal && Environment.GetEnvironmentVariable("NO_COLOR") is null ? $"\u001b[{code}m{text}\u001b[0m" : text;
}
