"""Groups and accounts in a directory service, as the user office wants them before an experiment."""
