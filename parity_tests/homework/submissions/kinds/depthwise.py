import numpy as np
class DepthwiseConv2D:
    def __init__(self, channels, kernel_size, stride=1, padding=0):
        self.k, self.s, self.p = kernel_size, stride, padding
        self.W = np.random.randn(channels, kernel_size, kernel_size)
        self.b = np.zeros(channels)
    def forward(self, x):
        self.shape = x.shape
        self.xp = np.pad(x, ((0,0),(0,0),(self.p,self.p),(self.p,self.p)))
        n,c,h,w = self.xp.shape
        oh,ow = (h-self.k)//self.s+1, (w-self.k)//self.s+1
        y = np.zeros((n,c,oh,ow))
        for i in range(oh):
            for j in range(ow):
                y[:,:,i,j] = (self.xp[:,:,i*self.s:i*self.s+self.k,j*self.s:j*self.s+self.k]*self.W).sum((2,3))+self.b
        return y
    def backward(self, d):
        dxp = np.zeros_like(self.xp); self.dW = np.zeros_like(self.W); self.db = d.sum((0,2,3))
        for i in range(d.shape[2]):
            for j in range(d.shape[3]):
                sl = (slice(None),slice(None),slice(i*self.s,i*self.s+self.k),slice(j*self.s,j*self.s+self.k))
                g = d[:,:,i,j][:,:,None,None]
                self.dW += (self.xp[sl]*g).sum(0)
                dxp[sl] += self.W*g
        return dxp[:,:,self.p:self.p+self.shape[2],self.p:self.p+self.shape[3]]
class SeparableConv2d:
    def __init__(self, in_channels, out_channels, kernel_size):
        self.k = kernel_size
        self.depthwise = np.random.randn(in_channels,1,kernel_size,kernel_size)
        self.pointwise = np.random.randn(out_channels,in_channels,1,1)
        self.bias = np.zeros(out_channels)
    def forward(self, x):
        self.x = x; k = self.k
        n,c,h,w = x.shape
        self.z = sum(x[:,:,i:h-k+1+i,j:w-k+1+j]*self.depthwise[None,:,0,i,j,None,None] for i in range(k) for j in range(k))
        return np.einsum('nchw,oc->nohw', self.z, self.pointwise[:,:,0,0])+self.bias[:,None,None]
    def backward(self, d):
        k = self.k; x = self.x; n,c,h,w = x.shape
        self.dbias = d.sum((0,2,3))
        self.dpointwise = np.einsum('nohw,nchw->oc', d, self.z)[:,:,None,None]
        dz = np.einsum('nohw,oc->nchw', d, self.pointwise[:,:,0,0])
        self.ddepthwise = np.zeros_like(self.depthwise); dx = np.zeros_like(x)
        for i in range(k):
            for j in range(k):
                s = (slice(None),slice(None),slice(i,h-k+1+i),slice(j,w-k+1+j))
                self.ddepthwise[:,0,i,j] = (dz*x[s]).sum((0,2,3))
                dx[s] += dz*self.depthwise[None,:,0,i,j,None,None]
        return dx
