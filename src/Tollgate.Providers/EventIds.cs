namespace Tollgate.Providers;

/// <summary>Event ids of this slice.</summary>
internal static class EventIds
{
    public const int Providers = 6000;
}
