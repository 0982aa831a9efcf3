"""The Mandarin corpus: how its texts are read, what the labels are in it, what its speakers say."""
