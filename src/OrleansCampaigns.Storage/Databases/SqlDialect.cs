using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.Databases;

/// <summary>What the two databases say differently.</summary>
internal abstract class SqlDialect
{
    /// <summary>Waits for the name <c>@name</c>; <see langword="null"/> where nobody need wait.</summary>
    public abstract string? LockSql { get; }

    /// <summary>Ends a query whose rows nobody else may change until the transaction ends.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>Ends a subquery that is to be run for each row, and not joined.</summary>
    public abstract string ForEachRow { get; }

    /// <summary>How many contacts an import writes before it commits.</summary>
    public abstract int ImportStepMax { get; }

    /// <summary>Up to how many contacts a source is read and sorted as a whole.</summary>
    public abstract int SmallSourceMax { get; }

    /// <summary>How many contacts a page looks at for those that meet what no index knows; <see langword="null"/> for
    /// as many as it takes.</summary>
    public abstract int? ScannedMax { get; }

    /// <summary>Statements that keep a page to the indexes that it was written for; <see langword="null"/> where the
    /// page says so itself.</summary>
    /// <param name="inOrder">Whether an index gives the rows in the order of the page.</param>
    public abstract string? KeepToIndexesSql(bool inOrder);

    /// <summary>Forgets up to <c>@step</c> of the occurrences that were counted for the import <c>@id</c>;
    /// <see langword="null"/> where the list itself keeps the count.</summary>
    public abstract string? ForgetOccurrencesSql { get; }

    /// <summary>Follows a table that must be read by this index.</summary>
    public abstract string By(string index);

    /// <summary>Whether a text holds another; neither holds wildcards.</summary>
    public abstract string Holds(string column, string text);

    /// <summary>Whether a value is among those of <see cref="ToParameter(IEnumerable{long})"/> or of
    /// <see cref="ToParameter(IEnumerable{string})"/>.</summary>
    public abstract string IsAmong(string column, string values);

    /// <summary>A text as the type of a column of JSON.</summary>
    public abstract string Json(string text);

    /// <summary>Whether the attribute of <paramref name="contact"/> has exactly this value.</summary>
    public abstract string HasAttribute(string contact, string name, string value, FilterValues values);

    /// <summary>Whether the attribute that a parameter names is missing from a column, or blank.</summary>
    public abstract string LacksAttribute(string column, string name);

    /// <summary>The length of the attribute that a parameter names, 0 when it is missing.</summary>
    public abstract string AttributeLength(string column, string name);

    /// <summary>What stands behind the last at sign of a column of addresses.</summary>
    public abstract string DomainOf(string column);

    /// <summary>Numbers as this database takes them.</summary>
    public abstract object ToParameter(IEnumerable<long> numbers);

    /// <summary>Texts as this database takes them.</summary>
    public abstract object ToParameter(IEnumerable<string> texts);

    /// <summary>What writes contacts in a session of this database.</summary>
    public abstract IContactWriter Writer(DatabaseSession session, Domain.AccountId account, long now);
}
