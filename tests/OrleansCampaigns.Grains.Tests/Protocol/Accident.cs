namespace OrleansCampaigns.Grains.Tests.Protocol;

/// <summary>What goes wrong with one durable step.</summary>
internal enum Accident
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Nothing is stored, and whoever asked is told so.</summary>
    Refuse,

    /// <summary>It is stored, and the answer is lost.</summary>
    LoseAnswer,

    /// <summary>Every process dies after it; what else was on its way is lost.</summary>
    Crash,

    /// <summary>Every process dies after it; what else was on its way arrives all the same.</summary>
    CrashLate,

    /// <summary>The process that asked for it dies after it.</summary>
    CrashOne,

    /// <summary>The other process dies after it.</summary>
    CrashOther,

    /// <summary>The others take the process that asked for it for dead, and it works on for a while.</summary>
    GiveUp,

    /// <summary>Where the grains are of the process that asked is forgotten: others wake up beside them.</summary>
    Misplace,
}
