"""The stages of `polyvox.text.clean`, one file each: what is silent, and what each notation says."""
