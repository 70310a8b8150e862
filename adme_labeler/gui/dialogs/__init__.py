"""Windows that ask or tell one thing. Each is fed with records and hands back what was chosen."""
