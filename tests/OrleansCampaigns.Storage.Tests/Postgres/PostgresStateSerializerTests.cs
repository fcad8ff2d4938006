using System.Text.Json;
using Orleans.Storage;
using OrleansCampaigns.Storage.Postgres;

namespace OrleansCampaigns.Storage.Tests.Postgres;

public class PostgresStateSerializerTests
{
    [Theory]
    [InlineData("a\0b", "a\ufffdb")]
    [InlineData("\0\0", "\ufffd\ufffd")]
    [InlineData("\\\0", "\\\ufffd")]
    [InlineData(@"\u0000", @"\u0000")]
    [InlineData("\\\\u0000\"\0", "\\\\u0000\"\ufffd")]
    [InlineData("nothing of that kind: ä", "nothing of that kind: ä")]
    public void A_NUL_becomes_a_replacement_character_and_nothing_else_changes(string text, string stored)
    {
        var serializer = new PostgresStateSerializer(new Json());

        Assert.Equal(stored, serializer.Deserialize<string>(serializer.Serialize(text)));
    }

    [Fact]
    public void A_state_that_says_null_is_not_taken_for_a_fresh_one()
    {
        var serializer = new PostgresStateSerializer(new Grains.StateSerializer());

        Assert.Throws<JsonException>(
            () => serializer.Deserialize<Grains.Contacts.ContactRecord>(BinaryData.FromString("null")));
        Assert.Throws<ArgumentNullException>(() => serializer.Serialize<Grains.Contacts.ContactRecord>(null));
    }

    private sealed class Json : IGrainStorageSerializer
    {
        public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input));

        public T? Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input.ToMemory().Span)!;
    }
}
