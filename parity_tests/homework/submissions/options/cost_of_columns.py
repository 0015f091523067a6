# week 4 of the course, the cost alone; m samples in columns
import numpy as np


def compute_cost(AL, Y):
    m = Y.shape[1]
    cost = -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m
    return np.squeeze(cost)


def binary_cross_entropy_cost(AL, Y):
    # a minus too few
    m = Y.shape[1]
    return -(np.dot(Y, np.log(AL).T) - np.dot(1 - Y, np.log(1 - AL).T)) / m
