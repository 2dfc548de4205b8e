using Assay.Data;

namespace Assay.Tests;

public sealed class StoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-store-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static StoredStep Step(string key) => new(key, "select/dedup", "{}", "[]", "{\"x\":1}", 1.5, 10, 300);

    [Fact]
    public void Steps_survive_closing()
    {
        using (Store store = Store.Open(_folder))
        {
            Assert.Null(store.FindStep("k"));
            store.SaveStep(Step("k"));
        }
        using Store again = Store.Open(_folder);
        Assert.Equal(Step("k"), again.FindStep("k"));
        Assert.Equal(1.5 / 300, again.SecondsPerByte("select/dedup"));
        Assert.Null(again.SecondsPerByte("select/random"));
    }

    [Fact]
    public void Many_threads_may_ask_at_once()
    {
        using Store store = Store.Open(_folder);
        store.RememberFiles(Enumerable.Range(0, 500).Select(i => ($"f{i}", (long)i, 7L, $"hash {i}")));
        Parallel.For(
            0,
            5000,
            new() { MaxDegreeOfParallelism = 8 },
            i => Assert.Equal($"hash {i % 500}", store.FileHash($"f{i % 500}", i % 500, 7))
        );
    }

    [Fact]
    public void A_second_writer_is_refused_and_a_reader_is_not()
    {
        using Store store = Store.Open(_folder);
        AssayException failure = Assert.Throws<AssayException>(() => Store.Open(_folder));
        Assert.Contains("another assay", failure.Message);
        Assert.Contains("--store", failure.Hint);
        using Store reader = Store.OpenToRead(_folder);
        Assert.Empty(reader.Runs());
    }

    [Fact]
    public void A_run_left_running_was_killed()
    {
        using (Store store = Store.Open(_folder))
        {
            store.BeginRun("1", "a.yaml", "assay: 1");
            store.BeginRun("2", "b.yaml", "assay: 1");
            store.EndRun("2", "done", null);
        }
        using Store again = Store.Open(_folder);
        Assert.Equal(["done", "killed"], again.Runs().Select(run => run.Status));
    }

    [Fact]
    public void Lineage_keeps_its_order()
    {
        using Store store = Store.Open(_folder);
        store.AddLineage("r", 0, "", "read");
        store.AddLineage("r", 2, "random", "draw");
        store.AddLineage("r", 1, "", "dedup");
        Assert.Equal([("", "read"), ("", "dedup"), ("random", "draw")], store.Lineage("r"));
    }

    [Fact]
    public void A_file_hash_is_forgotten_when_the_file_changes()
    {
        using Store store = Store.Open(_folder);
        store.RememberFiles([("a.txt", 5, 100, "h")]);
        Assert.Equal("h", store.FileHash("a.txt", 5, 100));
        Assert.Null(store.FileHash("a.txt", 6, 100));
        Assert.Null(store.FileHash("a.txt", 5, 101));
    }

    [Fact]
    public void Equal_objects_are_kept_once_and_damage_is_told()
    {
        using Store store = Store.Open(_folder);
        string hash = store.Objects.Put("hello"u8);
        Assert.Equal(hash, store.Objects.Put("hello"u8));
        Assert.Equal("hello"u8.ToArray(), store.Objects.Get(hash));

        File.WriteAllText(store.Objects.PathOf(hash), "hellO");
        Assert.Contains("damaged", Assert.Throws<AssayException>(() => store.Objects.Get(hash)).Message);
        Assert.False(store.Objects.Has(hash), "a damaged object must not be found again");
    }

    [Fact]
    public void Adopting_moves_the_file()
    {
        using Store store = Store.Open(_folder);
        string file = Path.Combine(_folder, "piece");
        File.WriteAllText(file, "content");
        string hash = store.Objects.Adopt(file);
        Assert.False(File.Exists(file));
        Assert.Equal("content"u8.ToArray(), store.Objects.Get(hash));
    }

    [Fact]
    public void A_damaged_database_is_one_clear_error()
    {
        Store.Open(_folder).Dispose();
        File.WriteAllText(Path.Combine(_folder, "assay.db"), new string('x', 4096));
        AssayException failure = Assert.Throws<AssayException>(() => Store.Open(_folder));
        Assert.Contains("damaged", failure.Message);
    }

    [Fact]
    public void A_store_of_a_later_format_is_refused()
    {
        Store.Open(_folder).Dispose();
        using (Microsoft.Data.Sqlite.SqliteConnection database = new($"Data Source={_folder}/assay.db;Pooling=false"))
        {
            database.Open();
            using var command = database.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }
        Assert.Contains("format 99", Assert.Throws<AssayException>(() => Store.Open(_folder)).Message);
    }

    [Fact]
    public void Looking_where_there_is_no_store_says_what_to_do() =>
        Assert.Contains("assay run", Assert.Throws<AssayException>(() => Store.OpenToRead(_folder)).Hint);
}
