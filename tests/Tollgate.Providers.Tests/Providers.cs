using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Azure;
using Tollgate.Providers.Catalogue;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Tests;

/// <summary>Connections as tests need them.</summary>
internal static class Providers
{
    public static ProviderCatalogue Catalogue { get; } = ProviderCatalogue.Load();

    public static ProviderDirectory Directory { get; } = new(Catalogue, TimeProvider.System, NullLoggerFactory.Instance);

    public static DeploymentConfig Deployment(string model) => new() { ModelGroup = "group", Id = "id", Model = model };

    public static GatewayConfig Config(params (string Name, string Value)[] environment)
        => new()
        {
            Environment = environment.ToFrozenDictionary(
            static pair => pair.Name, static pair => pair.Value, StringComparer.Ordinal)
        };

    public static IUpstreamConnection Connect(
        string model, Func<DeploymentConfig, DeploymentConfig>? change = null, GatewayConfig? config = null)
        => Connect(Directory, model, change, config);

    public static IUpstreamConnection Connect(
        ProviderDirectory directory, string model, Func<DeploymentConfig, DeploymentConfig>? change = null, GatewayConfig? config = null)
    {
        var deployment = Deployment(model) with { ApiKey = "sk-own" };
        return directory.Connect(change?.Invoke(deployment) ?? deployment, model, config ?? Config());
    }

    public static ProviderDirectory With(EntraTokens tokens)
        => new(Catalogue, new ConnectionServices(TimeProvider.System, tokens), NullLoggerFactory.Instance);

    /// <summary>A directory whose issuers of tokens are played by a handler.</summary>
    public static ProviderDirectory With(HttpMessageHandler issuer, TimeProvider? clock = null)
    {
        var time = clock ?? TimeProvider.System;
        return new ProviderDirectory(
            Catalogue,
            new ConnectionServices(time, new EntraTokens(time)) { Http = _ => new HttpMessageInvoker(issuer) },
            NullLoggerFactory.Instance);
    }

    public static string UrlOf(this IUpstreamConnection connection, Surface surface = Surface.Chat, string? apiVersion = null)
    {
        var endpoint = connection.EndpointFor(surface, apiVersion);
        endpoint.Fault.ShouldBeNull();
        return endpoint.Uri!.AbsoluteUri;
    }

    public static string Rewrite(
        this IUpstreamConnection connection, string body, bool stream = false, Surface surface = Surface.Chat, string? apiVersion = null)
    {
        var (text, fault) = connection.TryRewrite(body, stream, surface, apiVersion);
        fault.ShouldBeNull();
        return text;
    }

    public static (string Text, ConnectionFault? Fault) TryRewrite(
        this IUpstreamConnection connection, string body, bool stream = false, Surface surface = Surface.Chat, string? apiVersion = null)
    {
        var json = Encoding.UTF8.GetBytes(body);
        var members = new JsonMembers();
        JsonScanner.Scan(json, members).IsNone.ShouldBeTrue();
        var edits = new JsonEdits();
        var fault = connection.WriteRequest(new UpstreamRequest(json, members, surface, stream, RequestPolicy.Default, apiVersion), edits);
        var output = new ArrayBufferWriter<byte>(256);
        edits.WriteTo(json, output);
        return (Encoding.UTF8.GetString(output.WrittenSpan), fault);
    }

    public static async Task<(Dictionary<string, string> Headers, ConnectionFault? Fault)> AuthorizeAsync(
        this IUpstreamConnection connection, string? clientKey = null)
    {
        using var message = new HttpRequestMessage();
        var fault = await connection.AuthorizeAsync(message, clientKey, TestContext.Current.CancellationToken);
        return (message.Headers.NonValidated.ToDictionary(
            static pair => pair.Key, static pair => pair.Value.ToString(), StringComparer.OrdinalIgnoreCase), fault);
    }

    public static UpstreamErrorKind Classify(this IUpstreamConnection connection, int status, string body)
        => connection.Classify(status, Encoding.UTF8.GetBytes(body));
}
