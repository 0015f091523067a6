import numpy as np


class LstmParam:
    """Weights for the four gates, each on the concatenated input [x, h]."""

    def __init__(self, hidden, x_dim):
        concat_len = x_dim + hidden
        for gate in ("g", "i", "f", "o"):
            setattr(self, "w" + gate, np.random.uniform(-0.1, 0.1, (concat_len, hidden)))
            setattr(self, "b" + gate, np.random.uniform(-0.1, 0.1, hidden))


def sigmoid(x):
    return 1. / (1 + np.exp(-x))


class LSTM:
    def __init__(self, x_dim, hidden):
        self.hidden = hidden
        self.p = LstmParam(hidden, x_dim)

    def forward(self, x):
        """x (batch, time, x_dim) -> h (batch, time, hidden)"""
        p, (n, steps, _) = self.p, x.shape
        h = np.zeros((n, self.hidden))
        s = np.zeros((n, self.hidden))
        self.nodes = []
        for t in range(steps):
            xc = np.hstack((x[:, t], h))
            node = dict(xc=xc, s_prev=s)
            node["g"] = np.tanh(np.dot(xc, p.wg) + p.bg)
            node["i"] = sigmoid(np.dot(xc, p.wi) + p.bi)
            node["f"] = sigmoid(np.dot(xc, p.wf) + p.bf)
            node["o"] = sigmoid(np.dot(xc, p.wo) + p.bo)
            s = node["g"] * node["i"] + s * node["f"]
            h = np.tanh(s) * node["o"]
            node["s"], node["h"] = s, h
            self.nodes.append(node)
        return np.stack([node["h"] for node in self.nodes], axis=1)

    def backward(self, dh_all):
        p = self.p
        x_dim = p.wg.shape[0] - self.hidden
        self.d = {k: np.zeros_like(getattr(p, k)) for k in vars(p)}
        dx = np.zeros((dh_all.shape[0], dh_all.shape[1], x_dim))
        dh_next = 0
        for t in range(len(self.nodes) - 1, -1, -1):
            n = self.nodes[t]
            dh = dh_all[:, t] + dh_next
            ds = n["o"] * dh * (1 - np.tanh(n["s"]) ** 2)
            pre = {
                "g": n["i"] * ds * (1 - n["g"] ** 2),
                "i": n["g"] * ds * n["i"] * (1 - n["i"]),
                "f": n["s_prev"] * ds * n["f"] * (1 - n["f"]),
                "o": np.tanh(n["s"]) * dh * n["o"] * (1 - n["o"]),
            }
            dxc = np.zeros_like(n["xc"])
            for gate, d in pre.items():
                self.d["w" + gate] += np.dot(n["xc"].T, d)
                self.d["b" + gate] += d.sum(axis=0)
                dxc += np.dot(d, getattr(p, "w" + gate).T)
            dx[:, t] = dxc[:, :x_dim]
            dh_next = dxc[:, x_dim:]
        return dx

    def apply(self, lr=1):
        for k, v in self.d.items():
            setattr(self.p, k, getattr(self.p, k) - lr * v)


np.random.seed(0)
net = LSTM(50, 100)
for cur_iter in range(10):
    y = net.forward(np.random.random((1, 4, 50)))
    net.backward(2 * (y - 0.5))
    net.apply(0.1)
    print("iter", cur_iter, "loss", np.sum((y - 0.5) ** 2))
