namespace Tollgate.Data.Tests.Journal;

/// <summary>A directory of a test's own, gone afterwards.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("tollgate-journal-").FullName;

    public string Journal => System.IO.Path.Combine(Path, "journal");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
