# LSTM layer, torch-like interface: gates packed as [i, f, g, o], weights (4H, D)
import numpy as np

sig = lambda v: 1 / (1 + np.exp(-v))


class LSTMLayer:
    def __init__(self, input_size, hidden_size):
        k = hidden_size ** -0.5
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.weight_ih = np.random.uniform(-k, k, (4 * hidden_size, input_size))
        self.weight_hh = np.random.uniform(-k, k, (4 * hidden_size, hidden_size))
        self.bias = np.random.uniform(-k, k, 4 * hidden_size)

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        B, L, _ = x.shape
        H = self.hidden_size
        h = np.zeros((B, H))
        c = np.zeros((B, H))
        self.saved = []
        ys = np.zeros((B, L, H))
        for t in range(L):
            z = x[:, t] @ self.weight_ih.T + h @ self.weight_hh.T + self.bias
            i, f, g, o = sig(z[:, 0:H]), sig(z[:, H:2*H]), np.tanh(z[:, 2*H:3*H]), sig(z[:, 3*H:4*H])
            c_new = f * c + i * g
            h_new = o * np.tanh(c_new)
            self.saved.append((x[:, t], h, c, i, f, g, o, c_new))
            h, c = h_new, c_new
            ys[:, t] = h
        return ys

    def backward(self, dys):
        B, L, H = dys.shape
        self.dweight_ih = np.zeros_like(self.weight_ih)
        self.dweight_hh = np.zeros_like(self.weight_hh)
        self.dbias = np.zeros_like(self.bias)
        dx = np.zeros((B, L, self.input_size))
        dh, dc = np.zeros((B, H)), np.zeros((B, H))
        for t in reversed(range(L)):
            x_t, h_prev, c_prev, i, f, g, o, c = self.saved[t]
            dh = dh + dys[:, t]
            dc = dc + dh * o * (1 - np.tanh(c) ** 2)
            di = dc * g * i * (1 - i)
            df = dc * c_prev * f * (1 - f)
            dg = dc * i * (1 - g ** 2)
            do = dh * np.tanh(c) * o * (1 - o)
            dz = np.concatenate([di, df, do, dg], axis=1)
            self.dweight_ih += dz.T @ x_t
            self.dweight_hh += dz.T @ h_prev
            self.dbias += dz.sum(axis=0)
            dx[:, t] = dz @ self.weight_ih
            dh = dz @ self.weight_hh
            dc = dc * f
        return dx


if __name__ == '__main__':
    import torch
    layer, ref = LSTMLayer(3, 5), torch.nn.LSTM(3, 5, batch_first=True)
    layer.weight_ih = ref.weight_ih_l0.detach().numpy()
    layer.weight_hh = ref.weight_hh_l0.detach().numpy()
    layer.bias = (ref.bias_ih_l0 + ref.bias_hh_l0).detach().numpy()
    x = np.random.randn(2, 7, 3).astype('float32')
    print(np.abs(layer(x) - ref(torch.tensor(x))[0].detach().numpy()).max())   # forward OK!!
