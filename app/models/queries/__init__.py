"""Questions asked by list, API and export alike: one parser of filters, one order, one cursor (architecture.md)."""
