using System.Net;
using System.Net.Http.Headers;
using System.Text;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios;

/// <summary>Asks for pages of a server as a browser does.</summary>
internal static class Browser
{
    /// <summary>Asks for a page.</summary>
    /// <param name="server">The server.</param>
    /// <param name="path">The page's path, with its query.</param>
    /// <param name="password">The key, given as a password (RFC 7617); none when absent.</param>
    /// <param name="accept">What may be answered.</param>
    public static async Task<(HttpStatusCode Status, string Body, HttpResponseHeaders Headers)> Get(
        ServerProcess server, string path, string? password, string accept = "*/*")
    {
        using var http = new HttpClient { Timeout = Eventually.Patience };
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Url + path);
        request.Headers.Accept.ParseAdd(accept);
        if (password is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"anybody:{password}")));
        }

        using var answer = await http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers);
    }
}
