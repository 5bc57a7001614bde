"""Start the guardian from an absolute path: finds its own package last on the path, never in the working directory."""

import os
import sys

# nothing else is importable: -I and -S leave only the standard library on the path
sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

if sys.argv[1:] != ["--probe"] and os.fork():
    os._exit(0)  # at once: nobody waits for imports, and what guards is nobody's child

if sys.argv[1:] == ["--probe"]:
    from orchestrator.guardian.probe import main
elif sys.argv[1:2] == ["--nursery"]:
    from orchestrator.guardian.nursery import main
else:
    from orchestrator.guardian.watch import guard as main

if __name__ == "__main__":
    main()
