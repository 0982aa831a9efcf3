"""Phrases given as text: read, judged, written into a site's profile, tried on recordings; and one agent's cutoffs from a read passage."""
