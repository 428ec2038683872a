using System.Runtime.InteropServices;
using Tollgate.Data.Journal;

namespace Tollgate.Data.Spend;

/// <summary>Sums of a daily row.</summary>
internal struct DailySum
{
    public int ModelGroup;
    public long Prompt;
    public long Completion;
    public long CacheRead;
    public long CacheCreation;
    public decimal Spend;
    public long Succeeded;
    public long Failed;
}

/// <summary>Key of a daily row; texts by their numbers.</summary>
internal readonly record struct DailyKey(int Entity, int Day, int KeyHash, int Model, int Provider, int Endpoint);

/// <summary>Key of an hourly row; texts by their numbers.</summary>
internal readonly record struct HourKey(long Hour, int Deployment, int ModelGroup, int KeyHash, int Status, int Route);

/// <summary>What a counter gains: spend, and when it was last used.</summary>
internal struct CounterSum
{
    public decimal Spend;
    public long LastUsed;
}

/// <summary>
/// The sums of a batch, so that the database sees each row once however many calls touched it. Used again for each batch.
/// </summary>
/// <param name="texts">Numbers of the texts.</param>
internal sealed class BatchTotals(TextTable texts)
{
    private readonly Dictionary<DailyKey, DailySum>[] _daily = [.. DailyTable.All.Select(static _ => new Dictionary<DailyKey, DailySum>())];
    private readonly Dictionary<(int First, int Second), CounterSum>[] _counters =
        [.. CounterTable.All.Select(static _ => new Dictionary<(int, int), CounterSum>())];

    /// <summary>Texts of the numbers.</summary>
    public TextTable Texts => texts;

    /// <summary>Sums of the daily tables, in the order of <see cref="DailyTable.All"/>.</summary>
    public IReadOnlyList<Dictionary<DailyKey, DailySum>> Daily => _daily;

    /// <summary>Sums of the counters, in the order of <see cref="CounterTable.All"/>.</summary>
    public IReadOnlyList<Dictionary<(int First, int Second), CounterSum>> Counters => _counters;

    /// <summary>Sums of the hours.</summary>
    public Dictionary<HourKey, HourSum> Hours { get; } = [];

    /// <summary>Spend of the whole gateway, when it has a budget.</summary>
    public decimal Global { get; private set; }

    /// <summary>Sums up a batch.</summary>
    /// <param name="batch">The records.</param>
    /// <param name="rules">What is counted.</param>
    public void Sum(JournalBatch batch, WriteRules rules)
    {
        Clear();
        Add(batch, rules);
    }

    /// <summary>Forgets what was summed.</summary>
    public void Clear()
    {
        foreach (var table in _daily)
        {
            table.Clear();
        }

        foreach (var table in _counters)
        {
            table.Clear();
        }

        Hours.Clear();
        Global = 0;
        texts.Trim();
    }

    /// <summary>Adds a batch to what is summed already.</summary>
    public void Add(JournalBatch batch, WriteRules rules)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            Add(SpendRecord.Open(batch[i]), rules);
        }
    }

    private void Add(in SpendRecord record, WriteRules rules)
    {
        var row = record.Row[sizeof(short)..];
        SpendRecord.TakeField(ref row, out _);
        var keyHash = Next(ref row);
        var user = Next(ref row);
        var team = Next(ref row);
        var organization = Next(ref row);
        var customer = Next(ref row);
        var agent = Next(ref row);
        var model = Next(ref row);
        var group = Next(ref row);
        var provider = Next(ref row);
        var deployment = Next(ref row);
        var cost = record.Cost;
        if (rules.IgnoreCustomers)
        {
            customer = TextTable.Empty;
        }

        AddHour(record, cost, deployment, group, keyHash);
        var key = new DailyKey(0, (int)(record.Start / TimeSpan.TicksPerDay), keyHash, model, provider, texts[record.Endpoint]);
        AddDaily(DailyTable.User, key with { Entity = user }, record, cost, group, rules);
        AddDailyIf(team, DailyTable.Team, key, record, cost, group, rules);
        AddDailyIf(organization, DailyTable.Organization, key, record, cost, group, rules);
        AddDailyIf(customer, DailyTable.Customer, key, record, cost, group, rules);
        AddDailyIf(agent, DailyTable.Agent, key, record, cost, group, rules);

        // A call that failed and yet cost something (an upstream bills it) counts like any other: money is never lost.
        var counts = record.Succeeded || cost != 0;
        var tags = record.Tags;
        for (var i = 0; i < record.TagCount; i++)
        {
            var tag = texts[SpendRecord.Take(ref tags)];
            AddDailyIf(tag, DailyTable.Tag, key, record, cost, group, rules);
            if (counts)
            {
                AddCounter(CounterTable.Tags, tag, 0, cost);
            }
        }

        if (counts)
        {
            ref var used = ref AddCounter(CounterTable.Keys, keyHash, 0, cost);
            used.LastUsed = Math.Max(used.LastUsed, record.End);
            AddCounters(cost, user, team, organization);
            AddCounter(CounterTable.Projects, texts[record.Project], 0, cost);
            AddCounter(CounterTable.Agents, agent, 0, cost);
            AddCounter(CounterTable.Customers, customer, 0, cost);
            Global += record.CountGlobally ? cost : 0;
        }
    }

    private void AddCounters(decimal cost, int user, int team, int organization)
    {
        AddCounter(CounterTable.Teams, team, 0, cost);
        AddCounter(CounterTable.Users, user, 0, cost);
        AddCounter(CounterTable.Organizations, organization, 0, cost);
        if (user != TextTable.Empty && team != TextTable.Empty)
        {
            AddCounter(CounterTable.Members, user, team, cost);
        }

        if (user != TextTable.Empty && organization != TextTable.Empty)
        {
            AddCounter(CounterTable.OrganizationMembers, user, organization, cost);
        }
    }

    private int Next(scoped ref ReadOnlySpan<byte> row) => texts[SpendRecord.TakeField(ref row, out _)];

    private ref CounterSum AddCounter(int table, int first, int second, decimal cost)
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_counters[table], (first, second), out _);
        sum.Spend += cost;
        return ref sum;
    }

    private void AddDailyIf(int entity, int table, DailyKey key, in SpendRecord record, decimal cost, int group, WriteRules rules)
    {
        if (entity != TextTable.Empty)
        {
            AddDaily(table, key with { Entity = entity }, record, cost, group, rules);
        }
    }

    private void AddDaily(int table, DailyKey key, in SpendRecord record, decimal cost, int group, WriteRules rules)
    {
        var whole = rules.EndpointInKey[table] ? key : key with { Endpoint = TextTable.Empty };
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_daily[table], whole, out _);
        sum.ModelGroup = group;
        sum.Prompt += record.PromptTokens;
        sum.Completion += record.CompletionTokens;
        sum.CacheRead += record.CacheReadTokens;
        sum.CacheCreation += record.CacheCreationTokens;
        sum.Spend += cost;
        if (record.Succeeded)
        {
            sum.Succeeded++;
        }
        else
        {
            sum.Failed++;
        }
    }

    private void AddHour(in SpendRecord record, decimal cost, int deployment, int group, int keyHash)
    {
        var status = record.Succeeded ? texts["success"u8] : texts[record.ErrorClass.IsEmpty ? "failure"u8 : record.ErrorClass];
        var key = new HourKey(record.Start / TimeSpan.TicksPerHour, deployment, group, keyHash, status, texts[record.Endpoint]);
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(Hours, key, out var exists);
        if (!exists)
        {
            sum = new HourSum();
        }

        sum!.Add(record, cost);
    }
}
