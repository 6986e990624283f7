"""A seeded run of the real product under faults: clients, troubles, and a judge (docs/faults.md).

`options` says how large a run is, `installation` holds its processes, `proxy` stands between product and bank, `clients`
do what `wishes` chooses and keep it in `history`, `director` does the troubles of `troubles/` as `plan` lays them out,
`judge` compares what clients were told with the bank's journal, `run` is the whole of it.
"""
