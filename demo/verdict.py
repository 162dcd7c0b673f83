def judge(run): 
    import json
    json.dump({k:v for k,v in run.seen.items()}, open('/tmp/me/seen.json','w'))
    return {'claims':[]}
def report(s,p): return 'x'
