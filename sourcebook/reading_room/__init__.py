"""The pages of the reading room: what each shows, how it is asked for, how it leaves as a citation list."""
