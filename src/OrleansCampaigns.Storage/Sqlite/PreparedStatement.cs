using System.Globalization;
using Microsoft.Data.Sqlite;

namespace OrleansCampaigns.Storage.Sqlite;

/// <summary>A statement that is run many times: parsed once, and its parameters <c>$0</c>, <c>$1</c>… are found
/// once.</summary>
internal sealed class PreparedStatement : IDisposable
{
    private readonly SqliteCommand _command;
    private readonly SqliteParameter[] _parameters;

    /// <param name="connection">Where it runs.</param>
    /// <param name="sql">The text.</param>
    /// <param name="count">How many parameters change from run to run.</param>
    /// <param name="constants">Those that do not.</param>
    public PreparedStatement(
        SqliteConnection connection, string sql, int count, params IEnumerable<(string Name, object? Value)> constants)
    {
        _command = connection.Command(sql, constants);
        _parameters = new SqliteParameter[count];
        for (var i = 0; i < count; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"${i}");
            _parameters[i] = _command.Parameters.AddWithValue(name, DBNull.Value);
        }
    }

    /// <summary>Runs it; how many rows it changed.</summary>
    public int Execute(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
    }

    /// <summary>Runs it; the number that it returns.</summary>
    public long Number(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return Convert.ToInt64(_command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    public void Dispose() => _command.Dispose();

    private void Bind(ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            _parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }
}
