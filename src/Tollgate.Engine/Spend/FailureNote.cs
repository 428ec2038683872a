using System.Text.Json;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;

namespace Tollgate.Engine.Spend;

/// <summary><c>error_information</c> of a log row.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Class">Name of the exception in LiteLLM.</param>
/// <param name="Message">What the client was told; never a prompt.</param>
/// <param name="Provider">Who failed; empty for the gateway itself.</param>
internal readonly record struct FailureNote(int Status, string Class, string Message, string Provider)
{
    /// <summary>Longest message kept (<c>MAX_EXCEPTION_MESSAGE_LENGTH</c>).</summary>
    private const int LongestMessage = 2000;

    /// <summary>The failure that ended a call after output had begun; a client that left is one too.</summary>
    public static FailureNote Of(CallContext call, string provider) => call.Outcome is { Succeeded: false } outcome
        ? new FailureNote(ErrorClasses.StatusOf(outcome.Kind, outcome.Status), ErrorClasses.NameOf(outcome.Kind), outcome.Message, provider)
        : new FailureNote(499, "ClientDisconnected", "Client disconnected the request", provider);

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("error_information"u8);
        writer.WriteString("error_code"u8, Status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        writer.WriteString("error_class"u8, Class);
        writer.WriteString("llm_provider"u8, Provider);
        writer.WriteString("error_message"u8, Message.Length > LongestMessage ? Message.AsSpan(0, LongestMessage) : Message);
        writer.WriteEndObject();
    }
}
