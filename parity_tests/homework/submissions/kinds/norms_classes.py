import numpy as np
class GroupNorm:
    def __init__(self, num_groups, num_channels, eps=1e-5):
        self.G=num_groups; self.eps=eps
        self.gamma=np.ones((1,num_channels,1,1)); self.beta=np.zeros((1,num_channels,1,1))
    def forward(self,x):
        N,C,H,W=x.shape
        xg=x.reshape(N,self.G,-1)
        self.mu=xg.mean(-1,keepdims=True); self.var=xg.var(-1,keepdims=True)
        self.inv=1/np.sqrt(self.var+self.eps)
        self.xhat=((xg-self.mu)*self.inv).reshape(N,C,H,W)
        return self.gamma*self.xhat+self.beta
    def backward(self,dout):
        N,C,H,W=dout.shape
        self.dgamma=(dout*self.xhat).sum((0,2,3),keepdims=True); self.dbeta=dout.sum((0,2,3),keepdims=True)
        dxh=(dout*self.gamma).reshape(N,self.G,-1); xh=self.xhat.reshape(N,self.G,-1); m=xh.shape[-1]
        dx=self.inv/m*(m*dxh-dxh.sum(-1,keepdims=True)-xh*(dxh*xh).sum(-1,keepdims=True))
        return dx.reshape(N,C,H,W)
class LayerNorm:
    def __init__(self,dim,eps=1e-6):
        self.g=np.ones(dim); self.b=np.zeros(dim); self.eps=eps
    def forward(self,x):
        self.mu=x.mean(-1,keepdims=True); self.s=x.std(-1,keepdims=True)
        self.xh=(x-self.mu)/(self.s+self.eps)
        return self.g*self.xh+self.b
    def backward(self,d):
        self.dg=(d*self.xh).reshape(-1,d.shape[-1]).sum(0); self.db=d.reshape(-1,d.shape[-1]).sum(0)
        dx=d*self.g
        return (dx-dx.mean(-1,keepdims=True)-self.xh*(dx*self.xh).mean(-1,keepdims=True))/(self.s+self.eps)
class RMSNorm:
    def __init__(self,dim,eps=1e-6):
        self.weight=np.ones(dim); self.eps=eps
    def forward(self,x):
        self.x=x; self.r=1/np.sqrt((x**2).mean(-1,keepdims=True)+self.eps)
        return x*self.r*self.weight
    def backward(self,d):
        self.dweight=(d*self.x*self.r).reshape(-1,d.shape[-1]).sum(0)
        dy=d*self.weight; n=d.shape[-1]
        return self.r*dy-self.x*self.r**3*(dy*self.x).mean(-1,keepdims=True)
