using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Providers.Videos;
using Tollgate.Wire.Media.Videos;

namespace Tollgate.Providers.Amazon;

/// <summary>Invocations that write films into a bucket of the operator's (05-bedrock-sagemaker.md section 1).</summary>
internal static class ReelTasks
{
    private const string Bucket = "s3://";

    /// <summary>Those of a deployment.</summary>
    /// <param name="draft">Row and deployment.</param>
    /// <param name="address">Where Bedrock is.</param>
    /// <param name="region">Its region, which is the bucket's.</param>
    /// <param name="store">Signs requests for files of the bucket.</param>
    public static VideoTasks Of(ConnectionDraft draft, string address, string region, Authorization store) => new(NovaReelVideos.Instance, id => Ask(draft, address, id))
    {
        Authorize = (message, cancellationToken) => store.ApplyAsync(message, null, cancellationToken),
        Store = file => PlaceOf(draft, file, region),
    };

    private static VideoQuestion Ask(ConnectionDraft draft, string address, string id)
    {
        if (!id.StartsWith("arn:aws", StringComparison.Ordinal) || !id.Contains(":async-invoke/", StringComparison.Ordinal) || !VideoTasks.IsPath(id))
        {
            return VideoTasks.Unknown(id);
        }

        var (root, query) = EndpointTable.Split(address);
        return VideoTasks.Ask(EndpointTable.Make(
            draft, EndpointTable.Join($"{root}/async-invoke/{Uri.EscapeDataString(id)}", query, "", draft.Deployment.ExtraQuery)));
    }

    /// <summary>The bucket's own host; below an endpoint of the operator's (<c>AWS_ENDPOINT_URL_S3</c>) the bucket is part of the path.</summary>
    private static Uri? PlaceOf(ConnectionDraft draft, string file, string region)
    {
        if (!file.StartsWith(Bucket, StringComparison.Ordinal) || file.IndexOf('/', Bucket.Length) is not (> 0 and var slash))
        {
            return null;
        }

        // The name becomes a host, which must not turn out to be another one.
        var bucket = file[Bucket.Length..slash];
        if (!bucket.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-'))
        {
            return null;
        }

        var key = string.Join('/', file[(slash + 1)..].Split('/').Select(Uri.EscapeDataString));
        var own = draft.Env("AWS_ENDPOINT_URL_S3");
        var text = own is null ? $"https://{bucket}.s3.{region}.{BedrockFamily.DomainOf(region)}/{key}" : $"{own.TrimEnd('/')}/{bucket}/{key}";
        return Uri.TryCreate(text, UriKind.Absolute, out var place) ? place : null;
    }
}
