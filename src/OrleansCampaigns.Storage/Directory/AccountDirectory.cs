using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Databases;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>What accounts say of themselves.</summary>
public sealed class AccountDirectory(IDatabase database) : IAccountDirectory
{
    /// <inheritdoc/>
    public async Task<AccountProfile> Find(AccountId account, CancellationToken cancellation = default) =>
        await database.Read(
            session => session.Row(
                reader => new AccountProfile(reader.TextOrNull(0)),
                "SELECT public_name FROM account_profiles WHERE account = @account",
                ("@account", account.Value)),
            cancellation) ?? new();

    /// <inheritdoc/>
    public Task Put(AccountId account, AccountProfile profile, CancellationToken cancellation = default) =>
        database.Write(
            session => session.Change(
                """
                INSERT INTO account_profiles (account, public_name) VALUES (@account, @name)
                ON CONFLICT (account) DO UPDATE SET public_name = excluded.public_name
                """,
                ("@account", account.Value),
                ("@name", PreparedContact.TrimName(profile.PublicName))),
            cancellation);
}
