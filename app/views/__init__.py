"""The generated screens: FAB's views over our models, made safe for threads and hostile addresses."""
