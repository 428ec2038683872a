namespace Tollgate.Configuration;

/// <summary>One option of Redis by the name that LiteLLM's client has for it, wherever it is written.</summary>
internal sealed class RedisOptions(Section router, Section cache, EnvironmentSource environment)
{
    private readonly Section _extra = router.Child("cache_kwargs");

    /// <summary>The option in the file.</summary>
    public string? Written(string name) => router.Text("redis_" + name) ?? _extra.Text(name) ?? cache.Text(name);

    /// <summary>The option in the file, else in the environment (<c>REDIS_NAME</c>).</summary>
    public string? Text(string name) => Written(name) ?? environment.GetNonEmpty(VariableOf(name));

    public int? Int32(string name) => router.Int32("redis_" + name) ?? _extra.Int32(name) ?? cache.Int32(name);

    public TimeSpan? Seconds(string name) => _extra.Seconds(name) ?? cache.Seconds(name);

    public bool Flag(string name)
        => router.Bool("redis_" + name) ?? _extra.Bool(name) ?? cache.Bool(name) ?? environment.IsOn(VariableOf(name));

    /// <summary>A list in the file.</summary>
    public ConfigNode? List(string name) => _extra[name] as SequenceNode ?? cache[name] as SequenceNode;

    private static string VariableOf(string name) => "REDIS_" + name.ToUpperInvariant();
}
