namespace Tollgate.Configuration;

/// <summary>Codes of configuration problems: a contract once released, never reused (config.md 15.2; from 30 on they are ours).</summary>
internal static class DiagnosticCodes
{
    public const string YamlSyntax = "CFG001";
    public const string WrongShape = "CFG002";
    public const string UnknownKey = "CFG003";
    public const string Required = "CFG004";
    public const string WrongType = "CFG005";
    public const string NotInEnum = "CFG006";
    public const string Unresolved = "CFG007";
    public const string UnknownModel = "CFG008";
    public const string BadDuration = "CFG009";
    public const string MasterKey = "CFG010";
    public const string DatabaseUrl = "CFG011";
    public const string UnknownGuardrail = "CFG012";
    public const string DuplicateKey = "CFG013";
    public const string OddForm = "CFG014";
    public const string ProviderField = "CFG015";
    public const string PythonCode = "CFG017";
    public const string DuplicateId = "CFG018";
    public const string BadEnvironment = "CFG019";
    public const string BudgetPeriod = "CFG022";
    public const string UnknownCallback = "CFG023";
    public const string BadFlag = "CFG024";

    /// <summary>A file that cannot be found or read.</summary>
    public const string File = "CFG030";

    /// <summary>An <c>include</c> that cannot be followed.</summary>
    public const string Include = "CFG031";

    /// <summary>A value of an included file replaced one of the including file.</summary>
    public const string IncludeOverride = "CFG032";

    /// <summary>No provider serves the model, or it was guessed.</summary>
    public const string Provider = "CFG033";

    /// <summary>A known feature that this build does not carry, where running without it would surprise.</summary>
    public const string NotAvailable = "CFG034";

    /// <summary>A deployment that cannot be used as written (environment filter, wildcard, credential, alias).</summary>
    public const string Deployment = "CFG035";

    /// <summary>A resolved value was adjusted (line breaks trimmed).</summary>
    public const string Trimmed = "CFG036";

    /// <summary>Helm values were given instead of the inner configuration.</summary>
    public const string HelmValues = "CFG037";

    /// <summary>A row of the database that cannot be used.</summary>
    public const string Stored = "CFG039";

    /// <summary>A weak or missing master key.</summary>
    public const string OpenGateway = "CFG038";
}
