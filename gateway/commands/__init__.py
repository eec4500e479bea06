"""Commands over a running gateway. Rooms are imported inside the commands, so that `--help` starts at once."""
