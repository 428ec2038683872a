using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Configuration;
using Tollgate.Providers;
using Tollgate.Providers.Catalogue;

namespace Tollgate.Hosting;

/// <summary>Opens the provider catalogue for a command or a serving gateway.</summary>
internal static class ProviderSetup
{
    /// <summary>Loads the shipped catalogue and the operator's own rows.</summary>
    /// <param name="environment">Names the operator's file.</param>
    /// <param name="logins">Told what somebody must do before a connection works; null where nobody calls one.</param>
    /// <exception cref="CatalogueException">The operator's file cannot be used.</exception>
    public static ProviderDirectory Open(EnvironmentSource environment, ILoggerFactory? logins = null)
    {
        // What is odd about a deployment is a diagnostic of the configuration; logging it again would say everything twice.
        var catalogue = ProviderCatalogue.Load(environment.GetNonEmpty("LITELLM_CUSTOM_PROVIDERS_URL"));
        return new ProviderDirectory(catalogue, TimeProvider.System, NullLoggerFactory.Instance, logins);
    }
}
