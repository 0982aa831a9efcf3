"""The arithmetic of frontend.py and kernels.py, as viper functions: no state, no allocation."""
