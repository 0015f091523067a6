import requests
from tqdm import tqdm


def fit(model, x, t, lr, epochs):
    for _ in tqdm(range(epochs)):
        out = model(x)
        for layer in model.layers:
            for p in layer.params.values():
                p.data -= lr * p.grad
