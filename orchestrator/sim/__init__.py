"""The simulated world: the real engine on a virtual clock, with faults, from one seed. Never touches the machine."""
