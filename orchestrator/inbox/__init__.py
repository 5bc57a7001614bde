"""The ear for people's files: queue files read and watched. Decides nothing, writes nothing."""
