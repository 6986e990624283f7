"""The house: embedded servers, child processes, roles, doctor, clock."""
