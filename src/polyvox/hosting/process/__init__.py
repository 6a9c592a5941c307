"""An engine in a supervised child process. Import the leaf you need: ``host`` and ``spec``."""
