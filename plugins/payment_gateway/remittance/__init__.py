"""The evening's remittance: what is due is captured, in numbered remittances, whatever dies on the way.

`lines` puts operations into remittances, `due` finds what has to leave, `opening` and `closing` are the two ends of a
remittance's evening, `captures` sends one sale, `run` does a contract's whole evening, `aside` what a person must decide,
`sweep` and `command` are the callers.
"""
