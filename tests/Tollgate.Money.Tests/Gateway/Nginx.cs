using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Tollgate.Testing;

namespace Tollgate.Money.Tests.Gateway;

/// <summary>nginx in front of replicas, one after the other.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly Process _process;

    private Nginx(TemporaryFolder folder, Process process, Uri address)
    {
        _folder = folder;
        _process = process;
        Address = address;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Starts it.</summary>
    public static async Task<Nginx> StartAsync(IEnumerable<Uri> replicas)
    {
        var folder = new TemporaryFolder();
        var port = FreePort.Next();
        await File.WriteAllTextAsync(folder.File("nginx.conf"), Configuration(folder.Path, port, replicas));
        var process = Process.Start("nginx", ["-p", folder.Path, "-c", folder.File("nginx.conf"), "-e", folder.File("error.log")]);
        var nginx = new Nginx(folder, process, new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}/"));
        try
        {
            await Until.TrueAsync(
                () => ListensAsync(process, port), () => "nginx does not listen: " + File.ReadAllText(folder.File("error.log")));
            return nginx;
        }
        catch
        {
            await nginx.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
        _folder.Dispose();
    }

    /// <summary>One process without a master, so that it ends by its id.</summary>
    private static string Configuration(string folder, int port, IEnumerable<Uri> replicas) => $$"""
        {{(Environment.UserName is "root" ? "user root;" : "")}}
        daemon off;
        master_process off;
        pid {{folder}}/pid;
        events { worker_connections 2048; }
        http {
          access_log off;
          client_body_temp_path {{folder}}/body;
          proxy_temp_path {{folder}}/proxy;
          fastcgi_temp_path {{folder}}/fastcgi;
          uwsgi_temp_path {{folder}}/uwsgi;
          scgi_temp_path {{folder}}/scgi;
          upstream replicas {
            {{string.Join("\n    ", replicas.Select(static replica => $"server {replica.Authority};"))}}
            keepalive 64;
          }
          server {
            listen 127.0.0.1:{{port}};
            location / {
              proxy_pass http://replicas;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_buffering off;
            }
          }
        }
        """;

    private static async Task<bool> ListensAsync(Process process, int port)
    {
        process.HasExited.ShouldBeFalse("nginx has ended");
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
