"""How an order and a verb are read, shared by the API and the pages: the same fields, the same refusals."""
