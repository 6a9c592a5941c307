"""The HTTP API: OpenAI's speech endpoint, personalities, providers, statistics, health."""
