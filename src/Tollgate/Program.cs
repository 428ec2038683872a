using Tollgate.Commands;

return await TollgateCommand.RunAsync(args);
