"""Tools around the product: installing, checking, translating. Standard library first; no product code."""
