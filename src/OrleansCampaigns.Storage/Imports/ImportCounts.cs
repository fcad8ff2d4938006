using OrleansCampaigns.Storage.Databases;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>What became of the rows of one step.</summary>
internal sealed class ImportCounts
{
    public int Created { get; private set; }

    public int Updated { get; private set; }

    public int Duplicated { get; private set; }

    public int Malformed { get; private set; }

    public int Rejected { get; set; }

    public int Members { get; set; }

    public int LeftOut { get; set; }

    /// <summary>Each row once: malformed ones are among the others.</summary>
    public int Rows => Created + Updated + Duplicated + Rejected;

    public void Add(ContactWritten written, int occurrence, bool isValid)
    {
        if (occurrence > 1)
        {
            Duplicated++;
        }
        else if (written == ContactWritten.Created)
        {
            Created++;
        }
        else
        {
            Updated++;
        }

        Malformed += isValid ? 0 : 1;
    }
}
