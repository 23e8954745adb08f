"""What people see in a terminal: tables that fit it, how a session gets on."""
