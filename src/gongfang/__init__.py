"""工坊 Gongfang: a small factory's orders, stock, shop floor and books in one place."""

__version__ = "0.1.0"
