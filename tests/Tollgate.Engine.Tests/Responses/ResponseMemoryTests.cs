using System.Text;
using Tollgate.Engine.Responses;

namespace Tollgate.Engine.Tests.Responses;

public sealed class ResponseMemoryTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public async Task Answer_IsKeptForAnHour()
    {
        var memory = new ResponseMemory(null, null, _clock);
        await memory.KeepAsync("a", Kept());
        _clock.Advance(3599);
        (await memory.FindAsync("a")).ShouldNotBeNull();
        _clock.Advance(2);
        (await memory.FindAsync("a")).ShouldBeNull();
    }

    [Fact]
    public async Task ForgottenAnswer_IsGone()
    {
        var memory = new ResponseMemory(null, null, _clock);
        await memory.KeepAsync("a", Kept());
        await memory.ForgetAsync("a");
        (await memory.FindAsync("a")).ShouldBeNull();
    }

    [Fact]
    public async Task OldestAnswers_MakeRoom()
    {
        var memory = new ResponseMemory(null, null, _clock);
        for (var i = 0; i < 20; i++)
        {
            await memory.KeepAsync($"{i}", Kept(4 * 1024 * 1024));
        }

        (await memory.FindAsync("0")).ShouldBeNull();
        (await memory.FindAsync("19")).ShouldNotBeNull();
        await memory.KeepAsync("huge", Kept(9 * 1024 * 1024));
        (await memory.FindAsync("huge")).ShouldBeNull();
    }

    [Fact]
    public async Task AnswerOfAnotherReplica_IsFound()
    {
        var shared = new FakeShared();
        await new ResponseMemory(shared, null, _clock).KeepAsync("a", Kept());
        var found = await new ResponseMemory(shared, null, _clock).FindAsync("a");
        Encoding.UTF8.GetString(found!.Input.Span).ShouldBe("[1]");
        Encoding.UTF8.GetString(found.Output.Span).ShouldBe("2,3");
        shared.Kept["b"] = "nonsense"u8.ToArray();
        (await new ResponseMemory(shared, null, _clock).FindAsync("b")).ShouldBeNull();
    }

    private static KeptResponse Kept(int size = 0)
        => new(size == 0 ? "[1]"u8.ToArray() : new byte[size], """{"id":"x","output":[2,3]}"""u8.ToArray());

    private sealed class FakeShared : ISharedResponses
    {
        public Dictionary<string, ReadOnlyMemory<byte>> Kept { get; } = new(StringComparer.Ordinal);

        public ValueTask<ReadOnlyMemory<byte>?> FindAsync(string name)
            => ValueTask.FromResult<ReadOnlyMemory<byte>?>(Kept.TryGetValue(name, out var kept) ? kept : null);

        public ValueTask KeepAsync(string name, ReadOnlyMemory<byte> kept, TimeSpan lifetime)
        {
            Kept[name] = kept;
            return ValueTask.CompletedTask;
        }

        public ValueTask ForgetAsync(string name)
        {
            Kept.Remove(name);
            return ValueTask.CompletedTask;
        }
    }
}
