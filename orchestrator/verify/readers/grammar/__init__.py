"""JavaScript, TypeScript, Go, Rust and Java, through ast-grep's grammars. Never runs what it reads."""
