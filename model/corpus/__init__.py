"""Speech for training: sentences, synthetic speakers, real corpora, augmentation."""
