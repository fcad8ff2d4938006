using System.Security.Cryptography;
using System.Text;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Access;

/// <summary>What an endpoint makes of an <c>Idempotency-Key</c>.</summary>
internal enum IdempotencyRule
{
    /// <summary>The first answer is kept and given again.</summary>
    Keep,

    /// <summary>The answer holds a secret, and what is kept could be read.</summary>
    HoldsSecret,

    /// <summary>Nothing is changed: doing it again does no harm, and the answer may be large.</summary>
    ChangesNothing,
}

/// <summary>Tells where an <c>Idempotency-Key</c> is heeded.</summary>
internal static class Idempotency
{
    /// <summary>The rule of an endpoint comes after that of its group; what is not of this API has none.</summary>
    public static IdempotencyRule? RuleOf(IEnumerable<object> metadata) =>
        metadata.OfType<IdempotencyRule>().Cast<IdempotencyRule?>().LastOrDefault();

    /// <summary>Whether the first answer is kept and given again.</summary>
    public static bool Keeps(string? method, IEnumerable<object> metadata) =>
        method is not null && HttpMethods.IsPost(method) && RuleOf(metadata) == IdempotencyRule.Keep;
}

/// <summary>Lets a POST that carries an <c>Idempotency-Key</c> happen once, however often it arrives.</summary>
internal sealed partial class IdempotencyMiddleware(
    RequestDelegate next, IAccessDirectory directory, TimeProvider clock, ILogger<IdempotencyMiddleware> log)
{
    public const string Header = "Idempotency-Key";
    public const string ReplayHeader = "Idempotent-Replay";

    private const int KeyLengthMax = 255;

    // Several times within the minute after which a claim counts as that of a process that died.
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(15);

    public async Task Invoke(HttpContext context)
    {
        var rule = Idempotency.RuleOf(context.GetEndpoint()?.Metadata ?? EndpointMetadataCollection.Empty);
        if (!HttpMethods.IsPost(context.Request.Method)
            || rule is null or IdempotencyRule.ChangesNothing
            || context.Features.Get<Caller>() is not { } caller
            || !context.Request.Headers.TryGetValue(Header, out var values))
        {
            await next(context);
            return;
        }

        var key = values.ToString();
        var problem = rule == IdempotencyRule.HoldsSecret ? NotHere : Check(key);
        if (problem is not null)
        {
            await problem.ExecuteAsync(context);
            return;
        }

        var fingerprint = await Fingerprint(context.Request);
        context.Features.Set(new RequestKey(key, fingerprint));
        var earlier = await directory.Claim(caller.Account, key, fingerprint, context.RequestAborted);
        await (earlier is null
            ? HandleFirst(context, caller.Account, key)
            : Replay(context, earlier, earlier.Fingerprint == fingerprint));
    }

    private static Problem NotHere { get; } = Problems.From(Refusal.Invalid(
        "idempotency.not_here",
        "The answer holds a secret and is not kept: send this request without Idempotency-Key.",
        Header));

    private static Problem Mismatch { get; } = Problems.From(Refusal.Invalid(
        "idempotency.mismatch", "Another request was sent with this Idempotency-Key.", Header));

    private static Problem InProgress { get; } = Problems.From(Refusal.Conflict(
        "idempotency.in_progress", "The first request with this Idempotency-Key is not answered yet."));

    private static Problem? Check(string key) =>
        key.Length is > 0 and <= KeyLengthMax && key.All(c => c is > ' ' and <= '~')
        ? null
        : Problems.From(Refusal.Invalid(
            "idempotency.key", $"Idempotency-Key must have 1 to {KeyLengthMax} visible ASCII characters.", Header));

    private static async Task Replay(HttpContext context, IdempotentAnswer earlier, bool isSame)
    {
        if (isSame && earlier.Status is null)
        {
            await InProgress.ExecuteAsync(context);
            return;
        }

        var (location, upload, body) = KeptAnswer.Read(earlier.Body ?? "");
        if (!isSame || (upload is { } first && !await first.IsBeginningOf(context.Request)))
        {
            await Mismatch.ExecuteAsync(context);
            return;
        }

        context.Response.StatusCode = earlier.Status!.Value;
        context.Response.Headers[ReplayHeader] = "true";
        context.Response.ContentType = string.IsNullOrEmpty(earlier.ContentType) ? null : earlier.ContentType;
        context.Response.Headers.Location = location;
        await context.Response.WriteAsync(body, context.RequestAborted);
    }

    private async Task HandleFirst(HttpContext context, AccountId account, string key)
    {
        var aborted = context.RequestAborted;
        var wire = context.Response.Body;
        using var answer = new MemoryStream();
        using var upload = IsJson(context.Request) ? null : new HashedBody(context.Request.Body);
        using var handled = new CancellationTokenSource();
        var renewing = Renew(account, key, handled.Token);
        try
        {
            // From here on the work is done to its end: a caller that went away asks again and wants the answer.
            context.RequestAborted = CancellationToken.None;
            context.Response.Body = answer;
            context.Request.Body = upload ?? context.Request.Body;
            await next(context);
        }
        catch
        {
            await Release(account, key);
            throw;
        }
        finally
        {
            context.Response.Body = wire;
            context.RequestAborted = aborted;
            await handled.CancelAsync();
            await renewing;
        }

        var response = context.Response;
        if (response.StatusCode >= 500 || response.StatusCode == StatusCodes.Status429TooManyRequests)
        {
            await Release(account, key);
        }
        else
        {
            var body = Encoding.UTF8.GetString(answer.GetBuffer(), 0, (int)answer.Length);
            await Keep(account, key, response, KeptAnswer.Write(response.Headers.Location, upload?.Digest(), body));
        }

        if (answer.Length > 0)
        {
            answer.Position = 0;
            await answer.CopyToAsync(wire, aborted);
        }
    }

    // An upload may take an hour. Once a process has died, its callers need not wait for longer than a minute.
    private async Task Renew(AccountId account, string key, CancellationToken handled)
    {
        using var timer = new PeriodicTimer(RenewEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(handled))
            {
                try
                {
                    await directory.Renew(account, key, handled);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    LogNotRenewed(log, failure.GetType().FullName);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Handled.
        }
    }

    private async Task Keep(AccountId account, string key, HttpResponse response, string kept)
    {
        try
        {
            await directory.Answer(account, key, response.StatusCode, response.ContentType ?? "", kept);
        }
        catch (Exception failure)
        {
            // The work is done, and the caller learns so. The claim stays, so that a repetition cannot do it twice.
            LogNotKept(log, failure.GetType().FullName);
        }
    }

    private async Task Release(AccountId account, string key)
    {
        try
        {
            await directory.Release(account, key);
        }
        catch (Exception failure)
        {
            LogNotReleased(log, failure.GetType().FullName);
        }
    }

    private static bool IsJson(HttpRequest request) =>
        request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) == true;

    // An upload may be larger than memory: it is hashed while it is stored, and its digest is kept with the answer.
    // Everything else is read here, and read again later.
    private static async Task<string> Fingerprint(HttpRequest request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(
            $"{request.Method}\n{request.Path}\n{request.QueryString}\n{request.ContentType}\n"));
        if (IsJson(request))
        {
            request.EnableBuffering(bufferThreshold: (int)Limits.JsonBytesMax, bufferLimit: Limits.JsonBytesMax + 1);
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted)) > 0)
            {
                hash.AppendData(buffer, 0, read);
            }

            request.Body.Position = 0;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The answer to an idempotent request could not be kept: {Failure}")]
    private static partial void LogNotKept(ILogger log, string? failure);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The claim of an idempotent request could not be renewed: {Failure}")]
    private static partial void LogNotRenewed(ILogger log, string? failure);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The claim of an idempotent request could not be released: {Failure}")]
    private static partial void LogNotReleased(ILogger log, string? failure);
}
