import numpy as np
class Flatten:
    def forward(self, x): self.s=x.shape; return x.reshape(x.shape[0],-1)
    def backward(self, d): return d.reshape(self.s)
class Dropout2d:
    def __init__(self,p=0.5): self.p=p; self.training=True
    def forward(self,x):
        if not self.training: return x
        self.m=(np.random.rand(x.shape[0],x.shape[1],1,1)>self.p)/(1-self.p)
        return x*self.m
    def backward(self,d): return d*self.m if self.training else d
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.gamma=np.ones(num_features); self.beta=np.zeros(num_features)
        self.running_mean=np.zeros(num_features); self.running_var=np.ones(num_features)
        self.eps,self.momentum=eps,momentum; self.training=True
    def forward(self,x):
        if self.training:
            m,v=x.mean(0),x.var(0); n=len(x)
            self.running_mean=(1-self.momentum)*self.running_mean+self.momentum*m
            self.running_var=(1-self.momentum)*self.running_var+self.momentum*v*n/(n-1)
        else: m,v=self.running_mean,self.running_var
        self.s=np.sqrt(v+self.eps); self.xh=(x-m)/self.s
        return self.gamma*self.xh+self.beta
    def backward(self,d):
        self.dgamma=(d*self.xh).sum(0); self.dbeta=d.sum(0)
        g=d*self.gamma
        if not self.training: return g/self.s
        return (g-g.mean(0)-self.xh*(g*self.xh).mean(0))/self.s
class Conv1d:
    def __init__(self,in_channels,out_channels,kernel_size,stride=1,padding=0):
        self.W=np.random.randn(out_channels,in_channels,kernel_size)*.1; self.b=np.zeros(out_channels); self.s,self.p=stride,padding
    def forward(self,x):
        self.x=np.pad(x,((0,0),(0,0),(self.p,self.p))); k=self.W.shape[2]
        o=(self.x.shape[2]-k)//self.s+1
        return np.stack([np.tensordot(self.x[:,:,i*self.s:i*self.s+k],self.W,([1,2],[1,2])) for i in range(o)],2)+self.b[None,:,None]
    def backward(self,d):
        k=self.W.shape[2]; dx=np.zeros_like(self.x); self.dW=np.zeros_like(self.W); self.db=d.sum((0,2))
        for i in range(d.shape[2]):
            sl=slice(i*self.s,i*self.s+k)
            self.dW+=np.tensordot(d[:,:,i],self.x[:,:,sl],(0,0)); dx[:,:,sl]+=np.tensordot(d[:,:,i],self.W,(1,0))
        return dx[:,:,self.p:dx.shape[2]-self.p] if self.p else dx
class GRUCell:
    def __init__(self,n_in,n_h):
        self.Wz,self.Wr,self.Wh=[np.random.randn(n_in+n_h,n_h)*.1 for _ in range(3)]; self.bz,self.br,self.bh=[np.zeros(n_h) for _ in range(3)]
    def forward(self,x,h):
        s=lambda v:1/(1+np.exp(-v))
        self.x,self.h=x,h; c=np.hstack([x,h])
        self.z,self.r=s(c@self.Wz+self.bz),s(c@self.Wr+self.br)
        self.c,self.cr=c,np.hstack([x,self.r*h]); self.g=np.tanh(self.cr@self.Wh+self.bh)
        return (1-self.z)*h+self.z*self.g
    def backward(self,d):
        n=self.x.shape[1]
        dg=d*self.z*(1-self.g**2); dz=d*(self.g-self.h)*self.z*(1-self.z)
        dcr=dg@self.Wh.T; dr=dcr[:,n:]*self.h*self.r*(1-self.r)
        self.dWh=self.cr.T@dg; self.dbh=dg.sum(0); self.dWz=self.c.T@dz; self.dbz=dz.sum(0); self.dWr=self.c.T@dr; self.dbr=dr.sum(0)
        dc=dz@self.Wz.T+dr@self.Wr.T
        return dc[:,:n]+dcr[:,:n], d*(1-self.z)+dc[:,n:]+dcr[:,n:]*self.r
class Softmax:
    def forward(self,x):
        e=np.exp(x-x.max(-1,keepdims=True)); self.y=e/e.sum(-1,keepdims=True); return self.y
    def backward(self,d):
        return np.array([ (np.diag(y)-np.outer(y,y))@g for y,g in zip(self.y,d)])
