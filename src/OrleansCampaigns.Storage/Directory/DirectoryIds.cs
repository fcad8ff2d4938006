using System.Buffers;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>Names what the directory itself makes: a prefix and 32 hexadecimal digits that grow with time.</summary>
internal static class DirectoryIds
{
    public const string List = "lst_";
    public const string View = "vew_";
    public const string Import = "imp_";
    public const string Key = "key_";
    public const string SubscriptionChange = "sub_";

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>A name never used before; later ones sort after earlier ones, to the millisecond.</summary>
    public static string Create(string prefix, long nowMilliseconds) =>
        prefix + Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(nowMilliseconds)).ToString("N");

    public static bool Is(string prefix, string? text) =>
        text?.Length == prefix.Length + 32
        && text.StartsWith(prefix, StringComparison.Ordinal)
        && text.AsSpan(prefix.Length).IndexOfAnyExcept(Hexadecimal) < 0;
}
