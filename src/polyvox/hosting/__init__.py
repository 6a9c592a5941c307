"""What runs an engine: a thread of this process now; processes and Ray are other hosts."""
