import numpy as np
import pickle


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


class GRU:
    """Gated recurrent unit on column vectors, Cho et al. 2014.

        z = σ(Wz x + Uz h + bz)
        r = σ(Wr x + Ur h + br)
        c = tanh(Wh x + Uh (r ∘ h) + bh)
        h' = z ∘ h + (1 - z) ∘ c
    """

    def __init__(self, n_x, n_h):
        for g in "zrh":
            setattr(self, "W" + g, np.random.randn(n_h, n_x) / np.sqrt(n_x))
            setattr(self, "U" + g, np.random.randn(n_h, n_h) / np.sqrt(n_h))
            setattr(self, "b" + g, np.zeros((n_h, 1)))
        self.n_h = n_h

    def forward(self, xs, h0=None):
        """xs: array (T, n_x, m); returns the last hidden state (n_h, m)"""
        h = np.zeros((self.n_h, xs.shape[2])) if h0 is None else h0
        self.steps = []
        for x in xs:
            z = sigmoid(self.Wz @ x + self.Uz @ h + self.bz)
            r = sigmoid(self.Wr @ x + self.Ur @ h + self.br)
            c = np.tanh(self.Wh @ x + self.Uh @ (r * h) + self.bh)
            self.steps.append((x, h, z, r, c))
            h = z * h + (1 - z) * c
        return h

    def backward(self, dh):
        grads = {p + g: np.zeros_like(getattr(self, p + g)) for p in "WUb" for g in "zrh"}
        dxs = []
        for x, h, z, r, c in self.steps[::-1]:
            dc = dh * (1 - z) * (1 - c ** 2)
            dz = dh * (h - c) * z * (1 - z)
            drh = self.Uh.T @ dc
            dr = drh * h * r * (1 - r)
            for g, d, past in (("z", dz, h), ("r", dr, h), ("h", dc, r * h)):
                grads["W" + g] += d @ x.T
                grads["U" + g] += d @ past.T
                grads["b" + g] += d.sum(axis=1, keepdims=True)
            dxs.append(self.Wz.T @ dz + self.Wr.T @ dr + self.Wh.T @ dc)
            dh = dh * z + drh * r + self.Uz.T @ dz + self.Ur.T @ dr
        self.grads = grads
        return np.array(dxs[::-1])

    def save(self, path):
        with open(path, "wb") as f:
            pickle.dump(self.__dict__, f)


gru = GRU(4, 6)
print(gru.forward(np.random.randn(5, 4, 3)).shape)
gru.save("gru.pkl")
