using Tollgate.Engine.Admission;

namespace Tollgate.Engine.Pipeline;

/// <summary>Limits that a key has of its own.</summary>
internal record struct KeyLimits(bool Requests, bool Tokens)
{
    /// <summary>Has it one of this kind?</summary>
    public readonly bool Has(ClaimKind? kind) => kind switch
    {
        ClaimKind.Requests => Requests,
        ClaimKind.Tokens => Tokens,
        _ => false,
    };
}
