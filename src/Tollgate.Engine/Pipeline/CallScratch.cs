using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Spend;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Engine.Pipeline;

/// <summary>What a call works with and leaves behind for the next one: no state of a call survives in it.</summary>
internal sealed class CallScratch
{
    /// <summary>Kept ones; more than this many concurrent calls allocate theirs.</summary>
    private const int MostKept = 1024;

    private static readonly ConcurrentQueue<CallScratch> Kept = new();
    private bool _abandoned;

    /// <summary>Members of the request's root.</summary>
    public JsonMembers RequestMembers { get; } = new();

    /// <summary>Edits of the request for the attempt being made.</summary>
    public JsonEdits RequestEdits { get; private set; } = new();

    /// <summary>Reads and edits a whole answer.</summary>
    public EditedAnswer Response { get; } = new();

    /// <summary>Limits the call was admitted under.</summary>
    public CallClaims Claims { get; } = new();

    /// <summary>What is held of the budgets of provider, deployment and group for the attempt being made.</summary>
    public CallClaims RouteClaims { get; } = new();

    /// <summary>What is written to the journal.</summary>
    public SpendEvent Spend { get; } = new();

    /// <summary>Its metadata.</summary>
    public ArrayBufferWriter<byte> Metadata { get; } = new(1024);

    /// <summary>Writes it.</summary>
    public Utf8JsonWriter MetadataWriter { get; } = new(Stream.Null, SpendMetadata.Options);

    /// <summary>True when a transport still reads from the request's buffers, so that they must go to the garbage collector, not to a pool.</summary>
    public bool BuffersInUse => _abandoned;

    /// <summary>Takes one.</summary>
    public static CallScratch Rent() => Kept.TryDequeue(out var scratch) ? scratch : new CallScratch();

    /// <summary>A transport still reads the edits: further attempts get others.</summary>
    public void AbandonRequestBuffers()
    {
        _abandoned = true;
        RequestEdits = new JsonEdits();
    }

    /// <summary>Gives it back.</summary>
    public void Return()
    {
        RequestEdits.Clear();
        Response.Clear();
        Claims.Clear();
        RouteClaims.Clear();
        _abandoned = false;
        if (Kept.Count < MostKept)
        {
            Kept.Enqueue(this);
        }
    }
}
