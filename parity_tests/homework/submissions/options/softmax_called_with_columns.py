# a character at a time: what softmax is handed is one column
import numpy as np


def softmax(x):
    e_x = np.exp(x - np.max(x))
    return e_x / np.sum(e_x)


def next_character(x, h, Wxh, Whh, Why, bh, by):
    h = np.tanh(np.dot(Wxh, x) + np.dot(Whh, h) + bh)
    scores = np.dot(Why, h) + by
    return softmax(scores), h
