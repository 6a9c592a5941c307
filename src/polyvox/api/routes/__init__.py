"""One file per group of paths. A route translates; what it does is a service's."""
