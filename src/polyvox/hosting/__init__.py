"""What runs an engine: threads of this process (``inline``), or a supervised child (``process``)."""
