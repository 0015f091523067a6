import numpy as np
class GlobalAveragePooling2D:
    def forward(self,x):
        self.shape=x.shape
        return x.mean(axis=(2,3))
    def backward(self,d):
        n,c,h,w=self.shape
        return np.broadcast_to(d[:,:,None,None],self.shape)/(h*w)
class GlobalMaxPool2D:
    def forward(self,x):
        self.x=x; self.m=x.max(axis=(1,2),keepdims=True)
        return self.m[:,0,0,:]
    def backward(self,d):
        return (self.x==self.m)*d[:,None,None,:]
class GlobalAvgPool1D:
    def forward(self,x):
        self.t=x.shape[1]
        return x.mean(1)
    def backward(self,d): return np.repeat(d[:,None,:],self.t,axis=1)/self.t
class MaxPool1D:
    def __init__(self,pool_size=2,stride=2): self.k,self.s=pool_size,stride
    def forward(self,x):
        n,c,t=x.shape; self.x=x
        o=(t-self.k)//self.s+1
        y=np.zeros((n,c,o)); self.arg=np.zeros((n,c,o),int)
        for i in range(o):
            w=x[:,:,i*self.s:i*self.s+self.k]
            y[:,:,i]=w.max(2); self.arg[:,:,i]=w.argmax(2)+i*self.s
        return y
    def backward(self,d):
        dx=np.zeros_like(self.x); n,c,o=d.shape
        for a in range(n):
            for b in range(c):
                for i in range(o): dx[a,b,self.arg[a,b,i]]+=d[a,b,i]
        return dx
class AveragePooling1D:
    def __init__(self,kernel_size,stride): self.k,self.s=kernel_size,stride
    def forward(self,x):
        self.shape=x.shape
        o=(x.shape[1]-self.k)//self.s+1
        return np.stack([x[:,i*self.s:i*self.s+self.k].mean(1) for i in range(o)],axis=1)
    def backward(self,d):
        dx=np.zeros(self.shape)
        for i in range(d.shape[1]): dx[:,i*self.s:i*self.s+self.k]+=d[:,i:i+1]/self.k
        return dx
class UpSampling2D:
    def __init__(self,scale=2): self.s=scale
    def forward(self,x): return x.repeat(self.s,axis=2).repeat(self.s,axis=3)
    def backward(self,d):
        n,c,h,w=d.shape
        return d.reshape(n,c,h//self.s,self.s,w//self.s,self.s).sum((3,5))
class ZeroPadding2D:
    def __init__(self,padding): self.p=padding
    def forward(self,x): return np.pad(x,((0,0),(self.p,self.p),(self.p,self.p),(0,0)))
    def backward(self,d): return d[:,self.p:-self.p,self.p:-self.p,:]
def zero_pad(X, pad):
    return np.pad(X, ((0,0),(pad,pad),(pad,pad),(0,0)), mode='constant', constant_values=(0,0))
