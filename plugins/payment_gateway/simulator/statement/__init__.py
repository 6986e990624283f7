"""The bank's daily statement: what it booked on a merchant's account, as CFONB 120 and as camt.053.

`movements` are the card operations the bank settled, `accounts` where and under which conditions it books them, `entries`
what it books of them, `statement` one day of an account, `cfonb120` and `camt053` how that is written.
"""
