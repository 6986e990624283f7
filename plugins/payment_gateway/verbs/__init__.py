"""One module a verb. Each gives a `Step`: the right it takes, and what it does under the lock.

The order of checks is the API's: merchant (404), rights (403), state (409), capability (409), amount (422).
"""
