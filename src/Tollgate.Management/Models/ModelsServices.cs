using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tollgate.Management.Configuration;

namespace Tollgate.Management.Models;

/// <summary>Registers what models, credentials and configuration need.</summary>
public static class ModelsServices
{
    /// <summary>
    /// Adds the services. The host adds <see cref="IGatewayConfiguration"/>, <see cref="IModelMap"/>, <see cref="IRemotePrices"/>,
    /// <see cref="Credentials.ISecretBox"/> and the database.
    /// </summary>
    public static IServiceCollection AddModels(this IServiceCollection services)
    {
        services.TryAddSingleton<Kernel.AuditLog>();
        services.TryAddSingleton<StoreGate>();
        services.TryAddSingleton<ModelRows>();
        services.TryAddSingleton<OverrideRows>();
        services.TryAddSingleton<ModelWrite>();
        services.TryAddSingleton<ModelInfo>();
        services.TryAddSingleton<ModelAccess>();
        services.TryAddSingleton<CreateModel>();
        services.TryAddSingleton<UpdateModel>();
        services.TryAddSingleton<DeleteModel>();
        services.TryAddSingleton<SwitchModel>();
        services.TryAddSingleton<ListModels>();
        services.TryAddSingleton<ModelGroups>();
        services.TryAddSingleton<ModelInquiries>();
        services.TryAddSingleton<CostMap>();
        services.TryAddSingleton<CostMapSchedule>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<Keys.IMasterKeyRotation, Credentials.SecretRotation>());
        services.TryAddSingleton<Credentials.DeploymentSecrets>();
        services.TryAddSingleton<Credentials.ChangeCredential>();
        services.TryAddSingleton<Credentials.ReadCredentials>();
        services.TryAddSingleton<ShowConfiguration>();
        services.TryAddSingleton<SettingRows>();
        services.TryAddSingleton<UpdateSettings>();
        services.TryAddSingleton<FieldSettings>();
        services.TryAddSingleton<NamedSettings>();
        services.TryAddSingleton<AllowedAddresses>();
        services.TryAddSingleton<PassThroughSettings>();
        services.TryAddSingleton<FallbackSettings>();
        return services;
    }
}
