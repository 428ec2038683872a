// Each proof loads the machine on its own: side by side they would measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(Tollgate.Testing.PostgresServer.Lifetime))]
