def write(p,s): pass
