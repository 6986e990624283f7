"""The practice merchants' past: 15 months of orders as people and the bank would have left them, ending yesterday.

`place` is a merchant and its people, `people`, `cards` and `goods` what is ordered by whom, `life` writes one sale as the
runner does, `authorising` and `later` what may happen to it, `stories`, `fraud` and `today` which lives are played,
`evenings` their remittances, `writing` puts all of it into our tables, `bank` into the practice bank's, `past` is the whole.
"""
