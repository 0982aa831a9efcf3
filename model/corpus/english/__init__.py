"""The English texts: wordings of the labels, sentence templates and the words that fill their slots."""
