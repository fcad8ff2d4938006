using Microsoft.Extensions.Configuration.Json;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.Storage.Files;

namespace OrleansCampaigns.Host.Serving;

/// <summary>Finds secrets that are kept, or sent, where others can read them.</summary>
/// <remarks>Only told, never refused: some systems have no other way.</remarks>
internal static class KeyFileCheck
{
    private static readonly string[] SecretNames =
        ["Password", "Secret", "SigningKey", "Key", "PrivateKeyPem", "CertificatePassword", "ConnectionString"];

    public static IEnumerable<string> FindWarnings(IConfiguration configuration)
    {
        foreach (var (key, path) in KeyFiles(configuration))
        {
            if (PrivateFiles.IsReadByAll(path))
            {
                yield return $"{key}: every user of this machine can read {path}; chmod 600 closes it.";
            }
        }

        foreach (var file in (configuration as IConfigurationRoot)?.Providers.OfType<JsonConfigurationProvider>() ?? [])
        {
            if (PathOf(file) is { } path && PrivateFiles.IsReadByAll(path) && HoldsSecret(file, configuration))
            {
                yield return $"--config: {path} holds secrets, and every user of this machine can read it; "
                    + "chmod 600 closes it.";
            }
        }

        foreach (var section in (string[])["Relays", "Mailboxes"])
        {
            foreach (var server in configuration.GetSection($"Mail:{section}").GetChildren())
            {
                if (server["Username"] is { Length: > 0 } && IsPlain(server["Security"]) && !IsLoopback(server["Host"]))
                {
                    yield return $"{server.Path}:Security is None: the password goes over the network in the clear.";
                }
            }
        }
    }

    private static IEnumerable<(string Key, string Path)> KeyFiles(IConfiguration configuration)
    {
        foreach (var key in configuration.GetSection("Mail:Dkim").GetChildren()
            .Select(dkim => dkim.GetSection("PrivateKeyPath"))
            .Concat(
                CertificateKeys(configuration.GetSection("Mail:Inbound"), "Certificate", "CertificateKey"))
            .Concat(Below(configuration.GetSection("Kestrel")).SelectMany(
                section => CertificateKeys(section, "Path", "KeyPath"))))
        {
            if (key.Value is { Length: > 0 } path)
            {
                yield return (key.Path, path);
            }
        }
    }

    // The private key is in the second file, or else in the first.
    private static IEnumerable<IConfigurationSection> CertificateKeys(
        IConfigurationSection section, string certificate, string key) =>
        section[key] is { Length: > 0 } ? [section.GetSection(key)] : [section.GetSection(certificate)];

    private static IEnumerable<IConfigurationSection> Below(IConfigurationSection section) =>
        section.GetChildren().SelectMany(Below).Prepend(section);

    private static string? PathOf(JsonConfigurationProvider file) =>
        file.Source is { Path: { } path, FileProvider: { } files } ? files.GetFileInfo(path).PhysicalPath : null;

    private static bool HoldsSecret(JsonConfigurationProvider file, IConfiguration configuration) =>
        configuration.AsEnumerable().Any(pair =>
            pair.Value is { Length: > 0 }
            && SecretNames.Contains(pair.Key.Split(':')[^1], StringComparer.OrdinalIgnoreCase)
            && file.TryGet(pair.Key, out _));

    private static bool IsPlain(string? security) =>
        nameof(RelaySecurity.None).Equals(security, StringComparison.OrdinalIgnoreCase);

    private static bool IsLoopback(string? host) => host is null || host.Equals(
        "localhost", StringComparison.OrdinalIgnoreCase)
        || (System.Net.IPAddress.TryParse(host, out var address) && System.Net.IPAddress.IsLoopback(address));
}
