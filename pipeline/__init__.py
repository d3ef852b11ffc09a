"""litmine: from a folder of Chinese and English reviews to reviewed tables of who does what to whom."""

from pipeline import compiled

__version__ = "0.1.0"
__path__ = compiled.places(__path__)
