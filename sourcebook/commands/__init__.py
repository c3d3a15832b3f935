"""The commands, a module a kind of work; each imports what it needs when it runs, so that help is instant."""
