using System.Text;
using Tollgate.Engine.Keys;
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

    [Fact]
    public async Task StoredAnswer_IsFound_ByAnOwnNameOnly()
    {
        var stored = new FakeStored();
        var name = ResponseMemory.NameFor(Guid.NewGuid().ToString());
        await new ResponseMemory(null, stored, _clock).KeepAsync(name, Kept());
        await new ResponseMemory(null, stored, _clock).KeepAsync("resp_of_a_provider", Kept());
        (await new ResponseMemory(null, stored, _clock).FindAsync(name)).ShouldNotBeNull();
        (await new ResponseMemory(null, stored, _clock).FindAsync("resp_of_a_provider")).ShouldBeNull();
        stored.Asked.ShouldBe([name]);
    }

    [Fact]
    public async Task DeletionElsewhere_IsHeard()
    {
        var stored = new FakeStored();
        var memory = new ResponseMemory(null, stored, _clock);
        var names = Enumerable.Range(0, 2).Select(static _ => ResponseMemory.NameFor(Guid.NewGuid().ToString())).ToArray();
        foreach (var name in names)
        {
            await memory.KeepAsync(name, Kept());
            stored.Kept.Remove(name);
        }

        memory.OnChange(new ChangeNotice(ChangedObject.Response, names[0]));
        (await memory.FindAsync(names[0])).ShouldBeNull();
        (await memory.FindAsync(names[1])).ShouldNotBeNull();
        memory.OnChange(new ChangeNotice(ChangedObject.Everything, ""));
        (await memory.FindAsync(names[1])).ShouldBeNull();
    }

    private static KeptResponse Kept(int size = 0)
        => new(size == 0 ? "[1]"u8.ToArray() : new byte[size], """{"id":"x","output":[2,3]}"""u8.ToArray());

    private sealed class FakeStored : IStoredResponses
    {
        public Dictionary<string, ReadOnlyMemory<byte>> Kept { get; } = new(StringComparer.Ordinal);

        public List<string> Asked { get; } = [];

        public ValueTask<ReadOnlyMemory<byte>?> FindAsync(string name)
        {
            Asked.Add(name);
            return ValueTask.FromResult<ReadOnlyMemory<byte>?>(Kept.TryGetValue(name, out var kept) ? kept : null);
        }

        public ValueTask KeepAsync(string name, ReadOnlyMemory<byte> kept)
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
