"""
Batched GRU forward and backward, one weight matrix, row 0 is the bias. (python 2)
"""
import numpy as np

class GRU:
  @staticmethod
  def init(input_size, hidden_size):
    W = np.random.randn(input_size + hidden_size + 1, 3 * hidden_size) / np.sqrt(input_size + hidden_size)
    W[0, :] = 0 # biases
    print 'initialised GRU weights', W.shape
    return W

  @staticmethod
  def forward(X, WGRU, h0=None):
    n, b, input_size = X.shape
    d = WGRU.shape[1] / 3
    if h0 is None: h0 = np.zeros((b, d))
    Wx, Wh, bias = WGRU[1:1+input_size], WGRU[1+input_size:], WGRU[0]
    ZRC = np.zeros((n, b, 3 * d))
    Act = np.zeros((n, b, 3 * d))
    Hout = np.zeros((n, b, d))
    for t in xrange(n):
      prevh = Hout[t-1] if t > 0 else h0
      ZRC[t] = X[t].dot(Wx) + bias
      ZRC[t, :, :2*d] += prevh.dot(Wh[:, :2*d])
      Act[t, :, :2*d] = 1.0 / (1.0 + np.exp(-ZRC[t, :, :2*d]))
      z, r = Act[t, :, :d], Act[t, :, d:2*d]
      ZRC[t, :, 2*d:] += (r * prevh).dot(Wh[:, 2*d:])
      Act[t, :, 2*d:] = np.tanh(ZRC[t, :, 2*d:])
      Hout[t] = (1 - z) * prevh + z * Act[t, :, 2*d:]
    cache = {'X': X, 'WGRU': WGRU, 'Hout': Hout, 'ZRC': ZRC, 'Act': Act, 'h0': h0}
    return Hout, Hout[n-1], cache

  @staticmethod
  def backward(dHout_in, cache):
    X, WGRU, Hout, ZRC, Act, h0 = [cache[k] for k in ('X', 'WGRU', 'Hout', 'ZRC', 'Act', 'h0')]
    n, b, d = Hout.shape
    input_size = X.shape[2]
    Wx, Wh = WGRU[1:1+input_size], WGRU[1+input_size:]
    dX, dW, dh = np.zeros(X.shape), np.zeros(WGRU.shape), np.zeros((b, d))
    for t in reversed(xrange(n)):
      prevh = Hout[t-1] if t > 0 else h0
      z, r, c = Act[t, :, :d], Act[t, :, d:2*d], Act[t, :, 2*d:]
      dh = dh + dHout_in[t]
      # fixed: use the linear outputs
      dc = dh * z * (1 - ZRC[t, :, 2*d:] ** 2)
      dz = dh * (c - prevh) * ZRC[t, :, :d] * (1 - ZRC[t, :, :d])
      drh = dc.dot(Wh[:, 2*d:].T)
      dr = drh * prevh * ZRC[t, :, d:2*d] * (1 - ZRC[t, :, d:2*d])
      da = np.hstack((dz, dr, dc))
      dX[t] = da.dot(Wx.T)
      dW[0] += da.sum(axis=0)
      dW[1:1+input_size] += X[t].T.dot(da)
      dW[1+input_size:] += np.hstack((prevh.T.dot(dz), prevh.T.dot(dr), (r * prevh).T.dot(dc)))
      dh = dh * (1 - z) + drh * r + np.hstack((dz, dr)).dot(Wh[:, :2*d].T)
    return dX, dW, dh

def checkSequentialMatchesBatch():
  X = np.random.randn(5, 3, 4)
  H, _, cache = GRU.forward(X, GRU.init(4, 2))
  print 'output', H.shape

if __name__ == "__main__":
  checkSequentialMatchesBatch()
