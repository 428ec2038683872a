namespace Tollgate.Engine.Upstream;

/// <summary>
/// How LiteLLM words the errors of a provider; clients, alert rules and agents search for these texts (09-cross-cutting.md 1.1).
/// </summary>
public enum ErrorWording : byte
{
    /// <summary>OpenAI and most that speak its dialect: the class once more, then the upstream's message.</summary>
    Message,

    /// <summary>Providers of the dialect whose whole body is quoted.</summary>
    Body,

    /// <summary>Azure OpenAI: the upstream's message without the class.</summary>
    Azure,

    /// <summary>Providers with a dialect of their own: the body without the class.</summary>
    Native,

    /// <summary>Anthropic: as <see cref="Native"/>, with a second name for the provider.</summary>
    Anthropic,

    /// <summary>Google: as <see cref="Native"/>, with the class behind the provider's name in two cases.</summary>
    Google,
}
