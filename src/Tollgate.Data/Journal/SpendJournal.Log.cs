using Microsoft.Extensions.Logging;
using Tollgate.Engine;

namespace Tollgate.Data.Journal;

/// <content>What the journal says.</content>
internal sealed partial class SpendJournal
{
    private static partial class Log
    {
        [LoggerMessage(EventIds.Data + 100, LogLevel.Error, "Spend cannot be recorded: {Reason}")]
        public static partial void CannotWrite(ILogger logger, string reason, Exception? exception);

        [LoggerMessage(EventIds.Data + 101, LogLevel.Information, "Spend is recorded again; nothing waits in memory any more")]
        public static partial void Recovered(ILogger logger);

        [LoggerMessage(EventIds.Data + 102, LogLevel.Error,
            "Spend is not recorded: {Reason} {InMemory} calls wait in memory and would be lost with the process; {Lost} are lost")]
        public static partial void NotRecording(ILogger logger, string reason, int inMemory, long lost);

        [LoggerMessage(EventIds.Data + 103, LogLevel.Error, "The spend of call {CallId} is lost: it could not be written down")]
        public static partial void EventLost(ILogger logger, string callId, Exception exception);

        [LoggerMessage(EventIds.Data + 104, LogLevel.Warning, "The bodies of call {CallId} are not stored: with them its record has {Bytes} bytes")]
        public static partial void BodiesDropped(ILogger logger, string callId, int bytes);

        [LoggerMessage(EventIds.Data + 105, LogLevel.Warning, "A half-written record could not be cut off the journal; its file is not used any further")]
        public static partial void CutFailed(ILogger logger, Exception exception);

        [LoggerMessage(EventIds.Data + 106, LogLevel.Critical,
            "Journal file {Path} is damaged at byte {Offset}: what follows there cannot be read and is not accounted; the file is kept in {Aside}")]
        public static partial void Damaged(ILogger logger, string path, long offset, string aside);

        [LoggerMessage(EventIds.Data + 107, LogLevel.Warning, "Journal file {Path} could not be removed")]
        public static partial void NotRemoved(ILogger logger, string path, Exception exception);
    }
}
