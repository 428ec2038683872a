namespace Tollgate.Bench.Load.Targets;

/// <summary>nginx in its two parts: the upstream that answers a fixed JSON, and the reverse proxy that is measured for reference.</summary>
internal static class NginxConfig
{
    public static string Upstream(int port, string folder) => Frame(folder, $$"""
            server {
                listen 127.0.0.1:{{port}};
                default_type application/json;
        {{string.Concat(Translation.Answers.Select(static entry => $"        location ~ {entry.Path}$ {{ return 200 '{entry.Answer}'; }}\n"))}}
                location / { return 200 '{{Payloads.Answer()}}'; }
            }
        """);

    public static string Proxy(int port, int upstreamPort, string folder) => Frame(folder, $$"""
            upstream bench {
                server 127.0.0.1:{{upstreamPort}};
                keepalive 1100;
                keepalive_requests 1000000000;
            }
            server {
                listen 127.0.0.1:{{port}};
                location / {
                    proxy_pass http://bench;
                    proxy_http_version 1.1;
                    proxy_set_header Connection "";
                    proxy_buffering off;
                }
            }
        """);

    // keepalive_requests: the default of 1,000 would make connection set-up part of what is measured.
    private static string Frame(string folder, string servers) => $$"""
        daemon off;
        worker_processes 1;
        pid {{folder}}/nginx.pid;
        error_log stderr crit;
        events { worker_connections 8192; }
        http {
            access_log off;
            keepalive_requests 1000000000;
            keepalive_timeout 3600s;
            client_max_body_size 16m;
            client_body_buffer_size 1m;
            client_body_temp_path {{folder}}/body;
            proxy_temp_path {{folder}}/proxy;
            fastcgi_temp_path {{folder}}/fastcgi;
            uwsgi_temp_path {{folder}}/uwsgi;
            scgi_temp_path {{folder}}/scgi;
        {{servers}}
        }
        """;
}
