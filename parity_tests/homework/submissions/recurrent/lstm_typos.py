# 6章 LSTM 写経 (途中)

class LSTM:
    def __init(self, Wx, Wh, b):
        # ゲートの並びは f, g, i, o
        self.params = [Wx, Wh, b]
        self.grads = [np.zero_like(p) for p in self.params]
        self.cache = None

    def forward(self, x, h_prev, c_prev):
        Wx, Wh, b = self.params
        n = h_prev.shape[1]
        a = x @ Wx + h_prev @ Wh + b

        f = sigmoid(a[:, 0:n])
        g = np.tanh(a[:, n:2*n])
        i = sigmoid(a[:, 2*n:3*n])
        o = sigmoid(a[:, 3*n:4*n])

        c = c_prev * f + i * g
        h = np.tanh(c) * o
        self.cache = [x, h_prev, c_prev, f, g, i, o, c]
        return h, c

    # backwardは明日やる
    # 式のメモ
    #   dc = dc + dh * o * (1 - tanh(c)^2)
    #   df = dc * c_prev
    #   dg = dc * i
    #   di = dc * g
    #   do = dh * tanh(c)
