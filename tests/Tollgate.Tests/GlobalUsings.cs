global using JsonMember = Tollgate.Wire.Json.JsonMember;
