using Microsoft.Data.Sqlite;

namespace Assay.Data;

/// <summary>
/// What Assay remembers between runs, in one folder: <c>assay.db</c> (SQLite, write-ahead log) for runs, steps, lineage
/// and measurements, <c>objects/</c> for content-addressed files, <c>work/</c> for the pieces of steps under way.
/// </summary>
/// <remarks>One process writes at a time; a lock file says who. It may be killed at any point: a step is recorded only after
/// its objects are on disk, so the next run finds either all of it or its finished pieces. Safe to use from several threads.</remarks>
public sealed class Store : IDisposable
{
    private const int Format = 1;
    private readonly SqliteConnection _database;
    private readonly Lock _gate = new(); // a connection belongs to one thread at a time
    private readonly FileStream? _lock;

    private Store(string folder, SqliteConnection database, FileStream? held)
    {
        Folder = folder;
        _database = database;
        _lock = held;
        Objects = new(Path.Combine(folder, "objects"));
    }

    /// <summary>The store's folder.</summary>
    public string Folder { get; }

    /// <summary>The content-addressed files.</summary>
    public Objects Objects { get; }

    /// <summary>Opens the store in <paramref name="folder"/>, making it if need be, and locks it for writing.</summary>
    /// <exception cref="AssayException">Another process has it, the disk is full, or it is not a store of this version.</exception>
    public static Store Open(string folder)
    {
        FileStream? held = null;
        try
        {
            Directory.CreateDirectory(folder);
            string ignore = Path.Combine(folder, ".gitignore");
            if (!File.Exists(ignore))
                File.WriteAllText(ignore, "*\n");
            held = new(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            Store store = new(folder, Connect(folder, SqliteOpenMode.ReadWriteCreate), held);
            // We hold the lock, so whatever says that it is running was killed.
            store.Execute("UPDATE runs SET status = 'killed' WHERE status = 'running'");
            return store;
        }
        catch (IOException failure)
        {
            held?.Dispose();
            if (held is null && File.Exists(Path.Combine(folder, "lock")))
                throw new AssayException(
                    "another assay is running in this store",
                    new(folder),
                    "Wait for it, or give this run a store of its own with --store DIR.",
                    failure
                );
            throw new AssayException($"cannot open the store: {failure.Message}", new(folder), null, failure);
        }
        catch (UnauthorizedAccessException failure)
        {
            held?.Dispose();
            throw new AssayException(
                $"cannot open the store: {failure.Message}",
                new(folder),
                "Choose another folder with --store DIR.",
                failure
            );
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>Opens an existing store for looking only; works while another process writes.</summary>
    /// <exception cref="AssayException">There is no store.</exception>
    public static Store OpenToRead(string folder) =>
        File.Exists(Path.Combine(folder, "assay.db"))
            ? new(folder, Connect(folder, SqliteOpenMode.ReadWrite), null)
            : throw new AssayException(
                "there is no store here",
                new(folder),
                "Run a recipe first (assay run recipe.yaml), or say where the store is with --store DIR."
            );

    /// <summary>The folder for pieces of the step <paramref name="key"/>.</summary>
    public Pieces PiecesOf(string key) => new(Path.Combine(Folder, "work", key));

    /// <summary>Deletes what the finished step <paramref name="key"/> left in its folder.</summary>
    public void Sweep(string key)
    {
        string folder = Path.Combine(Folder, "work", key);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>The remembered hash of a file, if its size and time of change are still the same.</summary>
    public string? FileHash(string path, long size, long modifiedTicks) =>
        Scalar(
            "SELECT hash FROM files WHERE path = $1 AND size = $2 AND modified = $3",
            Path.GetFullPath(path),
            size,
            modifiedTicks
        ) as string;

    /// <summary>Remembers the hashes of files.</summary>
    public void RememberFiles(IEnumerable<(string Path, long Size, long ModifiedTicks, string Hash)> files) =>
        Together(() =>
        {
            foreach ((string path, long size, long modified, string hash) in files)
                Execute(
                    "INSERT OR REPLACE INTO files (path, size, modified, hash) VALUES ($1, $2, $3, $4)",
                    Path.GetFullPath(path),
                    size,
                    modified,
                    hash
                );
        });

    /// <summary>The finished step of that key, or null.</summary>
    public StoredStep? FindStep(string key) =>
        Query(
                "SELECT key, method, options, inputs, outputs, seconds, rows_in, bytes_in FROM steps WHERE key = $1",
                row => new StoredStep(
                    row.GetString(0),
                    row.GetString(1),
                    row.GetString(2),
                    row.GetString(3),
                    row.GetString(4),
                    row.GetDouble(5),
                    row.GetInt64(6),
                    row.GetInt64(7)
                ),
                key
            )
            .FirstOrDefault();

    /// <summary>Records a finished step. Its objects must be on disk already.</summary>
    public void SaveStep(StoredStep step) =>
        Execute(
            "INSERT OR REPLACE INTO steps (key, method, options, inputs, outputs, seconds, rows_in, bytes_in, finished) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            step.Key,
            step.Method,
            step.Options,
            step.Inputs,
            step.Outputs,
            step.Seconds,
            step.RowsIn,
            step.BytesIn,
            Now()
        );

    /// <summary>Median seconds per input byte of the finished steps of a method, or null if it never ran here.</summary>
    public double? SecondsPerByte(string method)
    {
        List<double> rates = Query(
            "SELECT seconds / bytes_in FROM steps WHERE method = $1 AND bytes_in > 0 ORDER BY 1",
            row => row.GetDouble(0),
            method
        );
        return rates.Count == 0 ? null : rates[rates.Count / 2];
    }

    /// <summary>Records that a run has begun.</summary>
    public void BeginRun(string id, string recipePath, string recipeText) =>
        Execute(
            "INSERT INTO runs (id, recipe_path, recipe, started, status) VALUES ($1, $2, $3, $4, 'running')",
            id,
            recipePath,
            recipeText,
            Now()
        );

    /// <summary>Records that a run uses a step: its lineage.</summary>
    /// <param name="run">The run.</param>
    /// <param name="order">Place in the run, from 0.</param>
    /// <param name="candidate">The candidate the step belongs to; empty for shared steps.</param>
    /// <param name="key">The step.</param>
    public void AddLineage(string run, int order, string candidate, string key) =>
        Execute(
            "INSERT OR REPLACE INTO lineage (run, place, candidate, step) VALUES ($1, $2, $3, $4)",
            run,
            order,
            candidate,
            key
        );

    /// <summary>Records a measurement of a run.</summary>
    public void AddMeasurement(string run, string candidate, string metric, double mean, double low, double high) =>
        Execute(
            "INSERT OR REPLACE INTO measurements (run, candidate, metric, mean, low, high) VALUES ($1, $2, $3, $4, $5, $6)",
            run,
            candidate,
            metric,
            mean,
            low,
            high
        );

    /// <summary>Records how a run ended.</summary>
    /// <param name="id">The run.</param>
    /// <param name="status"><c>done</c>, <c>failed</c> or <c>cancelled</c>.</param>
    /// <param name="report">The object that holds the run's report, or null.</param>
    public void EndRun(string id, string status, string? report) =>
        Execute("UPDATE runs SET status = $2, ended = $3, report = $4 WHERE id = $1", id, status, Now(), report);

    /// <summary>The runs, the newest first.</summary>
    public List<StoredRun> Runs() =>
        Query(
            "SELECT id, recipe_path, started, ended, status, report FROM runs ORDER BY started DESC, id DESC",
            row => new StoredRun(
                row.GetString(0),
                row.GetString(1),
                DateTimeOffset.Parse(row.GetString(2)),
                row.IsDBNull(3) ? null : DateTimeOffset.Parse(row.GetString(3)),
                row.GetString(4),
                row.IsDBNull(5) ? null : row.GetString(5)
            )
        );

    /// <summary>The steps of a run, in order.</summary>
    public List<(string Candidate, string Step)> Lineage(string run) =>
        Query(
            "SELECT candidate, step FROM lineage WHERE run = $1 ORDER BY place",
            row => (row.GetString(0), row.GetString(1)),
            run
        );

    /// <inheritdoc/>
    public void Dispose()
    {
        _database.Dispose();
        _lock?.Dispose();
    }

    private static SqliteConnection Connect(string folder, SqliteOpenMode mode)
    {
        string path = Path.Combine(folder, "assay.db");
        SqliteConnection database = new(
            new SqliteConnectionStringBuilder
            {
                DataSource = path,
                Mode = mode,
                Pooling = false,
            }.ToString()
        );
        try
        {
            database.Open();
            using SqliteCommand command = database.CreateCommand();
            command.CommandText =
                "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA user_version;";
            using (SqliteDataReader reader = command.ExecuteReader())
            {
                reader.NextResult();
                reader.NextResult();
                reader.Read();
                long version = reader.GetInt64(0);
                if (version is not (0 or Format))
                    throw new AssayException(
                        $"the store has format {version}; this version of assay reads format {Format}",
                        new(path),
                        "Use the version of assay that made it, or another folder with --store DIR."
                    );
            }
            command.CommandText = Tables;
            command.ExecuteNonQuery();
            return database;
        }
        catch (Exception failure)
        {
            database.Dispose();
            throw failure is SqliteException sqlite ? Explain(sqlite, path) : failure;
        }
    }

    private static string Now() => DateTimeOffset.UtcNow.ToString("O");

    private const string Tables = """
        CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, size INTEGER, modified INTEGER, hash TEXT) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS steps (key TEXT PRIMARY KEY, method TEXT, options TEXT, inputs TEXT, outputs TEXT,
            seconds REAL, rows_in INTEGER, bytes_in INTEGER, finished TEXT) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, recipe_path TEXT, recipe TEXT, started TEXT, ended TEXT,
            status TEXT, report TEXT) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS lineage (run TEXT, place INTEGER, candidate TEXT, step TEXT, PRIMARY KEY (run, place)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS measurements (run TEXT, candidate TEXT, metric TEXT, mean REAL, low REAL, high REAL,
            PRIMARY KEY (run, candidate, metric)) WITHOUT ROWID;
        PRAGMA user_version = 1;
        """;

    private void Together(Action action)
    {
        using SqliteTransaction transaction = _database.BeginTransaction();
        action();
        Guard(() =>
        {
            transaction.Commit();
            return 0;
        });
    }

    private void Execute(string sql, params object?[] values) =>
        Guard(() =>
        {
            using SqliteCommand command = Prepare(sql, values);
            return command.ExecuteNonQuery();
        });

    private object? Scalar(string sql, params object?[] values) =>
        Guard(() =>
        {
            using SqliteCommand command = Prepare(sql, values);
            return command.ExecuteScalar();
        });

    private List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params object?[] values) =>
        Guard(() =>
        {
            using SqliteCommand command = Prepare(sql, values);
            using SqliteDataReader reader = command.ExecuteReader();
            List<T> rows = [];
            while (reader.Read())
                rows.Add(read(reader));
            return rows;
        });

    private SqliteCommand Prepare(string sql, object?[] values)
    {
        SqliteCommand command = _database.CreateCommand();
        command.CommandText = sql;
        for (int i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue("$" + (i + 1), values[i] ?? DBNull.Value);
        return command;
    }

    private T Guard<T>(Func<T> action)
    {
        try
        {
            lock (_gate)
                return action();
        }
        catch (SqliteException failure)
        {
            throw Explain(failure, Path.Combine(Folder, "assay.db"));
        }
    }

    private static AssayException Explain(SqliteException failure, string path) =>
        failure.SqliteErrorCode switch
        {
            13 or 10 => new(
                $"cannot write to the store: {failure.Message}",
                new(path),
                "Free some space and run the same command again; it goes on from here.",
                failure
            ),
            11 or 26 => new(
                "the store's database is damaged",
                new(path),
                "Delete the store and run again; exported data are not touched.",
                failure
            ),
            _ => new($"the store's database failed: {failure.Message}", new(path), null, failure),
        };
}

/// <summary>A finished step.</summary>
/// <param name="Key">Hash of the method, its options and its inputs.</param>
/// <param name="Method">The method's name.</param>
/// <param name="Options">Its options as canonical JSON.</param>
/// <param name="Inputs">Keys of the steps it builds on, as a JSON array.</param>
/// <param name="Outputs">Hashes of the objects it made, as JSON.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="RowsIn">Rows in view.</param>
/// <param name="BytesIn">Bytes of the dataset underneath.</param>
public sealed record StoredStep(
    string Key,
    string Method,
    string Options,
    string Inputs,
    string Outputs,
    double Seconds,
    long RowsIn,
    long BytesIn
);

/// <summary>A run.</summary>
/// <param name="Id">Its id.</param>
/// <param name="RecipePath">The recipe.</param>
/// <param name="Started">When it started.</param>
/// <param name="Ended">When it ended; null if it is running or was killed.</param>
/// <param name="Status"><c>running</c>, <c>done</c>, <c>failed</c>, <c>cancelled</c>.</param>
/// <param name="Report">The object that holds its report, or null.</param>
public sealed record StoredRun(
    string Id,
    string RecipePath,
    DateTimeOffset Started,
    DateTimeOffset? Ended,
    string Status,
    string? Report
);
