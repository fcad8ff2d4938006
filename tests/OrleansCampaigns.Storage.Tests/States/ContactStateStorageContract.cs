using Orleans.Runtime;
using Orleans.Storage;

namespace OrleansCampaigns.Storage.Tests.States;

/// <summary>What the storage of contact states promises, on whichever database.</summary>
public abstract class ContactStateStorageContract
{
    protected const string Name = "contact";

    [Fact]
    public async Task What_is_written_is_read_by_another_instance()
    {
        var storage = Open();
        var state = new GrainState<Note> { State = new("first") };
        await storage.WriteStateAsync(Name, Id("a"), state);
        state.State = new("second");
        await storage.WriteStateAsync(Name, Id("a"), state);

        var read = await Read("a");

        Assert.Equal("second", read.State!.Text);
        Assert.Equal(("2", true), (read.ETag, read.RecordExists));
        Assert.Equal(state.ETag, read.ETag);
    }

    [Fact]
    public async Task A_state_that_was_never_written_is_new()
    {
        var read = await Read("nobody");

        Assert.Equal((null, false), (read.ETag, read.RecordExists));
        Assert.Equal("", read.State!.Text);
    }

    [Fact]
    public async Task Two_activations_cannot_both_insert_and_an_old_version_cannot_overwrite()
    {
        var storage = Open();
        var (one, other) = (new GrainState<Note> { State = new("one") }, new GrainState<Note> { State = new("other") });
        await storage.WriteStateAsync(Name, Id("a"), one);

        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync(Name, Id("a"), other));
        var stale = await Read("a");
        await storage.WriteStateAsync(Name, Id("a"), one);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync(Name, Id("a"), stale));
        Assert.Equal("2", (await Read("a")).ETag);
    }

    [Fact]
    public async Task Of_many_activations_that_insert_or_update_at_once_exactly_one_lands()
    {
        var storages = Enumerable.Range(0, 4).Select(_ => Open()).ToList();
        for (var version = 0; version < 2; version++)
        {
            var writes = await Settle(
                from key in Enumerable.Range(0, 150)
                from storage in storages.Index()
                select Write(storage.Item, key, version == 0 ? null : "1", $"{key} {version} {storage.Index}"));

            foreach (var ofOne in writes.Select((write, i) => (write, Key: i / 4)).GroupBy(pair => pair.Key))
            {
                var winner = Assert.Single(ofOne, pair => pair.write.IsCompletedSuccessfully);
                Assert.Equal(await winner.write, (await Read($"{ofOne.Key}")).State!.Text);
                Assert.All(
                    ofOne.Where(pair => pair != winner),
                    pair => Assert.IsType<InconsistentStateException>(pair.write.Exception!.InnerException));
            }
        }
    }

    [Fact]
    public async Task One_activation_that_does_not_wait_meets_itself_and_only_one_write_lands()
    {
        var storage = Open();

        var writes = await Settle(Enumerable.Range(0, 20).Select(i => Write(storage, 7, null, $"{i}")));

        var winner = Assert.Single(writes, write => write.IsCompletedSuccessfully);
        Assert.Equal(await winner, (await Read("7")).State!.Text);
    }

    [Fact]
    public async Task Many_writes_at_once_are_all_answered_and_conflicts_concern_only_themselves()
    {
        var storage = Open();

        // Every tenth one claims a version that was never stored.
        var writes = await Settle(
            Enumerable.Range(0, 1_000).Select(i => Write(storage, i, i % 10 == 0 ? "7" : null, $"{i}")));

        Assert.All(
            writes.Select((write, i) => (write, i)),
            pair => Assert.Equal(pair.i % 10 == 0, pair.write.IsFaulted));
        Assert.Equal(900, await CountRows());
        var reads = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => Read($"{i}", storage)));
        Assert.All(reads.Select((read, i) => (read, i)), pair => Assert.Equal(
            pair.i % 10 == 0 ? "" : $"{pair.i}", pair.read.State!.Text));
    }

    [Fact]
    public async Task A_row_that_cannot_be_written_takes_no_other_with_it()
    {
        await RefuseToInsert("25");
        var storage = Open();

        // The first writes occupy the writers, so that the others share a batch.
        var writes = await Settle(Enumerable.Range(0, 50).Select(i => Write(storage, i, null, "x")));

        Assert.Equal(
            [25], writes.Select((write, i) => (write, i)).Where(pair => pair.write.IsFaulted).Select(pair => pair.i));
    }

    [Fact]
    public async Task A_cleared_state_is_new_again_and_keeps_its_version()
    {
        var storage = Open();
        var state = new GrainState<Note> { State = new("first") };
        await storage.WriteStateAsync(Name, Id("a"), state);
        await storage.ClearStateAsync(Name, Id("a"), state);

        var read = await Read("a");
        Assert.False(read.RecordExists);
        read.State = new("again");
        await storage.WriteStateAsync(Name, Id("a"), read);
        Assert.Equal("again", (await Read("a")).State!.Text);
    }

    /// <summary>Another instance over the same database, as in another process.</summary>
    protected abstract IGrainStorage Open();

    protected abstract Task<long> CountRows();

    protected abstract Task RefuseToInsert(string key);

    protected static GrainId Id(string key) => GrainId.Create("note", key);

    protected static async Task<List<Task<string>>> Settle(IEnumerable<Task<string>> calls)
    {
        var all = calls.ToList();
        await Task.WhenAll(all.Select(call => call.ContinueWith(_ => { }, TaskScheduler.Default)));
        return all;
    }

    protected static async Task<string> Write(IGrainStorage storage, int key, string? etag, string text)
    {
        await storage.WriteStateAsync(Name, Id($"{key}"), new GrainState<Note> { State = new(text), ETag = etag });
        return text;
    }

    protected async Task<GrainState<Note>> Read(string key, IGrainStorage? storage = null)
    {
        var state = new GrainState<Note>();
        await (storage ?? Open()).ReadStateAsync(Name, Id(key), state);
        return state;
    }
}
