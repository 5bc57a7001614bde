"""The honest rules: what gives away an agent that pretends. Never runs the code it looks at."""
