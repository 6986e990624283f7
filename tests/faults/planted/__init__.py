"""Twenty defects planted one by one into a copy of the source: does the suite see each of them (docs/faults.md)?"""
