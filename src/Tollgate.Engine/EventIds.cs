namespace Tollgate.Engine;

/// <summary>First event id of each slice; a slice has 1,000. Ids are contract once released.</summary>
public static class EventIds
{
    public const int Pipeline = 1000;
    public const int Configuration = 2000;
    public const int Hosting = 3000;
    public const int Providers = 4000;
    public const int Data = 5000;
    public const int Management = 6000;
    public const int Admission = 7000;
    public const int PassThrough = 8000;
}
