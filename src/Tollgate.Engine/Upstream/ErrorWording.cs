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

    /// <summary>The upstream's message without the class (Azure).</summary>
    MessageOnce,

    /// <summary>Providers with a dialect of their own: the body without the class.</summary>
    BodyOnce,

    /// <summary>As <see cref="BodyOnce"/>, with a second name for the provider and a word on how to handle some errors (Anthropic).</summary>
    BodyWithAdvice,

    /// <summary>As <see cref="BodyOnce"/>, with the class behind the provider's name in two cases (Google).</summary>
    BodyWithClass,
}
