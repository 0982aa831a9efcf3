"""What makes an ESP32-S3 a Sidetone: site file -> configuration, application -> file system, all of it -> flash, and updates later.

    site.py            the site's TOML file, checked whole
    configuration.py   site and seat -> config.json and the NVS entries
    application.py     the files of an application slot, with sizes and hashes
    signing.py         the site's key for updates
    package.py         a signed update in one file
    micropython_image.py, partitions.py   what the official image says of itself
    filesystem.py, nvs.py                 the two partitions that are ours
    flasher.py         esptool, run as a program
"""
