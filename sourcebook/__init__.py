"""The front door: command line, build, configuration, demonstration."""
