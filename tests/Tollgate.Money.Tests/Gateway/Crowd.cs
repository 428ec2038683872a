using System.Collections.Concurrent;

namespace Tollgate.Money.Tests.Gateway;

/// <summary>Two hundred clients of one key, each asking until it is refused.</summary>
internal static class Crowd
{
    private const int Clients = 200;

    // More than a budget of 1 USD pays for, all clients together.
    private const int MostCalls = 2000;

    /// <summary>Spends what the key has; every answer that is no refusal must be whole.</summary>
    /// <returns>The refusals, one a client.</returns>
    public static async Task<IReadOnlyCollection<ClientAnswer>> SpendAsync(Client client)
    {
        var refusals = new ConcurrentBag<ClientAnswer>();
        var calls = 0;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(RunAsync));
        return refusals;

        async Task RunAsync(int number)
        {
            while (Interlocked.Increment(ref calls) is var call && call <= MostCalls + Clients)
            {
                var isStream = call % 2 == 0;
                var more = ",\"max_tokens\":10" + (isStream ? ",\"stream\":true" : "");
                var answer = await client.PostAsync("v1/chat/completions", Client.Chat(Config.Slow, more));
                if (answer.Status != 200)
                {
                    refusals.Add(answer);
                    return;
                }

                answer.Body.ShouldEndWith(isStream ? "data: [DONE]\n\n" : "}");
            }

            throw new InvalidOperationException($"Nobody refuses client {number}.");
        }
    }
}
