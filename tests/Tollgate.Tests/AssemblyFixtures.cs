[assembly: AssemblyFixture(typeof(Tollgate.Testing.PostgresServer.Lifetime))]
