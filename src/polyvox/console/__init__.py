"""The web console: the specification's screens over the same services as the API.

NiceGUI keeps one application per process, so :func:`polyvox.console.app.mount` is called once, by
the server. Nothing here is imported before.
"""
