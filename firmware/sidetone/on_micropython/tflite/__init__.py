"""A TensorFlow Lite interpreter in MicroPython's viper: see interpreter.py. Uses core/network to read model files and nothing else."""
