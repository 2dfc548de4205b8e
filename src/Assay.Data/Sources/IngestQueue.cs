using System.Buffers;
using System.Runtime.ExceptionServices;

namespace Assay.Data;

/// <summary>
/// Shares reading and parsing among threads. A thread takes a block that is waiting to be parsed, else the next unit to read;
/// one that reads a unit parses its blocks itself when enough are waiting, so memory stays bounded and nobody waits for long.
/// </summary>
/// <remarks>
/// After a failure, what comes before it in the order of the files is still finished and what comes behind is not begun, so
/// that the failure reported is the first in that order, whatever the threads did.
/// </remarks>
internal sealed class IngestQueue(int units, Work work, Action<int, IngestQueue> read, Action<IngestBlock> parse)
{
    private readonly object _lock = new();
    private readonly Queue<IngestBlock> _waiting = [];
    private readonly Dictionary<int, int> _unparsed = []; // blocks handed out and not parsed, by unit
    private readonly Dictionary<int, Action> _whenParsed = [];
    private int _nextUnit;
    private int _reading;
    private (int Unit, int Block, Exception Cause)? _failure;

    /// <summary>Reads and parses everything.</summary>
    public void Run()
    {
        work.Each(work.Threads, _ => Serve());
        if (_failure is not { } failure)
            return;
        if (failure.Cause is BadRowException bad)
            throw bad.Row.ToException();
        ExceptionDispatchInfo.Throw(failure.Cause);
    }

    /// <summary>Hands a block over; called by who reads its unit, in order.</summary>
    public void Add(IngestBlock block)
    {
        lock (_lock)
        {
            _unparsed[block.Unit] = _unparsed.GetValueOrDefault(block.Unit) + 1;
            if (_waiting.Count < work.Threads - 1)
            {
                _waiting.Enqueue(block);
                Monitor.PulseAll(_lock);
                return;
            }
        }
        Parse(block);
    }

    /// <summary>Does <paramref name="finish"/> when all blocks of a unit that was read to its end are parsed.</summary>
    public void WhenParsed(int unit, Action finish)
    {
        lock (_lock)
            if (_unparsed.GetValueOrDefault(unit) > 0)
            {
                _whenParsed.Add(unit, finish);
                return;
            }
        if (!IsBehindFailure(unit, int.MaxValue))
            finish();
    }

    private void Serve()
    {
        while (true)
        {
            work.Cancellation.ThrowIfCancellationRequested();
            IngestBlock? block = null;
            int unit = -1;
            lock (_lock)
            {
                if (!_waiting.TryDequeue(out block))
                {
                    if (_nextUnit < units)
                    {
                        unit = _nextUnit++;
                        _reading++;
                    }
                    else if (_reading == 0)
                        return;
                    else
                        Monitor.Wait(_lock, 100);
                }
            }
            if (block is not null)
                Parse(block);
            else if (unit >= 0)
                Read(unit);
        }
    }

    private void Read(int unit)
    {
        try
        {
            if (!IsBehindFailure(unit, 0))
                read(unit, this);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Fail(unit, int.MaxValue, failure);
        }
        finally
        {
            lock (_lock)
            {
                _reading--;
                Monitor.PulseAll(_lock);
            }
        }
    }

    private void Parse(IngestBlock block)
    {
        Action? finish = null;
        try
        {
            if (!IsBehindFailure(block.Unit, block.Index))
                parse(block);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Fail(block.Unit, block.Index, failure);
        }
        finally
        {
            foreach (Segment segment in block.Segments)
                if (segment.Block.Buffer.Length > 0)
                    ArrayPool<byte>.Shared.Return(segment.Block.Buffer);
            lock (_lock)
                if (--_unparsed[block.Unit] == 0)
                    _whenParsed.Remove(block.Unit, out finish);
        }
        if (finish is not null && !IsBehindFailure(block.Unit, int.MaxValue))
            finish();
    }

    private void Fail(int unit, int block, Exception cause)
    {
        lock (_lock)
            if (_failure is not { } known || (unit, block).CompareTo((known.Unit, known.Block)) < 0)
                _failure = (unit, block, cause);
    }

    /// <summary>True if something before this block has failed, so that there is no use in going on to it.</summary>
    public bool IsBehindFailure(int unit, int block)
    {
        lock (_lock)
            return _failure is { } known && (unit, block).CompareTo((known.Unit, known.Block)) >= 0;
    }
}

/// <summary>Rows to be made into one table.</summary>
/// <param name="Unit">The unit that they belong to.</param>
/// <param name="Index">Which block of the unit this is.</param>
/// <param name="Segments">The rows, by file.</param>
/// <param name="Bytes">What progress gains when the block is done.</param>
internal sealed record IngestBlock(int Unit, int Index, List<Segment> Segments, long Bytes);
