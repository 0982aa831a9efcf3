"""What only the device has: the same file names as on_cpython/, in MicroPython with viper kernels. Nothing here runs on CPython."""
