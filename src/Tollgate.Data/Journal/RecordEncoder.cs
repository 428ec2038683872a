using System.Buffers.Binary;
using Tollgate.Engine.Spend;

namespace Tollgate.Data.Journal;

/// <summary>
/// Writes an event as a journal record. Most of a record is the row of the logs exactly as PostgreSQL's binary COPY takes it, so that moving
/// it into the database is a copy of memory.
/// </summary>
/// <remarks>
/// Payload: version, flags, two spare bytes, five token counts, three moments (ticks, UTC), the cost (decimal bits), then texts with a
/// 4-byte length (call id, endpoint, project, error class, number of tags, tags; in version 2 the record's own name), then the row. Integers of the row are big-endian as
/// PostgreSQL wants them, the others little-endian. PERF: SpendAppend.
/// </remarks>
internal ref struct RecordEncoder
{
    public const byte Version = 1;

    /// <summary>Version of records with a name of their own: an older program, which would count them twice, does not read them.</summary>
    public const byte OnceVersion = 2;

    public const int FixedPart = 84;

    /// <summary>PostgreSQL counts from 2000-01-01.</summary>
    public const long PostgresEpochTicks = 630_822_816_000_000_000;

    private readonly Span<byte> _buffer;
    private int _at;

    private RecordEncoder(Span<byte> buffer)
    {
        _buffer = buffer;
        _at = RecordFrame.Header;
    }

    /// <summary>Bytes that are enough for the record.</summary>
    public static int SizeBound(SpendEvent spent)
    {
        // A character is at most three bytes; within JSON text a tag's character is at most six.
        var texts = Length(spent.RequestId) + Length(spent.CallId) + Length(spent.CallType) + Length(spent.Endpoint) + Length(spent.KeyHash)
            + Length(spent.Model) + Length(spent.ModelId) + Length(spent.ModelGroup) + Length(spent.Provider) + Length(spent.ApiBase)
            + Length(spent.UserId) + Length(spent.TeamId) + Length(spent.OrganizationId) + Length(spent.ProjectId) + Length(spent.AgentId)
            + Length(spent.CustomerId) + Length(spent.CacheHit) + Length(spent.CacheKey) + Length(spent.ClientAddress)
            + Length(spent.SessionId) + Length(spent.ErrorClass) + Length(spent.Once);
        for (var i = 0; i < spent.Tags.Count; i++)
        {
            texts += (3 * Length(spent.Tags[i])) + 8;
        }

        return 512 + (3 * texts) + spent.Metadata.Length + spent.RequestBody.Length + spent.ResponseBody.Length;
    }

    /// <summary>Writes the record, header and all, and returns its length.</summary>
    public static int Encode(SpendEvent spent, Span<byte> buffer)
    {
        var encoder = new RecordEncoder(buffer);
        encoder.WriteFixed(spent);
        encoder.WriteSide(spent.CallId);
        encoder.WriteSide(spent.Endpoint);
        encoder.WriteSide(spent.ProjectId);
        encoder.WriteSide(spent.ErrorClass);
        encoder.WriteTags(spent);
        if (spent.Once is { } once)
        {
            encoder.WriteSide(once);
        }

        encoder.WriteRow(spent);
        RecordFrame.Seal(buffer[..encoder._at]);
        return encoder._at;
    }

    private static int Length(string? text) => text?.Length ?? 0;

    private void WriteFixed(SpendEvent spent)
    {
        var to = _buffer.Slice(_at, FixedPart);
        to[0] = spent.Once is null ? Version : OnceVersion;
        to[1] = (byte)((spent.Succeeded ? SpendRecord.SucceededFlag : 0)
            | (spent.WriteLog ? SpendRecord.WriteLogFlag : 0)
            | (spent.CountGlobally ? SpendRecord.CountGloballyFlag : 0));
        to[2] = to[3] = 0;
        BinaryPrimitives.WriteInt64LittleEndian(to[4..], spent.PromptTokens);
        BinaryPrimitives.WriteInt64LittleEndian(to[12..], spent.CompletionTokens);
        BinaryPrimitives.WriteInt64LittleEndian(to[20..], spent.TotalTokens);
        BinaryPrimitives.WriteInt64LittleEndian(to[28..], spent.CacheReadTokens);
        BinaryPrimitives.WriteInt64LittleEndian(to[36..], spent.CacheCreationTokens);
        BinaryPrimitives.WriteInt64LittleEndian(to[44..], spent.Start.UtcTicks);
        BinaryPrimitives.WriteInt64LittleEndian(to[52..], spent.End.UtcTicks);
        BinaryPrimitives.WriteInt64LittleEndian(to[60..], spent.FirstOutput.UtcTicks);
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(spent.Cost, bits);
        for (var i = 0; i < bits.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(to[(68 + (4 * i))..], bits[i]);
        }

        _at += FixedPart;
    }

    private void WriteTags(SpendEvent spent)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer[_at..], spent.Tags.Count);
        _at += sizeof(int);
        for (var i = 0; i < spent.Tags.Count; i++)
        {
            WriteSide(spent.Tags[i]);
        }
    }

    private void WriteSide(string? text)
    {
        var length = CleanText.Write(text, _buffer[(_at + sizeof(int))..]);
        BinaryPrimitives.WriteInt32LittleEndian(_buffer[_at..], length);
        _at += sizeof(int) + length;
    }

    private void WriteRow(SpendEvent spent)
    {
        BinaryPrimitives.WriteInt16BigEndian(_buffer[_at..], (short)LogColumn.All.Length);
        _at += sizeof(short);
        WriteText(spent.RequestId);
        WriteText(spent.KeyHash);
        WriteText(spent.UserId);
        WriteText(spent.TeamId);
        WriteText(spent.OrganizationId);
        WriteText(spent.CustomerId);
        WriteOptional(spent.AgentId);
        WriteText(spent.Model);
        WriteText(spent.ModelGroup);
        WriteText(spent.Provider);
        WriteText(spent.ModelId);
        WriteText(spent.CallType);
        WriteText(spent.ApiBase);
        WriteText(spent.CacheHit);
        WriteText(spent.CacheKey);
        WriteOptional(spent.ClientAddress);
        WriteOptional(spent.SessionId);
        WriteText(spent.Succeeded ? "success" : "failure");
        WriteDouble((double)spent.Cost);
        WriteInteger(spent.TotalTokens);
        WriteInteger(spent.PromptTokens);
        WriteInteger(spent.CompletionTokens);
        WriteTimestamp(spent.Start);
        WriteTimestamp(spent.End);
        WriteTimestamp(spent.FirstOutput == default ? spent.End : spent.FirstOutput);
        WriteInteger((long)(spent.End - spent.Start).TotalMilliseconds);
        WriteTagList(spent);
        WriteJson(spent.Metadata.Span);
        WriteJson(spent.RequestBody.Span);
        WriteJson(spent.ResponseBody.Span);
    }

    private void WriteText(string? text)
    {
        var length = CleanText.Write(text, _buffer[(_at + sizeof(int))..]);
        WriteLength(length);
        _at += length;
    }

    private void WriteOptional(string? text)
    {
        if (text is null)
        {
            WriteLength(-1);
        }
        else
        {
            WriteText(text);
        }
    }

    private void WriteLength(int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer[_at..], length);
        _at += sizeof(int);
    }

    private void WriteDouble(double value)
    {
        WriteLength(sizeof(double));
        BinaryPrimitives.WriteDoubleBigEndian(_buffer[_at..], value);
        _at += sizeof(double);
    }

    private void WriteInteger(long value)
    {
        WriteLength(sizeof(int));
        BinaryPrimitives.WriteInt32BigEndian(_buffer[_at..], (int)Math.Clamp(value, int.MinValue, int.MaxValue));
        _at += sizeof(int);
    }

    private void WriteTimestamp(DateTimeOffset at)
    {
        // The column has milliseconds, and COPY would round instead of cutting.
        var milliseconds = (at.UtcTicks - PostgresEpochTicks) / TimeSpan.TicksPerMillisecond;
        WriteLength(sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(_buffer[_at..], milliseconds * 1000);
        _at += sizeof(long);
    }

    private void WriteTagList(SpendEvent spent)
    {
        var start = _at;
        _at += sizeof(int);
        _buffer[_at++] = SpendRecord.JsonbVersion;
        _buffer[_at++] = (byte)'[';
        for (var i = 0; i < spent.Tags.Count; i++)
        {
            if (i > 0)
            {
                _buffer[_at++] = (byte)',';
            }

            _at += CleanText.WriteJsonString(spent.Tags[i], _buffer[_at..]);
        }

        _buffer[_at++] = (byte)']';
        BinaryPrimitives.WriteInt32BigEndian(_buffer[start..], _at - start - sizeof(int));
    }

    private void WriteJson(ReadOnlySpan<byte> json)
    {
        var start = _at;
        _at += sizeof(int);
        _buffer[_at++] = SpendRecord.JsonbVersion;
        _at += CleanText.WriteJson(json.IsEmpty ? "{}"u8 : json, _buffer[_at..]);
        BinaryPrimitives.WriteInt32BigEndian(_buffer[start..], _at - start - sizeof(int));
    }
}
