using Tollgate.Testing;

[assembly: AssemblyFixture(typeof(PostgresServer.Lifetime))]
