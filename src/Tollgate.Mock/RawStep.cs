using System.Text;

namespace Tollgate.Mock;

/// <summary>One step of a script for <see cref="RawScriptServer"/>.</summary>
public abstract record RawStep
{
    private RawStep()
    {
    }

    /// <summary>Ends the sending side (FIN), waits until the client has closed its own, and ends the connection.</summary>
    public static RawStep Close { get; } = new CloseStep();

    /// <summary>Ends the connection with a TCP reset.</summary>
    public static RawStep Reset { get; } = new ResetStep();

    /// <summary>Sends nothing until the client closes the connection; then the script goes on.</summary>
    public static RawStep Stall { get; } = new StallStep();

    /// <summary>Sends these bytes, as one segment where the network lets it.</summary>
    public static RawStep Send(ReadOnlyMemory<byte> bytes) => new SendStep(bytes);

    /// <summary>Sends this text as UTF-8.</summary>
    public static RawStep Send(string text) => new SendStep(Encoding.UTF8.GetBytes(text));

    internal sealed record SendStep(ReadOnlyMemory<byte> Bytes) : RawStep;

    internal sealed record CloseStep : RawStep;

    internal sealed record ResetStep : RawStep;

    internal sealed record StallStep : RawStep;
}
