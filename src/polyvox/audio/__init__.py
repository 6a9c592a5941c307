"""Audio on its way to a listener: levels, one sample rate, containers. Import the leaf you need."""
