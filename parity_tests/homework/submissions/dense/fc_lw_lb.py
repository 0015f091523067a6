import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OneHotEncoder
# deep neural network, classes version.  L_ means the derivative of the loss


class Initializer:
    def __init__(self, sigma=0.01):
        self.sigma = sigma

    def W(self, n1, n2):
        return self.sigma * np.random.randn(n1, n2)

    def B(self, n2):
        return np.zeros(n2)


class SGD:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, layer):
        layer.W -= self.lr * layer.L_W
        layer.B -= self.lr * layer.L_B


class FC:
    def __init__(self, n_nodes1, n_nodes2, initializer, optimizer):
        self.W = initializer.W(n_nodes1, n_nodes2)
        self.B = initializer.B(n_nodes2)
        self.optimizer = optimizer

    def forward(self, X):
        self.X = X
        return np.dot(X, self.W) + self.B

    def backward(self, L_A):
        self.L_W = np.dot(self.X.T, L_A)
        self.L_B = L_A.sum(axis=0)
        L_X = np.dot(L_A, self.W.T)
        self.optimizer.update(self)
        return L_X


class Tanh:
    def forward(self, A):
        self.A = A
        return (np.exp(A) - np.exp(-A)) / (np.exp(A) + np.exp(-A))

    def backward(self, L_Z):
        z = (np.exp(self.A) - np.exp(-self.A)) / (np.exp(self.A) + np.exp(-self.A))
        return L_Z * (1 - z**2)


class Relu:
    def forward(self, A):
        self.A = A
        return np.where(A > 0, A, 0)

    def backward(self, L_Z):
        return L_Z * np.where(self.A > 0, 1, 0)


class Softmax:
    def forward(self, A):
        C = np.max(A)
        return np.exp(A - C) / np.sum(np.exp(A - C), axis=1).reshape(-1, 1)

    def backward(self, Z, Y):
        L_A = Z - Y
        self.loss = -np.sum(Y * np.log(Z)) / len(Y)
        return L_A


class Softmax2(Softmax):
    # with the batch size taken into account... twice?
    def backward(self, Z, Y):
        L_A = (Z + Y) / Y.shape[0]
        self.loss = -np.sum(Y * np.log(Z + 1e-7)) / len(Y)
        return L_A


X_train, X_val, y_train, y_val = train_test_split(X, y, test_size=0.2)
enc = OneHotEncoder(handle_unknown="ignore", sparse=False)
y_train_one_hot = enc.fit_transform(y_train[:, np.newaxis])
