namespace Tollgate.Commands.Control;

/// <summary>A command could not do what it was asked for; the message is for the operator.</summary>
internal sealed class ControlPlaneException(string message, int exitCode = ControlPlaneException.Failed) : Exception(message)
{
    /// <summary>Exit code of what was understood and did not work.</summary>
    public const int Failed = 1;

    /// <summary>Exit code of what was asked for in a wrong way.</summary>
    public const int Usage = 2;

    /// <summary>What the process ends with.</summary>
    public int ExitCode { get; } = exitCode;
}
