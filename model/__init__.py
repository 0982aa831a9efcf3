"""The network: corpus, training, quantization, release and evaluation (host only, never on the device)."""
