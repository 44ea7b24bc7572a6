from stackflow.sources import Source
from stackflow import catalogue
from stackshift.ground import names
def find(stack, settings, polarization):
    found = catalogue.find(stack, settings, polarization)
    return [Source(s.path, names.parse_time(s.name), platform=s.platform, burst=names.burst(s.path)) for s in found.values()], []
def mixtures(sources): return []
