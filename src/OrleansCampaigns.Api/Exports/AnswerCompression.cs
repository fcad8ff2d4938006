using System.IO.Compression;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.ResponseCompression;
using OrleansCampaigns.Api.Access;

namespace OrleansCampaigns.Api.Exports;

/// <summary>Answers as brotli or gzip to those who take it.</summary>
/// <remarks>
/// The length of a compressed answer tells something of its content (BREACH): whoever makes a browser ask, with the
/// browser's own credentials, and sees how long the answers are, guesses a secret in them byte by byte. So nothing is
/// compressed that holds a secret, and nothing that a browser is let in to by itself: the pages of recipients, whose
/// path is the key, and pages behind basic authentication. No page can make a program ask that sends a key in a header.
/// </remarks>
internal static class AnswerCompression
{
    public static void AddAnswerCompression(this IServiceCollection services)
    {
        services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.Providers.Add<BrotliCompressionProvider>();
            options.Providers.Add<GzipCompressionProvider>();
            options.MimeTypes = ["application/json", "application/problem+json", "text/csv"];
        });

        // Answers are made for one reader each: what the smallest would cost is not worth its octets.
        services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);
    }

    public static void UseAnswerCompression(this IApplicationBuilder app) =>
        app.UseWhen(context => MayCompress(context.GetEndpoint()), compressed => compressed.UseResponseCompression());

    private static bool MayCompress(Endpoint? endpoint)
    {
        if (endpoint is null)
        {
            return false;
        }

        // What is of this API has a rule; the document is open, and the same for everybody.
        var isDocument = endpoint.Metadata.GetMetadata<OpenApi.IsDocument>() is not null;
        return isDocument
            || (Idempotency.RuleOf(endpoint.Metadata) is not (null or IdempotencyRule.HoldsSecret)
                && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null);
    }
}
