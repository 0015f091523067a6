import numpy as np
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    eps = gn_param.get('eps', 1e-5)
    N, C, H, W = x.shape
    xg = x.reshape(N*G, -1).T
    mu = xg.mean(axis=0); var = xg.var(axis=0)+eps; std = np.sqrt(var)
    z = (xg-mu)/std
    z = z.T.reshape(N,C,H,W)
    out = gamma*z+beta
    cache = {'std':std,'gamma':gamma,'z':z,'G':G}
    return out, cache
def spatial_groupnorm_backward(dout, cache):
    N,C,H,W = dout.shape
    dbeta = dout.sum(axis=(0,2,3),keepdims=True)
    dgamma = (dout*cache['z']).sum(axis=(0,2,3),keepdims=True)
    G=cache['G']
    z = cache['z'].reshape(N*G,-1).T
    M = z.shape[0]
    dfdz = (dout*cache['gamma']).reshape(N*G,-1).T
    dfdz_sum = np.sum(dfdz,axis=0)
    dx = dfdz - dfdz_sum/M - np.sum(dfdz*z,axis=0)*z/M
    dx /= cache['std']
    dx = dx.T.reshape(N,C,H,W)
    return dx, dgamma, dbeta
class InstanceNorm2d:
    def __init__(self, num_features, eps=1e-5):
        self.eps=eps
        self.weight=np.ones(num_features); self.bias=np.zeros(num_features)
    def forward(self,x):
        m=x.mean((2,3),keepdims=True); v=x.var((2,3),keepdims=True)
        self.s=np.sqrt(v+self.eps); self.xh=(x-m)/self.s
        return self.weight[None,:,None,None]*self.xh+self.bias[None,:,None,None]
    def backward(self,d):
        self.dweight=(d*self.xh).sum((0,2,3)); self.dbias=d.sum((0,2,3))
        d=d*self.weight[None,:,None,None]
        return (d-d.mean((2,3),keepdims=True)-self.xh*(d*self.xh).mean((2,3),keepdims=True))/self.s
def rms_norm(x, weight, eps=1e-6):
    return x/np.sqrt(np.mean(x**2,axis=-1,keepdims=True)+eps)*weight
