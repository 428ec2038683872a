using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Bedrock;

/// <summary>
/// Embeddings that Bedrock works on later (StartAsyncInvoke) and leaves in a bucket: the answer says where to ask for them, and holds an empty
/// vector for each input (05-bedrock-sagemaker.md section 6).
/// </summary>
/// <param name="model">The model's own format.</param>
public sealed class AsyncInvokeEmbeddings(EmbeddingCodec model) : EmbeddingCodec
{
    /// <summary>Name of the setting, and of the client's member, that says where results go: <c>s3://bucket/prefix</c>.</summary>
    public const string OutputOption = "output_s3_uri";

    /// <inheritdoc/>
    public override string Name => "Bedrock StartAsyncInvoke: " + model.Name;

    /// <inheritdoc/>
    public override int MostInputs(TargetModel target) => 1;

    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingRequest request, TargetModel target, Utf8JsonWriter json)
    {
        var output = request.Extras.FirstOrDefault(static extra => extra.Name is OutputOption).Value.Text() ?? target.Options.GetValueOrDefault(OutputOption)
            ?? throw new WireException("Missing required parameter: 'output_s3_uri', the place in S3 for the results.", OutputOption);
        json.WriteStartObject();
        json.WriteString("modelId"u8, target.Model);
        json.WritePropertyName("modelInput"u8);
        model.WriteRequest(Inner(request), target, json);
        json.WriteStartObject("outputDataConfig"u8);
        json.WriteStartObject("s3OutputDataConfig"u8);
        json.WriteString("s3Uri"u8, output);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override EmbeddingResponse ReadResponse(JsonElement root, TargetModel target)
    {
        var response = new EmbeddingResponse { Id = root.Text("invocationArn"u8) ?? throw new WireException("The answer names no invocation.") };
        response.Vectors.Add([]);
        return response;
    }

    private static EmbeddingRequest Inner(EmbeddingRequest request) => new()
    {
        Model = request.Model,
        Inputs = request.Inputs,
        Dimensions = request.Dimensions,
        InputType = request.InputType,
        Truncate = request.Truncate,
        Extras = [.. request.Extras.Where(static extra => extra.Name is not OutputOption)],
    };
}
