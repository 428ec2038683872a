namespace Tollgate.Engine.Keys;

/// <summary>What kind of object has changed.</summary>
public enum ChangedObject : byte
{
    /// <summary>A virtual key; id is its hash.</summary>
    Key,
    User,
    Team,

    /// <summary>A team membership; id is <c>team_id|user_id</c>.</summary>
    TeamMember,
    Organization,
    Project,

    /// <summary>A budget row: everything linked to it.</summary>
    Budget,
    Customer,
    Tag,
    AccessGroup,

    /// <summary>Models, credentials, model overrides and configuration rows: the snapshot is built anew.</summary>
    Configuration,

    /// <summary>The gateway's own spend or its budget.</summary>
    Global,

    /// <summary>A kept answer was deleted; id is its name.</summary>
    Response,

    /// <summary>Notices may have been missed: everything cached is dropped and read again.</summary>
    Everything,
}

/// <summary>An object has changed in the database.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">Which one.</param>
/// <param name="SpendWasSet">Its recorded spend was set (reset, corrected): counters take the database's figure instead of keeping theirs.</param>
public readonly record struct ChangeNotice(ChangedObject Kind, string Id, bool SpendWasSet = false);

/// <summary>Hears of changes, this process's own and other replicas'. Called on a thread of the pool; must be quick and not throw.</summary>
public interface IChangeListener
{
    /// <summary>An object has changed.</summary>
    void OnChange(ChangeNotice notice);
}
