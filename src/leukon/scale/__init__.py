"""More data than memory, more than one machine: the same questions, shard by shard."""
