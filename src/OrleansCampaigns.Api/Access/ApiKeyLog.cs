using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Contracts.Logs;

namespace OrleansCampaigns.Api.Access;

/// <summary>Leaves a trace of keys that are made, revoked and refused: their ids, never a secret or a name.</summary>
internal sealed partial class ApiKeyLog(ILogger<ApiKeyLog> logger, TimeProvider clock)
{
    // Guesses come by the thousand.
    private static readonly TimeSpan RefusalPeriod = TimeSpan.FromMinutes(1);

    private readonly Occasion _refusals = new(clock, RefusalPeriod);

    public void Made(ApiKey key, Caller caller) => LogMade(key.Id, key.Role, caller.Key.Id);

    public void Revoked(string key, Caller caller) => LogRevoked(key, caller.Key.Id);

    public void Refused()
    {
        if (_refusals.Happen() is > 0 and var count)
        {
            LogRefused(count);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "API key {Key} ({Role}) was made by {Caller}.")]
    private partial void LogMade(string key, ApiRole role, string caller);

    [LoggerMessage(Level = LogLevel.Information, Message = "API key {Key} was revoked by {Caller}.")]
    private partial void LogRevoked(string key, string caller);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Requests with an unknown or revoked API key were refused: {Count} since the last such line.")]
    private partial void LogRefused(long count);
}
