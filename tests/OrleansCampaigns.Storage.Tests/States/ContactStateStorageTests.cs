using System.Text;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansCampaigns.Storage.States;

namespace OrleansCampaigns.Storage.Tests.States;

public sealed class ContactStateStorageTests : IDisposable
{
    private const string Name = "note";

    private readonly TestDatabase _given = new();
    private readonly ContactStateStorage _storage;

    public ContactStateStorageTests() => _storage = Open();

    public void Dispose() => _given.Dispose();

    [Fact]
    public async Task What_is_written_is_read_by_another_instance()
    {
        var state = new GrainState<Note> { State = new("first") };
        await _storage.WriteStateAsync(Name, Id("a"), state);
        state.State = new("second");
        await _storage.WriteStateAsync(Name, Id("a"), state);

        var read = await Read("a");

        Assert.Equal("second", read.State.Text);
        Assert.Equal(("2", true), (read.ETag, read.RecordExists));
        Assert.Equal(state.ETag, read.ETag);
    }

    [Fact]
    public async Task A_state_that_was_never_written_is_new()
    {
        var read = await Read("nobody");

        Assert.Equal((null, false), (read.ETag, read.RecordExists));
        Assert.Equal("", read.State.Text);
    }

    [Fact]
    public async Task Two_activations_cannot_both_insert_and_an_old_version_cannot_overwrite()
    {
        var (one, other) = (new GrainState<Note> { State = new("one") }, new GrainState<Note> { State = new("other") });
        await _storage.WriteStateAsync(Name, Id("a"), one);

        await Assert.ThrowsAsync<InconsistentStateException>(() => _storage.WriteStateAsync(Name, Id("a"), other));
        var stale = await Read("a");
        await _storage.WriteStateAsync(Name, Id("a"), one);
        await Assert.ThrowsAsync<InconsistentStateException>(() => _storage.WriteStateAsync(Name, Id("a"), stale));
        Assert.Equal("2", (await Read("a")).ETag);
    }

    [Fact]
    public async Task Many_writes_at_once_are_all_answered_and_conflicts_concern_only_themselves()
    {
        var states = Enumerable.Range(0, 1_000).Select(i => new GrainState<Note> { State = new($"{i}") }).ToList();

        // Every tenth one claims a version that was never stored.
        foreach (var liar in states.Where((_, i) => i % 10 == 0))
        {
            liar.ETag = "7";
        }

        var writes = states.Select((state, i) => _storage.WriteStateAsync(Name, Id($"{i}"), state)).ToList();
        await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));

        Assert.All(
            writes.Select((write, i) => (write, i)),
            pair => Assert.Equal(pair.i % 10 == 0, pair.write.IsFaulted));
        Assert.Equal(900, await _given.Number("SELECT count(*) FROM OrleansStorage WHERE GrainTypeString = $0", Name));
    }

    [Fact]
    public async Task A_row_that_cannot_be_written_takes_no_other_with_it()
    {
        await _given.Execute("""
            CREATE TRIGGER poison BEFORE INSERT ON OrleansStorage WHEN NEW.GrainIdExtensionString = 'bad'
            BEGIN SELECT RAISE(ABORT, 'poison'); END
            """);

        // The first write occupies the writer, so that the others share a batch.
        var writes = Enumerable.Range(0, 50)
            .Select(
                i => _storage.WriteStateAsync(
                    Name, Id(i == 25 ? "bad" : $"{i}"), new GrainState<Note> { State = new("x") }))
            .ToList();
        await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));

        Assert.Equal(
            [25], writes.Select((write, i) => (write, i)).Where(pair => pair.write.IsFaulted).Select(pair => pair.i));
    }

    [Fact]
    public async Task A_cleared_state_is_new_again_and_keeps_its_version()
    {
        var state = new GrainState<Note> { State = new("first") };
        await _storage.WriteStateAsync(Name, Id("a"), state);
        await _storage.ClearStateAsync(Name, Id("a"), state);

        var read = await Read("a");
        Assert.False(read.RecordExists);
        read.State = new("again");
        await _storage.WriteStateAsync(Name, Id("a"), read);
        Assert.Equal("again", (await Read("a")).State.Text);
    }

    private ContactStateStorage Open() => new(_given.Database, new NoteSerializer(), "test");

    private async Task<GrainState<Note>> Read(string key)
    {
        var state = new GrainState<Note>();
        await Open().ReadStateAsync(Name, Id(key), state);
        return state;
    }

    private static GrainId Id(string key) => GrainId.Create("note", key);

    public sealed record Note(string Text)
    {
        public Note()
            : this("")
        {
        }
    }

    private sealed class NoteSerializer : IGrainStorageSerializer
    {
        public BinaryData Serialize<T>(T input) => new(Encoding.UTF8.GetBytes(((Note)(object)input!).Text));

        public T Deserialize<T>(BinaryData input) => (T)(object)new Note(input.ToString());
    }
}
