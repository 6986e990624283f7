"""Who may do what: profiles as data, the actor of a request, FAB's security manager made ours."""
