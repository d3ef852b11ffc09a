"""litmine: from a folder of Chinese and English reviews to reviewed tables of who does what to whom."""

__version__ = "0.1.0"
